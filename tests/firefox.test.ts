/** Firefox at both ends: it records, also in the background, and it reviews; and each browser plays what the other recorded. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser as Chromium } from 'playwright-core';
import type { Browser as Firefox, Page as FirefoxPage } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inviteReviewer, openDesk } from './custody-process.ts';
import { type Appliance, startAppliance } from './appliance.ts';
import { cameraFrom, launchChromium, openContext } from './chromium.ts';
import { type DecodedMedia, decodeMedia } from './decoded-media.ts';
import { type Desktop, launchFirefox, startDesktop } from './firefox.ts';
import { FULL } from './full.ts';
import { makeNumberedVideo, readNumbers } from './numbered-video.ts';
import { SecurityKey } from './security-key.ts';

const BEHIND_SECONDS = 20;

/** What the drivers of both browsers have in common. */
interface AnyPage {
  goto(address: string): Promise<unknown>;
  click(selector: string): Promise<unknown>;
  url(): string;
  waitForSelector(selector: string, options?: { timeout?: number }): Promise<unknown>;
}

let folder: string;
let appliance: Appliance;
let desktop: Desktop;
let firefox: Firefox;
let chromium: Chromium;
const key = new SecurityKey();

const full = describe.runIf(FULL);

full('with Firefox', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'firefox-'));
    const video = join(folder, 'numbered.mjpeg');
    desktop = await startDesktop();
    [appliance, firefox, chromium] = await Promise.all([
      startAppliance(),
      launchFirefox(desktop),
      makeNumberedVideo(video, 60).then(() => launchChromium(cameraFrom(video))),
    ]);
  }, 120_000);

  afterAll(async () => {
    await firefox?.close();
    await chromium?.close();
    await desktop?.stop();
    await appliance?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test('it records camera, sound and screen while the exam is in front of the recorder', async () => {
    const page = await firefox.newPage();
    await openRecorder(page, 0);
    await press(page, '[data-allow]');
    await press(page, '[data-share]');
    await page.waitForSelector('[data-start]:not([disabled])', { timeout: 30_000 });
    expect(await textOf(page, '[data-start]')).toBe('Start recording');
    // Firefox does not tell what is shared.
    expect(await textOf(page, '[data-share-message]')).toContain('not held against you');
    await press(page, '[data-start]');
    await page.waitForSelector('[data-step=record]:not([hidden])');
    const known = new Set(await firefox.pages());
    await press(page, '[data-exam]');
    await expect.poll(async () => (await firefox.pages()).length).toBe(known.size + 1);
    const exam = (await firefox.pages()).find((one) => !known.has(one)) as FirefoxPage;
    await exam.bringToFront();
    await exam.waitForSelector('h1');
    await exam.evaluate(showNumbers);
    await expect.poll(() => page.evaluate(() => document.hidden)).toBe(true);
    await pause(1000 * BEHIND_SECONDS);
    await page.bringToFront();
    await finish(page);
  }, 120_000);

  test('what Firefox recorded plays in Chromium, moving and with sound throughout', async () => {
    const context = await openContext(chromium);
    const page = await context.newPage();
    await page.exposeFunction('touchKey', touchKey);
    await page.addInitScript(takeKey);
    await page.addInitScript(keepAppended);
    await enrol(page);
    await openRecording(page, 'T-0001');
    await expectFirefoxRecording(page);
    await context.close();
  }, 180_000);

  test('what Firefox recorded plays in Firefox', async () => {
    const page = await openRoom();
    await openRecording(page, 'T-0001');
    await expectFirefoxRecording(page);
    await page.browserContext().close();
  }, 180_000);

  test('what Chromium recorded plays in Firefox, each frame and with sound', async () => {
    const context = await openContext(chromium);
    const recorder = await context.newPage();
    await openRecorder(recorder, 1);
    await press(recorder, '[data-allow]');
    await press(recorder, '[data-share]');
    await press(recorder, '[data-start]');
    await recorder.waitForSelector('[data-step=record]:not([hidden])');
    await pause(10_000);
    await finish(recorder);
    await context.close();

    const page = await openRoom();
    await openRecording(page, 'T-0002');
    const { camera, screen } = await play(page);
    const numbers = await readNumbers(camera.webm);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBeGreaterThan(20);
    expect(camera.decoded.loudest).toBeGreaterThan(-40);
    expect(screen.decoded.frames.length).toBeGreaterThan(10);
    await page.browserContext().close();
  }, 180_000);

  test('where the computer has no sound device, a sentence says so, and the picture is recorded', async () => {
    const silent = await launchFirefox();
    try {
      const page = await silent.newPage();
      await openRecorder(page, 2);
      await press(page, '[data-allow]');
      await press(page, '[data-share]');
      await page.waitForSelector('[data-start]:not([disabled])', { timeout: 30_000 });
      expect(await textOf(page, '[data-start]')).toBe('Start without your screen');
      await press(page, '[data-start]');
      await page.waitForSelector('[data-step=record]:not([hidden])');
      await expect
        .poll(() => textOf(page, '[data-step=record]'), { timeout: 20_000 })
        .toMatch(/sound[^]*not held against you/);
      await pause(5000);
      await finish(page);
    } finally {
      await silent.close();
    }
  }, 120_000);
});

