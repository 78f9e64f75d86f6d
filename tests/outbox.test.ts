/**
 * What a browser keeps until the appliance has it. The recorder's real worker in real Chromium, on a profile that outlives the
 * browser, against the real appliance; only cameras and screens are replaced by bytes that are known.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { inspectRecording } from '../app/recordings/inspect.ts';
import type { Progress, WorkerMessage } from '../app/browser/recorder/messages.ts';
import type { Source } from '../app/wire.ts';
import { killChromium, launchOnProfile } from './chromium.ts';
import { FULL } from './full.ts';
import { openFreshPage } from './recorder-browser.ts';
import { Driver, digestOfCluster } from './recorder-driver.ts';
import { type Invited, openSetting, type RecorderSetting } from './recorder-setting.ts';
import { UPLOAD_CLOSED, type WeatherRelay } from './weather-relay.ts';

const SOURCES: Source[] = ['camera', 'screen'];
const SIZE = 20_000;
/** Where media headers stand among what a source gives. */
const HEADER = 1_000_000;

let setting: RecorderSetting;
let relay: WeatherRelay;
/** One browser does for all tests that neither kill it nor need a disk of its own: a new profile takes it seconds. */
let profile = '';
let context: BrowserContext;
let testTaker: Invited;
/** Where a small disk is mounted. */
let disk: string | null = null;

beforeAll(async () => {
  setting = await openSetting();
  ({ relay } = setting);
}, 60_000);

afterAll(async () => {
  await discardProfile();
  await setting?.close();
});

beforeEach(async () => {
  if (profile === '') {
    profile = mkdtempSync(join(tmpdir(), 'outbox-'));
    context = await launch();
  }
  const page = await openFreshPage({ context }, setting.origin);
  await page.close();
  testTaker = setting.invite('screened');
});

afterEach(async () => {
  relay.clear();
  if (disk) return discardProfile();
  for (const page of context.pages()) await page.close();
});

async function discardProfile(): Promise<void> {
  await context?.close();
  if (disk) spawnSync('umount', [disk]);
  disk = null;
  rmSync(profile, { recursive: true, force: true });
  profile = '';
}

async function launch(folder = profile): Promise<BrowserContext> {
  const resolver = `--host-resolver-rules=MAP ${new URL(setting.origin).hostname} 127.0.0.1:${relay.port}`;
  return launchOnProfile(folder, [resolver, '--js-flags=--expose-gc']);
}

/** Opens the personal link and the recorder's worker there. */
async function openDriver(link = testTaker.link): Promise<Driver> {
  const page = await context.newPage();
  await page.goto(link);
  return Driver.open(page, testTaker.id);
}

/** Begins the attempt and a run of both sources. @returns epoch ms at which both began */
async function begin(driver: Driver): Promise<number> {
  expect(await driver.hear('opened')).toEqual({ kind: 'opened', attempt: 'none' });
  await driver.post({ kind: 'start' });
  await driver.hear('started');
  const beganAt = Date.now();
  for (const source of SOURCES) await driver.run(source, HEADER, beganAt, null);
  await until(async () => (await testTaker.files()).length === 2, 10);
  return beganAt;
}

async function push(driver: Driver, first: number, count: number, size = SIZE, from = first): Promise<void> {
  for (const source of SOURCES) await driver.push(source, first, count, size, from);
}

