import { hash } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Appliance, startAppliance } from './appliance.ts';
import { launchChromium, openContext } from './chromium.ts';
import { openDesk, signAll } from './custody-process.ts';
import { FULL } from './full.ts';
import { inspectPage } from './page-inspection.ts';
import { enterStaffPages } from './staff-browser.ts';

let appliance: Appliance;
let browser: Browser;
/** An exam administrator at their computer. */
let staff: Page;

beforeAll(async () => {
  const fake = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  [appliance, browser] = await Promise.all([startAppliance(), launchChromium(fake)]);
  staff = await enterStaffPages(browser, appliance, 'administrator');
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await appliance?.stop();
});

/** Looked at in every run, where a page breaks first; the others among the long tests, at both widths. */
const ALWAYS = ['arrangements-fault', 'request', 'open-requests-overdue', 'arrangements-refused'];

async function inspect(page: Page, name: string): Promise<void> {
  for (const width of FULL ? [1280, 380] : ALWAYS.includes(name) ? [380] : []) await inspectPage(page, name, width);
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** A test taker in a browser of their own, which notes what it is asked to record. */
async function arrive(index: number): Promise<{ page: Page; asked: () => Promise<object[]> }> {
  const page = await (await openContext(browser)).newPage();
  await page.addInitScript(() => {
    const { mediaDevices } = navigator;
    const asked: object[] = [];
    const real = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = (constraints) => {
      asked.push({ video: Boolean(constraints?.video), audio: Boolean(constraints?.audio) });
      return real(constraints);
    };
    Object.assign(globalThis, { asked });
  });
  await page.goto(appliance.testTakers[index]?.link as string);
  return { page, asked: () => page.evaluate(() => (globalThis as unknown as { asked: object[] }).asked) };
}

/** Reads web's own database. */
function read<T>(query: string, ...values: string[]): T[] {
  const database = new Database(join(appliance.data, 'web/appliance.db'), { readonly: true });
  const rows = database.prepare(query).all(...values) as T[];
  database.close();
  return rows;
}

/** @returns the sources of a test taker's recordings */
const recordedOf = (name: string) =>
  read<{ source: string }>(
    `SELECT source FROM recordings JOIN attempts ON attempts.id = attempt
      JOIN test_takers ON test_takers.id = test_taker WHERE name = ?`,
    name,
  ).map(({ source }) => source);

test('a test taker asks for more time without a camera by keyboard, gets it signed, and no camera is asked for', async () => {
  const { page, asked } = await arrive(0);
  await page.getByRole('link', { name: 'Ask for an arrangement' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('You need not say why.').waitFor();
  await inspect(page, 'arrangements-form');
  await page.getByRole('button', { name: 'Ask for this' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Tick what you need.').waitFor();
  // The focus is on the first thing that is missing.
  expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).value)).toBe('extra-time');
  await inspect(page, 'arrangements-fault');
  await page.keyboard.press('Space');
  await page.getByLabel(/^A kind of recording left out/).focus();
  await page.keyboard.press('Space');
  await page.getByLabel('How many minutes more?').fill('30');
  await page.getByLabel('My camera').check();
  await page.getByLabel(/^Anything that helps us/).fill('I read the questions aloud to myself.');
  await page.getByRole('button', { name: 'Ask for this' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Waits for an answer').waitFor();
  await inspect(page, 'arrangements-waiting');

  await staff.goto(appliance.staff);
  await staff.getByRole('link', { name: '1 request for an arrangement to be answered' }).click();
  await inspect(staff, 'open-requests');
  await staff.getByRole('link', { name: 'Amal Haddad' }).click();
  await staff.getByText('I read the questions aloud to myself.').waitFor();
  expect(await staff.getByLabel('Minutes more').inputValue()).toBe('30');
  await inspect(staff, 'request');
  await staff.getByRole('button', { name: 'Propose to grant this' }).click();
  await staff.getByText('The grant waits in the reading room').waitFor();
  await inspect(staff, 'request-waiting');
  await staff.getByRole('link', { name: 'Sign it in the reading room' }).click();
  await staff.waitForURL(`${appliance.room}/acts/*`);
  await staff.getByText('30 minutes more, their camera is not recorded').waitFor();
  await inspect(staff, 'request-act');
  await staff.getByRole('button', { name: 'Sign with your passkey' }).click();
  await staff.getByText('It is signed, in force, and entered in the ledger.').waitFor();

  await page.goto(`${appliance.exam}/attempt`);
  await page.getByText('You have 30 minutes more than others.').waitFor();
  await inspect(page, 'notice-arranged');
  await page.goto(`${appliance.exam}/attempt/arrangements`);
  await page.getByText('Granted', { exact: true }).waitFor();
  await inspect(page, 'arrangements-granted');
  await page.goto(`${appliance.exam}/attempt/recorder`);
  await page.getByRole('button', { name: 'Turn on microphone' }).click();
  await expect.poll(asked).toEqual([{ video: false, audio: true }]);
  await inspect(page, 'recorder-arranged');
});

test('an answer that is overdue is said loudly to both sides, and a refusal by two reaches the test taker in German', async () => {
  const { page } = await arrive(1);
  await page.goto(`${appliance.exam}/attempt/arrangements`);
  await page.getByLabel(/^Breaks/).check();
  await page.getByRole('button', { name: 'Ask for this' }).click();
  await page.getByText('Waits for an answer').waitFor();
  const database = new Database(join(appliance.data, 'web/appliance.db'));
  // As only time could.
  database
    .prepare("UPDATE arrangement_requests SET due_at = '2026-01-05T10:00:00.000Z' WHERE answered_at IS NULL")
    .run();
  database.close();
  await page.reload();
  await page.getByText('The answer is overdue').waitFor();
  await inspect(page, 'arrangements-overdue');
  await staff.goto(`${appliance.staff}/arrangements`);
  await staff.getByText('1 answer is overdue').waitFor();
  await inspect(staff, 'open-requests-overdue');
  await staff.getByRole('link', { name: 'Jonas Weber' }).click();
  await staff.getByText('Refuse it', { exact: true }).click();
  await staff.getByLabel('Why?').fill('This exam has a break for everybody after each hour.');
  await staff.getByRole('button', { name: 'Propose to refuse it' }).click();
  await staff.getByText('The refusal waits in the reading room').waitFor();
  await staff.getByRole('link', { name: 'Sign it in the reading room' }).click();
  await staff.waitForURL(`${appliance.room}/acts/*`);
  const act = staff.url().split('/').at(-1) as string;
  await staff.getByRole('button', { name: 'Sign with your passkey' }).click();
  await staff
    .getByText(/takes? (one|another) more|somebody else|other person/i)
    .first()
    .waitFor();
  const desk = await openDesk(appliance.data, appliance.room);
  await signAll(desk, act, [desk.founders.officers[0]]);
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await page.getByText('Abgelehnt').waitFor();
  await page.getByText('This exam has a break for everybody after each hour.').waitFor();
  await inspect(page, 'arrangements-refused');
});

test.runIf(FULL)(
  'a recorder that was opened before a recording was left out does not make it, and goes on by itself',
  async () => {
    const { page } = await arrive(2);
    const recorder = await page.context().newPage();
    await recorder.goto(`${appliance.exam}/attempt/recorder`);
    await recorder.getByRole('button', { name: 'Turn on camera and microphone' }).click();
    await recorder.getByRole('heading', { name: 'Check camera, microphone and screen' }).waitFor();
    await page.goto(`${appliance.exam}/attempt/arrangements`);
    await page.getByLabel(/^A kind of recording left out/).check();
    await page.getByLabel('My screen').check();
    await page.getByRole('button', { name: 'Ask for this' }).click();
    await page.getByText('Waits for an answer').waitFor();
    const open = 'SELECT id AS request, exam FROM arrangement_requests WHERE answered_at IS NULL';
    const [request] = read<{ request: string; exam: string }>(open) as [{ request: string; exam: string }];
    const desk = await openDesk(appliance.data, appliance.room);
    const terms = { extraMinutes: 0, breakMinutes: 0, leftOut: ['screen' as const], anyDevice: false, elsewhere: '' };
    const { act } = await desk.web.propose({ type: 'grant-arrangement', ...request, terms });
    await signAll(desk, act, [desk.founders.administrator]);

    await recorder.getByRole('button', { name: 'Share your screen' }).click();
    await recorder.getByRole('button', { name: /^Start/ }).click();
    // Opened anew, it finds its attempt running, and records what is left.
    await recorder.getByText('Camera on').waitFor();
    expect(await recorder.locator('[data-lamp="screen"]').count()).toBe(0);
    expect(recordedOf('Mei-Ling Chen')).toEqual(['camera']);
    // Nor is it taken from a browser that asks all the same.
    const [{ attempt, key }] = read<{ attempt: string; key: Buffer }>(
      'SELECT id AS attempt, public_key AS key FROM attempts',
    ) as [{ attempt: string; key: Buffer }];
    const begin = (source: string) =>
      recorder.evaluate(
        async (body) =>
          (await fetch('/recordings', { method: 'POST', body, headers: { 'content-type': 'application/json' } }))
            .status,
        JSON.stringify({
          ...{ attempt, key: hash('sha256', key, 'base64url'), source },
          ...{ mimeType: 'video/webm', startedAt: new Date().toISOString() },
        }),
      );
    expect([await begin('camera'), await begin('screen')]).toEqual([200, 400]);
    expect(recordedOf('Mei-Ling Chen')).toEqual(['camera']);
  },
);
