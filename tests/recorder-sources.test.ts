/** What the recorder records beside each other, and how each source comes and goes alone. */
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CaptureRequest } from '../app/browser/recorder/capture-messages.ts';
import type { Source } from '../app/wire.ts';
import { FFMPEG } from './ffmpeg.ts';
import { FULL } from './full.ts';
import { readNumbers } from './numbered-video.ts';
import { type Chrome, FAKE_DEVICES, finish, launch, openFreshPage, openRecorder, until } from './recorder-browser.ts';
import {
  type ExamKind,
  type Invited,
  openSetting,
  type PlainSegment,
  type RecorderSetting,
} from './recorder-setting.ts';

/** Seconds in which segments have to be stored: a machine that is busy with other tests takes its time. */
const PATIENCE = 40;

let setting: RecorderSetting;
let chrome: Chrome;
let testTaker: Invited;

beforeAll(async () => {
  setting = await openSetting();
  chrome = await launch(setting, FAKE_DEVICES);
}, 120_000);

afterAll(async () => {
  await chrome?.close();
  await setting?.close();
});

afterEach(async () => {
  for (const page of chrome.context.pages()) await page.close();
  setting.relay.clear();
});

/** What a test's script in the page knows: every track that was opened, and the recorder's worker. */
interface Spied {
  opened: MediaStreamTrack[];
  /** Those of them that came of sharing a screen. */
  screens: MediaStreamTrack[];
  asked: string[];
  workers: Worker[];
  /** Frames a second that the encoders were asked for on the way. */
  frameRates: number[];
  /** Names of errors with which the browser answers instead of opening something. */
  refuses: { picture?: string; sound?: string; screen?: string };
  /** What screen readers were given to say, other than alarms. */
  spoken: string[];
}

/** Chromium's: a track of frames that a script writes. */
type VideoTrackGenerator = new (options: {
  kind: 'video';
}) => MediaStreamTrack & { writable: WritableStream<VideoFrame> };

/** Invites somebody to an exam and opens the recorder in a browser that knows of nobody else. */
async function open(kind: ExamKind, browser = chrome): Promise<Page> {
  testTaker = setting.invite(kind);
  const page = await openFreshPage(browser, setting.origin);
  page.on('dialog', (dialog) => void dialog.accept());
  await page.addInitScript(spy);
  await openRecorder(page, testTaker.link);
  return page;
}

/** Runs in the page before its own scripts. */
function spy(): void {
  const spied: Spied = { opened: [], screens: [], asked: [], workers: [], frameRates: [], refuses: {}, spoken: [] };
  Object.assign(globalThis, { spied });
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const element = target instanceof Element ? target : target.parentElement;
      const region = element?.closest('[role=status], [aria-live=polite]');
      if (region && region.ariaLive !== 'off') spied.spoken.push(region.textContent ?? '');
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    spied.asked.push(
      Object.keys(constraints ?? {})
        .filter((kind) => constraints?.[kind as 'video'])
        .join('+'),
    );
    const { picture, sound } = spied.refuses;
    if (constraints?.video && picture) throw new DOMException('refused by the test', picture);
    if (constraints?.audio && sound) throw new DOMException('refused by the test', sound);
    const stream = await getUserMedia(constraints);
    spied.opened.push(...stream.getTracks());
    return stream;
  };
  const getDisplayMedia = mediaDevices.getDisplayMedia.bind(mediaDevices);
  mediaDevices.getDisplayMedia = async (options) => {
    spied.asked.push('screen');
    if (spied.refuses.screen) throw new DOMException('refused by the test', spied.refuses.screen);
    // The fake picker takes the wish for an order; a person may choose otherwise.
    delete (options!.video as MediaTrackConstraints).displaySurface;
    const stream = await getDisplayMedia(options);
    spied.opened.push(...stream.getTracks());
    spied.screens.push(...stream.getTracks());
    return stream;
  };
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message: CaptureRequest, options?: object) {
    if (message.kind === 'quality') spied.frameRates.push(message.quality.frameRate);
    post.call(this, message, options);
  };
  const Original = Worker;
  Object.assign(globalThis, {
    Worker: class extends Original {
      constructor(url: string, options: WorkerOptions) {
        super(url, options);
        if (url.includes('recorder-worker')) spied.workers.push(this);
      }
    },
  });
}