/** A page of Firefox in the reading room, signed in with the key that was enrolled in Chromium. */
async function openRoom(): Promise<FirefoxPage> {
  const context = await firefox.createBrowserContext();
  const page = await context.newPage();
  await page.exposeFunction('touchKey', touchKey);
  await page.evaluateOnNewDocument(takeKey);
  await page.evaluateOnNewDocument(keepAppended);
  await page.goto(appliance.room);
  await press(page, 'form[data-passkey=sign-in] button.primary');
  await arriveAt(page, /^\/desk$/);
  return page;
}

async function openRecorder(page: AnyPage, testTaker: number): Promise<void> {
  await page.goto(appliance.testTakers[testTaker]?.link ?? '');
  await press(page, 'a[href="/attempt/recorder"]');
  await page.waitForSelector('main[data-recorder]');
  await page.waitForSelector('[data-allow]:not([disabled])');
}

async function finish(page: AnyPage): Promise<void> {
  await press(page, '[data-finish]');
  await press(page, '[data-finish-confirm]');
  await page.waitForSelector('[data-step=done]:not([hidden])', { timeout: 30_000 });
}

/** The key is a software one, held here: neither browser has to have the same kind of virtual one. */
function touchKey(kind: 'enrol' | 'touch', options: { challenge: string; rp: { id?: string } }): unknown {
  return kind === 'enrol' ? key.enrol(options, appliance.room) : key.touch(options.challenge, appliance.room);
}

/** Runs in pages of the room: puts the key behind `navigator.credentials`. */
function takeKey(): void {
  const text = (bytes: BufferSource) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes as ArrayBuffer)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replace(/=+$/, '');
  const { touchKey: touch } = globalThis as unknown as { touchKey: (kind: string, options: object) => Promise<object> };
  const answer = async (kind: string, options: { challenge: BufferSource; rp?: { id?: string } }) => {
    const { challenge, rp = {} } = options;
    const json = await touch(kind, { challenge: text(challenge), rp: { id: rp.id } });
    return { toJSON: () => json } as unknown as Credential;
  };
  navigator.credentials.create = (options) => answer('enrol', options?.publicKey as PublicKeyCredentialCreationOptions);
  navigator.credentials.get = (options) => answer('touch', options?.publicKey as PublicKeyCredentialRequestOptions);
}

/** Runs in pages of the room: keeps what goes into each decoder. */
function keepAppended(): void {
  const append = SourceBuffer.prototype.appendBuffer;
  const appended = new Map<SourceBuffer, Uint8Array[]>();
  Object.assign(globalThis, { appended });
  SourceBuffer.prototype.appendBuffer = function (this: SourceBuffer, data: BufferSource) {
    const bytes = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);
    appended.set(this, [...(appended.get(this) ?? []), bytes.slice()]);
    return append.call(this, data);
  };
}

/** Runs in the exam's page: shows how many frames it has drawn, as the numbered camera does. */
function showNumbers(): void {
  const canvas = document.createElement('canvas');
  canvas.width = 16;
  canvas.height = 1;
  canvas.style.cssText = 'position:fixed;inset:0;width:100vw;height:100vh;image-rendering:pixelated;z-index:9';
  document.body.append(canvas);
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  let number = 0;
  const draw = () => {
    number++;
    for (let bit = 0; bit < 16; bit++) {
      context.fillStyle = (number >> (15 - bit)) & 1 ? '#fff' : '#000';
      context.fillRect(bit, 0, 1, 1);
    }
    requestAnimationFrame(draw);
  };
  draw();
}

async function enrol(page: AnyPage): Promise<void> {
  const custody = await openDesk(appliance.data, appliance.room);
  const { exam } = JSON.parse(readFileSync(join(appliance.data, 'demonstration.json'), 'utf8'));
  const { enrolment } = await inviteReviewer(custody, 'Noor Vermeer', [exam]);
  await page.goto(`${appliance.room}/enrolments/${enrolment}`);
  await press(page, 'form[data-passkey=enrol] button.primary');
  await arriveAt(page, /^\/desk$/);
}

