import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, openContext, plugInSecurityKey } from './chromium.ts';
import { approve } from './custody-process.ts';
import { buildFaultyToken } from './faulty-token.ts';
import { FULL } from './full.ts';
import { inspectPage } from './page-inspection.ts';
import { reach } from './room-keyboard.ts';
import { openRoom } from './room-setting.ts';
import { handOut } from './sealing-setting.ts';

const WIDTHS = FULL ? [1280, 380] : [380];

let room: Awaited<ReturnType<typeof openRoom>>;
let folder: string;
let faulty: ReturnType<typeof buildFaultyToken>;
let browser: Browser;
let page: Page;
/** The officer who sits at the page. */
let officer: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'room-states-'));
  faulty = buildFaultyToken(folder);
  room = await openRoom({
    environment: { CLOISTER_PKCS11_MODULE: faulty.module, CLOISTER_LOG_LEVEL: 'silent', ...faulty.environment },
  });
  const { officers } = room.custody.founders;
  const approved = await approve(room.custody, officers, { name: 'Noor Vermeer', roles: ['privacy-officer'] });
  officer = approved.representative;
  browser = await launchChromium();
  page = await (await openContext(browser)).newPage();
  await plugInSecurityKey(page);
  await page.goto(`${room.origin}/enrolments/${approved.enrolment}`);
  await page.getByRole('button', { name: 'Enrol this passkey' }).click();
  await page.waitForURL('**/desk');
}, 120_000);

afterAll(async () => {
  faulty.have('none');
  await browser?.close();
  await room?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As `inspectPage`, at the widths that there is time for: where a page breaks, it breaks when it is narrow. */
async function inspect(name: string, at = page): Promise<void> {
  for (const width of WIDTHS) await inspectPage(at, name, width);
}

test('an act is proposed, signed and found again with the keyboard alone', async () => {
  await reach(page, 'People');
  await page.waitForURL('**/representatives');
  await reach(page, 'Approve somebody');
  await page.waitForURL('**/representatives/new');
  await reach(page, 'Name', 'O');
  await page.keyboard.type('laf Outside');
  await reach(page, /^Observer/, 'Space');
  await reach(page, 'Go on to sign the approval');
  await page.waitForURL('**/acts/*');
  await reach(page, 'Sign with your passkey');
  await page.getByText('You have signed it.').waitFor();
  await reach(page, 'Your desk');
  await page.waitForURL('**/desk');
  await reach(page, 'Olaf Outside becomes an observer for the whole institution.');
  await page.waitForURL('**/acts/*');
});

test('everything but the passkey works without JavaScript', async () => {
  const plain = await browser.newContext({
    storageState: await page.context().storageState(),
    javaScriptEnabled: false,
  });
  const still = await plain.newPage();
  await still.goto(`${room.origin}/units`);
  await still.getByLabel('Name').fill('Faculty of Law');
  await still.getByRole('button', { name: 'Go on to sign the registration' }).click();
  await still.waitForURL('**/acts/*');
  // A browser without scripts shows it; one that a test has stopped from running them does not.
  expect(await still.locator('noscript').innerHTML()).toContain('Passkeys and playback need JavaScript.');
  await still.getByRole('button', { name: 'Withdraw it' }).click();
  await still.getByText('It was withdrawn.').waitFor();
  await still.goto(`${room.origin}/representatives/${officer}/roles`);
  await still.getByLabel('Reviewer').check();
  await still.getByRole('button', { name: 'Go on to sign the change' }).click();
  await still.getByText('This is about yourself: others have to sign it.').waitFor();
  expect(await still.getByLabel('Reviewer').isChecked()).toBe(true);
  await plain.close();
});

test('an act that nobody signed in time says so, on its page and on the desk', async () => {
  await page.goto(`${room.origin}/desk`);
  await page.getByRole('link', { name: 'Olaf Outside' }).click();
  await page.waitForURL('**/acts/*');
  await room.custody.whileDown((database) => {
    const past = new Date(Date.now() - 1000).toISOString();
    database
      .prepare("UPDATE acts SET bytes = replace(bytes, expires_at, ?), expires_at = ? WHERE status = 'proposed'")
      .run(past, past);
  });
  await page.reload();
  await page.getByText('It expired before everybody had signed it.').waitFor();
  expect(await page.getByRole('button', { name: 'Sign with your passkey' }).count()).toBe(0);
  await inspect('act-expired');
  await page.goto(`${room.origin}/desk`);
  await page.getByText('Expired unsigned').waitFor();
  await inspect('desk-expired');
});

test('while the token is away, pages say so and what goes on; afterwards the same works', async () => {
  const state = async (wanted: string) =>
    expect.poll(async () => (await room.custody.room.state()).state, { timeout: 20_000 }).toBe(wanted);
  await page.goto(`${room.origin}/units`);
  await page.getByLabel('Name').fill('Faculty of Medicine');
  await page.getByRole('button', { name: 'Go on to sign the registration' }).click();
  await page.waitForURL('**/acts/*');
  faulty.have('removed');
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.getByText('The key token does not answer').waitFor();
  await state('token-away');
  await inspect('signing-token-away');

  const stranger = await (await openContext(browser)).newPage();
  await stranger.goto(room.origin);
  await stranger.getByText('The key token does not answer at the moment').waitFor();
  await inspect('sign-in-token-away', stranger);
  await stranger.context().close();

  // What is refused is entered in the ledger, which takes the token.
  const act = page.url();
  await page.goto(`${room.origin}/representatives/${officer}/roles`);
  await page.getByLabel('Reviewer').check();
  await page.getByRole('button', { name: 'Go on to sign the change' }).click();
  await page.getByRole('heading', { name: 'The key token does not answer' }).waitFor();
  await inspect('token-away');

  faulty.have('none');
  await state('open');
  await page.goto(act);
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.getByText('It is signed, in force, and entered in the ledger.').waitFor();
});

test('a sealed appliance says who has to come', async () => {
  const shares = await handOut(room.custody);
  await room.custody.operator.completeSealing();
  await room.custody.restart();
  for (const at of ['/', '/desk']) {
    const answer = await page.goto(room.origin + at);
    expect(answer?.status(), at).toBe(503);
    await page.getByRole('heading', { name: 'The appliance is sealed' }).waitFor();
    await page.getByText('0 of 2 have given theirs; 2 more have to come.').waitFor();
    for (const name of ['Ada Lang', 'Ben Oduya', 'Cleo Marsh']) await page.getByText(name).waitFor();
  }
  await inspect('sealed');
  await room.custody.operator.giveShare(shares[1] as Uint8Array<ArrayBuffer>);
  await page.reload();
  await page.getByText('1 of 2 have given theirs; 1 more has to come.').waitFor();
  expect(await page.getByText('Ben Oduya').count()).toBe(0);
  await room.custody.operator.giveShare(shares[0] as Uint8Array<ArrayBuffer>);
  await expect.poll(async () => (await page.goto(`${room.origin}/desk`))?.status(), { timeout: 20_000 }).toBe(200);
});
