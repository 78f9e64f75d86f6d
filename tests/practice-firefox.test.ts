import type { Browser, Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Appliance, startAppliance } from './appliance.ts';
import { type Desktop, launchFirefox, startDesktop } from './firefox.ts';
import { FULL } from './full.ts';

/** Chromium has it in every run; Firefox in the long one. */
describe.runIf(FULL)('in Firefox', () => {
  let appliance: Appliance;
  let desktop: Desktop;
  let browser: Browser | undefined;

  beforeAll(async () => {
    [appliance, desktop] = await Promise.all([startAppliance({ testTakers: 1 }), startDesktop()]);
  });

  afterAll(async () => {
    await appliance?.stop();
    await desktop?.stop();
  });

  afterEach(() => browser?.close());

  async function until(page: Page, holds: () => boolean, seconds: number): Promise<void> {
    await expect.poll(() => page.evaluate(holds), { timeout: 1000 * seconds, interval: 200 }).toBe(true);
  }

  const sentence = (page: Page, check: string) =>
    page.$eval(`[data-check-row=${check}]`, (row) => (row as HTMLElement).innerText);

  test('the check finds everything, and says of the screen what cannot be told', async () => {
    browser = await launchFirefox(desktop);
    const page = await browser.newPage();
    await page.goto(`${appliance.exam}/check`);
    await page.click('[data-start]');
    await until(page, () => document.activeElement?.hasAttribute('data-act') === true, 40);
    await page.click('[data-act]');
    await until(page, () => document.querySelector<HTMLElement>('[data-after]')?.hidden === false, 90);
    for (const check of ['browser', 'storage', 'camera', 'microphone', 'upload', 'round-trip', 'clock'])
      expect(await sentence(page, check)).toMatch(/Will do\n/);
    expect(await sentence(page, 'screen')).toMatch(/does not say what is shared.*not held against you/);
    expect(await sentence(page, 'processor')).toMatch(/encodes what is recorded [\d.]+ times as fast/);
    expect(await page.$eval('[data-text]', (text) => text.textContent)).toMatch(/Firefox \d+ on Linux/);
  }, 180_000);

  test('where no sound can come out the microphone could not be measured, and the check goes on', async () => {
    browser = await launchFirefox();
    const page = await browser.newPage();
    await page.goto(`${appliance.exam}/check`);
    await page.click('[data-start]');
    await until(page, () => document.activeElement?.hasAttribute('data-act') === true, 60);
    expect(await sentence(page, 'microphone')).toMatch(
      /Could not be measured\n+It is on\. .*loudspeakers or headphones/,
    );
  }, 120_000);

  test('a practice run records and shows its end', async () => {
    browser = await launchFirefox(desktop);
    const page = await browser.newPage();
    await page.goto(appliance.testTakers[0]?.link ?? '');
    await page.goto(`${appliance.exam}/attempt/practice`);
    await until(page, () => document.querySelector<HTMLButtonElement>('[data-allow]')?.disabled === false, 20);
    await page.click('[data-allow]');
    await page.click('[data-share]');
    await until(page, () => document.querySelector<HTMLButtonElement>('[data-start]')?.disabled === false, 30);
    await page.click('[data-start]');
    await until(page, () => /thrown away/.test(document.querySelector('[data-truth]')?.textContent ?? ''), 30);
    // Longer than a chapter of a practice run.
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    await page.click('[data-finish]');
    await page.click('[data-finish-confirm]');
    await until(
      page,
      () => /last half minute\./.test(document.querySelector('[data-playback-message]')?.textContent ?? ''),
      60,
    );
    await page.$eval('video[controls]', (video) => void (video as HTMLVideoElement).play());
    await until(
      page,
      () =>
        [...document.querySelectorAll<HTMLVideoElement>('video[data-play]')].every(
          (video) => video.currentTime > 11 && video.getVideoPlaybackQuality().totalVideoFrames > 20,
        ),
      40,
    );
  }, 180_000);
});
