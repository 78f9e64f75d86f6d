import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium, openContext, plugInSecurityKey } from './chromium.ts';
import { FULL } from './full.ts';
import { inspectPage } from './page-inspection.ts';
import { openRoom } from './room-setting.ts';
import { filmNumbers, lose, type Take } from './take.ts';

const SILENT = 'video/webm; codecs="vp8"';

const SOON = { timeout: 15_000 };

let room: Awaited<ReturnType<typeof openRoom>>;
let browser: Browser;
let page: Page;
let camera: Take;
let screen: Take;
let asked: { recording: string; chapter: number }[];

beforeAll(async () => {
  room = await openRoom();
  [camera, screen] = await Promise.all([
    filmNumbers(room.folder, { from: 0, to: 40, sound: 'tone' }),
    filmNumbers(room.folder, { from: 3, to: 40 }),
  ]);
  browser = await launchChromium();
  page = await (await openContext(browser)).newPage();
  await page.addInitScript(watchPictures);
  await plugInSecurityKey(page);
  page.on('request', (request) => {
    if (request.url().endsWith('/releases')) asked.push(...request.postDataJSON().chapters);
  });
  await page.goto((await room.invite('Ada Moreau')).link);
  await page.getByRole('button', { name: 'Enrol this passkey' }).click();
  await page.waitForURL('**/desk');
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await room?.close();
});

beforeEach(() => {
  asked = [];
});

type Chapters = Parameters<(typeof room)['record']>[1];

/** The seconds of a take in chapters of ten. */
const inTens = (take: Take, at: number, to: number): Chapters =>
  Array.from({ length: Math.ceil(to / 10) }, (_, i) => ({ take, at, from: i * 10, to: Math.min(to, i * 10 + 10) }));

async function openRecording(attempt: string): Promise<void> {
  await page.goto(`${room.origin}/attempts/${attempt}`);
  await page.getByRole('button', { name: 'Ask for the key' }).click();
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.waitForURL('**/grants/*');
  await page.locator('[data-player][data-state="paused"]').waitFor();
}

/** What each picture shows, in seconds by its number; null where it shows nothing. */
type Shown = (number | null)[];

/** Runs in every page: notes at each frame of the browser what the pictures show. */
function watchPictures(): void {
  const canvas = document.createElement('canvas');
  canvas.width = 16;
  canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  context.imageSmoothingEnabled = false;
  const read = (video: HTMLVideoElement): number | null => {
    const { videoWidth, videoHeight, seeking, readyState } = video;
    if (seeking || readyState < 2 || video.closest('[data-absent]')) return null;
    context.drawImage(video, 0, videoHeight / 2, videoWidth, 2, 0, 0, 16, 1);
    const { data } = context.getImageData(0, 0, 16, 1);
    let number = 0;
    for (let bit = 0; bit < 16; bit++) number = number * 2 + ((data[bit * 4] ?? 0) > 128 ? 1 : 0);
    return number / 30;
  };
  const seen: (number | null)[][] = [];
  const look = () => {
    const shown = [...document.querySelectorAll('video')].map(read);
    if (shown.length > 0) seen.push(shown);
    requestAnimationFrame(look);
  };
  look();
  Object.assign(globalThis, { seen });
}

/** What the pictures showed since this was last called. */
const takeSeen = () => page.evaluate(() => (globalThis as unknown as { seen: Shown[] }).seen.splice(0));
const shownNow = async () => (await takeSeen()).at(-1) ?? [];

/** Milliseconds between two pictures that both show something, in the order of their size. */
async function takeOffsets(): Promise<number[]> {
  return (await takeSeen())
    .flatMap(([a, b]) => (typeof a === 'number' && typeof b === 'number' ? [Math.abs(a - b) * 1000] : []))
    .sort((a, b) => a - b);
}
const share = (offsets: number[], within: number) =>
  offsets.filter((offset) => offset < within + 1).length / offsets.length;

