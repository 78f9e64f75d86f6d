import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, openContext, plugInSecurityKey } from './chromium.ts';
import { localMinute, MomentField } from '../app/ui/fields.tsx';
import { UNFILLED } from '../app/ui/filled.ts';
import { moment } from '../app/http/entries.ts';
import { changeStatus } from './custody-process.ts';
import { inspectPage } from './page-inspection.ts';
import { reach as reachOn } from './room-keyboard.ts';
import { openRoom } from './room-setting.ts';
import { film } from './take.ts';

let room: Awaited<ReturnType<typeof openRoom>>;
let browser: Browser;
let page: Page;
let attempt: string;
let reviewer: { id: string; link: string };

beforeAll(async () => {
  room = await openRoom();
  const take = await film(room.folder, 12, 0);
  const started = await room.startAttempt('K-2041');
  attempt = started.attempt;
  reviewer = await room.invite('Ada Moreau');
  await room.record(started, [
    { take, at: 0, from: 0, to: 6 },
    { take, at: 0, from: 6, to: 12 },
  ]);
  browser = await launchChromium();
  page = await (await openContext(browser)).newPage();
  await plugInSecurityKey(page);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await room?.close();
});

/** As `inspectPage`, at both widths. */
async function inspect(name: string, at = page): Promise<void> {
  for (const width of [380, 1280]) await inspectPage(at, name, width);
}

const reach = (name: string | RegExp, key?: string) => reachOn(page, name, key);

