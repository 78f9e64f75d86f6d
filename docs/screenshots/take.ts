// Takes the pictures of the README from a real appliance: bin/node docs/screenshots/take.ts
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startAppliance } from '../../tests/appliance.ts';
import { cameraFrom, launchChromium, openContext, plugInSecurityKey } from '../../tests/chromium.ts';
import { makeNumberedVideo } from '../../tests/numbered-video.ts';

const PATIENCE_MS = 60_000;
/** Two chapters of the demonstration exam, so that the player shows where one ends. */
const RECORDED_MS = 45_000;
const PHONE = { width: 380, height: 800 };
const DESK = { width: 1280, height: 800 };
/** High enough for the player's buttons, and for receipt and entries together. */
const TALL = { width: 1280, height: 960 };

const folder = mkdtempSync(join(tmpdir(), 'cloister-pictures-'));
const video = join(folder, 'numbered.mjpeg');
await makeNumberedVideo(video, 120);
const appliance = await startAppliance();
const browser = await launchChromium(cameraFrom(video));

try {
  const [amal, jonas] = appliance.testTakers;
  const testTaker = await openPage();
  await testTaker.goto(amal?.link ?? '');
  await take(testTaker, 'notice-1280');
  await testTaker.setViewportSize(PHONE);
  await take(testTaker, 'notice-380');
  await testTaker.setViewportSize(DESK);
  await record(testTaker);
  await testTaker.waitForTimeout(RECORDED_MS);
  await take(testTaker, 'recorder-1280');
  await finish(testTaker);

  // A second attempt that is still going on, so that queue and roster show both.
  const other = await openPage();
  await other.goto(jonas?.link ?? '');
  await record(other);

  const reviewer = await openPage();
  await plugInSecurityKey(reviewer);
  await reviewer.goto(appliance.enrol[2] ?? '');
  await reviewer.getByRole('button', { name: /Enrol this passkey/ }).click();
  await reviewer.waitForURL('**/desk');
  await reviewer.goto(`${appliance.room}/attempts`);
  await take(reviewer, 'queue-1280');
  await reviewer.getByRole('link', { name: 'T-0001' }).click();
  await reviewer.getByRole('button', { name: /Ask for the key/ }).click();
  await reviewer.waitForURL('**/acts/*');
  await take(reviewer, 'act-1280');
  await reviewer.getByRole('button', { name: /Sign with your passkey/ }).click();
  await reviewer.waitForURL('**/grants/*');
  await reviewer.setViewportSize(TALL);
  await reviewer.locator('[data-player]:not([data-state=loading])').waitFor();
  await reviewer.keyboard.press('k');
  await reviewer.locator('[data-player][data-state=playing]').waitFor();
  await reviewer.waitForTimeout(12_000);
  await take(reviewer, 'player-1280');
  await Promise.all([reviewer.waitForResponse('**/end'), reviewer.locator('form[data-part=end] button').click()]);

  await testTaker.goto(amal?.link ?? '');
  await testTaker.setViewportSize(TALL);
  await testTaker.getByRole('heading', { name: 'Your receipt' }).evaluate((heading) => heading.scrollIntoView());
  await take(testTaker, 'receipt-1280');

  await reviewer.setViewportSize(DESK);
  await reviewer.goto(`${appliance.room}/tickets`);
  await reviewer.getByRole('button', { name: 'Take a ticket' }).click();
  await reviewer.getByRole('button', { name: 'Go to the staff pages' }).click();
  await reviewer.waitForURL(`${appliance.staff}/`);
  await reviewer.locator('main a[href^="/exams/"]').first().click();
  await reviewer.waitForURL('**/exams/*');
  await take(reviewer, 'roster-1280');
} finally {
  await browser.close();
  await appliance.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function openPage(): Promise<Page> {
  const context = await openContext(browser, DESK);
  context.setDefaultTimeout(PATIENCE_MS);
  return context.newPage();
}

/** Goes from the notice to a recorder that has stored something. */
async function record(page: Page): Promise<void> {
  await page.getByRole('link', { name: /Check what is recorded/ }).click();
  await page.locator('[data-allow]').click();
  await page.locator('[data-share]').click();
  await page.locator('[data-start]:not([disabled])').click();
  await page
    .locator('[data-truth]')
    .getByText(/Everything up to .* is stored/)
    .waitFor();
}

async function finish(page: Page): Promise<void> {
  await page.locator('[data-finish]').click();
  await page.locator('[data-finish-confirm]').click();
  await page.locator('[data-step=done]').waitFor();
}

async function take(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(import.meta.dirname, `${name}.png`), animations: 'disabled' });
  console.log(name);
}