/** Stops the newest track of a kind, as a pulled plug or the browser's own button does. */
async function lose(page: Page, what: 'camera' | 'microphone' | 'screen'): Promise<void> {
  await page.evaluate((what) => {
    const { opened, screens } = (globalThis as unknown as { spied: Spied }).spied;
    const kind = what === 'microphone' ? 'audio' : 'video';
    const track = opened.findLast((one) => one.kind === kind && screens.includes(one) === (what === 'screen'));
    track!.stop();
    track!.dispatchEvent(new Event('ended'));
  }, what);
}

const refuse = (page: Page, refuses: Spied['refuses']) =>
  page.evaluate((refuses) => {
    (globalThis as unknown as { spied: Spied }).spied.refuses = refuses;
  }, refuses);

async function turnOn(page: Page): Promise<void> {
  if (await page.$('[data-allow]')) await page.click('[data-allow]:not([disabled])');
  if (await page.$('[data-share]')) await page.click('[data-share]:not([disabled])');
}

async function start(page: Page): Promise<void> {
  await turnOn(page);
  await page.click('[data-start]:not([disabled])');
  await page.waitForSelector('[data-step=record]:not([hidden])');
}

const stored = async (source: Source) => (await testTaker.stored(source))?.segments.length ?? 0;
const gapsOf = async (source: Source) => ((await testTaker.stored(source))?.gaps ?? []).map(({ cause }) => cause);
const missing = (page: Page, kind: string) =>
  page.textContent(`[data-missing=${kind}]:not([hidden]) p`, { timeout: 15_000 });
const lit = (page: Page, lamp: string) => page.getAttribute(`[data-lamp=${lamp}]`, 'data-on');
const tell = (page: Page, message: object) =>
  page.evaluate((message) => {
    const [worker] = (globalThis as unknown as { spied: Spied }).spied.workers;
    worker!.dispatchEvent(new MessageEvent('message', { data: message }));
  }, message);