async function openRecording(page: AnyPage, candidate: string): Promise<void> {
  await page.goto(new URL('/attempts', appliance.room).href);
  const links = await evaluate(page, () =>
    [...document.querySelectorAll<HTMLAnchorElement>('main a')].map((link) => [link.textContent.trim(), link.href]),
  );
  await page.goto(links.find(([text]) => text === candidate)?.[1] ?? '');
  await press(page, 'form[data-passkey=release] button.primary');
  await arriveAt(page, /^\/acts\//);
  await press(page, 'form[data-passkey=act] button.primary');
  await arriveAt(page, /^\/grants\//);
  await expect.poll(() => stateOf(page), { timeout: 30_000 }).toBe('paused');
}

async function arriveAt(page: AnyPage, path: RegExp): Promise<void> {
  await expect.poll(() => new URL(page.url()).pathname, { timeout: 20_000 }).toMatch(path);
  await page.waitForSelector('main');
}

interface Played {
  /** What went into the decoder. */
  webm: Buffer;
  decoded: DecodedMedia;
}

/** Plays a recording from its beginning to its end. */
async function play(page: AnyPage): Promise<Record<'camera' | 'screen', Played>> {
  const positions: number[] = [];
  await press(page, '[data-command=play]');
  await expect
    .poll(
      async () => {
        positions.push(
          await evaluate(
            page,
            () => document.querySelector<HTMLVideoElement>('video[data-source=camera]')!.currentTime,
          ),
        );
        return stateOf(page);
      },
      { timeout: 90_000, interval: 500 },
    )
    .toBe('ended');
  expect(new Set(positions).size).toBeGreaterThan(10);
  const appended = await evaluate(page, () =>
    [...(globalThis as unknown as { appended: Map<SourceBuffer, Uint8Array[]> }).appended.values()].map((pieces) =>
      pieces.map((piece) => {
        let text = '';
        for (let i = 0; i < piece.length; i += 0x8000) text += String.fromCharCode(...piece.subarray(i, i + 0x8000));
        return btoa(text);
      }),
    ),
  );
  const sources = await Promise.all(
    appended.map(async (pieces) => {
      // Each chapter begins with the same header; a decoder outside of a browser wants it once.
      const webm = Buffer.concat([...new Set(pieces)].map((piece) => Buffer.from(piece, 'base64')));
      return { webm, decoded: await decodeMedia(webm) };
    }),
  );
  const camera = sources.find(({ decoded }) => decoded.loudest !== null);
  const screen = sources.find(({ decoded }) => decoded.loudest === null);
  if (!camera || !screen || sources.length !== 2) throw new Error(`there are ${sources.length} pictures`);
  return { camera, screen };
}

/** Firefox's fake camera changes its colour with each frame, and its fake microphone hums. */
async function expectFirefoxRecording(page: AnyPage): Promise<void> {
  const { camera, screen } = await play(page);
  expect(camera.decoded.loudest).toBeGreaterThan(-40);
  expectMoving(camera.decoded, 8);
  expectMoving(screen.decoded, 2);
  // While the exam was in front its numbers went up; before and after, the recorder was there, without any.
  expect(longestRise(await readNumbers(screen.webm))).toBeGreaterThan(2 * BEHIND_SECONDS);
}

/** @returns how many different numbers follow each other upwards without one that falls back */
function longestRise(numbers: number[]): number {
  let longest = 0;
  let rise: number[] = [];
  for (const number of numbers) {
    if (number < (rise.at(-1) ?? 0)) rise = [];
    if (number !== rise.at(-1)) rise.push(number);
    longest = Math.max(longest, rise.length);
  }
  return longest;
}

/** @param rate least pictures a second that differ from the one before */
function expectMoving({ frames }: DecodedMedia, rate: number): void {
  const changes = frames.filter((frame, i) => frame.digest !== frames[i - 1]?.digest);
  const last = frames.at(-1)?.at ?? 0;
  // A busy machine's first and last frames may be missing.
  expect(last - (frames[0]?.at ?? 0)).toBeGreaterThan(BEHIND_SECONDS - 1);
  expect(changes.length / (last - (frames[0]?.at ?? 0))).toBeGreaterThan(rate);
  const stills = changes.map(({ at }, i) => (changes[i + 1]?.at ?? last) - at);
  expect(Math.max(...stills), 'seconds that a picture stood still').toBeLessThan(2);
}

function stateOf(page: AnyPage): Promise<string | undefined> {
  return evaluate(page, () => document.querySelector<HTMLElement>('[data-player]')?.dataset['state']);
}

async function textOf(page: AnyPage, selector: string): Promise<string> {
  const element = (await page.waitForSelector(selector)) as {
    evaluate(work: (one: Element) => string): Promise<string>;
  };
  return element.evaluate((one) => (one as HTMLElement).innerText.trim());
}

/** Both drivers have this as well, each typed in a way of its own. */
function evaluate<Result>(page: AnyPage, work: () => Result): Promise<Awaited<Result>> {
  return (page as unknown as { evaluate(work: () => Result): Promise<Awaited<Result>> }).evaluate(work);
}

/** Clicks once the page's script has made it possible. */
async function press(page: AnyPage, selector: string): Promise<void> {
  await page.waitForSelector(`${selector}:not([disabled])`, { timeout: 30_000 });
  await page.click(selector);
}