async function until(holds: () => boolean | Promise<boolean>, seconds: number): Promise<void> {
  const end = Date.now() + 1000 * seconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @returns how many segments of both sources web has, media headers included */
async function storedSegments(): Promise<number> {
  const counts = SOURCES.map(async (source) => (await testTaker.stored(source))?.segments.length ?? 0);
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** Decrypts what web has of a source. @returns places of what the source gave, in the order of their numbers, without headers */
async function placesOf(source: Source, upTo: number, size = SIZE): Promise<number[]> {
  const places = new Map(Array.from({ length: upTo }, (_, place) => [digestOfCluster(source, place, size), place]));
  const segments = await testTaker.segments(source);
  expect(segments.map(({ number }) => number)).toEqual(segments.map((_, i) => i));
  return segments
    .filter(({ init }) => !init)
    .map(({ bytes }) => places.get(createHash('sha256').update(bytes).digest('hex')) ?? -1);
}

/** @param beganAt epoch ms @returns what web has of a source's gaps: milliseconds from there */
async function gapsOf(source: Source, beganAt: number) {
  const { header, gaps } = (await testTaker.stored(source))!;
  const since = (at: number) => Date.parse(header.startedAt) + at / 1000 - beganAt;
  return gaps.map(({ from, to, cause }) => ({ from: since(from), to: since(to), cause }));
}

/** Takes the inspector's word that everything is there, in order, signed and sealed. */
async function expectWhole(): Promise<void> {
  const files = await testTaker.files();
  expect(files.length).toBe(2);
  for (const { file } of files) {
    const { faults, seal, chapters } = await inspectRecording(file);
    expect(faults).toEqual([]);
    expect(seal).toBe('good');
    expect(chapters.every(({ signature }) => signature === 'good')).toBe(true);
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, place) => place);

/** The kinds of what a worker told, in their order; by when the time is over comes with every start. */
const kindsOf = (told: WorkerMessage[]) => told.map(({ kind }) => kind).filter((kind) => kind !== 'time');

test('a killed browser loses nothing that was encrypted: the next one sends it before anything else, and numbers go on', async () => {
  const driver = await openDriver();
  const beganAt = await begin(driver);
  await push(driver, 0, 3);
  await until(async () => (await storedSegments()) === 8, 15);
  relay.weather = 'cut';
  await push(driver, 3, 20);
  await driver.see(({ waitingSeconds }) => waitingSeconds === 40);
  // These are on their way into the storage when the browser dies.
  await push(driver, 23, 400);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await killChromium(context, profile);

  context = await launch();
  relay.weather = 'fair';
  const next = await openDriver();
  expect(await next.hear('opened')).toEqual({ kind: 'opened', attempt: 'running' });
  const { storedUntil } = await next.see(({ waitingRequests }) => waitingRequests === 0, 60);
  const ends: number[] = [];
  for (const source of SOURCES) {
    const places = await placesOf(source, 423);
    expect(places.length).toBeGreaterThanOrEqual(23);
    expect(places.length).toBeLessThan(423);
    expect(places).toEqual(upTo(places.length));
    ends.push(places.length);
  }
  expect(storedUntil).toBe(beganAt + 2000 * Math.max(...ends));

  await next.post({ kind: 'start' });
  await next.hear('started');
  const againAt = beganAt + 1_000_000;
  for (const source of SOURCES) await next.run(source, HEADER, againAt, 'closed');
  await push(next, 500, 3, SIZE, 0);
  await next.post({ kind: 'finish', missing: {} });
  await next.hear('sealed', 20);
  await expectWhole();
  for (const [i, source] of SOURCES.entries()) {
    expect(await placesOf(source, 503)).toEqual([...upTo(ends[i]!), 500, 501, 502]);
    // What was kept lies ahead of the clock: it was given faster than time goes by.
    const [gap, ...others] = await gapsOf(source, beganAt);
    expect(gap).toMatchObject({ from: 2000 * ends[i]!, cause: 'closed' });
    expect(gap!.to).toBeGreaterThanOrEqual(1e6);
    expect(others).toEqual([]);
  }
  expect(relay.refusals).toEqual([]);
  expect(relay.mostAtOnce).toBeLessThanOrEqual(2);
  expect(await whatIsKept(next.page)).toEqual({});
}, 120_000);

test.runIf(FULL)(
  'an hour offline costs the same for each segment, holds no bodies in memory, and arrives whole',
  async () => {
    // Two seconds at 448 and 600 kbit/s in the long run.
    const [count, sizes] = [1800, [112_000, 150_000]];
    const batch = 50;
    const driver = await openDriver();
    await begin(driver);
    relay.weather = 'cut';
    relay.delay = 0;
    const rounds: { took: number; memory: number }[] = [];
    for (let first = 0; first < count; first += batch) {
      const began = performance.now();
      for (const [i, source] of SOURCES.entries()) await driver.push(source, first, batch, sizes[i]!, first);
      const made = (first + batch) * (sizes[0]! + sizes[1]!);
      await driver.see(({ waitingBytes }) => waitingBytes > made, 60);
      const took = performance.now() - began;
      rounds.push({ took, memory: await settledMemory(driver.page) });
    }
    const pushed = count * (sizes[0]! + sizes[1]!);
    const third = Math.floor(rounds.length / 3);
    const [early, late] = [rounds.slice(0, third), rounds.slice(-third)].map((part) => ({
      took: part.reduce((sum, { took }) => sum + took, 0) / part.length,
      memory: Math.min(...part.map(({ memory }) => memory)),
    }));
    expect(late!.took).toBeLessThan(2 * early!.took + 500);
    expect(late!.memory - early!.memory).toBeLessThan(15e6);

    relay.weather = 'fair';
    await driver.post({ kind: 'finish', missing: {} });
    const began = performance.now();
    const watched: number[] = [];
    const look = () => watched.push(memoryOf(profile));
    const watch = setInterval(() => void collectGarbage(driver.page).then(look), 2000);
    const { lineRate } = await driver.see(({ waitingRequests }) => waitingRequests < count, 400);
    await driver.hear('sealed', 400);
    const took = (performance.now() - began) / 1000;
    clearInterval(watch);
    expect(lineRate).toBeGreaterThan((8 * pushed) / took / 3);
    // The network's own buffers come on top, and up to 200 MB that the debugger which drives the page keeps of what was sent;
    // bodies in memory would add up to all that was pushed, and go on adding up to the end.
    const quarter = Math.ceil(watched.length / 4);
    const [before, last] = [watched.slice(2 * quarter, 3 * quarter), watched.slice(-quarter)].map((part) =>
      Math.min(...part),
    );
    expect(last).toBeLessThan(late!.memory + 270e6);
    expect(last! - before!).toBeLessThan(pushed / 8);
    for (const [i, source] of SOURCES.entries()) expect(await placesOf(source, count, sizes[i]!)).toEqual(upTo(count));
    await expectWhole();
    expect(relay.mostAtOnce).toBeLessThanOrEqual(2);
    expect(relay.refusals).toEqual([]);
  },
  600_000,
);

/** Chromium grants a page six tenths of the disk that its profile lies on. @returns false where nobody may mount one */
function mountDisk(folder: string, megabytes: number): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]).status === 0;
}

