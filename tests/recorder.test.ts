import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AttemptStart, ChapterStatement } from '../app/wire.ts';
import { beginAttempt } from './appliance.ts';
import { FULL } from './full.ts';
import {
  type Chrome,
  FAKE_DEVICES as FLAGS,
  finish,
  launch,
  openFreshPage,
  openRecorder as openRecorderBy,
  until,
} from './recorder-browser.ts';
import {
  type ExamKind,
  type Invited,
  openSetting,
  type PlainSegment,
  type RecorderSetting,
} from './recorder-setting.ts';
import type { WeatherRelay } from './weather-relay.ts';

let setting: RecorderSetting;
let relay: WeatherRelay;
let chrome: Chrome;
/** Who sits the exam in this test. */
let testTaker: Invited;

beforeAll(async () => {
  setting = await openSetting();
  ({ relay } = setting);
  chrome = await launch(setting, FLAGS);
}, 60_000);

afterAll(async () => {
  await chrome?.close();
  await setting?.close();
});

afterEach(async () => {
  for (const page of chrome.context.pages()) await page.close();
  relay.clear();
});

/** Invites somebody and gives them a browser that knows of nobody else. */
async function openPage(kind: ExamKind = 'long', browser = chrome): Promise<Page> {
  testTaker = setting.invite(kind);
  return openFreshPage(browser, setting.origin);
}

const openRecorder = (page: Page, link = testTaker.link) => openRecorderBy(page, link);

async function startRecording(page: Page): Promise<void> {
  await openRecorder(page);
  await page.click('[data-allow]');
  await page.waitForSelector('[data-start]:not([disabled])');
  await page.evaluate(() => Object.assign(window, { opened: document.querySelector('video')!.srcObject }));
  await page.click('[data-start]');
  await page.waitForSelector('[data-step=record]:not([hidden])');
}

/** Another tab opens a link, as out of a mail, and is closed again. */
async function openLinkBeside(page: Page, link: string): Promise<void> {
  const tab = await page.context().newPage();
  await tab.goto(link);
  await tab.close();
  await page.bringToFront();
}

/** @returns how many segments web has stored, of one chapter or of all */
async function storedSegments(ofChapter?: number): Promise<number> {
  const segments = (await testTaker.stored())?.segments ?? [];
  return segments.filter(({ chapter }) => ofChapter === undefined || chapter === ofChapter).length;
}

/** @returns frames of the picture, and what the decoder complains of in picture and sound */
function decode(bytes: Uint8Array[]): { frames: number; complaints: string } {
  const args = [
    '-v',
    'error',
    '-i',
    'pipe:0',
    '-map',
    '0:v',
    '-map',
    '0:a',
    '-fps_mode',
    'passthrough',
    '-f',
    'framemd5',
    '-',
  ];
  const { stdout, stderr } = spawnSync('ffmpeg', args, { input: Buffer.concat(bytes), maxBuffer: 1e8 });
  const frames = stdout
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('0,')).length;
  return { frames, complaints: stderr.toString() };
}

/** @returns seconds in which the picture stood still for longer than a few frames */
function stillSeconds(bytes: Uint8Array[]): number {
  const args = ['-nostats', '-i', 'pipe:0', '-map', '0:v', '-vf', 'freezedetect=n=0.0005:d=0.4', '-f', 'null', '-'];
  const { stderr } = spawnSync('ffmpeg', args, { input: Buffer.concat(bytes) });
  const stills = stderr.toString().matchAll(/freeze_duration: ([\d.]+)/g);
  return [...stills].reduce((sum, [, seconds]) => sum + Number(seconds), 0);
}

