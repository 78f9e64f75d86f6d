/**
 * One exam through everything that happens at home and in the machine room, and what the reviewer sees of it. The camera
 * shows numbered frames: what was encrypted, and in which order, is read from the frames themselves.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import { inviteReviewer, openDesk, publishExam } from './custody-process.ts';
import { enterExam } from '../app/exams/exam.ts';
import { fragmentOf } from '../app/exams/fingerprint.ts';
import { inspectRecording } from '../app/recordings/inspect.ts';
import type { Source } from '../app/wire.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { type Appliance, startAppliance } from './appliance.ts';
import { filesBelow } from './canaries.ts';
import {
  cameraFrom,
  killChromium,
  launchChromium,
  launchOnProfile,
  openContext,
  plugInSecurityKey,
} from './chromium.ts';
import { type Encrypted, REPORTS, spyOnEncryption } from './encryption-spy.ts';
import { FULL } from './full.ts';
import { Line } from './line.ts';
import { followFrames, makeNumberedVideo, readNumbers } from './numbered-video.ts';

const CUT_SECONDS = FULL ? 60 : 10;
const CHAPTER_SECONDS = 10;
const SOURCES: Source[] = ['camera', 'screen'];

let folder: string;
let profile: string;
let flags: string[];
let appliance: Appliance;
let line: Line;
let link: string;
let enrolment: string;
let context: BrowserContext;
let testTaker: Page;
let reviewers: Browser;
let reviewer: Page;
/** Everything that was encrypted, in every life of the recorder. */
const encrypted: Encrypted[] = [];
/** How the appliance answered what the recorder sent. */
const answers: { method: string; path: string; status: number; at: number }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weather-'));
  profile = join(folder, 'profile');
  const video = join(folder, 'numbered.mjpeg');
  [appliance] = await Promise.all([startAppliance({ testTakers: 1 }), makeNumberedVideo(video, FULL ? 150 : 60)]);
  ({ link, enrolment } = await setUpExam());
  const { hostname, port } = new URL(appliance.exam);
  line = await Line.lay(Number(port));
  flags = [...cameraFrom(video), `--host-resolver-rules=MAP ${hostname} 127.0.0.1:${line.port}`];
}, 120_000);