test.runIf(FULL)(
  'without room nothing more is recorded, what waits stays, and recording goes on by itself once some of it is sent',
  async ({ skip }) => {
    await context.close();
    if (!mountDisk(profile, 40)) return skip('nobody may mount a small disk here');
    disk = profile;
    context = await launch();
    const driver = await openDriver();
    const beganAt = await begin(driver);
    const big = 200_000;
    relay.weather = 'cut';
    await push(driver, 0, 10, big);
    const { roomSeconds } = await driver.see(({ waitingSeconds }) => waitingSeconds === 20);
    expect(roomSeconds).toBeGreaterThan(1800);
    let full: Progress | null = null;
    for (let first = 10; full === null && first < 300; first += 20) {
      await push(driver, first, 20, big);
      const enough = (first + 20) * 2 * big;
      const seen = await driver.see(({ trouble, waitingBytes }) => trouble === 'no-room' || waitingBytes > enough);
      if (seen.trouble === 'no-room') full = seen;
    }
    if (!full) throw new Error('there was room for everything');
    expect(full.roomSeconds).toBe(0);
    expect(full.waitingBytes).toBeGreaterThan(16e6);
    expect(full.waitingBytes).toBeLessThan(24 * 2 ** 20);
    // The other source may have had room for all that it was given: now there is none for either.
    await push(driver, 300, 10, big);

    relay.weather = 'fair';
    await driver.see(({ waitingRequests }) => waitingRequests === 0, 40);
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    await push(driver, 310, 5, big);
    await driver.see(({ trouble, storedUntil }) => trouble === null && storedUntil === beganAt + 630_000);
    await driver.post({ kind: 'finish', missing: {} });
    await driver.hear('sealed');
    for (const source of SOURCES) {
      const places = await placesOf(source, 320, big);
      const before = places.length - 5;
      expect(places).toEqual([...upTo(before), 310, 311, 312, 313, 314]);
      expect(await gapsOf(source, beganAt)).toEqual([{ from: 2000 * before, to: 620_000, cause: 'space' }]);
    }
    await expectWhole();
  },
  120_000,
);

test('what begins while there is no connection outlives the page, and a source that never comes is told by its gap', async () => {
  const driver = await openDriver();
  await driver.hear('opened');
  await driver.post({ kind: 'start' });
  await driver.hear('started');
  expect((await testTaker.files()).length).toBe(2);
  relay.weather = 'cut';
  const beganAt = Date.now();
  await driver.run('camera', HEADER, beganAt, null);
  await driver.push('camera', 0, 3, SIZE, 0);
  await driver.see(({ waitingSeconds }) => waitingSeconds === 6);
  await killChromium(context, profile);

  context = await launch();
  relay.weather = 'fair';
  const next = await openDriver();
  await next.hear('opened');
  await next.see(({ waitingRequests }) => waitingRequests === 0);
  expect(await placesOf('camera', 3)).toEqual(upTo(3));
  await next.post({ kind: 'start' });
  await next.hear('started');
  await next.post({ kind: 'finish', missing: { camera: 'closed', screen: 'permission' } });
  await next.hear('sealed');
  const screen = (await testTaker.stored('screen'))!;
  expect(screen.segments).toEqual([]);
  expect(screen.gaps).toMatchObject([{ from: 0, cause: 'permission' }]);
  expect(Date.parse(screen.header.startedAt) + screen.gaps[0]!.to / 1000).toBeGreaterThan(beganAt + 1000);
  expect((await gapsOf('camera', beganAt))[0]).toMatchObject({ from: 6000, cause: 'closed' });
  await expectWhole();
});