/** Holds each chapter's statement against what decrypted, and takes the inspector's word for digests, signatures and seal. */
async function checkChapters(segments: PlainSegment[]): Promise<void> {
  const { header, envelopes, chapterSignatures } = (await testTaker.stored())!;
  expect(header).toMatchObject({ exam: testTaker.exam, attempt: testTaker.attempt() });
  const chapters = [...new Set(segments.map(({ chapter }) => chapter))];
  expect([...envelopes.keys()].sort((a, b) => a - b)).toEqual(chapters);
  for (const chapter of chapters) {
    const own = segments.filter((segment) => segment.chapter === chapter);
    expect(own.map(({ init }) => init)).toEqual(own.map((_, i) => i === 0));
    const statement = JSON.parse(chapterSignatures.get(chapter)!.statement) as ChapterStatement;
    expect([statement.first, statement.last]).toEqual([own[0]!.number, own.at(-1)!.number]);
  }
  const inspection = await testTaker.inspection();
  expect(inspection.chapters.map(({ chapter, envelope, signature }) => ({ chapter, envelope, signature }))).toEqual(
    chapters.map((chapter) => ({ chapter, envelope: true, signature: 'good' })),
  );
  expect(inspection.seal).toBe('good');
  expect(inspection.segments.count).toBe(segments.length);
  expect(inspection.faults.filter((fault) => !fault.startsWith('Segments are missing:'))).toEqual([]);
}

