import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { decryptSegment, deriveChapterKeys } from '../app/browser/sframe.ts';
import type { ChapterStatement } from '../app/wire.ts';
import { bundleScripts, readSegment, Receiver, sha256 } from './recorder-receiver.ts';

const FLAGS = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
/** Playwright switches off what browsers do to pages in the background; here that has to happen. */
const SPARING = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];
const MAIN = `<main data-recorder data-institution="Test University">
  <p data-failure role="alert" hidden></p>
  <section data-step="check"><video data-preview muted playsinline></video><meter data-level min="0" max="1"></meter>
    <p data-check-message role="status"></p><select data-camera></select><select data-microphone></select>
    <button data-allow>Turn on camera and microphone</button><button data-start disabled>Start recording</button></section>
  <section data-step="record" hidden><span class="lamp" data-lamp="camera"></span>
    <span class="lamp" data-lamp="microphone"></span><span class="lamp" data-lamp="sending"></span>
    <time data-elapsed></time><p data-truth role="status"></p>
    <a data-exam target="_blank" rel="noopener">Open the exam</a><button data-finish>Finish the exam</button>
    <dialog data-finish-dialog><button data-finish-confirm>Finish</button><button data-finish-cancel>Go on</button></dialog>
  </section>
  <section data-step="sealing" hidden><progress data-sealing></progress><p data-sealing-message role="status"></p></section>
  <section data-step="done" hidden><a data-receipt href="/attempt/receipt" download>Receipt</a></section>
</main>`;

interface PlainSegment {
  chapter: number;
  number: number;
  init: boolean;
  keyframe: boolean;
  start: number;
  duration: number;
  bytes: Uint8Array;
}

let scripts: Map<string, string>;
let chrome: Chrome;
let receiver: Receiver;

interface Chrome {
  context: BrowserContext;
  close(): Promise<void>;
}

beforeAll(async () => {
  scripts = await bundleScripts();
  chrome = await launch(FLAGS);
});

afterAll(async () => {
  await chrome.close();
});

afterEach(async () => {
  for (const page of chrome.context.pages()) await page.close();
  receiver.close();
});