test('a clock that was set back leaves both sources in step, and a gap where the page was opened again', async () => {
  const driver = await openDriver();
  const beganAt = await begin(driver);
  await driver.push('camera', 0, 5, SIZE, 0);
  await driver.push('screen', 0, 3, SIZE, 0);
  await driver.see(({ waitingRequests, storedUntil }) => waitingRequests === 0 && storedUntil === beganAt + 10_000);
  await driver.page.reload();
  const next = await Driver.open(driver.page, testTaker.id);
  await next.hear('opened');
  const setBack = 3_600_000;
  await next.page.workers()[0]!.evaluate((by) => {
    const { now } = Date;
    Date.now = () => now() - by;
  }, setBack);
  await next.post({ kind: 'start' });
  await next.hear('started');
  const againAt = Date.now() - setBack;
  await next.run('camera', HEADER, againAt + 500, 'reload');
  await next.run('screen', HEADER, againAt + 700, 'reload');
  await push(next, 10, 1, SIZE, 0);
  await next.post({ kind: 'finish', missing: {} });
  await next.hear('sealed');
  const [camera, screen] = [await gapsOf('camera', beganAt), await gapsOf('screen', beganAt)];
  expect(camera).toMatchObject([{ from: 10_000, cause: 'reload' }]);
  expect(screen).toMatchObject([{ from: 6000, cause: 'reload' }]);
  expect(screen[0]!.to - camera[0]!.to).toBe(200);
  expect(camera[0]!.to - 10_000).toBeGreaterThan(0);
  expect(camera[0]!.to - 10_000).toBeLessThan(5000);
  await expectWhole();
});

test.runIf(FULL)(
  'what was finished without a connection goes up the next day, with no device and no start',
  async () => {
    const driver = await openDriver();
    await begin(driver);
    await push(driver, 0, 2);
    await until(async () => (await storedSegments()) === 6, 15);
    relay.weather = 'cut';
    await push(driver, 2, 10);
    await driver.see(({ waitingSeconds }) => waitingSeconds === 20);
    await driver.post({ kind: 'finish', missing: {} });
    await driver.see(({ trouble }) => trouble === 'offline');
    await until(async () => (await whatIsKept(driver.page))['attempts'] === 1, 5);
    await context.close();

    context = await launch();
    relay.weather = 'fair';
    const page = await context.newPage();
    await page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(Object.assign(window, { asked: true }));
    });
    await page.goto(testTaker.link);
    await page.goto(`${setting.origin}/attempt/recorder`);
    await page.waitForSelector('[data-step=done]:not([hidden])', { timeout: 20_000 });
    expect(await page.evaluate(() => 'asked' in window)).toBe(false);
    for (const source of SOURCES) {
      expect(await placesOf(source, 12)).toEqual(upTo(12));
      expect((await testTaker.stored(source))!.gaps).toEqual([]);
    }
    await expectWhole();
    expect(await whatIsKept(page)).toEqual({});
  },
);

test.runIf(FULL)('after the upload’s end what is left is forgotten, with a sentence that blames nobody', async () => {
  const driver = await openDriver();
  await begin(driver);
  await push(driver, 0, 2);
  await until(async () => (await storedSegments()) === 6, 15);
  relay.weather = 'upload-closed';
  // So slow that some is still being encrypted when the refusal comes.
  await driver.page.workers()[0]!.evaluate(() => {
    const { encrypt } = SubtleCrypto.prototype;
    SubtleCrypto.prototype.encrypt = async function (...given) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return encrypt.apply(this, given);
    };
  });
  await push(driver, 2, 3);
  const { sentence } = await driver.hear('failed');
  expect(sentence).toBe(UPLOAD_CLOSED);
  await expect.poll(() => whatIsKept(driver.page), { timeout: 15_000 }).toEqual({});
  const { stopped } = relay;
  await new Promise((resolve) => setTimeout(resolve, 5000));
  expect(relay.stopped).toBe(stopped);
  expect(await whatIsKept(driver.page)).toEqual({});
});

test.runIf(FULL)('another test taker’s link whose time is over takes nothing away from this one', async () => {
  const driver = await openDriver();
  const beganAt = await begin(driver);
  await push(driver, 0, 1);
  await driver.see(({ storedUntil }) => storedUntil === beganAt + 2000);
  const tab = await context.newPage();
  await tab.goto(setting.invite('short').link);
  relay.weather = 'upload-closed';
  await push(driver, 1, 3);
  await driver.see(({ trouble }) => trouble === 'other-link');
  expect((await whatIsKept(driver.page))['bodies']).toBe(7);
  relay.weather = 'fair';
  await tab.goto(testTaker.link);
  await driver.see(({ storedUntil, waitingRequests }) => storedUntil === beganAt + 8000 && waitingRequests === 0, 30);
  for (const source of SOURCES) expect(await placesOf(source, 4)).toEqual(upTo(4));
});

test('an end that was told of another’s exam, just before the own link was opened again, takes nothing away either', async () => {
  const driver = await openDriver();
  const beganAt = await begin(driver);
  relay.fairOnceAsked = true;
  relay.weather = 'upload-closed';
  await push(driver, 0, 3);
  await driver.see(({ storedUntil, waitingRequests }) => storedUntil === beganAt + 6000 && waitingRequests === 0);
  expect(relay.stopped).toBeGreaterThan(0);
  for (const source of SOURCES) expect(await placesOf(source, 3)).toEqual(upTo(3));
});

