import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, type TestContext, vi } from 'vitest';
import { type Appliance, startAppliance } from './appliance.ts';
import { findBarriers, measureTargets } from './barriers.ts';
import { launchChromium, openContext } from './chromium.ts';
import { FULL } from './full.ts';

// Each encodes for a while, and a busy machine takes its time.
vi.setConfig({ testTimeout: 180_000 });

let appliance: Appliance;
let folder: string;

beforeAll(async () => {
  appliance = await startAppliance({ testTakers: 1 });
  folder = mkdtempSync(join(tmpdir(), 'check-'));
});

afterAll(async () => {
  await appliance?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens the check with these devices, its page answering questions of its browser at once. */
async function openCheck({ onTestFinished }: TestContext, flags: string[], path = '/check'): Promise<Page> {
  const browser = await launchChromium(['--use-fake-ui-for-media-stream', ...flags]);
  onTestFinished(() => browser.close());
  const context = await openContext(browser);
  const page = await context.newPage();
  if (path !== '/check') await page.goto(appliance.testTakers[0]?.link ?? '');
  await page.goto(`${appliance.exam}${path}`);
  return page;
}

const row = (page: Page, check: string) => page.locator(`[data-check-row=${check}]`);

/** @returns a row's verdict, once it is there, and its sentence */
async function found(page: Page, check: string): Promise<{ verdict: string; sentence: string }> {
  await row(page, check).locator('[data-verdict] .status').waitFor({ timeout: 60_000 });
  const [verdict, sentence] = await Promise.all([
    row(page, check).locator('[data-verdict]').innerText(),
    row(page, check).locator('[data-sentence]').innerText(),
  ]);
  return { verdict: verdict.trim(), sentence };
}

async function leaveOut(page: Page, check: string): Promise<void> {
  await row(page, check).getByRole('button', { name: 'Leave this out' }).click();
}

const over = (page: Page) => page.locator('[data-after]:not([hidden])').waitFor({ timeout: 60_000 });

/** The line as it might be at home: bits a second out of the house. */
async function narrow(page: Page, uploadBitrate: number): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const line = { offline: false, latency: 40, downloadThroughput: -1, uploadThroughput: uploadBitrate / 8 };
  await devtools.send('Network.emulateNetworkConditions', line);
}

test.runIf(FULL)(
  'with camera, microphone, screen and line the device will do; the result can be copied and holds no name of anything',
  async (context) => {
    const page = await openCheck(context, ['--use-fake-device-for-media-stream'], '/attempt/check');
    await page.context().grantPermissions(['camera', 'microphone', 'clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Start the check' }).press('Enter');
    expect((await found(page, 'camera')).verdict).toBe('Will do');
    expect(await found(page, 'microphone')).toMatchObject({ verdict: 'Will do', sentence: 'You are heard.' });
    // The page's one button that needs a hand has the focus.
    await row(page, 'screen').getByRole('button', { name: 'Share the screen' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Share the screen');
    await page.keyboard.press('Enter');
    expect((await found(page, 'screen')).sentence).toBe('Your whole screen can be shared.');
    await over(page);
    for (const check of ['browser', 'storage', 'upload', 'round-trip', 'clock', 'power'])
      expect((await found(page, check)).verdict, check).toBe('Will do');
    const measured = /sends ([\d.]+) Mbit\/s/.exec((await found(page, 'upload')).sentence);
    expect(Number(measured?.[1])).toBeGreaterThan(1.4);
    // What the processor gives depends on who else uses it; it did encode.
    expect((await found(page, 'processor')).sentence).toMatch(/encodes what is recorded [\d.]+ times as fast/);
    expect(await page.locator('[data-summary]').innerText()).toMatch(/This device will do|does not do: processor\./);
    expect(await page.evaluate(() => document.activeElement?.hasAttribute('data-summary'))).toBe(true);

    await page.getByRole('button', { name: 'Copy the result' }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('Upload: Will do. Your line sends');
    expect(copied).toMatch(/UTC, Chrome \d+ on Linux/);
    const names = await page.evaluate(async () =>
      (await navigator.mediaDevices.enumerateDevices()).flatMap(({ label, deviceId }) => [label, deviceId]),
    );
    expect(names.some((name) => /fake/i.test(name))).toBe(true);
    const telling = [...names.filter((name) => name !== 'default'), await page.locator('.person .name').innerText()];
    for (const name of telling.filter(Boolean)) expect(copied).not.toContain(name);
    const kept = await page.evaluate(async () => ({
      databases: (await indexedDB.databases()).map(({ name }) => name),
      stored: [localStorage.length],
    }));
    expect(kept).toEqual({ databases: [], stored: [0] });

    for (const width of [1280, 380]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await measureTargets(page)).toEqual({ small: [], tooWide: 0 });
      expect(await findBarriers(page)).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    expect(await findBarriers(page, ['color-contrast'])).toEqual([]);
  },
);

// These wait for slow lines and silent microphones most of the time.
test
  .runIf(FULL)
  .concurrent(
    'with a silent microphone and a window for a screen it says what to do; a line of 500 kbit/s carries a coarser picture',
    async (context) => {
      const silence = join(folder, 'silence.wav');
      writeFileSync(silence, silentWav(2));
      const page = await openCheck(context, [
        '--use-fake-device-for-media-stream=display-media-type=window',
        `--use-file-for-fake-audio-capture=${silence}`,
      ]);
      // Chromium's fake picker does as the page would like; people choose otherwise.
      await page.evaluate(() => {
        const devices = navigator.mediaDevices;
        const share = devices.getDisplayMedia.bind(devices);
        devices.getDisplayMedia = () => share({ video: true });
      });
      await narrow(page, 500_000);
      await page.click('[data-start]');
      expect((await found(page, 'camera')).verdict).toBe('Will do');
      const microphone = await found(page, 'microphone');
      expect(microphone).toMatchObject({ verdict: 'Does not do', sentence: expect.stringMatching(/on but silent/) });
      await row(page, 'screen').getByRole('button', { name: 'Share the screen' }).click();
      await row(page, 'screen').getByRole('button', { name: 'Choose again' }).click();
      expect((await found(page, 'screen')).sentence).toMatch(/You shared a window/);
      const upload = await found(page, 'upload');
      expect(upload.verdict).toBe('Will do, with a coarser picture');
      const rate = Number(/sends (\d+) kbit\/s/.exec(upload.sentence)?.[1]);
      expect(rate).toBeGreaterThan(350);
      expect(rate).toBeLessThan(650);
      await over(page);
      const summary = await page.locator('[data-summary]').innerText();
      expect(summary).toMatch(/does not do: microphone, screen sharing/);
      expect(await findBarriers(page)).toEqual([]);
    },
  );

test
  .runIf(FULL)
  .concurrent(
    'without a camera, a microphone and room and on a line of 60 kbit/s it does not do; what is left out stays open',
    async (context) => {
      const page = await openCheck(context, []);
      const devtools = await page.context().newCDPSession(page);
      await devtools.send('Storage.overrideQuotaForOrigin', { origin: appliance.exam, quotaSize: 20e6 });
      await narrow(page, 60_000);
      await page.click('[data-start]');
      expect(await found(page, 'storage')).toMatchObject({
        verdict: 'Does not do',
        sentence: expect.stringMatching(/room for only \d+ MB/),
      });
      const camera = await found(page, 'camera');
      expect(camera).toMatchObject({ verdict: 'Does not do', sentence: expect.stringMatching(/No camera was found/) });
      const microphone = await found(page, 'microphone');
      expect(microphone).toMatchObject({ verdict: 'Does not do', sentence: expect.stringMatching(/No microphone/) });
      await leaveOut(page, 'screen');
      expect((await found(page, 'screen')).verdict).toBe('Not checked');
      expect(await found(page, 'upload')).toMatchObject({
        verdict: 'Does not do',
        sentence: expect.stringMatching(/sends \d\d kbit\/s\. Even the coarsest picture needs 147 kbit\/s/),
      });
      await over(page);
    },
  );

test.concurrent('refused devices are named with the way to allow them', async (context) => {
  const page = await openCheck(context, ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream=deny']);
  await page.click('[data-start]');
  expect((await found(page, 'camera')).sentence).toMatch(/did not allow the camera\. Allow it with the icon/);
  expect((await found(page, 'microphone')).sentence).toMatch(/did not allow the microphone/);
});

/** @param seconds of silence @returns a WAV file, mono, 16 bits at 48 kHz */
function silentWav(seconds: number): Buffer {
  const data = Buffer.alloc(96_000 * seconds);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(48_000, 24);
  head.writeUInt32LE(96_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