test('keeps camera and screen in step: from a later start, across a hole in one, after seeks, at every speed', async () => {
  const attempt = await room.startAttempt('K-3001');
  // Numbers count headers: these are the camera's seconds 14 to 18.
  await room.record(attempt, inTens(camera, 0, 40), { missing: [9, 10] });
  await room.record(attempt, inTens(screen, 0, 37), { source: 'screen', startsAfter: 3, mimeType: SILENT });
  await openRecording(attempt.attempt);
  const [cameraPicture, screenPicture] = [page.locator('figure').nth(0), page.locator('figure').nth(1)];
  await screenPicture.getByText('this recording had not begun yet').waitFor();
  const bar = (await page.getByRole('slider').boundingBox())!;
  const goTo = (second: number) => page.mouse.click(bar.x + (bar.width * second) / 40, bar.y + bar.height / 2);
  const showsBoth = () => expect.poll(async () => (await shownNow()).every((one) => one !== null), SOON).toBe(true);

  await goTo(1.5);
  await page.keyboard.press('k');
  await showsBoth();
  await page.waitForTimeout(1500);
  expect(share(await takeOffsets(), 100), 'after the later start').toBeGreaterThan(0.97);

  await goTo(12.5);
  await cameraPicture.getByText('no cause is known (a lost connection, for instance)').waitFor();
  await takeSeen();
  await expect.poll(async () => (await shownNow())[1], SOON).toBeGreaterThan(15);
  await showsBoth();
  await expect.poll(async () => (await shownNow())[0], SOON).toBeGreaterThan(17.9);
  await page.waitForTimeout(1000);
  expect(share(await takeOffsets(), 100), 'after the hole').toBeGreaterThan(0.97);

  for (const second of [30, 8, 25]) {
    await goTo(second);
    await expect.poll(async () => Math.abs(((await shownNow())[1] ?? 0) - second), SOON).toBeLessThan(1.5);
    await page.waitForTimeout(700);
  }
  expect(share(await takeOffsets(), 100), 'after seeks').toBeGreaterThan(0.97);
  await page.keyboard.press('k');
  await page.waitForTimeout(300);
  await takeSeen();
  await goTo(9.5);
  await page.waitForTimeout(700);
  const still = await takeOffsets();
  expect(still.length).toBeGreaterThan(5);
  expect(Math.max(...still), 'paused').toBeLessThan(68);

  const speed = page.locator('[data-part="speed"]');
  for (const to of FULL ? [0.25, 2, 4] : [2]) {
    await goTo(22);
    while (Number.parseFloat((await speed.textContent())!) > to) await page.keyboard.press('[');
    while (Number.parseFloat((await speed.textContent())!) < to) await page.keyboard.press(']');
    await page.keyboard.press('k');
    await page.waitForTimeout(500);
    await takeSeen();
    await page.waitForTimeout(2000);
    const offsets = await takeOffsets();
    await page.keyboard.press('k');
    expect(offsets.length).toBeGreaterThan(20);
    expect(share(offsets, 100), `at speed ${to}`).toBeGreaterThan(0.9);
  }
});

/** Clicks the timeline at a second, or at the last place before it. */
async function goToBefore(second: number, of: number): Promise<void> {
  const bar = (await page.getByRole('slider').boundingBox())!;
  await page.mouse.click(Math.ceil(bar.x + (bar.width * second) / of) - 1, bar.y + bar.height / 2);
}

const gaps = () =>
  page
    .locator('[data-part="gaps"] li')
    .evaluateAll((lines) => lines.map((one) => [(one as HTMLElement).dataset['cause'], one.textContent]));

test.runIf(FULL)('a picture that was sent right before a hole, or into one, comes back behind it', async () => {
  const attempt = await room.startAttempt('K-3005');
  // Numbers count headers: these are the camera's seconds 10 to 12.
  const withoutSound = lose(camera, 'sound', 21, 23);
  await room.record(attempt, inTens(withoutSound, 0, 40), { missing: [7] });
  await room.record(attempt, inTens(screen, 0, 37), { source: 'screen', startsAfter: 3, mimeType: SILENT });
  await openRecording(attempt.attempt);
  const shows = (picture: 0 | 1, second: number) =>
    expect.poll(async () => (await shownNow())[picture], SOON).toBeGreaterThan(second);

  await page.keyboard.press('k');
  await goToBefore(10, 40);
  await shows(1, 11);
  await shows(0, 12.5);
  expect(
    (await gaps()).map(([cause]) => cause).toSorted(),
    'what lies before the hole is not said to be lacking',
  ).toEqual(['before', 'unknown']);

  // A seek that the missing sound keeps from ever ending, as the clusters before it are there.
  await goToBefore(19, 40);
  await shows(0, 19.2);
  await goToBefore(21.2, 40);
  await shows(1, 22);
  await shows(0, 23.5);
  expect((await gaps()).map(([cause]) => cause)).toContain('lacking');
  await page.keyboard.press('k');
});