test('pages send people without a session to sign in, and scripts an error', async () => {
  for (const path of ['/attempts', `/attempts/${attempt}`, '/tickets']) {
    const answer = await fetch(room.origin + path, { redirect: 'manual', headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
  }
  const headers = { origin: room.origin, 'content-type': 'application/json' };
  const asked = await fetch(`${room.origin}/grants/${attempt}/releases`, {
    method: 'POST',
    headers,
    body: '{}',
  });
  expect([asked.status, ((await asked.json()) as { error: string }).error]).toEqual([401, 'not-signed-in']);
});

test('sign-in says plainly what to do when there is no passkey', async () => {
  await page.goto(room.origin);
  await inspect('sign-in');
  const other = await (await openContext(browser)).newPage();
  await plugInSecurityKey(other);
  await other.goto(room.origin);
  await other.getByRole('button', { name: 'Sign in with your passkey' }).click();
  await other.getByText('The passkey was not used').waitFor();
  await other.context().close();
});

test('a representative enrols, opens a recording, watches and decides with the keyboard alone', async () => {
  await page.goto(reviewer.link);
  await page.getByText('Ada Moreau').waitFor();
  await inspect('enrolment');
  await reach('Enrol this passkey');
  await page.waitForURL('**/desk');
  await inspect('desk');
  await reach('All attempts (1)');
  await page.waitForURL('**/attempts');
  await inspect('queue');
  await reach('K-2041');
  await page.waitForURL('**/attempts/*');
  await inspect('attempt');
  await reach('Integrity review', 'ArrowDown');
  await page.getByLabel('Why is it needed?').waitFor();
  await inspect('attempt-appeal');
  await reach('Why is it needed?', 'W');
  await page.keyboard.type('e answer the test taker’s appeal of 20 November.');
  await reach('Ask for the key');
  await page.waitForURL('**/acts/*');
  await page.getByText('may watch parts of the recording').waitFor();
  await inspect('act');
  await reach('Sign with your passkey');
  await page.waitForURL('**/grants/*');
  await page.locator('[data-player][data-state="paused"]').waitFor();
  await inspect('player');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await inspect('player-keys');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Space');
  await expect.poll(() => page.locator('[data-player]').getAttribute('data-state')).toBe('playing');
  await page.keyboard.press('k');
  await reach('There is nothing to clarify', 'Space');
  await reach('Reason', 'N');
  await page.keyboard.type('othing unusual; the phone that rang was turned off at once.');
  await reach('Write the decision');
  await page.waitForURL('**/acts/*');
  await reach('Sign with your passkey');
  await page.waitForURL('**/attempts/*');
  const { accesses } = await room.custody.web.accesses(attempt);
  const decided = accesses.filter(({ kind }) => kind === 'decided');
  expect(decided).toMatchObject([{ outcome: 'nothing-to-clarify', by: 'Ada Moreau' }]);
  await page.getByText('Nothing unusual; the phone that rang was turned off at once.').waitFor();
  await inspect('attempt-decided');
});

test('signs in again with the passkey, takes a ticket for the staff pages, and signs out', async () => {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await reach('Sign in with your passkey');
  await page.waitForURL('**/desk');
  await page.goto(`${room.origin}/tickets`);
  await page.getByRole('button', { name: 'Take a ticket' }).click();
  await inspect('ticket');
  const form = page.locator('form:has(input[name="ticket"])');
  expect(await form.getAttribute('action')).toBe('https://staff.localhost:8444/session');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.goto(`${room.origin}/attempts`);
  await page.getByRole('heading', { name: 'The reading room' }).waitFor();
  await reach('Sign in with your passkey');
  await page.waitForURL('**/desk');
});

test('refuses to sign when the bytes that are shown are not the bytes that would be signed', async () => {
  await page.goto(`${room.origin}/attempts/${attempt}`);
  await page.getByRole('button', { name: 'Ask for the key' }).click();
  await page.waitForURL('**/acts/*');
  await page.locator('form[data-bytes]').evaluate((form: HTMLFormElement) => {
    form.dataset['bytes'] = form.dataset['bytes']!.replace('integrity-review', 'appeal');
  });
  let sent = false;
  page.on('request', (request) => (sent ||= request.url().endsWith('/signature')));
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.getByText('is not what this page shows. Nothing was signed.').waitFor();
  expect(sent).toBe(false);
});

test('an empty queue says so', async () => {
  const { link } = await room.invite('Olaf Outside', []);
  const other = await (await openContext(browser)).newPage();
  await plugInSecurityKey(other);
  await other.goto(link);
  await other.getByRole('button', { name: 'Enrol this passkey' }).click();
  await other.waitForURL('**/desk');
  await other.getByText('No attempts are waiting for you.').waitFor();
  await inspect('desk-empty', other);
  await other.goto(`${room.origin}/attempts`);
  await other.getByText('No attempts are waiting for you.').waitFor();
  await inspect('queue-empty', other);
  await other.goto(`${room.origin}/attempts/${attempt}`);
  await other.getByText('There is nothing here').waitFor();
  await other.context().close();
});

test('a suspended representative reads custody’s sentence, and signs in anew once reinstated', async () => {
  await changeStatus(room.custody, reviewer.id, 'suspended');
  try {
    await page.goto(`${room.origin}/attempts`);
    await page.getByText('Your approval as a representative is not in force').waitFor();
    await inspect('suspended');
  } finally {
    await changeStatus(room.custody, reviewer.id, 'approved');
  }
  await page.goto(`${room.origin}/attempts`);
  await page.getByRole('button', { name: 'Sign in with your passkey' }).click();
  await page.waitForURL('**/desk');
});

test('content of another shape is refused before custody sees it', async () => {
  const post = (path: string, data: unknown) =>
    page.request.fetch(room.origin + path, { method: 'POST', data, headers: { origin: room.origin } });
  const proposal = { type: 'decide', attempt, outcome: 'guilty', reason: 'x' };
  expect((await post('/acts', proposal)).status()).toBe(400);
  expect((await post('/acts', { ...proposal, outcome: 'refer', more: 1 })).status()).toBe(400);
  expect((await post('/acts', { ...proposal, outcome: 'refer', reason: 'x'.repeat(200_000) })).status()).toBe(413);
  expect((await post('/acts', { ...proposal, outcome: 'refer' })).status()).toBe(201);
});

test('a decision without a reason comes back as it was filled in', async () => {
  await page.goto(`${room.origin}/attempts/${attempt}`);
  await page.evaluate((of) => {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = '/acts';
    for (const [name, value] of Object.entries({ type: 'decide', attempt: of, outcome: 'refer', reason: '  ' })) {
      form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
    }
    document.body.append(form);
    form.submit();
  }, attempt);
  await page.getByText('Say what you saw and why you decide so.').waitFor();
  expect(await page.getByLabel('Refer the attempt to the responsible board').isChecked()).toBe(true);
  await inspect('decision-fault');
  await page.getByRole('textbox', { name: 'Reason' }).fill('The screen shows another person’s answers.');
  await page.getByRole('button', { name: 'Write the decision' }).click();
  await page.waitForURL('**/acts/*');
  await page.getByText('the attempt is referred to the responsible board').first().waitFor();
});

test('a moment is asked for and taken by the appliance’s own clock, in summer and winter', () => {
  const { TZ } = process.env;
  process.env['TZ'] = 'Europe/Berlin';
  try {
    for (const [at, shown] of [
      ['2026-11-23T15:00:00.000Z', '2026-11-23T16:00'],
      ['2027-06-30T22:30:00.000Z', '2027-07-01T00:30'],
    ] as const) {
      expect(localMinute(at)).toBe(shown);
      expect(moment('wrong').parse(shown)).toBe(at);
    }
    const field = String(<MomentField filled={UNFILLED} name="until" label="Until when?" hint="Soon." />);
    expect(field).toContain('Soon. Time zone: Europe/Berlin.');
  } finally {
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
  }
  for (const text of ['', 'tomorrow', '2026-11-23', '2026-13-01T00:00', '2026-11-23T25:00', '2026-11-23T10:00Z']) {
    expect(moment('wrong').safeParse(text).success, text).toBe(false);
  }
});