test('a start under another test taker’s link begins nothing of theirs, and goes on once the own link is open again', async () => {
  const driver = await openDriver();
  expect(await driver.hear('opened')).toEqual({ kind: 'opened', attempt: 'none' });
  const other = setting.invite('screened');
  const tab = await context.newPage();
  await tab.goto(other.link);
  await driver.post({ kind: 'start' });
  await driver.see(({ trouble }) => trouble === 'other-link');
  expect(other.attempt()).toBeUndefined();
  await tab.goto(testTaker.link);
  await driver.hear('started');
  expect(other.attempt()).toBeUndefined();
});

test.runIf(FULL)(
  'who sits down at a computer where a start was never answered begins with a key of their own',
  async () => {
    const driver = await openDriver();
    await driver.hear('opened');
    relay.weather = 'cut';
    await driver.post({ kind: 'start' });
    await driver.see(({ trouble }) => trouble === 'offline');
    const left = await keysOf(driver.page);
    expect(left.length).toBe(1);
    await driver.page.close();
    relay.weather = 'fair';
    testTaker = setting.invite('screened');
    const next = await openDriver();
    await begin(next);
    expect(new Set(await keysOf(next.page)).size).toBe(2);
  },
);

test.runIf(FULL)(
  'a computer whose clock is days ahead forgets other attempts, and not the one that is opened',
  async () => {
    const driver = await openDriver();
    await begin(driver);
    await push(driver, 0, 1);
    await driver.see(({ waitingRequests }) => waitingRequests === 0);
    relay.weather = 'cut';
    await push(driver, 1, 2);
    await driver.see(({ waitingSeconds }) => waitingSeconds === 4);
    await driver.page.evaluate(async () => {
      const opening = indexedDB.open('cloister');
      await new Promise((resolve) => (opening.onsuccess = resolve));
      const attempts = opening.result.transaction('attempts', 'readwrite').objectStore('attempts');
      const own = attempts.getAll();
      own.onsuccess = () => {
        attempts.put({ ...own.result[0], uploadBy: '2020-01-01T00:00:00Z' });
        attempts.put({ attempt: 'of another', uploadBy: '2020-01-01T00:00:00Z', finishedAt: null });
      };
      await new Promise((resolve) => (attempts.transaction.oncomplete = resolve));
      opening.result.close();
    });
    await driver.page.reload();
    relay.weather = 'fair';
    const next = await Driver.open(driver.page, testTaker.id);
    expect(await next.hear('opened')).toEqual({ kind: 'opened', attempt: 'running' });
    await next.see(({ waitingRequests }) => waitingRequests === 0);
    for (const source of SOURCES) expect(await placesOf(source, 3)).toEqual(upTo(3));
    expect((await whatIsKept(next.page))['attempts']).toBe(1);
  },
);

test.runIf(FULL)(
  'what was finished here seals nothing while the exam goes on in another browser, and nothing is left of it here',
  async () => {
    const driver = await openDriver();
    await begin(driver);
    await push(driver, 0, 2);
    await driver.see(({ waitingRequests }) => waitingRequests === 0);
    relay.weather = 'cut';
    await driver.post({ kind: 'finish', missing: {} });
    await driver.see(({ trouble }) => trouble === 'offline');
    await driver.page.close();
    relay.weather = 'fair';
    await startElsewhere(async (second) => {
      const back = await openDriver();
      expect(await back.hear('opened')).toEqual({ kind: 'opened', attempt: 'finished' });
      expect((await back.hear('failed')).sentence).toMatch(/^Your exam was continued in another browser/);
      expect(await whatIsKept(back.page)).toEqual({});
      expect(kindsOf(await second.told())).toEqual(['opened', 'started']);
      await second.post({ kind: 'finish', missing: {} });
      await second.hear('sealed');
    });
    for (const { file } of await testTaker.files()) expect((await inspectRecording(file)).seal).toBe('good');
  },
);

test.runIf(FULL)(
  'what a browser could not forget before it died is forgotten where the exam’s page says that it has ended',
  async () => {
    const driver = await openDriver();
    await begin(driver);
    await push(driver, 0, 2);
    await driver.see(({ waitingRequests }) => waitingRequests === 0);
    const keeps = await keysOf(driver.page);
    expect(keeps.length).toBe(1);
    await driver.page.workers()[0]!.evaluate(() => {
      const { delete: remove } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.delete = function (query) {
        if (this.name === 'attempts') throw new DOMException('the browser dies', 'AbortError');
        return remove.call(this, query);
      };
    });
    await driver.post({ kind: 'finish', missing: {} });
    await driver.hear('failed');
    expect((await whatIsKept(driver.page))['attempts']).toBe(1);
    await driver.page.goto(`${setting.origin}/attempt`);
    expect(await driver.page.textContent('main')).toContain('Finished and sealed');
    await until(async () => Object.keys(await whatIsKept(driver.page)).length === 0, 5);
  },
);