describe('the recorder', () => {
  test('records a sitting at full rate with the exam in front, through refusals and cut connections, and seals it', async () => {
    const page = await openPage('short');
    await startRecording(page);
    expect(await page.evaluate(() => sessionStorage.getItem('cloister-key'))).toBe(testTaker.fingerprint);
    const [exam] = await Promise.all([chrome.context.waitForEvent('page'), page.click('[data-exam]')]);
    await exam.bringToFront();
    expect(await page.evaluate(() => document.visibilityState)).toBe('hidden');
    const hiddenFrom = Date.now();
    relay.weather = 'segment-answers-late';
    const truth = async () => (await page.textContent('[data-truth]')) ?? '';
    await until(async () => /^\d+ s waiting to be sent; nothing is lost\.$/.test(await truth()), 15);
    expect(relay.mostAtOnce).toBe(2);

    relay.weather = 'busy';
    await until(() => relay.stopped >= 1, 8);
    relay.weather = 'cut';
    await until(() => relay.stopped >= 2, 8);
    await until(async () => (await truth()).startsWith('Your connection paused:'), 5);
    relay.weather = 'segment-answers-lost';
    const before = await storedSegments();
    await until(async () => (await storedSegments()) > before, 12);
    relay.weather = 'fair';
    await until(async () => {
      const { envelopes, chapterSignatures } = (await testTaker.stored())!;
      return envelopes.size >= 3 && chapterSignatures.size >= 2;
    }, 20);
    expect(await page.evaluate(() => document.visibilityState)).toBe('hidden');
    const hiddenTo = Date.now();
    await until(async () => /^Everything up to \d\d:\d\d:\d\d is stored\.$/.test(await truth()), 5);
    expect(await page.getAttribute('[data-lamp=camera]', 'data-on')).toBe('true');
    await page.bringToFront();
    await finish(page);
    expect(await page.evaluate(() => (window as unknown as { opened: MediaStream }).opened.active)).toBe(false);

    // Web refuses a segment that comes before its envelope, and whatever else breaks the protocol.
    expect(relay.refusals).toEqual([]);
    expect(relay.mostAtOnce).toBeLessThanOrEqual(2);
    expect(relay.repeatedSegments).toBeGreaterThan(0);
    const segments = await testTaker.segments();
    expect(segments.map(({ number }) => number)).toEqual(segments.map((_, i) => i));
    await checkChapters(segments);

    const init = segments[0]!.bytes;
    const media = segments.filter((segment) => !segment.init);
    for (const { bytes, number, keyframe } of media.slice(0, -1)) {
      expect(keyframe, `segment ${number} begins with a keyframe`).toBe(true);
      const { frames, complaints } = decode([init, bytes]);
      expect(complaints, `segment ${number} alone`).toBe('');
      expect(frames, `frames of segment ${number}`).toBeGreaterThan(0);
    }
    for (const [i, { start, duration, number }] of media.entries()) {
      const next = media[i + 1];
      if (next) expect(Math.abs(next.start - start - duration), `gap after segment ${number}`).toBeLessThan(1e6 / 15);
    }

    // Only what was recorded while the page was hidden counts here.
    const began = Date.parse((await testTaker.stored())!.header.startedAt);
    const hidden = media.filter(({ start, duration }) => {
      const from = began + start / 1000;
      return from >= hiddenFrom && from + duration / 1000 <= hiddenTo;
    });
    const seconds = hidden.reduce((sum, { duration }) => sum + duration / 1e6, 0);
    expect(seconds).toBeGreaterThan(6);
    const shown = [init, ...hidden.map(({ bytes }) => bytes)];
    // A machine with nothing else to do gives 15 and no still; a page that the browser slows gives one, and is still throughout.
    expect(decode(shown).frames / seconds).toBeGreaterThan(4);
    expect(stillSeconds(shown) / seconds).toBeLessThan(0.85);
  }, 60_000);

  test.runIf(FULL)(
    'goes on after a reload: a new chapter with unused numbers, a gap that says so, and one seal over both',
    async () => {
      const page = await openPage();
      await startRecording(page);
      await until(async () => (await storedSegments()) >= 2, 10);
      relay.weather = 'cut';
      await until(() => relay.stopped >= 1, 5);
      page.on('dialog', (dialog) => void dialog.accept());
      const reloaded = page.reload();
      relay.weather = 'fair';
      await reloaded;
      await page.waitForSelector('[data-step=record]:not([hidden])');
      await until(async () => (await storedSegments(1)) >= 3, 30);
      await finish(page);

      // What the reload took away was written down before it was sent, so that the appliance is asked for it.
      expect(relay.refusals.filter((refusal) => refusal !== 'PUT signature 409')).toEqual([]);
      const segments = await testTaker.segments();
      await checkChapters(segments);
      const [first, second] = [0, 1].map((chapter) => segments.filter((segment) => segment.chapter === chapter));
      const end = first!.at(-1)!.start + first!.at(-1)!.duration;
      const [init, next] = second!;
      expect(init!.start).toBeGreaterThan(end);
      expect(next!.start).toBe(init!.start);
      expect((await testTaker.stored())!.gaps).toEqual([{ from: end, to: init!.start, cause: 'reload' }]);
      const { frames, complaints } = decode(second!.map(({ bytes }) => bytes));
      expect(complaints).toBe('');
      expect(frames).toBeGreaterThan(8);
      expect(await page.evaluate(() => indexedDB.databases().then((all) => all.map(({ name }) => name)))).toEqual([
        'cloister',
      ]);
    },
    60_000,
  );

  test.runIf(FULL)(
    'outlives a session that ended, a camera that stopped and a segment that the appliance lost',
    async () => {
      const page = await openPage();
      await startRecording(page);
      await until(async () => (await storedSegments()) >= 1, 10);

      await chrome.context.clearCookies();
      const truth = async () => (await page.textContent('[data-truth]')) ?? '';
      await until(async () => /^Your session has ended.*Open your personal link/.test(await truth()), 10);
      expect(await page.getAttribute('[data-lamp=sending]', 'data-on')).toBe('false');
      await openLinkBeside(page, testTaker.link);
      const afterSession = await storedSegments();
      await until(async () => (await storedSegments()) > afterSession, 15);
      expect(new Set(relay.refusals)).toEqual(new Set(['PUT segments 401']));
      relay.refusals = [];

      await openLinkBeside(page, await startedElsewhere());
      await until(
        async () => (await truth()).startsWith('Another exam link was opened in this browser. Open your own link'),
        10,
      );
      await openLinkBeside(page, testTaker.link);
      const afterLink = await storedSegments();
      await until(async () => (await storedSegments()) > afterLink, 20);
      expect(new Set(relay.refusals)).toEqual(new Set(['PUT segments 404']));
      relay.refusals = [];

      // What a browser does when the camera's plug is pulled; once plugged in again it is there at first and shows nothing.
      await page.evaluate(() => {
        const devices = navigator.mediaDevices;
        const open = devices.getUserMedia.bind(devices);
        devices.getUserMedia = async (constraints) => {
          devices.getUserMedia = open;
          const [sound] = (await open(constraints)).getAudioTracks();
          const [dark] = document.createElement('canvas').captureStream(0).getVideoTracks();
          return new MediaStream([sound!, dark!]);
        };
        const [track] = (window as unknown as { opened: MediaStream }).opened.getVideoTracks();
        track!.stop();
        track!.dispatchEvent(new Event('ended'));
      });
      await until(
        async () =>
          /Nothing came from your camera for 5 s/.test((await page.textContent('[data-missing=camera]')) ?? ''),
        15,
      );
      await until(async () => (await testTaker.stored())!.envelopes.size === 2, 10);
      await until(async () => (await testTaker.stored())!.gaps.length === 1, 10);
      expect((await testTaker.stored())!.gaps[0]).toMatchObject({ cause: 'device' });
      await until(async () => (await storedSegments(1)) >= 1, 10);
      relay.swallows = true;
      await until(() => relay.swallowed.length === 1, 10);
      const lost = relay.swallowed[0]!;
      await until(async () => (await testTaker.stored())!.segments.at(-1)!.number > lost, 10);
      await finish(page);

      expect(relay.refusals).toEqual(['PUT signature 409']);
      const segments = await testTaker.segments();
      const made = segments.at(-1)!.number + 1;
      expect(segments.map(({ number }) => number)).toEqual([...Array(made).keys()].filter((number) => number !== lost));
      const { statement } = (await testTaker.stored())!.chapterSignatures.get(1)!;
      expect(JSON.parse(statement)).toMatchObject({ missing: [lost] });
      await checkChapters(segments);
    },
    60_000,
  );

  test.runIf(FULL)(
    'a start that gets no answer says why and what to do, and goes on by itself',
    async () => {
      const page = await openPage();
      await openRecorder(page);
      await page.click('[data-allow]');
      await page.waitForSelector('[data-start]:not([disabled])');
      const says = (sentence: RegExp) =>
        until(async () => sentence.test((await page.textContent('[data-start-message]')) ?? ''), 20);
      relay.weather = 'cut';
      await page.click('[data-start]');
      await says(/^Your connection paused, so recording cannot begin yet\. .*not held against you/);
      relay.weather = 'busy';
      await says(/^The appliance is busy/);
      await page.context().clearCookies();
      relay.weather = 'fair';
      await says(/^Your session has ended.* Open your personal link again in another tab/);
      await openLinkBeside(page, setting.invite().link);
      await says(/^Another exam link was opened in this browser.* Open your own personal link again/);
      expect(testTaker.attempt()).toBeUndefined();
      await openLinkBeside(page, testTaker.link);
      await page.waitForSelector('[data-step=record]:not([hidden])', { timeout: 20_000 });
      expect(testTaker.attempt()).toBe(testTaker.id);
    },
    120_000,
  );

  test('a window that waited for another one takes over, and does not speak of it any more', async () => {
    const page = await openPage();
    await openRecorder(page);
    await page.waitForSelector('[data-allow]:not([disabled])');
    const second = await page.context().newPage();
    await openRecorder(second);
    await second.locator('[data-start-message]', { hasText: 'open in another window' }).waitFor({ timeout: 15_000 });
    await page.close();
    await second.waitForSelector('[data-allow]:not([disabled])');
    expect(await second.textContent('[data-start-message]')).toBe('');
  });

  test('records nothing when the appliance’s key is not the one that the personal link names', async () => {
    const page = await openPage();
    const foreign = createHash('sha256').update('another appliance').digest('base64url');
    const link = testTaker.link.replace(/#.*/, `#key=${foreign}`);
    await expectRefusal(page, link, /not show the key that your invitation names, so nothing was recorded/);
  });

  test('records nothing when the exam key is not signed by the appliance', async () => {
    const page = await openPage();
    relay.alteration = {
      path: '/attempt',
      change: (text) => {
        if (!text.startsWith('{')) return text;
        const start = JSON.parse(text) as AttemptStart;
        start.examKey.signature = Buffer.alloc(64, 1).toString('base64url');
        return JSON.stringify(start);
      },
    };
    const sentence = /not signed by your institution’s appliance, so nothing was recorded/;
    await expectRefusal(page, testTaker.link, sentence);
  });

  test('says what to do when camera and microphone are not allowed, and blames nobody', async () => {
    const refusing = await launch(setting, [FLAGS[0]!, `${FLAGS[1]!}=deny`]);
    const page = await openPage('long', refusing);
    await openRecorder(page);
    await page.click('[data-allow]');
    await until(
      async () => /did not allow the camera.*Allow both/.test((await page.textContent('[data-check-message]')) ?? ''),
      5,
    );
    expect(await page.isDisabled('[data-start]')).toBe(true);
    expect(await page.isDisabled('[data-allow]')).toBe(false);
    expect(await page.textContent('[data-start-message]')).toMatch(
      /not: Please tell Examination Office \(exams@.*not held against/,
    );
    await refusing.close();
  });

  test('waits for an answer about the devices aloud, lets the test taker ask again, and lets late devices go', async () => {
    const page = await openPage();
    await page.addInitScript(() => {
      const later = window.setTimeout.bind(window);
      window.setTimeout = ((work: () => void, ms?: number) => later(work, ms === 15_000 ? 1000 : ms)) as never;
      const devices = navigator.mediaDevices;
      const open = devices.getUserMedia.bind(devices);
      const late: { asked: number; opened: MediaStream[]; answers: (() => void)[] } = {
        asked: 0,
        opened: [],
        answers: [],
      };
      Object.assign(window, { late });
      // As Chromium under load: the first request is not answered; so is one that the test holds back later on.
      devices.getUserMedia = async (constraints) => {
        late.asked++;
        if (late.asked !== 2) await new Promise<void>((answer) => late.answers.push(answer));
        const stream = await open(constraints);
        late.opened.push(stream);
        return stream;
      };
    });
    type Late = { late: { asked: number; opened: MediaStream[]; answers: (() => void)[] } };
    const message = async () => (await page.textContent('[data-check-message]')) ?? '';
    await openRecorder(page);
    await page.click('[data-allow]');
    await until(async () => /^Your browser asks .* Choose “Allow”\.$/.test(await message()), 5);
    expect(await page.isDisabled('[data-allow]')).toBe(true);
    await until(async () => (await message()).startsWith('Your browser has not answered.'), 5);
    await page.click('[data-allow]');
    await page.click('[data-start]:not([disabled])');
    await page.waitForSelector('[data-step=record]:not([hidden])');
    await until(async () => (await storedSegments()) >= 2, 15);
    await page.evaluate(() => (window as unknown as Late).late.answers[0]!());
    await until(() => page.evaluate(() => (window as unknown as Late).late.opened.length === 2), 5);

    // The camera stops, and the test taker finishes while the browser still has to give it back.
    await page.evaluate(() => {
      const [track] = (window as unknown as Late).late.opened[0]!.getVideoTracks();
      track!.stop();
      track!.dispatchEvent(new Event('ended'));
    });
    await until(() => page.evaluate(() => (window as unknown as Late).late.asked >= 3), 10);
    await finish(page);
    await page.evaluate(() => {
      for (const answer of (window as unknown as Late).late.answers) answer();
    });
    await until(() => page.evaluate(() => (window as unknown as Late).late.opened.length >= 3), 5);
    const active = () =>
      page.evaluate(() => (window as unknown as Late).late.opened.filter((stream) => stream.active).length);
    await until(async () => (await active()) === 0, 5);

    // Sealed: whoever opens the recorder again sees that, and no device is asked for.
    await page.reload();
    expect(new URL(page.url()).pathname).toBe('/attempt');
    expect(await page.innerText('main')).toContain('Finished and sealed');
    expect(await page.evaluate(() => (window as unknown as Late).late.asked)).toBe(0);
    expect(relay.refusals).toEqual([]);
  }, 60_000);

  test('says aloud which element the page lacks', async () => {
    const page = await openPage();
    relay.alteration = {
      path: '/attempt/recorder',
      change: (text) => text.replace(/<meter[^>]* data-level[^>]*><\/meter>/, ''),
    };
    await openRecorder(page);
    await page.waitForSelector('[data-failure]:not([hidden])');
    expect(await page.textContent('[data-failure]')).toMatch(/cannot record \(level missing\)/);
  });
});

/** @returns the link of another test taker whose attempt runs in another browser */
async function startedElsewhere(): Promise<string> {
  const { link } = setting.invite();
  await beginAttempt(setting.origin, link);
  return link;
}

async function expectRefusal(page: Page, link: string, sentence: RegExp): Promise<void> {
  await openRecorder(page, link);
  await page.click('[data-allow]');
  await page.click('[data-start]:not([disabled])');
  await page.waitForSelector('[data-failure]:not([hidden])');
  expect(await page.textContent('[data-failure]')).toMatch(sentence);
  expect(testTaker.attempt()).toBeDefined();
  expect(await testTaker.files()).toEqual([]);
  // The devices are let go: nothing may look as if it recorded.
  expect(await page.evaluate(() => (document.querySelector('video')!.srcObject as MediaStream).active)).toBe(false);
}