afterAll(async () => {
  await context?.close().catch(() => {});
  await reviewers?.close();
  line?.close();
  await appliance?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** An exam with chapters so short that several begin in this test, a test taker, and a reviewer. */
async function setUpExam(): Promise<{ link: string; enrolment: string }> {
  const custody = await openDesk(appliance.data, appliance.room);
  const db = openApplianceDatabase(join(appliance.data, 'web/appliance.db'));
  const { title, policy, setup } = DEMONSTRATION;
  const exam = randomUUID();
  const rules = await publishExam(custody, {
    exam,
    title,
    policy,
    setup: { ...setup, chapterSeconds: CHAPTER_SECONDS },
  });
  enterExam(db, rules);
  const { token } = enterTestTaker(db, { exam, candidate: 'W-0001', name: 'Robin Hale' });
  db.$client.close();
  const invited = await inviteReviewer(custody, 'Ines Moreau', [exam]);
  return {
    link: `${appliance.exam}/i/${token}#${fragmentOf(rules.examKey.applianceKey)}`,
    enrolment: `${appliance.room}/enrolments/${invited.enrolment}`,
  };
}

/** Starts the browser, on whatever its profile has kept, and opens the personal link. */
async function openBrowser(): Promise<void> {
  context = await launchOnProfile(profile, flags);
  await spyOnEncryption(context, encrypted);
  context.on('response', (response) => {
    const { pathname: path } = new URL(response.url());
    if (REPORTS.includes(path)) return;
    answers.push({ method: response.request().method(), path, status: response.status(), at: Date.now() });
  });
  testTaker = await context.newPage();
  await testTaker.goto(link);
}

const media = (source: Source, since = 0) =>
  encrypted.filter((one) => one.source === source && !one.init && one.at > since);

/** Waits until both sources have given this many more clusters. */
async function filming(clusters: number, seconds = 30): Promise<void> {
  const since = Date.now();
  for (const source of SOURCES) {
    await expect
      .poll(() => media(source, since).length, { timeout: 1000 * seconds, message: `clusters of the ${source}` })
      .toBeGreaterThanOrEqual(clusters);
  }
}

/**
 * Waits for a moment between two clusters, in which the page has kept all that it encrypted. What is in the encoder is lost
 * with the page, and nothing could keep it.
 */
async function betweenClusters(): Promise<void> {
  const calm = () => encrypted.every(({ kept }) => kept) && Date.now() - (encrypted.at(-1)?.at ?? 0) > 300;
  await expect.poll(calm, { timeout: 15_000, interval: 20 }).toBe(true);
}

/** Shares the screen, which a browser allows only after a click, and waits until the recording goes on. */
async function shareAgain(): Promise<void> {
  await testTaker.locator('[data-step=record]').waitFor({ timeout: 20_000 });
  await testTaker.locator('[data-share-again]').click();
  await filming(1);
}

async function truth(): Promise<string> {
  return testTaker.locator('[data-truth]').innerText();
}

test('a test taker starts, with camera, sound and screen', async () => {
  await openBrowser();
  await testTaker.getByRole('link', { name: /Check what is recorded/ }).click();
  await testTaker.locator('[data-allow]').click();
  await testTaker.locator('[data-share]').click();
  await testTaker.locator('[data-start]:not([disabled])').click({ timeout: 20_000 });
  await testTaker.locator('[data-step=record]').waitFor();
  await filming(2);
}, 60_000);

test(
  `the network is cut for ${CUT_SECONDS} seconds: recording goes on, and the page says that this is not held against them`,
  async () => {
    const cut = Date.now();
    line.cut();
    try {
      await expect.poll(truth, { timeout: 1000 * CUT_SECONDS }).toMatch(/nothing is lost|not held against you/);
      await pause(cut + 1000 * CUT_SECONDS - Date.now());
      for (const source of SOURCES) {
        const seconds = media(source, cut).reduce((sum, { duration }) => sum + duration / 1e6, 0);
        expect(seconds, source).toBeGreaterThan(CUT_SECONDS - 5);
      }
      expect(answers.filter(({ at }) => at > cut + 500).length, 'answers through a cut line').toBe(0);
    } finally {
      line.mend();
    }
    const stored = ({ at, path, status }: (typeof answers)[number]) =>
      at > cut && path.includes('/segments/') && status === 201;
    const made = encrypted.length;
    await expect
      .poll(() => answers.filter(stored).length, { timeout: 60_000 })
      .toBeGreaterThanOrEqual(encrypted.slice(0, made).filter(({ at }) => at > cut).length);
  },
  1000 * CUT_SECONDS + 90_000,
);

test('the page is loaded again: recording goes on in a new chapter', async () => {
  await betweenClusters();
  testTaker.on('dialog', (dialog) => void dialog.accept());
  await testTaker.reload();
  await shareAgain();
}, 60_000);

test('the browser is killed without any network and started again on the same profile: recording goes on', async () => {
  // What cannot be sent any more has to be there at the next start.
  line.cut();
  try {
    await filming(2);
    await betweenClusters();
    await killChromium(context, profile);
  } finally {
    line.mend();
  }
  await openBrowser();
  await testTaker.getByRole('link', { name: /Go back to the recorder/ }).click();
  await shareAgain();
}, 90_000);

test('web is killed: recording goes on', async () => {
  await appliance.kill('web');
  await filming(2);
}, 60_000);

test('custody is killed, and a new chapter begins and is stored while it is away', async () => {
  const custody = await appliance.kill('custody');
  // It is there again, but gets no further.
  process.kill(custody, 'SIGSTOP');
  const killed = Date.now();
  const chapters = new Map(SOURCES.map((source) => [source, media(source).at(-1)?.chapter ?? 0]));
  try {
    for (const source of SOURCES) {
      const later = () => media(source, killed).find(({ chapter }) => chapter > (chapters.get(source) ?? 0));
      await expect.poll(later, { timeout: 1000 * (CHAPTER_SECONDS + 10) }).toBeTruthy();
      const { recording, chapter, number } = later() as Encrypted;
      const stored = (path: string) => () => answers.find((one) => one.path === path && one.at > killed)?.status;
      for (const path of [`chapters/${chapter}/envelope`, `segments/${number}`]) {
        await expect
          .poll(stored(`/recordings/${recording}/${path}`), { timeout: 15_000, message: `${source}: ${path}` })
          .toBe(201);
      }
    }
  } finally {
    process.kill(custody, 'SIGCONT');
  }
  await filming(1);
}, 90_000);

test('they finish, and the recordings are whole: no segment missing, every signature good', async () => {
  await testTaker.locator('[data-finish]').click();
  await testTaker.locator('[data-finish-confirm]').click();
  await testTaker.locator('[data-step=done]').waitFor({ timeout: 60_000 });
  expect(answers.filter(({ method, status }) => method !== 'GET' && status >= 400 && status !== 503)).toEqual([]);
  const files = filesBelow(join(appliance.data, 'recordings')).filter((name) => name.endsWith('.clr'));
  expect(files).toHaveLength(2);
  for (const file of files) {
    // Custody enters the seal once it has caught up with what it missed.
    await expect.poll(async () => (await inspectRecording(file)).seal, { timeout: 45_000, interval: 500 }).toBe('good');
    const report = await inspectRecording(file);
    expect(report.faults).toEqual([]);
    expect(report.segments.missing).toEqual([]);
    for (const chapter of report.chapters) expect(chapter).toMatchObject({ envelope: true, signature: 'good' });
  }
}, 90_000);

test('a reviewer opens the recording, and it tells of two gaps of each source, with their causes', async () => {
  reviewers = await launchChromium();
  const room = await openContext(reviewers);
  await room.addInitScript(keepAppended);
  reviewer = await room.newPage();
  await plugInSecurityKey(reviewer);
  await reviewer.goto(enrolment);
  await reviewer.getByRole('button', { name: /Enrol this passkey/ }).click();
  await reviewer.waitForURL('**/desk');
  await reviewer.getByRole('link', { name: 'W-0001' }).click();
  await reviewer.getByRole('radio', { name: 'The whole recording' }).check();
  await reviewer.getByLabel('Why is it needed?').fill('Each frame is looked for.');
  await reviewer.getByRole('button', { name: /Ask for the key/ }).click();
  await reviewer.waitForURL('**/acts/*');
  await reviewer.getByRole('button', { name: /Sign with your passkey/ }).click();
  await reviewer.waitForURL('**/grants/*');
  await expect
    .poll(() => reviewer.locator('[data-player]').getAttribute('data-state'), { timeout: 15_000 })
    .not.toBe('loading');
  const causes = await reviewer.locator('[data-part=gaps] li').evaluateAll((lines) =>
    lines.map((one) => ({
      cause: (one as HTMLElement).dataset['cause'],
      source: /camera|screen/i.exec(one.textContent ?? '')?.[0].toLowerCase(),
    })),
  );
  for (const source of SOURCES) {
    // Before and after: one source begins or ends a moment sooner than the other.
    const inside = causes.filter((gap) => gap.source === source && gap.cause !== 'before' && gap.cause !== 'after');
    expect(
      inside.map(({ cause }) => cause),
      source,
    ).toEqual(['reload', 'closed']);
  }
}, 60_000);

/** A digest of what went into a decoder, and where the run that it belongs to begins: two runs can begin with the same bytes. */
interface Appended {
  digest: string;
  runFrom: number;
}

/** Runs in the reviewer's page: what goes into the decoder, in order. */
function keepAppended(): void {
  const append = SourceBuffer.prototype.appendBuffer;
  const appended: Promise<Appended>[] = [];
  Object.assign(globalThis, { appended });
  SourceBuffer.prototype.appendBuffer = function (this: SourceBuffer, data: BufferSource) {
    const bytes = ArrayBuffer.isView(data)
      ? data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)
      : data;
    const hex = (digest: ArrayBuffer) =>
      [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const runFrom = this.timestampOffset;
    appended.push(
      crypto.subtle.digest('SHA-256', bytes as ArrayBuffer).then((digest) => ({ digest: hex(digest), runFrom })),
    );
    return append.call(this, data);
  };
}

test(`the reviewer’s decoder takes all that was encrypted, and they see ${FULL ? 'every frame number' : 'frame numbers'} in order`, async () => {
  const video = reviewer.locator('video[data-source=camera]');
  await video.evaluate(followFrames);
  await video.evaluate((element: HTMLVideoElement) => {
    const presented: Presented[] = [];
    Object.assign(globalThis, { presented });
    let seeks = 0;
    element.addEventListener('seeking', () => seeks++);
    new MutationObserver(() => presented.push({ ...JSON.parse(element.dataset['presented'] ?? ''), seeks })).observe(
      element,
      { attributes: true, attributeFilter: ['data-presented'] },
    );
  });
  await reviewer.locator('body').click({ position: { x: 2, y: 2 } });
  // At twice the speed a busy machine cannot show every frame; among the long tests it has to.
  const speed = reviewer.locator('[data-part=speed]');
  for (let presses = 0; !FULL && (await speed.textContent()) !== '2×' && presses < 9; presses++)
    await reviewer.keyboard.press(']');
  await playToTheEnd();

  const appended = await reviewer.evaluate(() =>
    Promise.all((globalThis as unknown as { appended: Promise<Appended>[] }).appended),
  );
  for (const source of SOURCES) {
    const made = media(source).map(({ bytes, kept }) => ({ kept, digest: digestOf(bytes) }));
    const known = new Set(made.map(({ digest }) => digest));
    // What is sought again is appended again.
    const runs = new Map(appended.map((one) => [`${one.digest} ${one.runFrom}`, one.digest]));
    const played = [...runs.values()].filter((digest) => known.has(digest));
    // A busy machine may encrypt a piece in the very moment in which the page goes, before it is kept.
    const lost = made.filter(({ kept, digest }) => !kept && !played.includes(digest));
    expect(lost.length, `${source}: lost with the page`).toBeLessThanOrEqual(2);
    expect(played, source).toEqual(made.filter((one) => !lost.includes(one)).map(({ digest }) => digest));
  }

  // Each life of the camera counts from the beginning: its frames are those since the last media header that differs.
  const camera = encrypted.filter(({ source }) => source === 'camera');
  const frames: { life: number; number: number }[] = [];
  for (const [life, run] of runsOf(camera).entries()) {
    const numbers = await readNumbers(Buffer.concat(run.map(({ bytes }) => bytes)));
    expect(numbers.length).toBeGreaterThan(10);
    expect(numbers, `run ${life}`).toEqual(numbers.toSorted((a, b) => a - b));
    for (const number of numbers) frames.push({ life, number });
  }
  expect(frames.length).toBeGreaterThan(2 * playedSeconds());
  if (!FULL) return expect((await framesSeen(frames)).length).toBeGreaterThan(playedSeconds());
  // All of it went into the decoder; a busy machine's screen leaves out a frame now and then, and not the same one each time.
  const unseen = new Set(frames.map(({ life, number }) => `${life}:${number}`));
  for (let times = 1; ; times++) {
    for (const seen of await framesSeen(frames)) unseen.delete(seen);
    if (unseen.size === 0 || times === 4) break;
    await reviewer.evaluate(() => void ((globalThis as unknown as { presented: unknown[] }).presented.length = 0));
    await playToTheEnd();
  }
  expect([...unseen]).toEqual([]);
}, 600_000);

const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** @returns seconds of the camera that were encrypted */
function playedSeconds(): number {
  return encrypted.reduce((sum, { source, duration }) => sum + (source === 'camera' ? duration / 1e6 : 0), 0);
}

/** Plays from the beginning to the end. */
async function playToTheEnd(): Promise<void> {
  await reviewer.keyboard.press('0');
  await reviewer.keyboard.press('k');
  const state = () => reviewer.locator('[data-player]').getAttribute('data-state');
  await expect.poll(state, { timeout: 15_000 }).toBe('playing');
  await expect.poll(state, { timeout: 1000 * (playedSeconds() + 60) }).toBe('ended');
}

interface Presented {
  number: number;
  position: number;
  /** How often the player had sought by then, as it does by itself to bring camera and screen in step on a busy machine. */
  seeks: number;
}

/** @returns which of the frames the screen showed since `presented` was emptied: their order is checked, from one seek to the next */
async function framesSeen(frames: { life: number; number: number }[]): Promise<string[]> {
  const presented = await reviewer.evaluate(() => (globalThis as unknown as { presented: Presented[] }).presented);
  let at = 0;
  return presented.map(({ number, position, seeks }, index) => {
    const before = presented.slice(Math.max(0, index - 3), index);
    if (before.at(-1)?.seeks !== seeks) at = 0;
    const next = frames.findIndex((frame, place) => place >= at && frame.number === number);
    const told = `frame ${number} at ${position} s comes when its time is over, or was never encrypted; before it ${JSON.stringify(before)}`;
    expect(next, told).not.toBe(-1);
    at = next;
    return `${frames[next]?.life}:${number}`;
  });
}

/** @returns runs of the recorder: each a media header, once, and all clusters that decode with it */
function runsOf(pieces: Encrypted[]): Encrypted[][] {
  const runs: Encrypted[][] = [];
  let start = -1;
  for (const piece of pieces) {
    if (!piece.init) runs.at(-1)?.push(piece);
    else if (piece.start !== start) runs.push([piece]);
    start = piece.init ? piece.start : start;
  }
  return runs;
}