/**
 * Runs in the page: from a second on, the first picture's decoder gives nothing, with all that it needs in the buffer.
 * @param until the second from which on it gives something again; or a seek after that it does
 */
function stall({ from, until }: { from: number; until: number | 'seek' }): void {
  const video = document.querySelector('video')!;
  const rate = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'playbackRate')!;
  let wanted = 1;
  let stalls = false;
  let over = false;
  const look = () => {
    const { currentTime } = video;
    stalls = !over && currentTime >= from && (until === 'seek' || currentTime < until);
    rate.set!.call(video, stalls ? 0 : wanted);
  };
  Object.defineProperty(video, 'playbackRate', {
    get: () => wanted,
    set(to: number) {
      wanted = to;
      look();
    },
  });
  video.addEventListener('seeking', () => {
    over ||= stalls && until === 'seek';
    look();
  });
  const watch = () => {
    look();
    requestAnimationFrame(watch);
  };
  watch();
}

test.runIf(FULL)(
  'a decoder that hangs does not hold the player: it is nudged, and what does not play even so is left out',
  async () => {
    const attempt = await room.startAttempt('K-3006');
    await room.record(attempt, inTens(camera, 0, 40));
    await room.record(attempt, inTens(screen, 0, 37), { source: 'screen', startsAfter: 3, mimeType: SILENT });
    await openRecording(attempt.attempt);
    const plays = async (second: number) => {
      await expect
        .poll(async () => Math.min(...(await shownNow()).map((one) => one ?? 0)), SOON)
        .toBeGreaterThan(second);
      await page.keyboard.press('k');
    };

    await page.evaluate(stall, { from: 4, until: 'seek' } as const);
    await page.keyboard.press('k');
    await plays(6);
    expect(await gaps()).toHaveLength(1);

    await page.reload();
    await page.locator('[data-player][data-state="paused"]').waitFor();
    await page.evaluate(stall, { from: 8.5, until: 10 } as const);
    await page.keyboard.press('k');
    await goToBefore(8, 40);
    await plays(11);
    expect(await gaps()).toEqual([
      ['before', expect.stringContaining('Screen')],
      ['lacking', expect.stringContaining('Camera')],
    ]);
  },
);

test('goes on in the recording of another browser, in the same picture, and reports what was shown of each', async () => {
  const attempt = await room.startAttempt('K-3002');
  const first = await room.record(attempt, inTens(camera, 0, 12));
  // Nine seconds after the first one ended. It overlaps with a third one by two seconds.
  const second = await room.record(attempt, [{ take: camera, at: 1, from: 22, to: 28 }], { startsAfter: -2 });
  const third = await room.record(attempt, [{ take: camera, at: 0, from: 26, to: 36 }]);
  await openRecording(attempt.attempt);
  expect(await page.locator('video').count()).toBe(1);
  expect(await page.locator('[data-part="length"]').textContent()).toBe('0:36');
  await page.locator('[data-part="gaps"] summary').click();
  await page.locator('[data-part="gaps"]').getByText('the test taker went on in another browser').waitFor();
  await page.keyboard.press('k');
  await page.keyboard.press('2');
  await expect.poll(async () => (await shownNow())[0], SOON).toBeGreaterThan(6.5);
  const bar = (await page.getByRole('slider').boundingBox())!;
  await page.mouse.click(bar.x + (bar.width * 11) / 36, bar.y + bar.height / 2);
  await page.locator('[data-part="skipped"]').getByText('went on in another browser. Playback goes on at').waitFor();
  await takeSeen();
  await expect.poll(async () => (await shownNow())[0], SOON).toBeGreaterThan(28);
  await page.keyboard.press('k');
  const closed = page.waitForResponse((response) => response.url().endsWith('/end'));
  await page.getByRole('button', { name: 'Close the recording' }).click();
  await closed;
  const { accesses } = await room.custody.web.accesses(attempt.attempt);
  const viewed = accesses.find(({ kind }) => kind === 'viewed')!.intervals;
  const of = (recording: string) =>
    viewed.filter((one) => one.recording === recording).map(({ from, to }) => [from, to]);
  expect(of(first).length).toBeGreaterThan(0);
  expect(of(second)).toHaveLength(1);
  expect(of(second)[0]![0]).toBeCloseTo(23, 0);
  expect(of(second)[0]![1]).toBeCloseTo(28, 0);
  expect(of(third)[0]![0]).toBeCloseTo(26, 0);
});

