import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { decodeMetadata } from '../app/wire.ts';
import { type Appliance, beginAttempt, startAppliance } from './appliance.ts';
import { digestFiles } from './appliance-files.ts';
import { findBarriers, measureTargets } from './barriers.ts';
import { launchChromium, openContext } from './chromium.ts';
import { FULL } from './full.ts';

const CLUSTER = Buffer.from('1f43b675', 'hex');
const EBML = Buffer.from('1a45dfa3', 'hex');

let appliance: Appliance;
let browser: Browser;

beforeAll(async () => {
  appliance = await startAppliance({ testTakers: 2 });
  browser = await launchChromium(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);
});

afterAll(async () => {
  await browser?.close();
  await appliance?.stop();
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

async function startPractice(testTaker: number, before: (page: Page) => unknown = () => {}): Promise<Page> {
  const context = await openContext(browser);
  const page = await context.newPage();
  await page.goto(appliance.testTakers[testTaker]?.link ?? '');
  await before(page);
  await page.getByRole('link', { name: 'Practise' }).click();
  await page.click('[data-allow]');
  await page.click('[data-share]');
  await page.locator('[data-start]:not([disabled])').waitFor({ timeout: 20_000 });
  expect(await page.locator('[data-start]').textContent()).toBe('Start the practice');
  await page.click('[data-start]');
  await page.locator('[data-step=record]').waitFor();
  return page;
}

async function finish(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Finish the practice' }).click();
  await page.locator('[data-finish-confirm]').click();
  await page.getByRole('heading', { name: 'This was practice. Nothing was kept.' }).waitFor({ timeout: 30_000 });
}

const said = (page: Page, words: RegExp) =>
  page.locator('[data-truth]').filter({ hasText: words }).waitFor({ timeout: 30_000 });

test('a practice run goes as the exam goes, keeps nothing anywhere, and shows its end once, here alone', async () => {
  const bodies: Buffer[] = [];
  const others: string[] = [];
  let before: Record<string, string> = {};
  const listen = (page: Page) => {
    before = digestFiles(appliance.data);
    void page.addInitScript(() => {
      const devices = navigator.mediaDevices;
      const share = devices.getDisplayMedia.bind(devices);
      devices.getDisplayMedia = async (options) => {
        const stream = await share(options);
        Object.assign(window, { shared: stream.getVideoTracks()[0] });
        return stream;
      };
    });
    page.on('request', (request: Request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith('/practice/')) bodies.push(request.postDataBuffer() ?? Buffer.alloc(0));
      else if (request.method() !== 'GET') others.push(pathname);
    });
  };
  const page = await startPractice(0, listen);
  expect(await page.title()).toMatch(/^Practice: /);
  await said(page, /was sent and thrown away/);
  expect(await page.locator('[data-exam]').getAttribute('href')).toMatch(/\/demonstration$/);
  for (const lamp of ['camera', 'microphone', 'screen', 'sending'])
    expect(await page.locator(`[data-lamp=${lamp}]`).getAttribute('data-on'), lamp).toBe('true');
  expect(await page.locator('.practice-mark').isVisible()).toBe(true);
  expect(await findBarriers(page)).toEqual([]);
  // The screen goes away for a moment, and the run is longer than a chapter of a practice run.
  await page.waitForTimeout(3000);
  await page.evaluate(() => {
    const { shared } = window as unknown as { shared: MediaStreamTrack };
    shared.stop();
    shared.dispatchEvent(new Event('ended'));
  });
  await page.waitForTimeout(2000);
  await page.locator('[data-share-again]').click();
  await page.waitForTimeout(9000);
  await finish(page);
  await page.getByText('This is what reviewers would have seen of your last half minute.').waitFor();

  // What left the browser: segments of both sources, encrypted; no key, no envelope, no attempt.
  expect(others).toEqual([]);
  const sources = new Set(bodies.map((body) => decodeMetadata(body).source));
  expect([...sources].sort()).toEqual(['camera', 'screen']);
  expect(bodies.filter((body) => decodeMetadata(body).init).length).toBeGreaterThan(2);
  for (const body of bodies) expect(body.includes(CLUSTER) || body.includes(EBML)).toBe(false);

  // The one with the sound leads.
  const lead = page.locator('video[controls]');
  expect(await lead.getAttribute('data-play')).toBe('camera');
  await lead.evaluate((video: HTMLVideoElement) => video.play());
  const times = () =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLVideoElement>('video[data-play]')].map((video) => video.currentTime),
    );
  await expect.poll(async () => Math.min(...(await times())), { timeout: 20_000 }).toBeGreaterThan(3);
  const played = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLVideoElement>('video[data-play]')].map((video) => ({
      source: video.dataset['play'],
      width: video.videoWidth,
      frames: video.getVideoPlaybackQuality().totalVideoFrames > 3,
      sound: ((video as never as Record<string, number>)['webkitAudioDecodedByteCount'] ?? 0) > 0,
      seconds: video.duration,
      at: video.currentTime,
    })),
  );
  expect(played).toMatchObject([
    { source: 'camera', width: 640, frames: true, sound: true },
    { source: 'screen', width: 1280, frames: true, sound: false },
  ]);
  for (const { seconds } of played) {
    expect(seconds).toBeGreaterThan(12);
    expect(seconds).toBeLessThan(40);
  }
  // The second run of the screen stands where it was, not over the first.
  expect(Math.abs((played[0]?.seconds ?? 0) - (played[1]?.seconds ?? 99))).toBeLessThan(6);
  expect(Math.abs((played[0]?.at ?? 0) - (played[1]?.at ?? 99))).toBeLessThan(0.5);

  for (const width of [1280, 380]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await measureTargets(page)).toEqual({ small: [], tooWide: 0 });
    expect(await findBarriers(page)).toEqual([]);
  }

  await page.getByRole('button', { name: 'Forget it now' }).press('Enter');
  await page.getByText('Forgotten. There is no copy of it anywhere.').waitFor();
  const left = await page.evaluate(async () => ({
    playing: document.querySelectorAll('video[src]').length,
    databases: (await indexedDB.databases()).length,
    stored: localStorage.length,
  }));
  expect(left).toEqual({ playing: 0, databases: 0, stored: 0 });
  expect(digestFiles(appliance.data)).toEqual(before);
}, 120_000);

test.runIf(FULL)(
  'without a connection a practice run says what would happen in the exam, and goes on; it ends when the exam begins',
  async () => {
    const page = await startPractice(1);
    await said(page, /was sent and thrown away/);
    await page.context().setOffline(true);
    await said(page, /your connection paused, \d+ s waiting\. In your exam it would be kept/);
    expect(await page.locator('[data-lamp=sending]').getAttribute('data-on')).toBe('false');
    await page.context().setOffline(false);
    await said(page, /was sent and thrown away/);

    await beginAttempt(appliance.exam, appliance.testTakers[1]?.link ?? '');
    await page.locator('[data-failure]').filter({ hasText: 'Your exam has begun' }).waitFor({ timeout: 20_000 });
  },
);

test('a run that ends before there was a picture says so', async () => {
  const page = await startPractice(0);
  await finish(page);
  await page
    .locator('[data-playback-message]')
    .filter({ hasText: /too short|last half minute\./ })
    .waitFor();
});