/** Playwright makes every page believe that it is in front; its `noDefaults`, over a second connection, leaves them be. */
async function launch(flags: string[]): Promise<Chrome> {
  const port = await freePort();
  const args = [...flags, `--remote-debugging-port=${port}`];
  const process = await chromium.launch({ executablePath: '/usr/bin/chromium', args, ignoreDefaultArgs: SPARING });
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
  const close = async () => {
    await browser.close();
    await process.close();
  };
  return { context: browser.contexts()[0]!, close };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function openPage(main = MAIN, { context } = chrome): Promise<Page> {
  receiver = await Receiver.open(scripts, main);
  return context.newPage();
}

async function startRecording(page: Page): Promise<void> {
  await page.goto(`${receiver.origin}/attempt/recorder`);
  await page.click('[data-allow]');
  await page.waitForSelector('[data-start]:not([disabled])');
  await page.evaluate(() => Object.assign(window, { opened: document.querySelector('video')!.srcObject }));
  await page.click('[data-start]');
  await page.waitForSelector('[data-step=record]:not([hidden])');
}

async function finish(page: Page): Promise<void> {
  await page.click('[data-finish]');
  await page.click('[data-finish-confirm]');
  await page.waitForSelector('[data-step=done]:not([hidden])', { timeout: 15_000 });
}

/** @returns the chapter of each stored segment */
const chaptersOf = ({ segments }: { segments: Map<number, Buffer> }) =>
  [...segments.values()].map((body) => readSegment(body).chapter);

const only = () => [...receiver.recordings.entries()][0]!;

async function until(holds: () => boolean | Promise<boolean>, seconds: number): Promise<void> {
  const end = Date.now() + 1000 * seconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Decrypts all that the receiver has of its only recording. */
async function openSegments(): Promise<PlainSegment[]> {
  const [id, { segments, envelopes }] = only();
  const keys = new Map<number, Awaited<ReturnType<typeof deriveChapterKeys>>>();
  for (const chapter of envelopes.keys()) {
    keys.set(chapter, await deriveChapterKeys(await receiver.chapterKey(id, chapter), chapter));
  }
  const opened: PlainSegment[] = [];
  for (const body of segments.values()) {
    const { head, ciphertext, chapter, number, metadata } = readSegment(body);
    expect(metadata.recording).toBe(id);
    const bytes = await decryptSegment(keys.get(chapter)!, number, head, ciphertext);
    opened.push({ ...metadata, chapter, number, bytes });
  }
  return opened.sort((a, b) => a.number - b.number);
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

function checkChapters(segments: PlainSegment[]): void {
  const [recording, { envelopes, statements }] = only();
  const chapters = [...new Set(segments.map(({ chapter }) => chapter))];
  expect([...envelopes.keys()].sort((a, b) => a - b)).toEqual(chapters);
  for (const chapter of chapters) {
    const own = segments.filter((segment) => segment.chapter === chapter);
    expect(own.map(({ init }) => init)).toEqual(own.map((_, i) => i === 0));
    const statement = JSON.parse(statements.get(chapter)!) as ChapterStatement;
    expect(statement).toMatchObject({ attempt: receiver.attempt, recording, chapter });
    expect([statement.first, statement.last]).toEqual([own[0]!.number, own.at(-1)!.number]);
  }
  const digests = chapters.map((chapter) => sha256(statements.get(chapter)!));
  const digest = sha256(Buffer.concat(digests)).toString('base64url');
  expect(receiver.seal).toMatchObject({ type: 'seal', exam: receiver.exam, attempt: receiver.attempt });
  expect(receiver.seal!.recordings).toEqual([
    { recording, chapters: chapters.length, segments: segments.length, digest },
  ]);
}

describe('the recorder', () => {
  test('records a sitting at full rate with the exam in front, through refusals and cut connections, and seals it', async () => {
    const page = await openPage();
    await page.goto(`${receiver.origin}/attempt#key=${receiver.fingerprint}`);
    expect(await page.evaluate(() => sessionStorage.getItem('cloister-key'))).toBe(receiver.fingerprint);
    await startRecording(page);
    const [exam] = await Promise.all([chrome.context.waitForEvent('page'), page.click('[data-exam]')]);
    await exam.bringToFront();
    expect(await page.evaluate(() => document.visibilityState)).toBe('hidden');
    const hiddenFrom = Date.now();
    await until(() => receiver.recordings.size === 1 && only()[1].segments.size >= 3, 10);

    receiver.weather = 'busy';
    await until(() => receiver.refusedRequests >= 1, 8);
    receiver.weather = 'cut';
    await until(() => receiver.refusedRequests >= 2, 8);
    await until(
      async () => /waiting to be sent; nothing is lost/.test((await page.textContent('[data-truth]')) ?? ''),
      5,
    );
    receiver.weather = 'segment-answers-lost';
    const before = only()[1].segments.size;
    await until(() => only()[1].segments.size > before, 12);
    receiver.weather = 'fair';
    await until(() => only()[1].envelopes.size >= 3 && only()[1].statements.size >= 2, 15);
    expect(await page.evaluate(() => document.visibilityState)).toBe('hidden');
    const hiddenTo = Date.now();
    await until(
      async () => /^Everything up to \d\d:\d\d:\d\d is stored\.$/.test((await page.textContent('[data-truth]')) ?? ''),
      5,
    );
    expect(await page.getAttribute('[data-lamp=camera]', 'data-on')).toBe('true');
    await page.bringToFront();
    await finish(page);
    expect(await page.evaluate(() => (window as unknown as { opened: MediaStream }).opened.active)).toBe(false);

    expect(receiver.faults).toEqual([]);
    expect(receiver.mostAtOnce).toBeLessThanOrEqual(2);
    expect(receiver.repeatedSegments).toBeGreaterThan(0);
    const segments = await openSegments();
    expect(segments.map(({ number }) => number)).toEqual(segments.map((_, i) => i));
    checkChapters(segments);

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
    const began = Date.parse(only()[1].startedAt);
    const hidden = media.filter(({ start, duration }) => {
      const from = began + start / 1000;
      return from >= hiddenFrom && from + duration / 1000 <= hiddenTo;
    });
    const seconds = hidden.reduce((sum, { duration }) => sum + duration / 1e6, 0);
    expect(seconds).toBeGreaterThan(6);
    const shown = [init, ...hidden.map(({ bytes }) => bytes)];
    // A machine with nothing else to do gives 15 and no still; a page that the browser slows gives one, and is still throughout.
    expect(decode(shown).frames / seconds).toBeGreaterThan(8);
    expect(stillSeconds(shown) / seconds).toBeLessThan(0.85);
  }, 60_000);

  test('goes on after a reload: a new chapter with unused numbers, a gap that says so, and one seal over both', async () => {
    const page = await openPage();
    receiver.chapterSeconds = 60;
    await startRecording(page);
    await until(() => receiver.recordings.size === 1 && only()[1].segments.size >= 2, 10);
    receiver.weather = 'cut';
    await until(() => receiver.refusedRequests >= 1, 5);
    page.on('dialog', (dialog) => void dialog.accept());
    const reloaded = page.reload();
    receiver.weather = 'fair';
    await reloaded;
    const [, kept] = only();
    await page.waitForSelector('[data-step=record]:not([hidden])');
    await until(() => chaptersOf(kept).filter((chapter) => chapter === 1).length >= 2, 30);
    await finish(page);

    expect(receiver.faults).toEqual([]);
    expect(receiver.recordings.size).toBe(1);
    const segments = await openSegments();
    checkChapters(segments);
    const [first, second] = [0, 1].map((chapter) => segments.filter((segment) => segment.chapter === chapter));
    const end = first!.at(-1)!.start + first!.at(-1)!.duration;
    const [init, next] = second!;
    expect(init!.start).toBeGreaterThan(end);
    expect(next!.start).toBe(init!.start);
    expect(kept.gaps).toEqual([{ from: end, to: init!.start, cause: 'reload' }]);
    const { frames, complaints } = decode(second!.map(({ bytes }) => bytes));
    expect(complaints).toBe('');
    expect(frames).toBeGreaterThan(8);
    expect(await page.evaluate(() => indexedDB.databases().then((all) => all.map(({ name }) => name)))).toEqual([
      'cloister',
    ]);
  }, 60_000);

  test('outlives a session that ended, a camera that stopped and a segment that the appliance lost', async () => {
    const page = await openPage();
    receiver.chapterSeconds = 60;
    await startRecording(page);
    await until(() => receiver.recordings.size === 1 && only()[1].segments.size >= 2, 10);
    const [, kept] = only();

    receiver.signedIn = false;
    const truth = async () => (await page.textContent('[data-truth]')) ?? '';
    await until(async () => /^Your session has ended.*Open your personal link/.test(await truth()), 10);
    expect(await page.getAttribute('[data-lamp=sending]', 'data-on')).toBe('false');
    receiver.signedIn = true;
    await until(() => kept.segments.size >= 3, 10);

    receiver.otherLink = true;
    await until(
      async () => /^Another exam link was opened in this browser\. Open your own link/.test(await truth()),
      10,
    );
    receiver.otherLink = false;
    const before = kept.segments.size;
    await until(() => kept.segments.size > before, 20);

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
    await until(async () => /Nothing came from your camera or microphone for 5 s/.test(await truth()), 15);
    await until(() => kept.envelopes.size === 2 && kept.gaps.length === 1, 10);
    expect(kept.gaps[0]).toMatchObject({ cause: 'device' });
    await until(() => chaptersOf(kept).filter((chapter) => chapter === 1).length >= 3, 10);
    const lost = [...kept.segments].filter(([, body]) => readSegment(body).chapter === 1)[1]![0];
    kept.segments.delete(lost);
    await finish(page);

    expect(receiver.faults).toEqual([]);
    const segments = await openSegments();
    const made = segments.at(-1)!.number + 1;
    expect(segments.map(({ number }) => number)).toEqual([...Array(made).keys()].filter((number) => number !== lost));
    expect(JSON.parse(kept.statements.get(1)!)).toMatchObject({ missing: [lost] });
    checkChapters(segments);
  }, 40_000);

  test('records nothing when the appliance’s key is not the one that the personal link names', async () => {
    const page = await openPage();
    await page.goto(`${receiver.origin}/attempt#key=${sha256('another appliance').toString('base64url')}`);
    await expectRefusal(page, /not show the key that your invitation names, so nothing was recorded/);
  });

  test('records nothing when the exam key is not signed by the appliance', async () => {
    const page = await openPage();
    receiver.forgeExamKey();
    await expectRefusal(page, /not signed by your institution’s appliance, so nothing was recorded/);
  });

  test('says what to do when camera and microphone are not allowed, and blames nobody', async () => {
    const refusing = await launch([FLAGS[0]!, `${FLAGS[1]!}=deny`]);
    const page = await openPage(MAIN, refusing);
    await page.goto(`${receiver.origin}/attempt/recorder`);
    await page.click('[data-allow]');
    await until(
      async () => /did not allow the camera.*Allow both/.test((await page.textContent('[data-check-message]')) ?? ''),
      5,
    );
    expect(await page.isDisabled('[data-start]')).toBe(true);
    expect(await page.isDisabled('[data-allow]')).toBe(false);
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
    await page.goto(`${receiver.origin}/attempt/recorder`);
    await page.click('[data-allow]');
    await until(async () => /^Your browser asks .* Choose “Allow”\.$/.test(await message()), 5);
    expect(await page.isDisabled('[data-allow]')).toBe(true);
    await until(async () => /^Your browser has not answered\./.test(await message()), 5);
    await page.click('[data-allow]');
    await page.click('[data-start]:not([disabled])');
    await page.waitForSelector('[data-step=record]:not([hidden])');
    await until(() => receiver.recordings.size === 1 && only()[1].segments.size >= 2, 15);
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
    await page.waitForSelector('[data-step=done]:not([hidden])');
    expect(await page.evaluate(() => (window as unknown as Late).late.asked)).toBe(0);
    expect(receiver.faults).toEqual([]);
  }, 60_000);

  test('says aloud which element the page lacks', async () => {
    const page = await openPage(MAIN.replace('<meter data-level min="0" max="1"></meter>', ''));
    await page.goto(`${receiver.origin}/attempt/recorder`);
    await page.waitForSelector('[data-failure]:not([hidden])');
    expect(await page.textContent('[data-failure]')).toMatch(/cannot record \(level missing\)/);
  });
});

async function expectRefusal(page: Page, sentence: RegExp): Promise<void> {
  await page.goto(`${receiver.origin}/attempt/recorder`);
  await page.click('[data-allow]');
  await page.click('[data-start]:not([disabled])');
  await page.waitForSelector('[data-failure]:not([hidden])');
  expect(await page.textContent('[data-failure]')).toMatch(sentence);
  expect(receiver.recordings.size).toBe(0);
  // The devices are let go: nothing may look as if it recorded.
  expect(await page.evaluate(() => (document.querySelector('video')!.srcObject as MediaStream).active)).toBe(false);
}