test.runIf(FULL)('a seal that another browser’s last part is missing from is tried until it fits', async () => {
  const driver = await openDriver();
  const beganAt = await begin(driver);
  await push(driver, 0, 2);
  await driver.see(({ storedUntil }) => storedUntil === beganAt + 4000);
  await startElsewhere(async (second) => {
    relay.refusing = { end: /\/attempt\/seal$/, status: 400, error: 'malformed' };
    await second.post({ kind: 'finish', missing: {} });
    await second.see(({ trouble }) => trouble === 'other-browser');
    await until(() => relay.stopped >= 4, 15);
    expect(kindsOf(await second.told())).toEqual(['opened', 'started']);
    relay.refusing = null;
    await second.hear('sealed', 20);
  });
});

test.runIf(FULL)('a seal that never fits ends in words of ours', async () => {
  const alone = await openDriver();
  await begin(alone);
  relay.refusing = { end: /\/attempt\/seal$/, status: 400, error: 'malformed' };
  await alone.post({ kind: 'finish', missing: {} });
  const { sentence } = await alone.hear('failed', 40);
  expect(sentence).toMatch(
    /^Everything that was recorded is stored.* closes your exam by itself.* reload this page\.$/,
  );
});

test('another browser goes on: the first one is told once, sends what it has, and the seal covers both', async () => {
  const driver = await openDriver();
  const beganAt = await begin(driver);
  await push(driver, 0, 2);
  await driver.see(({ storedUntil }) => storedUntil === beganAt + 4000);

  await startElsewhere(async (second) => {
    await second.run('camera', HEADER, beganAt + 60_000, 'closed');
    await second.push('camera', 100, 3, SIZE, 0);
    await second.see(({ storedUntil }) => storedUntil === beganAt + 66_000);

    await push(driver, 2, 2);
    await driver.hear('replaced');
    // The page hands over what its encoders had left.
    await push(driver, 4, 1);
    await driver.see(({ storedUntil, waitingRequests }) => storedUntil === beganAt + 10_000 && waitingRequests === 0);
    expect(kindsOf(await driver.told())).toEqual(['opened', 'started', 'replaced']);
    expect(kindsOf(await second.told())).toEqual(['opened', 'started']);

    // And back again, while the other one has not sent all.
    await driver.post({ kind: 'start' });
    for (const source of SOURCES) await driver.run(source, HEADER, beganAt + 100_000, 'closed');
    await push(driver, 5, 2, SIZE, 0);
    await driver.see(({ storedUntil }) => storedUntil === beganAt + 104_000);
    await second.push('camera', 103, 1, SIZE, 3);
    await second.hear('replaced');
    await second.see(({ waitingRequests, storedUntil }) => waitingRequests === 0 && storedUntil === beganAt + 68_000);
    await driver.post({ kind: 'finish', missing: {} });
    await driver.hear('sealed');
    const files = await testTaker.files();
    expect(files.length).toBe(4);
    const inspected = await Promise.all(files.map(({ file }) => inspectRecording(file)));
    expect(inspected.map(({ faults, seal }) => ({ faults, seal }))).toEqual(
      files.map(() => ({ faults: [], seal: 'good' })),
    );
    // Without each chapter's header: two and two and what came late, then two more; three and one in the other browser.
    const media = inspected.map(({ segments, chapters }) => segments.count - chapters.length);
    expect(media.toSorted((a, b) => a - b)).toEqual([0, 4, 7, 7]);
  });
});

test('one window records; another one says so, waits, and takes over when the first is gone', async () => {
  const driver = await openDriver();
  const beganAt = await begin(driver);
  await push(driver, 0, 2);
  const second = await openDriver();
  const { sentence } = await second.hear('notice');
  expect(sentence).toMatch(/^The recorder is open in another window of this browser/);
  await push(driver, 2, 2);
  await driver.see(({ storedUntil }) => storedUntil === beganAt + 8000);
  expect((await second.told()).map(({ kind }) => kind)).toEqual(['notice']);
  relay.weather = 'cut';
  await push(driver, 4, 2);
  await driver.see(({ waitingSeconds }) => waitingSeconds === 4);
  await driver.page.close();
  relay.weather = 'fair';
  expect(await second.hear('opened')).toEqual({ kind: 'opened', attempt: 'running' });
  await second.post({ kind: 'start' });
  await second.hear('started');
  await second.post({ kind: 'finish', missing: {} });
  await second.hear('sealed');
  for (const source of SOURCES) expect(await placesOf(source, 6)).toEqual(upTo(6));
  await expectWhole();
});

test.for(FULL ? (['busy', 'disk-full'] as const) : (['busy'] as const))(
  'backs off as long as the appliance asks while it is %s, and one request at a time tries the way',
  async (weather) => {
    const driver = await openDriver();
    await begin(driver);
    await push(driver, 0, 1);
    await until(async () => (await storedSegments()) === 4, 15);
    relay.retryAfter = 2;
    relay.weather = weather;
    await push(driver, 1, 10);
    await until(() => relay.stopped >= 3, 20);
    expect((await driver.progress())!.trouble).toBe(weather);
    const times = [...relay.stoppedAt];
    // Two may have been under way before the first of them was refused.
    const later = times.filter((at) => at - times[0]! > 1000);
    for (const [i, at] of later.entries()) expect(at - (later[i - 1] ?? times[0]!)).toBeGreaterThan(1900);
    relay.weather = 'fair';
    await driver.see(({ waitingRequests, trouble }) => waitingRequests === 0 && trouble === null, 20);
    for (const source of SOURCES) expect(await placesOf(source, 11)).toEqual(upTo(11));
    expect(relay.mostAtOnce).toBeLessThanOrEqual(2);
  },
);

