import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from './chromium.ts';
import { inspectPage } from './page-inspection.ts';
import { openRoom } from './room-setting.ts';
import { handOut } from './sealing-setting.ts';

let room: Awaited<ReturnType<typeof openRoom>>;
let browser: Browser;
beforeAll(async () => {
  [room, browser] = await Promise.all([openRoom(), launchChromium()]);
});
afterAll(async () => {
  await browser?.close();
  await room?.close();
});

test('while custody is sealed each page of the room says who can still come, until they have come', async () => {
  const { custody, origin } = room;
  const shares = await handOut(custody);
  await custody.operator.completeSealing();
  await custody.restart();
  const page = await browser.newPage();
  const words = () => page.locator('main').innerText();

  for (const path of ['/', '/attempts']) {
    expect((await page.goto(`${origin}${path}`))?.status()).toBe(503);
    expect(await words()).toMatch(/0 of 2 have given theirs; 2 more have to come/);
    expect(await page.locator('main li').allInnerTexts()).toEqual(['Ada Lang', 'Ben Oduya', 'Cleo Marsh']);
  }
  for (const width of [1280, 380]) await inspectPage(page, 'sealed', width);

  await custody.operator.giveShare(shares[1] as Uint8Array<ArrayBuffer>);
  await page.getByRole('link', { name: 'Look again' }).click();
  await expect.poll(words).toMatch(/1 of 2 have given theirs; 1 more has to come/);
  expect(await page.locator('main li').allInnerTexts()).toEqual(['Ada Lang', 'Cleo Marsh']);

  await custody.operator.giveShare(shares[0] as Uint8Array<ArrayBuffer>);
  await page.getByRole('link', { name: 'Look again' }).click();
  await expect.poll(words).toContain('Sign in with your passkey');
});
