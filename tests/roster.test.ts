import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Appliance, beginAttempt, startAppliance } from './appliance.ts';
import { launchChromium, openContext, plugInSecurityKey } from './chromium.ts';

let appliance: Appliance;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  [appliance, browser] = await Promise.all([startAppliance({ testTakers: 2 }), launchChromium()]);
  context = await openContext(browser);
  page = await context.newPage();
  await plugInSecurityKey(page);
  await page.goto(appliance.enrol[0] ?? '');
  await page.getByRole('button', { name: 'Enrol this passkey' }).click();
  await page.waitForURL('**/desk');
  await page.goto(`${appliance.room}/tickets`);
  await page.locator('main form button').click();
  await page.locator('form[action^="https://staff"] button').click();
  await page.waitForURL(`${appliance.staff}/`);
  await page.close();
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.clock.install();
  await page.goto(appliance.staff);
  await page.getByRole('link', { name: /Introduction to Logic/ }).click();
  await page.getByText('2 not started, 0 recording').waitFor();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await appliance?.stop();
});

test('the roster follows attempts while it stands open, within the policy that lets no code in', async () => {
  await beginAttempt(appliance.exam, appliance.testTakers[0]?.link ?? '');
  // Twice: what came in asks again.
  for (const shown of ['1 not started, 1 recording', '1 not started, 1 recording']) {
    const asked = page.waitForResponse((answer) => answer.url().endsWith('/roster'));
    await page.clock.fastForward(10_000);
    expect((await asked).status()).toBe(200);
    await page.getByText(shown).waitFor();
  }
  expect(await page.locator('h1').count()).toBe(1);
  expect(await page.getByText('Recording since').count()).toBe(1);
  expect(complaints).toEqual([]);
});

test('without JavaScript it is a plain page with the same table', async () => {
  const plain = await browser.newContext({
    ignoreHTTPSErrors: true,
    javaScriptEnabled: false,
    storageState: await context.storageState(),
  });
  const still = await plain.newPage();
  await still.goto(page.url());
  expect(await still.getByRole('row').count()).toBe(3);
  await still.getByText('1 not started, 1 recording').waitFor();
  await plain.close();
});

test('an appliance that fails leaves what is there; a session that has ended says where to sign in', async () => {
  await page.route('**/roster', (route) => route.fulfill({ status: 503, contentType: 'text/html', body: 'busy' }));
  let asked = page.waitForResponse((answer) => answer.url().endsWith('/roster'));
  await page.clock.fastForward(10_000);
  await asked;
  await page.unroute('**/roster');
  expect(await page.getByText('1 not started, 1 recording').isVisible()).toBe(true);

  await context.clearCookies();
  asked = page.waitForResponse((answer) => answer.url().endsWith('/roster'));
  await page.clock.fastForward(10_000);
  expect((await asked).status()).toBe(401);
  await page.getByRole('heading', { name: 'Sign in in the reading room' }).waitFor();
  expect(await page.locator('main').count()).toBe(1);
  expect(await page.getByRole('table').count()).toBe(0);
});