test.runIf(FULL)(
  'neither a refusal nor a fault in the browser on the way to the appliance ends the recording',
  async () => {
    const driver = await openDriver();
    const beganAt = await begin(driver);
    await push(driver, 0, 1);
    await driver.see(({ storedUntil }) => storedUntil === beganAt + 2000);
    relay.refusing = { end: /\/gaps$/, status: 400, error: 'malformed' };
    for (const source of SOURCES) await driver.run(source, HEADER, beganAt + 10_000, 'device');
    await push(driver, 1, 1, SIZE, 0);
    await driver.see(({ waitingRequests }) => waitingRequests === 0);
    const { sentence } = await driver.hear('notice');
    expect(sentence).toMatch(/could not be stored\. .*not held against you/);

    relay.refusing = { end: /\/segments\/\d+$/, status: 408, error: 'timeout' };
    await push(driver, 2, 1, SIZE, 1);
    await driver.see(({ trouble }) => trouble === 'offline');
    relay.refusing = null;
    await driver.see(({ waitingRequests }) => waitingRequests === 0);

    await driver.page.workers()[0]!.evaluate(() => {
      const { get } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.get = () => {
        IDBObjectStore.prototype.get = get;
        throw new DOMException('the disk did not answer', 'UnknownError');
      };
      navigator.storage.estimate = () => Promise.reject(new TypeError('not now'));
    });
    await push(driver, 3, 2, SIZE, 2);
    await driver.see(
      ({ storedUntil, waitingRequests }) => storedUntil === beganAt + 18_000 && waitingRequests === 0,
      25,
    );
    await new Promise((resolve) => setTimeout(resolve, 6000));
    expect(new Set((await driver.told()).map(({ kind }) => kind))).toEqual(new Set(['opened', 'started', 'notice']));
    await driver.post({ kind: 'finish', missing: {} });
    await driver.hear('sealed');
    for (const source of SOURCES) expect(await placesOf(source, 5)).toEqual(upTo(5));
  },
);

test('a session that ended before the page asked comes back with the personal link, in another tab', async () => {
  const driver = await openDriver();
  const beganAt = await begin(driver);
  await push(driver, 0, 1);
  await driver.see(({ storedUntil }) => storedUntil === beganAt + 2000);
  relay.weather = 'cut';
  await push(driver, 1, 2);
  await driver.see(({ waitingSeconds }) => waitingSeconds === 4);
  await context.clearCookies();
  relay.weather = 'fair';
  await driver.page.reload();
  const again = await Driver.open(driver.page, testTaker.id);
  const { sentence } = await again.hear('notice');
  expect(sentence).toMatch(/^Your session has ended\. Open your personal link in another tab/);
  const tab = await context.newPage();
  await tab.goto(testTaker.link);
  await tab.close();
  expect(await again.hear('opened')).toEqual({ kind: 'opened', attempt: 'running' });
  await again.see(({ waitingRequests }) => waitingRequests === 0);
  for (const source of SOURCES) expect(await placesOf(source, 3)).toEqual(upTo(3));
});

test('what the recorder’s first version kept is there after the upgrade', async () => {
  const page = await context.newPage();
  await page.goto(testTaker.link);
  await page.evaluate(async () => {
    const opening = indexedDB.open('cloister', 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('attempt-keys');
      opening.result.createObjectStore('chapters', { keyPath: ['recording', 'chapter'] });
    };
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const transaction = opening.result.transaction(['attempt-keys', 'chapters'], 'readwrite');
    const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
    const write = opening.result.transaction(['attempt-keys', 'chapters'], 'readwrite');
    transaction.abort();
    write.objectStore('attempt-keys').put({ privateKey, spki: new Uint8Array(91) }, 'an-attempt');
    const segments = [7, 8].map((number) => ({ number, digest: new Uint8Array(32).fill(number), end: number * 1e6 }));
    const chapter = { attempt: 'an-attempt', recording: 'r', envelope: '{}', segments, missing: [7] };
    write.objectStore('chapters').put({ ...chapter, chapter: 0, signed: true, statement: 'signed' });
    write.objectStore('chapters').put({ ...chapter, chapter: 1, signed: false, statement: null });
    await new Promise((resolve) => (write.oncomplete = resolve));
    opening.result.close();
  });
  const driver = await Driver.open(page, testTaker.id);
  await driver.hear('opened');
  const kept = await page.evaluate(async () => {
    const opening = indexedDB.open('cloister');
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const transaction = opening.result.transaction(['attempt-keys', 'chapters', 'segments']);
    const all = (store: string) =>
      new Promise<unknown[]>((resolve) => {
        const request = transaction.objectStore(store).getAll();
        request.onsuccess = () => resolve(request.result);
      });
    const [keys, chapters, segments] = [await all('attempt-keys'), await all('chapters'), await all('segments')];
    return { version: opening.result.version, keys: keys.length, chapters, segments };
  });
  const common = { attempt: 'an-attempt', recording: 'r', envelope: '{}', missing: [7] };
  const signed = { statement: 'signed', segments: 1, next: 9, end: 8e6 };
  expect(kept).toMatchObject({
    version: 4,
    keys: 1,
    chapters: [
      { ...common, chapter: 0, registered: true, signed },
      { ...common, chapter: 1, registered: false, signed: null },
    ],
    segments: [
      { recording: 'r', chapter: 1, number: 7, end: 7e6 },
      { recording: 'r', chapter: 1, number: 8, end: 8e6 },
    ],
  });
});

