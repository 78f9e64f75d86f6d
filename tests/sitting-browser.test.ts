import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import { enterExam } from '../app/exams/exam.ts';
import { fragmentOf } from '../app/exams/fingerprint.ts';
import { type ApplianceDatabase, openApplianceDatabase } from '../db/appliance/open.ts';
import { type Appliance, startAppliance } from './appliance.ts';
import { launchChromium, openContext } from './chromium.ts';
import { openDesk, publishExam } from './custody-process.ts';
import { FULL } from './full.ts';
import { inspectPage } from './page-inspection.ts';
import { FAKE_DEVICES } from './recorder-browser.ts';
import { enterStaffPages } from './staff-browser.ts';

let appliance: Appliance;
let browser: Browser;
let db: ApplianceDatabase;
let staff: Page;
let taker: Page;
const exam = randomUUID();
const early = randomUUID();
let fragment = '';

beforeAll(async () => {
  [appliance, browser] = await Promise.all([startAppliance({ testTakers: 1 }), launchChromium(FAKE_DEVICES)]);
  db = openApplianceDatabase(join(appliance.data, 'web/appliance.db'));
  const desk = await openDesk(appliance.data, appliance.room);
  const { policy, setup } = DEMONSTRATION;
  const timed = { ...setup, minutes: 30 };
  const rules = await publishExam(desk, { exam, title: 'Ethics, final exam', policy, setup: timed });
  enterExam(db, rules);
  fragment = fragmentOf(rules.examKey.applianceKey);
  const opensAt = new Date(Date.now() + 26 * 3_600_000).toISOString();
  const waiting = { ...setup, opensAt, arrangement: { ...setup.arrangement, answerDays: 1 }, lastEntryMinutes: 30 };
  enterExam(db, await publishExam(desk, { exam: early, title: 'Ethics, resit', policy, setup: waiting }));
  staff = await enterStaffPages(browser, appliance, 'administrator');
  taker = await (await openContext(browser)).newPage();
  await taker.addInitScript(() => {
    const devices = navigator.mediaDevices;
    const share = devices?.getDisplayMedia.bind(devices);
    if (share)
      devices.getDisplayMedia = async (options) => Object.assign(globalThis, { shared: await share(options) }).shared;
  });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  db?.$client.close();
  await appliance?.stop();
});

const inspect = async (page: Page, name: string) => {
  for (const width of [380, 1280]) await inspectPage(page, name, width);
};
const enter = (which: string, candidate: string, name: string) => {
  const { token } = enterTestTaker(db, { exam: which, candidate, name });
  return `${appliance.exam}/i/${token}#${fragment}`;
};
/** As when somebody presses the browser's own button for it: the track ends. */
const endSharing = () =>
  taker.evaluate(() => {
    for (const track of (globalThis as unknown as { shared: MediaStream }).shared.getTracks()) {
      track.stop();
      track.dispatchEvent(new Event('ended'));
    }
  });
const row = (name: string) => staff.getByRole('row').filter({ hasText: name });

test('an administrator sees who records and who needs help as it changes, and the test taker how long they have', async () => {
  enter(exam, 'E-2', 'Jonas Weber');
  await taker.goto(enter(exam, 'E-1', 'Amal Haddad'));
  await taker.goto(`${appliance.exam}/attempt/recorder`);
  await taker.click('[data-allow]');
  await taker.click('[data-share]');
  await taker.click('[data-start]:not([disabled])');
  await taker.waitForSelector('[data-time-left]:not([hidden])');
  expect(await taker.textContent('[data-remaining]')).toMatch(/^0:(29:\d\d|30:00)$/);

  await staff.goto(`${appliance.staff}/exams/${exam}`);
  await staff.getByRole('link', { name: 'See how it goes' }).click();
  await row('Amal Haddad').getByText('Recording').waitFor();
  await row('Jonas Weber').getByText('Not started').waitFor();
  await endSharing();
  await row('Amal Haddad').getByText('Screen not shared').waitFor({ timeout: 20_000 });
  await staff.getByRole('link', { name: /^Need help 1$/ }).waitFor();
  expect(await staff.locator('.tally[aria-current]').allTextContents()).toEqual(['All 2']);
  await inspect(staff, 'sitting');
}, 60_000);

test.runIf(FULL)(
  'more time is signed in the room and shown without a reload; when it is over nothing is cut off',
  async () => {
    // From here on nobody loads either page again by hand.
    await taker.evaluate(() => Object.assign(globalThis, { untouched: true }));
    await staff.getByRole('link', { name: 'Give Amal Haddad more time' }).click();
    expect(await staff.inputValue('#candidate')).toBe('E-1');
    await staff.fill('#minutes', '12');
    await staff.fill('#reason', 'A fire alarm at half past nine.');
    await inspect(staff, 'extension-new');
    await staff.getByRole('button', { name: 'Prepare it for signing' }).click();
    await staff.getByText('Until it is signed nobody has more time.').waitFor();
    await staff.getByRole('link', { name: 'Sign it in the reading room' }).click();
    await staff.getByText('“E-1” has 12 minutes more in “Ethics, final exam”').first().waitFor();
    await staff.getByRole('button', { name: 'Sign with your passkey' }).click();
    await taker
      .getByText(/You have 12 minutes more: your time ends at/)
      .first()
      .waitFor({ timeout: 20_000 });
    expect(await taker.textContent('[data-remaining]')).toMatch(/^0:4[01]:\d\d$/);

    // As if they had begun an hour ago.
    const began = new Date(Date.now() - 3_600_000).toISOString();
    db.$client.prepare('UPDATE attempts SET started_at = ? WHERE ended_at IS NULL').run(began);
    await taker.waitForSelector('[data-time-over]:not([hidden])', { timeout: 20_000 });
    expect(await taker.isVisible('[data-time-left]')).toBe(false);
    expect(await taker.getAttribute('[data-lamp=camera]', 'data-on')).toBe('true');
    expect(await taker.evaluate(() => 'untouched' in globalThis)).toBe(true);
    await inspect(taker, 'recorder-time-over');

    await staff.goto(`${appliance.staff}/exams/${exam}/sitting`);
    await row('Amal Haddad').getByText('(over)').waitFor();
    await taker.getByRole('button', { name: 'Finish the exam' }).click();
    await taker.click('[data-finish-confirm]');
    await taker.waitForSelector('[data-step=done]:not([hidden])');
    await row('Amal Haddad').getByText('Finished').waitFor({ timeout: 15_000 });
  },
  120_000,
);

test('before an exam opens its page counts down, at any width and in German', async () => {
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true, locale: 'de-DE' })).newPage();
  await page.goto(enter(early, 'W-1', 'Mei-Ling Chen'));
  const shown = () => page.textContent('[data-opens-in]');
  const first = await shown();
  await expect.poll(shown).not.toBe(first);
  expect(await shown()).toMatch(/^25:5\d:\d\d$/);
  await inspect(page, 'not-yet-open');
});
