import { createPublicKey, generateKeyPairSync, hash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import { localMinute } from '../app/ui/fields.tsx';
import { type Appliance, ask, cookieOf, startAppliance } from './appliance.ts';
import { launchChromium, openContext, plugInSecurityKey } from './chromium.ts';
import { openDesk, registerAttempt } from './custody-process.ts';
import { FULL } from './full.ts';
import { inspectPage } from './page-inspection.ts';
import { reach } from './room-keyboard.ts';

let appliance: Appliance;
let browser: Browser;
let desk: Awaited<ReturnType<typeof openDesk>>;
let exam: string;
/** Two privacy officers, a reviewer and an exam administrator, each at a computer of their own. */
let ruth: Page;
let samuel: Page;
let ines: Page;
let paulo: Page;
/** Another reviewer, approved in these tests. */
let ada: Page;

beforeAll(async () => {
  [appliance, browser] = await Promise.all([startAppliance(), launchChromium()]);
  desk = await openDesk(appliance.data, appliance.room);
  exam = JSON.parse(readFileSync(join(appliance.data, 'demonstration.json'), 'utf8')).exam;
  [ruth, samuel, ines, paulo] = (await Promise.all(appliance.enrol.map(comeIn))) as [Page, Page, Page, Page];
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await appliance?.stop();
});

/** Enrols somebody over their link, in a browser of their own. */
async function comeIn(link: string): Promise<Page> {
  const page = await (await openContext(browser)).newPage();
  await plugInSecurityKey(page);
  await page.goto(link);
  await page.getByRole('button', { name: 'Enrol this passkey' }).click();
  await page.waitForURL('**/desk');
  return page;
}

/** Looked at in every run, where a page breaks first; the others among the long tests, at both widths. */
const ALWAYS = [
  'people',
  'approval-fault',
  'act-two-people',
  'desk-to-sign',
  'person',
  'unit',
  'rules-fault',
  'queue-several',
];

async function inspect(name: string, page: Page): Promise<void> {
  for (const width of FULL ? [1280, 380] : ALWAYS.includes(name) ? [380] : []) await inspectPage(page, name, width);
}

const go = (page: Page, path: string) => page.goto(appliance.room + path);
const press = (page: Page, name: string) => page.getByRole('button', { name }).click();
const sign = (page: Page) => press(page, 'Sign with your passkey');

/** Signs as the last one, and waits until the act's page says so. */
async function signLast(page: Page): Promise<void> {
  await sign(page);
  await page.getByText('It is signed, in force, and entered in the ledger.').waitFor();
}

/** Opens what waits on somebody's desk. */
async function openFromDesk(page: Page, sentence: string | RegExp): Promise<void> {
  await go(page, '/desk');
  await page.getByRole('link', { name: sentence }).click();
  await page.waitForURL('**/acts/*');
}

test('a form that lacks something comes back as it was filled in, with what was wrong beside the field', async () => {
  await go(ruth, '/representatives');
  await inspect('people', ruth);
  await ruth.getByRole('link', { name: 'Approve somebody' }).click();
  await inspect('approval', ruth);
  await ruth.getByLabel('Name').fill('Ada Moreau');
  await press(ruth, 'Go on to sign the approval');
  const fault = ruth.getByText('Choose at least one role.');
  await fault.waitFor();
  expect(await ruth.getByLabel('Name').inputValue()).toBe('Ada Moreau');
  // Heard with the group that it is about.
  const group = ruth.getByRole('group', { name: 'What may they do?' });
  expect(await group.getAttribute('aria-describedby')).toBe(await fault.locator('..').getAttribute('id'));
  await inspect('approval-fault', ruth);
});

test('two officers approve somebody; the second is shown the enrolment link, once', async () => {
  await ruth.getByLabel('Reviewer').check();
  await press(ruth, 'Go on to sign the approval');
  await ruth.waitForURL('**/acts/*');
  const act = new URL(ruth.url()).pathname;
  const sentence = 'Ada Moreau becomes a reviewer for the whole institution.';
  expect(await ruth.locator('h1').innerText()).toBe(sentence);
  await inspect('act-two-people', ruth);
  expect((await go(samuel, act))?.status(), 'before its proposer signed it').toBe(404);
  await sign(ruth);
  await ruth.getByText('You have signed it.').waitFor();
  expect(await ruth.getByRole('button', { name: 'Sign with your passkey' }).count()).toBe(0);
  await go(ruth, '/desk');
  await ruth.getByText('Waiting for another person').waitFor();
  await inspect('desk-waiting', ruth);
  expect((await go(ines, act))?.status(), 'to somebody who may not sign it').toBe(404);

  await go(samuel, '/desk');
  await inspect('desk-to-sign', samuel);
  await openFromDesk(samuel, sentence);
  await samuel.getByText('Ruth Albrecht signed first').waitFor();
  await sign(samuel);
  await samuel.getByRole('heading', { name: 'Their enrolment link' }).waitFor();
  await inspect('enrolment-link', samuel);
  const link = await samuel.locator('[data-link]').innerText();
  expect(link).toMatch(new RegExp(`^${appliance.room}/enrolments/[\\w-]{43}$`));
  await samuel.getByRole('link', { name: 'I have passed it on' }).click();
  await samuel.waitForURL('**/representatives');
  await samuel.getByText('Has yet to enrol a passkey').waitFor();
  for (const page of [ruth, samuel]) {
    await go(page, act);
    await page.getByText('It is signed, in force, and entered in the ledger.').waitFor();
    expect(await page.content()).not.toContain(link.split('/').at(-1));
  }
  await inspect('act-applied', ruth);
  ada = await comeIn(link);
});

test('who proposed an act withdraws it, and nobody can sign it any more', async () => {
  await go(ruth, '/representatives');
  await ruth.getByRole('link', { name: 'Ada Moreau' }).click();
  await inspect('person', ruth);
  await ruth.getByRole('link', { name: 'Replace lost passkeys' }).click();
  await ruth.getByLabel('Why?').fill('Her security key fell into the lake.');
  await inspect('passkeys', ruth);
  await press(ruth, 'Go on to sign the replacement');
  await ruth.waitForURL('**/acts/*');
  await sign(ruth);
  await ruth.getByText('You have signed it.').waitFor();
  const act = new URL(ruth.url()).pathname;
  await go(samuel, act);
  await press(ruth, 'Withdraw it');
  await ruth.getByText('It was withdrawn.').waitFor();
  await inspect('act-withdrawn', ruth);
  await sign(samuel);
  await samuel.getByText('This act was withdrawn. Propose it again if it is still wanted.').waitFor();
  await go(ruth, '/desk');
  await ruth.getByText('Withdrawn', { exact: true }).waitFor();
  expect((await go(ada, '/desk'))?.status(), 'her passkey is as good as before').toBe(200);
});

test('somebody’s roles are changed and their approval suspended, which stops them at once', async () => {
  const { id } = (await desk.room.representatives(desk.founders.officers[0].session)).representatives.find(
    ({ name }) => name === 'Ada Moreau',
  ) as { id: string };
  await go(ruth, `/representatives/${id}/roles`);
  expect(await ruth.getByLabel('Reviewer').isChecked()).toBe(true);
  await inspect('roles', ruth);
  await press(ruth, 'Go on to sign the change');
  await ruth.getByText('This is so already. Nothing was changed.').waitFor();
  await inspect('roles-fault', ruth);
  await ruth.getByLabel('Observer').check();
  await press(ruth, 'Go on to sign the change');
  await ruth.waitForURL('**/acts/*');
  await sign(ruth);
  await ruth.getByText('You have signed it.').waitFor();
  await openFromDesk(samuel, 'Ada Moreau is a reviewer and observer for the whole institution from now on.');
  await signLast(samuel);

  await go(ruth, `/representatives/${id}/suspension`);
  await ruth.getByLabel('Why?').fill('Until a complaint is answered.');
  await press(ruth, 'Go on to sign the suspension');
  await ruth.waitForURL('**/acts/*');
  await signLast(ruth);
  await go(ada, '/desk');
  await inspect('suspended-desk', ada);
  await go(ruth, `/representatives/${id}`);
  await ruth.getByText('Suspended').waitFor();
  await ruth.getByRole('link', { name: 'Reinstate' }).click();
  await ruth.getByLabel('Why?').fill('The complaint was answered.');
  await press(ruth, 'Go on to sign the reinstatement');
  await ruth.waitForURL('**/acts/*');
  await sign(ruth);
  await ruth.getByText('You have signed it.').waitFor();
  await openFromDesk(samuel, 'Ada Moreau, who is suspended, is reinstated.');
  await signLast(samuel);
  await ada.goto(appliance.room);
  if (new URL(ada.url()).pathname === '/') await press(ada, 'Sign in with your passkey');
  await ada.waitForURL('**/desk');
});

test.runIf(FULL)('an officer registers a unit, suspends it alone, and it takes two to reinstate it', async () => {
  await go(ruth, '/units');
  await inspect('units-empty', ruth);
  for (const taken of [false, true]) {
    await ruth.getByLabel('Name').fill('Faculty of Law');
    await press(ruth, 'Go on to sign the registration');
    if (!taken) {
      await ruth.waitForURL('**/acts/*');
      await signLast(ruth);
      await go(ruth, '/units');
    }
  }
  await ruth.getByText('There is one of this name already.').waitFor();
  expect(await ruth.getByLabel('Name').inputValue()).toBe('Faculty of Law');
  await inspect('units-fault', ruth);
  await ruth.getByRole('link', { name: 'Faculty of Law' }).click();
  await inspect('unit', ruth);
  await ruth.getByRole('link', { name: 'Suspend' }).click();
  await ruth.getByLabel('Why?').fill('Its examination board is being renewed.');
  await press(ruth, 'Go on to sign the suspension');
  await ruth.waitForURL('**/acts/*');
  await signLast(ruth);
  await go(ruth, '/units');
  await ruth.getByText('Suspended since').waitFor();
  await ruth.getByRole('link', { name: 'Faculty of Law' }).click();
  await ruth.getByRole('link', { name: 'Reinstate' }).click();
  await ruth.getByLabel('Why?').fill('The board is in office.');
  await press(ruth, 'Go on to sign the reinstatement');
  await ruth.waitForURL('**/acts/*');
  await sign(ruth);
  await ruth.getByText('You have signed it.').waitFor();
  await openFromDesk(samuel, '“Faculty of Law”, which is suspended, is reinstated.');
  await signLast(samuel);
});

test('what the staff pages propose waits for whoever may sign it, who publishes it or turns it down', async () => {
  const policy = { ...DEMONSTRATION.policy, dualControl: true };
  for (const title of ['Ethics, resit', 'Ethics, by mistake']) {
    await desk.web.propose({ type: 'publish-exam', exam: randomUUID(), title, policy, setup: DEMONSTRATION.setup });
  }
  await go(paulo, '/exams');
  await inspect('exams-waiting', paulo);
  await paulo.getByRole('link', { name: '“Ethics, by mistake” is published' }).click();
  await inspect('act-from-web', paulo);
  await press(paulo, 'Turn it down');
  await paulo.waitForURL('**/desk');
  expect(await paulo.getByRole('link', { name: 'Ethics, by mistake' }).count()).toBe(0);
  await openFromDesk(paulo, '“Ethics, resit” is published');
  await signLast(paulo);
  await go(paulo, '/exams');
  await paulo.getByRole('link', { name: 'Ethics, resit' }).click();
  await paulo.getByText('Nobody is assigned yet').waitFor();
  await inspect('exam', paulo);
});

test('an administrator assigns people to an exam, and ends an assignment', async () => {
  await press(paulo, 'Go on to sign the assignment');
  await paulo.getByText('Choose who is to be assigned.').waitFor();
  await inspect('exam-fault', paulo);
  for (const name of ['Ada Moreau', 'Ines Moreau', 'Ruth Albrecht']) {
    await paulo.getByLabel('Assign somebody').selectOption({ label: name });
    await press(paulo, 'Go on to sign the assignment');
    await paulo.waitForURL('**/acts/*');
    await signLast(paulo);
    await paulo.getByRole('link', { name: 'Back' }).click();
    await paulo.getByRole('link', { name }).waitFor();
  }
  await press(paulo, 'End it for Ruth Albrecht');
  await paulo.waitForURL('**/acts/*');
  await signLast(paulo);
  await paulo.getByRole('link', { name: 'Back' }).click();
  await paulo.getByRole('link', { name: 'Ines Moreau' }).waitFor();
  expect(await paulo.getByRole('link', { name: 'Ruth Albrecht' }).count()).toBe(0);
});

/** What an act's page says under a term. */
const detail = (page: Page, term: string) =>
  page.locator('dt', { hasText: new RegExp(`^${term}$`) }).evaluate((dt) => dt.nextElementSibling?.textContent);

test('an administrator changes an exam’s rules with the keyboard alone, and an officer signs with them', async () => {
  await reach(paulo, 'Other rules');
  await paulo.getByRole('heading', { name: 'Other rules for “Ethics, resit”' }).waitFor();
  await inspect('rules', paulo);
  // Rules as they are to the millisecond come back as they are.
  await reach(paulo, 'Go on to sign the change');
  await paulo.getByText('This is so already. Nothing was changed.').waitFor();
  const write = async (label: string, words: string) => {
    await reach(paulo, label, 'Control+A');
    await paulo.keyboard.type(words);
  };
  // Longer than who has begun was told: the sentence is custody's, and stands beside the days.
  await registerAttempt(desk as never, new URL(paulo.url()).pathname.split('/')[2] ?? '', 'E-0');
  await write('Days after it closes until its key is destroyed', '31');
  await paulo.keyboard.press('Enter');
  const promise = paulo.getByText('its recordings cannot be kept for longer than they were told');
  await promise.waitFor();
  const days = paulo.getByLabel('Days after it closes');
  expect(await days.getAttribute('aria-describedby')).toContain(await promise.locator('..').getAttribute('id'));
  await write('Hours after it closes in which recordings are still taken', '200');
  await write('Days after it closes until its key is destroyed', '2');
  await reach(paulo, /^Appeal/, 'Space');
  await reach(paulo, 'Go on to sign the change');
  const fault = paulo.getByText('Recordings would be taken for longer than they are kept.');
  await fault.waitFor();
  const hours = paulo.getByLabel('Hours after it closes');
  expect(await hours.getAttribute('aria-describedby')).toBe(await fault.locator('..').getAttribute('id'));
  expect(await hours.evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await hours.inputValue()).toBe('200');
  expect(await paulo.getByLabel('Days after it closes').inputValue()).toBe('2');
  expect(await paulo.getByLabel('Appeal').isChecked()).toBe(false);
  await inspect('rules-fault', paulo);
  await paulo.keyboard.press('Control+A');
  await paulo.keyboard.type('24');
  await write('Chapters that custody draws besides', '1');
  await paulo.keyboard.press('Enter');
  await paulo.waitForURL('**/acts/*');
  expect(await paulo.locator('h1').innerText()).toBe(
    '“Ethics, resit” has other rules from now on: for what recordings may be watched, when its key is destroyed, until when recordings are taken, what is shown without a further reason.',
  );
  expect(await detail(paulo, 'Shown without a further reason, from now on')).toContain('and 1 chapter that custody');
  expect(await paulo.getByText('Closes, at present').count(), 'what was not changed').toBe(0);
  await inspect('act-rules', paulo);
  await reach(paulo, 'Sign with your passkey');
  await paulo.getByText('You have signed it.').waitFor();
  await openFromDesk(ruth, '“Ethics, resit” has other rules from now on');
  await signLast(ruth);
  await ruth.getByRole('link', { name: 'Back' }).click();
  expect(await detail(ruth, 'Recordings are taken')).toBe('until 24 hours after it closes');
  expect(await detail(ruth, 'Recordings may be watched for')).not.toContain('Appeal');
});

test.runIf(FULL)(
  'two officers let a program open an exam’s recordings; least is chosen, and a private key is not kept',
  async () => {
    await ruth.getByRole('link', { name: 'Let a program open recordings' }).click();
    expect(await ruth.getByLabel('How much of each recording?').inputValue()).toBe('least-view');
    await inspect('standing-grant', ruth);
    const key = ruth.getByLabel('The program’s public key');
    const make = (modulusLength: number) =>
      generateKeyPairSync('rsa', {
        modulusLength,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      });
    const [weak, good] = [make(1024), make(2048)];
    await ruth.getByLabel('Why is it needed?').fill('Gaps are to be found before anybody looks.');
    await key.fill(good.privateKey.slice(0, 1990));
    await ruth.getByLabel('Until when?').fill(localMinute(new Date(Date.now() + 86_400_000).toISOString()));
    await press(ruth, 'Go on to sign the permission');
    await ruth.getByText('This is a private key.').waitFor();
    await ruth.getByText('Choose a purpose.').waitFor();
    expect(await ruth.content()).not.toContain(good.privateKey.slice(40, 80));
    expect(await ruth.getByLabel('Why is it needed?').inputValue()).toBe('Gaps are to be found before anybody looks.');
    await inspect('standing-grant-fault', ruth);
    await ruth.getByLabel('For what purpose?').selectOption({ label: 'Integrity review' });
    for (const [pem, fault] of [
      ['Ethics', 'This is no public key.'],
      [weak.publicKey, 'is not one that custody can use'],
    ] as const) {
      await key.fill(pem);
      await press(ruth, 'Go on to sign the permission');
      const told = ruth.getByText(fault);
      await told.waitFor();
      expect(await key.getAttribute('aria-describedby')).toContain(await told.locator('..').getAttribute('id'));
      expect((await key.inputValue()).trim()).toBe(pem.trim());
    }
    await key.fill(good.publicKey);
    await press(ruth, 'Go on to sign the permission');
    await ruth.waitForURL('**/acts/*');
    const spki = createPublicKey(good.publicKey).export({ format: 'der', type: 'spki' });
    const fingerprint = hash('sha256', spki, 'hex').slice(0, 32).match(/.{4}/g)!.join(' ');
    expect(await ruth.locator('h1').innerText()).toMatch(
      new RegExp(
        `^The program that holds the key ${fingerprint} may open .* until \\d+ \\w+ \\d{4} at \\d\\d:\\d\\d \\S+\\.$`,
      ),
    );
    await inspect('act-standing-grant', ruth);
    await sign(ruth);
    await ruth.getByText('You have signed it.').waitFor();
    await openFromDesk(samuel, /^The program that holds the key/);
    await signLast(samuel);
  },
);

test('under dual control the act waits for somebody else who is assigned, and then opens for who asked', async () => {
  const { exams } = await desk.room.exams(desk.founders.officers[0].session);
  const dual = exams.find(({ title }) => title === 'Ethics, resit')?.exam ?? '';
  for (const candidate of ['E-1', 'E-2']) await registerAttempt(desk as never, dual, candidate);
  await go(ines, '/attempts');
  await inspect('queue-several', ines);
  for (const name of ['E-1', 'E-2']) await ines.getByLabel(`Open ${name} together`).check();
  await press(ines, 'Open the ticked ones together');
  await ines.getByText('Two people open this.').waitFor();
  expect(await ines.getByLabel('Why is it needed?').isVisible()).toBe(false);
  await ines.getByLabel('The whole recording').check();
  await inspect('batch', ines);
  await ines.getByLabel('Why is it needed?').fill('The board asked for both in full.');
  await press(ines, 'Ask for the keys');
  await ines.waitForURL('**/acts/*');
  await sign(ines);
  await ines.getByText('You have signed it.').waitFor();
  const act = ines.url();
  await openFromDesk(ada, /Ines Moreau may watch/);
  await inspect('act-dual', ada);
  await sign(ada);
  await ada.getByText('Ines Moreau can open it from now on, in the browser that asked for it.').waitFor();
  expect(await ada.getByRole('link', { name: /^Watch/ }).count()).toBe(0);

  await ines.goto(act);
  await inspect('act-views', ines);
  const views = await ines
    .getByRole('link', { name: /^Watch/ })
    .evaluateAll((links) => links.map((link) => [link.textContent.trim(), (link as HTMLAnchorElement).pathname]));
  expect(views.map(([name]) => name)).toEqual(['Watch E-1', 'Watch E-2']);
  // The browser has the key of each view under the view's own name.
  const kept = await ines.evaluate(
    (grants) => grants.map((grant) => sessionStorage.getItem(`recipient of ${grant}`) !== null),
    views.map(([, path]) => path?.split('/').at(-1)),
  );
  expect(kept).toEqual([true, true]);
  await ines.getByRole('link', { name: 'Watch E-2' }).click();
  await ines.getByRole('heading', { name: 'Recording of E-2' }).waitFor();
  expect((await go(ada, views[0]?.[1] ?? ''))?.status(), 'for who only signed').toBe(404);
});

test('the room shows what custody decoded, never what web says', async () => {
  const { act } = await desk.web.propose({
    ...{ type: 'change-policy', exam },
    policy: { ...DEMONSTRATION.policy, retentionDays: 7 },
  });
  const shown = async () => {
    await go(paulo, `/acts/${act}`);
    return paulo.locator('main').innerText();
  };
  const cookie = cookieOf(await ask(appliance.exam, new URL(appliance.testTakers[0]?.link ?? '').pathname));
  const found = async () => (await ask(appliance.exam, '/attempt', { headers: { cookie } })).status;
  const before = await shown();
  expect(before).toContain('Introduction to Logic, final exam (demonstration)');
  await go(ines, '/exams');
  const listed = await ines.locator('main').innerText();
  expect(await found()).toBe(200);

  const db = new Database(join(appliance.data, 'web/appliance.db'));
  let lies = 0;
  db.function('lie', { deterministic: false }, () => `web says ${lies++}`);
  db.pragma('foreign_keys = OFF');
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all();
  for (const { name: table } of tables as { name: string }[]) {
    for (const { name, type } of db.pragma(`table_info("${table}")`) as { name: string; type: string }[]) {
      if (/text/i.test(type)) db.prepare(`UPDATE "${table}" SET "${name}" = lie()`).run();
    }
  }
  db.close();
  expect(lies).toBeGreaterThan(10);

  expect(await found(), 'for web itself, which reads them').not.toBe(200);
  expect(await shown()).toBe(before);
  await go(ines, '/exams');
  expect(await ines.locator('main').innerText()).toBe(listed);
});

test('a key that is destroyed is destroyed by two, with a reason', async () => {
  await go(ruth, `/exams/${exam}`);
  await ruth.getByRole('link', { name: 'Destroy its key' }).click();
  await inspect('key-destruction', ruth);
  await ruth.getByLabel('Why?').fill('The demonstration is over.');
  await press(ruth, 'Go on to sign the destruction');
  await ruth.waitForURL('**/acts/*');
  await sign(ruth);
  await ruth.getByText('You have signed it.').waitFor();
  await openFromDesk(samuel, /^The key of “Introduction to Logic/);
  await signLast(samuel);
  await go(samuel, `/exams/${exam}`);
  await samuel.getByText('Key destroyed').waitFor();
  await go(ines, '/exams');
  await inspect('exams-destroyed', ines);
});
