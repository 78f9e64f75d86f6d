import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Appliance, startAppliance } from './appliance.ts';
import { launchChromium, openContext, plugInSecurityKey } from './chromium.ts';
import { FULL } from './full.ts';
import { inspectPage } from './page-inspection.ts';

let appliance: Appliance;
let browser: Browser;
/** A test taker, and a privacy officer at their computer. */
let testTaker: Page;
let officer: Page;

beforeAll(async () => {
  [appliance, browser] = await Promise.all([startAppliance(), launchChromium()]);
  testTaker = await (await openContext(browser)).newPage();
  officer = await (await openContext(browser)).newPage();
  await plugInSecurityKey(officer);
  await officer.goto(appliance.enrol[0] as string);
  await officer.getByRole('button', { name: 'Enrol this passkey' }).click();
  await officer.waitForURL('**/desk');
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await appliance?.stop();
});

async function inspect(page: Page, name: string): Promise<void> {
  for (const width of FULL ? [1280, 380] : [380]) await inspectPage(page, name, width);
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** Opens the way to report at the foot of a page. @returns the new tab */
async function wayFrom(page: Page): Promise<Page> {
  const [tab] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('link', { name: 'Report a prohibited use' }).click(),
  ]);
  await tab.waitForLoadState();
  return tab;
}

test('a test taker reports from the recorder’s page, which stays as it is; a privacy officer answers; the number shows it', async () => {
  await testTaker.goto(appliance.testTakers[0]?.link ?? '');
  await testTaker.goto(`${appliance.exam}/attempt/recorder`);
  await testTaker.evaluate(() => Object.assign(window, { stays: true }));
  const tab = await wayFrom(testTaker);
  expect(new URL(tab.url()).search).toBe('?page=/attempt/recorder');
  await inspect(tab, 'report-new');
  await tab.getByLabel('What happened?').fill('An e-mail asks us to come without a headscarf.');
  await tab.getByRole('radio', { name: /^Clothing/ }).check();
  await tab.getByRole('radio', { name: /^With my name/ }).check();
  await tab.getByRole('button', { name: 'File the report' }).focus();
  await tab.keyboard.press('Enter');
  await tab.getByRole('heading', { name: 'Your report is filed' }).waitFor();
  await inspect(tab, 'report-filed');
  const number = (await tab.locator('.keepsake span').allInnerTexts()).join(' ');
  expect(tab.url(), 'the number is in no address').toBe(`${appliance.exam}/reports`);
  const [download] = await Promise.all([
    tab.waitForEvent('download'),
    tab.getByRole('button', { name: 'Save the number as a file' }).click(),
  ]);
  expect(readFileSync(await download.path(), 'utf8')).toContain(number.replaceAll(' ', '-'));
  await tab.close();
  expect(await testTaker.evaluate(() => 'stays' in window), 'the page of the recorder').toBe(true);

  await officer.reload();
  await officer.getByText('A report of a prohibited use waits for an answer.').waitFor();
  await inspect(officer, 'report-alert');
  await officer.getByRole('link', { name: 'Read and answer' }).click();
  await inspect(officer, 'report-list');
  await officer.getByRole('link', { name: 'A demand about clothing' }).click();
  await inspect(officer, 'report-read');
  await officer.getByLabel('Is the report right?').selectOption('upheld');
  await officer.getByLabel('Your answer to the reporter').fill('You wear what you wear. The e-mail was withdrawn.');
  await officer.getByRole('button', { name: 'Go on to sign the answer' }).click();
  await officer.waitForURL('**/acts/*');
  await inspect(officer, 'report-act');
  await officer.getByRole('button', { name: 'Sign with your passkey' }).click();
  await officer.getByText('It is signed, in force, and entered in the ledger.').waitFor();
  expect(await officer.getByText('waits for an answer').count()).toBe(0);

  await testTaker.goto(`${appliance.exam}/reports`);
  await testTaker.getByLabel('Number of your report').fill(number);
  await testTaker.getByRole('button', { name: 'Show the answer' }).click();
  await testTaker.getByText('Answered: your report is upheld').first().waitFor();
  await inspect(testTaker, 'report-answer');
  await testTaker.goto(`${appliance.exam}/attempt`);
  await testTaker.getByText('The e-mail was withdrawn.').waitFor();
  await inspect(testTaker, 'report-own');
});
