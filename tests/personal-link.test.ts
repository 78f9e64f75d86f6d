import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Appliance, startAppliance } from './appliance.ts';
import { launchChromium, openContext } from './chromium.ts';

let appliance: Appliance;
let browser: Browser;
let context: BrowserContext;
const FOREIGN = 'A'.repeat(43);

beforeAll(async () => {
  [appliance, browser] = await Promise.all([startAppliance({ testTakers: 1 }), launchChromium()]);
  context = await openContext(browser);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await appliance?.stop();
});

const kept = (page: Page) => page.evaluate(() => sessionStorage.getItem('cloister-key'));

test('the first key that a tab learns stays: after another one the recorder says so and does not record', async () => {
  const page = await context.newPage();
  const link = new URL(appliance.testTakers[0]?.link ?? '');
  await page.goto(link.href);
  expect(new URL(page.url()).pathname).toBe('/attempt');
  const named = link.hash.slice('#key='.length);
  expect(named).toHaveLength(43);
  await expect.poll(() => kept(page)).toBe(named);
  await page.goto(`${appliance.exam}/attempt/recorder`);
  await page.locator('[data-allow]:enabled').waitFor();
  expect(await page.locator('[data-failure]').isVisible()).toBe(false);
  expect(await page.locator('[data-unchecked]').count()).toBe(0);

  await page.goto(`${appliance.exam}/attempt#key=${FOREIGN}`);
  expect(await kept(page)).toBe(named);
  await page.goto(`${appliance.exam}/attempt/recorder`);
  await page.locator('[data-failure]:visible').waitFor();
  expect(await page.locator('[data-failure]').innerText()).toContain('name different keys, so nothing is recorded');
  expect(await page.locator('[data-allow]').isDisabled()).toBe(true);
  await page.close();
});

test('where no link named a key the recorder says that it compared nothing, and is not alarmed', async () => {
  const page = await context.newPage();
  await page.goto(`${appliance.exam}/attempt/recorder`);
  await page.locator('[data-allow]:enabled').waitFor();
  expect(await page.locator('[data-unchecked]').innerText()).toContain('could not compare it');
  expect(await page.locator('[data-failure]').isVisible()).toBe(false);
  await page.close();
});