/** @returns streams in the media, as ffmpeg names their kind */
function streamsOf(media: Buffer): string[] {
  const { stderr } = spawnSync(FFMPEG, ['-hide_banner', '-i', 'pipe:0'], { input: media });
  return [...stderr.toString().matchAll(/Stream #0:\d.*?: (Video|Audio)/g)].map(([, kind]) => kind as string);
}

/** @returns seconds at which packets begin */
function timesOf(media: Buffer, stream: 'v' | 'a'): number[] {
  const args = ['-v', 'error', '-copyts', '-i', 'pipe:0', '-map', `0:${stream}`, '-c', 'copy', '-f', 'framemd5', '-'];
  const { stdout } = spawnSync(FFMPEG, args, { input: media, maxBuffer: 1e9 });
  const [, over, under] = /#tb 0: (\d+)\/(\d+)/.exec(stdout.toString()) ?? [];
  const lines = stdout
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('0,'));
  return lines.map((line) => (Number(line.split(',')[2]) * Number(over)) / Number(under));
}

/** @returns the media of each run, with the epoch ms at which it begins */
async function runsOf(source: Source): Promise<{ began: number; media: Buffer; segments: PlainSegment[] }[]> {
  const began = Date.parse((await testTaker.stored(source))!.header.startedAt);
  const runs: PlainSegment[][] = [];
  for (const segment of await testTaker.segments(source)) {
    if (segment.init) runs.push([]);
    runs.at(-1)!.push(segment);
  }
  return runs.map((segments) => ({
    began: began + segments[0]!.start / 1000,
    media: Buffer.concat(segments.map(({ bytes }) => bytes)),
    segments,
  }));
}

describe('the recorder’s sources', () => {
  test('camera and screen are recorded side by side; each goes and comes back while the other goes on, and says why', async () => {
    const page = await open('screened');
    await start(page);
    for (const lamp of ['camera', 'microphone', 'screen', 'sending'])
      await until(async () => (await lit(page, lamp)) === 'true', 5);
    await until(async () => (await stored('camera')) >= 3 && (await stored('screen')) >= 3, PATIENCE);

    await lose(page, 'screen');
    expect(await missing(page, 'screen')).toMatch(
      /^Sharing your screen has ended\. Choose “Share your screen again”.*not held against you\.$/,
    );
    expect(await page.title()).toMatch(/^screen off – /);
    expect([await lit(page, 'screen'), await lit(page, 'camera')]).toEqual(['false', 'true']);
    const before = await stored('camera');
    await until(async () => (await stored('camera')) >= before + 2, PATIENCE);
    await page.click('[data-share-again]');
    await page.waitForSelector('[data-missing=screen]', { state: 'hidden' });
    await until(
      async () => (await page.textContent('[data-truth]')) === 'Your screen is on again, and recording goes on.',
      5,
    );
    await until(async () => (await gapsOf('screen')).includes('sharing'), 10);

    // Away for as long as it takes to be missed: one that is back at once leaves no gap.
    await refuse(page, { picture: 'NotReadableError' });
    await lose(page, 'camera');
    expect(await missing(page, 'camera')).toMatch(/^Your camera .*not held against you\.$/);
    await refuse(page, {});
    await until(async () => (await gapsOf('camera')).includes('device'), PATIENCE);
    expect(await lit(page, 'camera')).toBe('true');
    expect(await lit(page, 'screen')).toBe('true');

    await tell(page, { kind: 'slept', milliseconds: 60_000 });
    await until(
      async () => (await gapsOf('camera')).includes('asleep') && (await gapsOf('screen')).includes('asleep'),
      PATIENCE,
    );
    await finish(page);

    expect(setting.relay.refusals).toEqual([]);
    expect(await gapsOf('camera')).toEqual(['device', 'asleep']);
    expect(await gapsOf('screen')).toEqual(['sharing', 'asleep']);
    for (const source of ['camera', 'screen'] as const) {
      expect((await testTaker.stored(source))!.header.mimeType).toBe(
        source === 'camera' ? 'video/webm; codecs="vp8,opus"' : 'video/webm; codecs="vp8"',
      );
      const runs = await runsOf(source);
      expect(runs).toHaveLength(3);
      for (const { media, segments } of runs) {
        expect(streamsOf(media)).toEqual(source === 'camera' ? ['Video', 'Audio'] : ['Video']);
        expect(segments.slice(1).map(({ keyframe }) => keyframe)).toEqual(segments.slice(1).map(() => true));
      }
      const inspection = await testTaker.inspection(source);
      expect([inspection.seal, inspection.faults]).toEqual(['good', []]);
    }
    expect(
      await page.evaluate(() =>
        (globalThis as unknown as { spied: Spied }).spied.opened.some(({ readyState }) => readyState === 'live'),
      ),
    ).toBe(false);
  }, 180_000);

  test('what is shown on both at once stands at one time in both recordings, within 100 ms', async () => {
    const page = await open('screened');
    await page.evaluate(() => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [640, 480];
      const context = canvas.getContext('2d')!;
      let number = 0;
      const draw = () => {
        for (let bit = 0; bit < 16; bit++) {
          context.fillStyle = (number >> (15 - bit)) & 1 ? '#fff' : '#000';
          context.fillRect(bit * 40, 0, 40, 480);
        }
        number++;
      };
      // The same frames into both, each with a number of its own, as often as the camera is recorded at most.
      const writers: WritableStreamDefaultWriter<VideoFrame>[] = [];
      setInterval(() => {
        draw();
        const frame = new VideoFrame(canvas, { timestamp: Math.round(1000 * performance.now()) });
        for (const writer of writers) if ((writer.desiredSize ?? 0) > 0) void writer.write(frame.clone());
        frame.close();
      }, 67);
      const film = async () => {
        const track = new (
          globalThis as unknown as { MediaStreamTrackGenerator: VideoTrackGenerator }
        ).MediaStreamTrackGenerator({
          kind: 'video',
        });
        writers.push(track.writable.getWriter());
        return new MediaStream([track]);
      };
      navigator.mediaDevices.getDisplayMedia = film;
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (constraints) => {
        const [sound] = (await open({ audio: constraints!.audio! })).getAudioTracks();
        return new MediaStream([...(await film()).getVideoTracks(), sound!]);
      };
    });
    await start(page);
    await until(async () => (await stored('camera')) >= 6 && (await stored('screen')) >= 6, 40);
    await finish(page);
    const shown = async (source: Source) => {
      const [run] = await runsOf(source);
      const [numbers, times] = [await readNumbers(run!.media), timesOf(run!.media, 'v')];
      expect(numbers).toHaveLength(times.length);
      const first = new Map<number, number>();
      for (const [i, number] of numbers.entries())
        if (!first.has(number)) first.set(number, run!.began + 1000 * times[i]!);
      return first;
    };
    const [camera, screen] = [await shown('camera'), await shown('screen')];
    const both = [...screen].filter(([number]) => camera.has(number) && number > 3);
    expect(both.length).toBeGreaterThan(15);
    const apart = both.map(([number, at]) => at - camera.get(number)!);
    expect(Math.max(...apart.map(Math.abs)), apart.map(Math.round).join(' ')).toBeLessThan(100);
  }, 180_000);

  test('something else than the screen is explained and asked for again; without it the camera records alone', async () => {
    const wrong = await launch(setting, [`${FAKE_DEVICES[0]!}=display-media-type=window`, FAKE_DEVICES[1]!]);
    try {
      const page = await open('screened', wrong);
      await page.click('[data-allow]:not([disabled])');
      await until(async () => /are on/.test((await page.textContent('[data-check-message]')) ?? ''), 10);
      expect(await page.isDisabled('[data-start]')).toBe(true);
      await page.click('[data-share]');
      await until(
        async () =>
          /^You shared a window\. This exam records the whole screen: .*“Entire screen”/.test(
            (await page.textContent('[data-share-message]')) ?? '',
          ),
        5,
      );
      expect(await page.textContent('[data-start]')).toBe('Start without your screen');
      expect(await page.textContent('[data-start-message]')).toMatch(
        /not held against you\. Please tell Examination Office \(exams@/,
      );
      await page.click('[data-start]:not([disabled])');
      expect(await missing(page, 'screen')).toMatch(/^Your screen is not shared/);
      await until(async () => (await stored('camera')) >= 2, PATIENCE);
      await page.click('[data-share-again]');
      await until(async () => (await missing(page, 'screen'))!.startsWith('You shared a window'), 5);
      expect(await lit(page, 'camera')).toBe('true');
      await finish(page);
      const index = await testTaker.stored('screen');
      expect(index?.segments).toEqual([]);
      expect(index?.gaps.map(({ cause }) => cause)).toEqual(['sharing']);
      for (const source of ['camera', 'screen'] as const) {
        expect((await testTaker.inspection(source)).seal).toBe('good');
      }
      expect(setting.relay.refusals).toEqual([]);
    } finally {
      await wrong.close();
    }
  }, 120_000);

  test.runIf(FULL)(
    'an exam that records the screen alone asks for nothing else, and after a reload for the screen again',
    async () => {
      const page = await open('screen-only');
      expect(await page.innerText('h1')).toBe('Check screen');
      expect(
        await page.$$('[data-allow], [data-preview], [data-level], [data-lamp=camera], [data-lamp=microphone]'),
      ).toEqual([]);
      await start(page);
      await until(async () => (await stored('screen')) >= 2, PATIENCE);
      await page.reload();
      await page.click('[data-share]:not([disabled])');
      await page.waitForSelector('[data-step=record]:not([hidden])');
      await until(async () => (await gapsOf('screen')).length === 1, PATIENCE);
      await finish(page);
      expect(await gapsOf('screen')).toEqual(['reload']);
      const asked = await page.evaluate(() => (globalThis as unknown as { spied: Spied }).spied.asked);
      expect(new Set(asked)).toEqual(new Set(['screen']));
      for (const { media } of await runsOf('screen')) expect(streamsOf(media)).toEqual(['Video']);
    },
    120_000,
  );

  test.runIf(FULL)(
    'a microphone that is gone leaves silence, and is taken up again by itself',
    async () => {
      const page = await open('long');
      await start(page);
      await until(async () => (await stored('camera')) >= 2, PATIENCE);
      await refuse(page, { sound: 'NotFoundError' });
      await lose(page, 'microphone');
      await until(
        async () =>
          /^No microphone was found\..*Recording goes on with silence/.test((await missing(page, 'microphone')) ?? ''),
        10,
      );
      expect([await lit(page, 'microphone'), await lit(page, 'camera')]).toEqual(['false', 'true']);
      const before = await stored('camera');
      await until(async () => (await stored('camera')) >= before + 2, PATIENCE);
      await refuse(page, {});
      await until(async () => (await lit(page, 'microphone')) === 'true', PATIENCE);
      await until(async () => (await testTaker.stored('camera'))!.envelopes.size === 2, PATIENCE);
      await finish(page);
      // The way from one run to the next is a gap where a busy machine takes its time.
      expect(['', 'device']).toContain((await gapsOf('camera')).join());
      for (const { media } of await runsOf('camera')) {
        const [sound, picture] = [timesOf(media, 'a'), timesOf(media, 'v')];
        expect(Math.max(...sound.slice(1).map((time, i) => time - sound[i]!))).toBeLessThan(0.03);
        expect(sound.at(-1)).toBeGreaterThan(picture.at(-1)! - 0.5);
      }
    },
    120_000,
  );

  test.runIf(FULL)(
    'a computer without a microphone records its camera with silence, and says so before and during the exam',
    async () => {
      const page = await open('long');
      await refuse(page, { sound: 'NotFoundError' });
      await page.click('[data-allow]:not([disabled])');
      await until(
        async () => (await page.textContent('[data-check-message]'))!.startsWith('No microphone was found'),
        5,
      );
      await page.click('[data-start]:not([disabled])');
      expect(await missing(page, 'microphone')).toMatch(/^No microphone was found/);
      await until(async () => (await stored('camera')) >= 3, PATIENCE);
      await finish(page);
      const [run] = await runsOf('camera');
      expect(streamsOf(run!.media)).toEqual(['Video', 'Audio']);
    },
    120_000,
  );

  test.runIf(FULL)(
    'a camera that goes before the start is said to be gone, and one that was refused is not asked for by itself',
    async () => {
      const page = await open('screened');
      await turnOn(page);
      await page.waitForSelector('[data-start]:not([disabled])');
      await lose(page, 'camera');
      await until(
        async () => (await page.textContent('[data-check-message]'))!.startsWith('Your camera has stopped.'),
        5,
      );
      expect(await page.isDisabled('[data-start]')).toBe(true);
      await refuse(page, { picture: 'NotAllowedError' });
      await page.click('[data-allow]:not([disabled])');
      await page.click('[data-start]:not([disabled])');
      await until(async () => (await stored('screen')) >= 1, PATIENCE);
      const asked = () => page.evaluate(() => (globalThis as unknown as { spied: Spied }).spied.asked.length);
      const times = await asked();
      const before = await stored('screen');
      await until(async () => (await stored('screen')) >= before + 3, PATIENCE);
      expect(await asked()).toBe(times);
      expect(await missing(page, 'camera')).toMatch(/^Your camera is off\. Choose “Turn on your camera again”/);
      await refuse(page, {});
      await page.click('[data-allow-again]');
      await until(async () => (await lit(page, 'camera')) === 'true', PATIENCE);
      await finish(page);
      expect((await gapsOf('camera'))[0]).toBe('permission');
    },
    120_000,
  );

  test.runIf(FULL)(
    'what is refused is asked for again only by the test taker, the other goes on, and each gap has its cause',
    async () => {
      const page = await open('screened');
      await refuse(page, { screen: 'NotAllowedError' });
      await turnOn(page);
      await until(
        async () =>
          (await page.textContent('[data-share-message]'))!.startsWith('Your screen is not shared: the question was'),
        5,
      );
      await page.click('[data-start]:not([disabled])');
      await until(async () => (await stored('camera')) >= 2, PATIENCE);
      await refuse(page, {});
      await page.click('[data-share-again]');
      await until(async () => (await stored('screen')) >= 2, PATIENCE);

      await refuse(page, { picture: 'NotAllowedError' });
      await lose(page, 'camera');
      await until(async () => /did not allow/.test((await missing(page, 'camera')) ?? ''), 10);
      const asked = () => page.evaluate(() => (globalThis as unknown as { spied: Spied }).spied.asked.length);
      const times = await asked();
      const before = await stored('screen');
      await until(async () => (await stored('screen')) >= before + 3, PATIENCE);
      expect(await asked()).toBe(times);
      await refuse(page, {});
      await page.click('[data-allow-again]');
      await until(async () => (await gapsOf('camera')).includes('permission'), PATIENCE);
      await lose(page, 'screen');
      await finish(page);

      const [late, end] = (await testTaker.stored('screen'))!.gaps;
      expect([late, end]).toMatchObject([{ from: 0, cause: 'permission' }, { cause: 'sharing' }]);
      expect((await testTaker.stored('screen'))!.header.startedAt).toBe(
        (await testTaker.stored('camera'))!.header.startedAt,
      );
      const [from] = (await testTaker.segments('screen')).map(({ start }) => start);
      expect(late!.to).toBe(from);
      expect(end!.to - end!.from).toBeGreaterThan(0);
    },
    120_000,
  );

  test.runIf(FULL)(
    'another browser that goes on with the exam ends the capture here, and this page says so',
    async () => {
      const page = await open('long');
      await start(page);
      await until(async () => (await stored('camera')) >= 1, PATIENCE);
      await page.click('[data-finish]');
      await page.waitForSelector('[data-finish-dialog][open]');
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const spki = publicKey.export({ format: 'der', type: 'spki' });
      const status = await page.evaluate(async (publicKey) => {
        const headers = { 'content-type': 'application/json' };
        const { attempt } = document.querySelector('main')!.dataset;
        const body = JSON.stringify({ attempt, publicKey });
        return (await fetch('/attempt', { method: 'POST', headers, body })).status;
      }, spki.toString('base64url'));
      expect(status, createHash('sha256').update(spki).digest('base64url')).toBe(201);
      await page.waitForSelector('[data-failure]:not([hidden])', { timeout: 40_000 });
      expect(await page.textContent('[data-failure]')).toMatch(
        /^Your exam goes on in another browser, so recording has stopped here/,
      );
      for (const lamp of ['camera', 'microphone', 'sending']) expect(await lit(page, lamp)).toBe('false');
      expect(await page.textContent('[data-truth]')).toBe('');
      expect(await page.title()).toMatch(/^Not recording – /);
      expect(await page.$('[data-finish-dialog][open]')).toBeNull();
      expect(await page.isDisabled('[data-finish]')).toBe(true);
      await until(
        () =>
          page.evaluate(() =>
            (globalThis as unknown as { spied: Spied }).spied.opened.every(({ readyState }) => readyState === 'ended'),
          ),
        10,
      );
    },
    120_000,
  );

  test.runIf(FULL)(
    'a line that cannot take it all is said to be slow and gets fewer pictures, in the same chapter',
    async () => {
      const page = await open('long');
      await start(page);
      await until(async () => (await stored('camera')) >= 2, PATIENCE);
      // One segment in five seconds is taken, of two seconds each.
      setting.relay.delay = 10_000;
      const truth = async () => (await page.textContent('[data-truth]')) ?? '';
      await until(async () => (await truth()).startsWith('Your line is slow: recording '), 2 * PATIENCE);
      expect(await truth()).toMatch(
        /^Your line is slow: recording .* pictures? .*\. This is not held against you\. \d+ s waiting/,
      );
      setting.relay.delay = 20;
      await until(async () => /Everything up to/.test(await truth()), PATIENCE);
      await finish(page);
      const [run, ...others] = await runsOf('camera');
      expect(others).toEqual([]);
      const times = timesOf(run!.media, 'v');
      const asked = await page.evaluate(() => (globalThis as unknown as { spied: Spied }).spied.frameRates);
      expect(asked.length).toBeGreaterThan(0);
      const lowest = Math.min(...asked);
      expect(lowest).toBeLessThan(10);
      const end = times.at(-1)!;
      // Up again goes slower than this test: what came last came in one of the lower rates.
      expect(times.filter((time) => time > end - 4).length / 4).toBeLessThan(Math.max(...asked) + 1);
    },
    180_000,
  );

  test.runIf(FULL)(
    'what is left after the end is sent by the same page later, without a device',
    async () => {
      const page = await open('long');
      await start(page);
      await until(async () => (await stored('camera')) >= 2, PATIENCE);
      setting.relay.weather = 'cut';
      const waiting = /waiting to be sent/;
      const spoken = () => page.evaluate(() => (globalThis as unknown as { spied: Spied }).spied.spoken);
      await until(async () => waiting.test((await page.textContent('[data-truth]')) ?? ''), PATIENCE);
      const shown = await page.textContent('[data-truth]');
      await until(async () => (await page.textContent('[data-truth]')) !== shown, PATIENCE);
      // Said once, while the seconds that wait are counted on.
      expect((await spoken()).filter((sentence) => waiting.test(sentence))).toHaveLength(1);
      await page.click('[data-finish]');
      await page.click('[data-finish-confirm]');
      await until(async () => waiting.test((await page.textContent('[data-sealing-message]')) ?? ''), PATIENCE);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      expect((await spoken()).filter((sentence) => waiting.test(sentence))).toHaveLength(2);
      expect(await page.textContent('[data-sealing-until]')).toMatch(/until .*20\d\d/);
      setting.relay.weather = 'fair';
      setting.relay.alteration = null;
      await page.reload();
      await page.waitForSelector('[data-step=sealing]:not([hidden]), [data-step=done]:not([hidden])');
      await page.waitForSelector('[data-step=done]:not([hidden])', { timeout: 20_000 });
      expect(await page.evaluate(() => (globalThis as unknown as { spied: Spied }).spied.asked)).toEqual([]);
      expect((await testTaker.inspection('camera')).seal).toBe('good');
    },
    120_000,
  );
});