test.runIf(FULL)(
  'plays on over runs of another size, frame rate and bitrate, of silence and of stills, and says why each began',
  async () => {
    const film = (from: number, to: number, options: Omit<Parameters<typeof filmNumbers>[1], 'from' | 'to'>) =>
      filmNumbers(room.folder, { from, to, ...options });
    const runs: [take: Take, at: number, seconds: number][] = [
      [await film(0, 6, { sound: 'tone' }), 0, 6],
      [await film(8, 14, { sound: 'silence', size: '640:480', fps: 15, bitrate: '80k' }), 8, 6],
      [await film(17, 23, { sound: 'tone', size: '176:144', fps: 5, bitrate: '1000k' }), 17, 6],
      [await film(24, 36, { sound: 'tone', size: '320:240', fps: 0.5 }), 24, 12],
    ];
    const attempt = await room.startAttempt('K-3003');
    await room.record(
      attempt,
      runs.map(([take, at, to]) => ({ take, at, from: 0, to })),
      {
        gaps: [
          { from: 6, to: 8, cause: 'reload' },
          { from: 14.2, to: 16.9, cause: 'asleep' },
        ],
      },
    );
    await openRecording(attempt.attempt);
    await page.locator('[data-part="gaps"] summary').click();
    const causes = () =>
      page
        .locator('[data-part="gaps"] li')
        .evaluateAll((lines) => lines.map((one) => (one as HTMLElement).dataset['cause']));
    expect(await causes()).toEqual(['reload', 'asleep', 'unknown']);
    await page.keyboard.press('k');
    const skipped = page.locator('[data-part="skipped"]');
    await skipped.getByText('the page was loaded again. Playback goes on at').waitFor();
    await expect.poll(async () => (await shownNow())[0], SOON).toBeGreaterThan(10);
    await skipped.getByText('the computer was asleep. Playback goes on at').waitFor();
    await expect.poll(async () => (await shownNow())[0], SOON).toBeGreaterThan(20);
    await skipped.getByText('(a lost connection, for instance)').waitFor();
    const stills = new Set<number>();
    const end = async () => {
      for (const [number] of await takeSeen()) if ((number ?? 0) > 24) stills.add(number!);
      return Math.max(...stills);
    };
    await expect.poll(end, SOON).toBeGreaterThan(30);
    expect(stills.size).toBeGreaterThanOrEqual(4);
    await page.keyboard.press('3');
    await expect.poll(async () => (await shownNow())[0], SOON).toBeGreaterThan(11);
    await page.keyboard.press('0');
    await expect.poll(async () => (await shownNow())[0], SOON).toBeGreaterThan(1);
    await page.keyboard.press('k');
    expect(await causes(), 'nothing was passed over but the gaps').toEqual(['reload', 'asleep', 'unknown']);
  },
);

test('arranges camera and screen as they were the last time, by key and button', async () => {
  const attempt = await room.startAttempt('K-3004');
  await room.record(attempt, inTens(camera, 0, 10));
  await room.record(attempt, inTens(screen, 0, 7), {
    source: 'screen',
    startsAfter: 3,
    mimeType: SILENT,
  });
  await openRecording(attempt.attempt);
  const button = page.locator('[data-command="arrange"]');
  const boxes = async () => {
    const [a, b] = await page
      .locator('figure')
      .evaluateAll((figures) => figures.map((one) => one.getBoundingClientRect()));
    return [a!, b!] as const;
  };
  expect(await button.textContent()).toContain('Side by side');
  const [left, right] = await boxes();
  expect(left.right).toBeLessThanOrEqual(right.left);
  await page.keyboard.press('c');
  expect(await button.textContent()).toContain('Camera in the corner');
  await button.click();
  expect(await button.textContent()).toContain('Screen in the corner');
  await page.reload();
  await page.locator('[data-player][data-state="paused"]').waitFor();
  expect(await button.textContent()).toContain('Screen in the corner');
  const [large, small] = await boxes();
  expect(small.left).toBeGreaterThan(large.left + large.width / 2);
  expect(small.right).toBeLessThanOrEqual(large.right);
  expect(small.bottom).toBeLessThanOrEqual(large.bottom);
  expect(small.width).toBeLessThan(large.width / 2);
  for (const width of [380, 1280])
    for (const arrangement of ['Side by side', 'Camera in the corner', 'Screen in the corner']) {
      await page.setViewportSize({ width, height: 800 });
      while (!(await button.textContent())!.includes(arrangement)) await page.keyboard.press('c');
      await inspectPage(page, `player-${arrangement.replaceAll(' ', '-')}`, width);
    }
});