test.runIf(FULL)('a computer that slept is noticed', async () => {
  const driver = await openDriver();
  await driver.hear('opened');
  await driver.see(() => true);
  const renderers = processesOf(profile).filter(({ command }) => command.includes('--type=renderer'));
  for (const { pid } of renderers) process.kill(pid, 'SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 13_000));
  for (const { pid } of renderers) process.kill(pid, 'SIGCONT');
  const { milliseconds } = await driver.hear('slept');
  expect(milliseconds).toBeGreaterThan(11_000);
  expect(milliseconds).toBeLessThan(20_000);
  expect((await driver.told()).filter(({ kind }) => kind === 'slept').length).toBe(1);
});

/** @returns how many objects lie in each of the recorder's stores that has any, attempt keys of others left out */
async function whatIsKept(page: Page): Promise<Record<string, number>> {
  return page.evaluate(async () => {
    const opening = indexedDB.open('cloister');
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const kept: Record<string, number> = {};
    for (const name of opening.result.objectStoreNames) {
      const request = opening.result.transaction(name).objectStore(name).count();
      await new Promise((resolve) => (request.onsuccess = resolve));
      if (request.result > 0) kept[name] = request.result;
    }
    opening.result.close();
    return kept;
  });
}

/** @returns the public halves of all attempt keys that the browser keeps */
async function keysOf(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const opening = indexedDB.open('cloister');
    await new Promise((resolve) => (opening.onsuccess = resolve));
    const keys = opening.result.transaction('attempt-keys').objectStore('attempt-keys').getAll();
    await new Promise((resolve) => (keys.onsuccess = resolve));
    opening.result.close();
    return (keys.result as { spki: Uint8Array }[]).map(({ spki }) => spki.join());
  });
}

/** All processes of the browser that runs on a profile. */
function processesOf(folder: string): { pid: number; command: string }[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const parent = Number(readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) . (\d+) .*$/s, '$1'));
        return [{ pid: Number(name), parent, command: readFileSync(`/proc/${name}/cmdline`, 'utf8') }];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
  const [browser] = all.filter(
    ({ command }) => command.includes(`--user-data-dir=${folder}`) && !command.includes('--type='),
  );
  const found = browser ? [browser] : [];
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found;
}

/** What is not in use any more is no matter of the outbox. */
async function collectGarbage(page: Page): Promise<void> {
  const collect = () => (globalThis as unknown as { gc(): void }).gc();
  await Promise.all([page.evaluate(collect), ...page.workers().map((worker) => worker.evaluate(collect))]);
}

/** Goes on with the test taker's exam in another browser, for as long as `use` takes. */
async function startElsewhere(use: (second: Driver) => Promise<void>): Promise<void> {
  const elsewhere = mkdtempSync(join(tmpdir(), 'outbox-'));
  const other = await launch(elsewhere);
  try {
    const page = await other.newPage();
    await page.goto(testTaker.link);
    const second = await Driver.open(page, testTaker.id);
    expect(await second.hear('opened')).toEqual({ kind: 'opened', attempt: 'running' });
    await second.post({ kind: 'start' });
    await second.hear('started');
    await use(second);
  } finally {
    await other.close();
    rmSync(elsewhere, { recursive: true, force: true });
  }
}

/** @returns as `memoryOf`, once the browser has let go of what it was about to write: the least of some looks */
async function settledMemory(page: Page): Promise<number> {
  const looks: number[] = [];
  for (let look = 0; look < 5; look++) {
    await collectGarbage(page);
    looks.push(memoryOf(profile));
    await page.waitForTimeout(300);
  }
  return Math.min(...looks);
}

/** @returns bytes that all processes of the browser hold and nobody else does */
function memoryOf(folder: string): number {
  return processesOf(folder).reduce((sum, { pid }) => {
    const [, kilobytes] = /RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return sum + 1024 * Number(kilobytes ?? 0);
  }, 0);
}
