import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectRecording } from '../app/recordings/inspect.ts';
import { readIndex, readSegment } from '../app/recordings/reader.ts';
import type { RecordingState } from '../app/wire.ts';
import { FULL } from './full.ts';
import { segmentBody } from './recording-segments.ts';
import { errorOf, type Reply } from './recording-setting.ts';
import { startWebSetting, type TlsAttempt, type WebSetting } from './web-process.ts';

const { EIO, ENOSPC } = constants.errno;
const SEGMENTS = 4;

/** As in file-faults.c. */
const CALLS = ['create', 'open', 'write', 'sync', 'truncate', 'rename'] as const;
const MOMENTS = ['before', 'after', 'short', 'torn'] as const;
type Call = (typeof CALLS)[number];
interface Fault {
  call: Call;
  /** As the how-manieth call of its kind from now on. */
  nth: number;
  moment: (typeof MOMENTS)[number];
  error: number;
  lasting?: boolean;
}

let scratch: string;
let plan: number;
let web: WebSetting;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'cloister-faults-'));
  const library = join(scratch, 'file-faults.so');
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, join(import.meta.dirname, 'file-faults.c'), '-ldl']);
  plan = openSync(join(scratch, 'plan'), 'w+');
  ftruncateSync(plan, 4096);
  const folder = join(scratch, 'recordings');
  web = await startWebSetting({
    folder,
    environment: { LD_PRELOAD: library, FAULT_PLAN: join(scratch, 'plan'), FAULT_FOLDER: folder },
  });
});
afterAll(async () => {
  await web?.stop();
  closeSync(plan);
  rmSync(scratch, { recursive: true });
});

/** Orders up to two faults and begins to count. */
function order(...faults: Fault[]): void {
  const numbers = [0, 1].flatMap((i) => {
    const fault = faults[i];
    if (!fault) return [0, 0, 0, 0, 0];
    const { call, nth, moment, error, lasting } = fault;
    return [CALLS.indexOf(call), nth, lasting ? 1 : 0, MOMENTS.indexOf(moment) + 1, error];
  });
  writeSync(plan, new Int32Array([...numbers, 0, ...CALLS.map(() => 0)]), 0, undefined, 0);
}

/** @returns how many calls failed, and how many of each kind were seen */
function count() {
  const numbers = new Int32Array(11 + CALLS.length);
  readSync(plan, numbers, 0, numbers.byteLength, 0);
  const seen = Object.fromEntries(CALLS.map((call, i) => [call, numbers[11 + i]])) as Record<Call, number>;
  return { failed: numbers[10] as number, seen };
}

/** An attempt from its first request to its seal; what is refused is sent again, as the recorder does. */
class Session {
  readonly refused: string[] = [];
  readonly #taker: TlsAttempt;
  readonly #onRefusal: () => Promise<void>;
  #recording = '';
  #stored = new Map<number, Buffer>();
  /** The last of what happens after refusals: web is started anew once at a time. */
  #helped: Promise<void> = Promise.resolve();

  /** @param onRefusal happens between a refusal and the next try */
  constructor(taker: TlsAttempt, onRefusal: () => Promise<void>) {
    this.#taker = taker;
    this.#onRefusal = onRefusal;
  }

  get #file(): string {
    return join(web.folder, this.#taker.about.attempt, `${this.#recording}.clr`);
  }

  async #insist(what: string, send: () => Promise<Reply>): Promise<Reply> {
    for (let tries = 0; tries < 5; tries++) {
      const reply = await this.#tryOver(send);
      if (!reply) continue;
      if (reply.status < 300) return reply;
      // A clear answer: what happened, and that the same may succeed later.
      expect([500, 507], `${what}: ${JSON.stringify(reply.json)}`).toContain(reply.status);
      expect(reply.json).toMatchObject({
        error: reply.status === 507 ? 'disk-full' : 'internal',
        message: expect.stringMatching(/\w/),
        retryable: true,
      });
      this.refused.push(`${what} ${errorOf(reply)}`);
      this.#helped = this.#helped.then(this.#onRefusal);
      await this.#helped;
      await this.verify();
    }
    throw new Error(`${what} was refused again and again: ${this.refused.join(', ')}`);
  }

  /** @returns undefined where the connection was lost because web was killed for another request's sake */
  async #tryOver(send: () => Promise<Reply>): Promise<Reply | undefined> {
    try {
      return await send();
    } catch (error) {
      if (this.#onRefusal !== startAnew) throw error;
      await this.#helped;
      return undefined;
    }
  }

  async run(): Promise<void> {
    const taker = this.#taker;
    const begun = { source: 'camera', mimeType: 'video/webm', startedAt: '2026-05-04T08:00:00.000Z' } as const;
    const state = (await this.#insist('recording', () => taker.begin(begun))).json as RecordingState;
    this.#recording = state.recording;
    const envelope = taker.envelope(this.#recording, 0);
    await this.#insist('envelope', () => taker.putEnvelope(this.#recording, 0, envelope));
    const put = async (number: number) => {
      const body = segmentBody(this.#recording, number, { bytes: 3000 });
      await this.#insist('segment', () => taker.putSegment(this.#recording, number, body));
      this.#stored.set(number, body);
    };
    await put(0);
    await Promise.all([put(1), put(2)]);
    await put(3);
    const gap = { from: 1_000_000, to: 2_000_000, cause: 'reload' };
    await this.#insist('gap', () => taker.ask('POST', `/recordings/${this.#recording}/gaps`, gap));
    const { chapter, seal } = await taker.statements(this.#recording, this.#stored);
    await this.#insist('signature', () => taker.putSignature(this.#recording, 0, chapter));
    await this.#insist('seal', () => taker.ask('POST', '/attempt/seal', seal));
  }

  /** What was acknowledged is in the file byte for byte, and all that would be served is as it was sent. */
  async verify(): Promise<void> {
    if (!this.#recording) return;
    // Others may be acknowledged meanwhile.
    const missing = new Set(this.#stored.keys());
    const { segments, damage } = await readIndex(this.#file);
    expect(damage).toEqual([]);
    for (const segment of segments) {
      const body = segmentBody(this.#recording, segment.number, { bytes: 3000 });
      expect((await readSegment(this.#file, segment)).equals(body)).toBe(true);
      missing.delete(segment.number);
    }
    expect([...missing]).toEqual([]);
  }

  async expectWhole(): Promise<void> {
    await this.verify();
    const { segments, seal, gaps } = await readIndex(this.#file);
    expect([segments.length, gaps.length, seal === null]).toEqual([SEGMENTS, 1, false]);
    const { faults } = await inspectRecording(this.#file);
    expect(faults).toEqual([]);
  }
}

const goOn = () => Promise.resolve();
/** As when an operator, or systemd, helps at once. */
const startAnew = async () => {
  await web.kill();
  await web.start();
};

/** @returns the session after it came through, and what the faults hit */
async function come(onRefusal: () => Promise<void>, ...faults: Fault[]) {
  const session = new Session(await web.startAttempt(), onRefusal);
  order(...faults);
  await session.run();
  const hit = count();
  order();
  return { session, ...hit };
}

test('the faults hit what web does to its files, all of it', async () => {
  const { session, seen, failed } = await come(goOn);
  expect(failed).toBe(0);
  // Header, envelope, segments, of which two may share a write, gap, signature, seal.
  expect(seen.write).toBeGreaterThanOrEqual(SEGMENTS - 1 + 5);
  expect(seen).toMatchObject({ create: 1, truncate: 0, rename: 0 });
  // The file and two folders when it is made; the file again when it is opened.
  expect(seen.sync).toBeGreaterThanOrEqual(4);
  expect(seen.open).toBeGreaterThanOrEqual(3);
  expect(session.refused).toEqual([]);
  await web.kill();
  await session.expectWhole();
  await web.start();
});

/** Kinds of calls, ways for them to fail, and whether web is killed after the failing answer. */
const VARIANTS: [Call, Fault['moment'], number, typeof goOn?][] = [
  ['create', 'after', ENOSPC],
  ['sync', 'after', EIO],
  ['write', 'torn', EIO],
];
if (FULL) {
  VARIANTS.push(
    ['create', 'before', EIO],
    ['create', 'before', ENOSPC],
    ['create', 'after', EIO],
    ['open', 'before', EIO],
    ['open', 'after', EIO],
    ['open', 'before', ENOSPC],
  );
  VARIANTS.push(
    ['sync', 'before', EIO],
    ['sync', 'before', ENOSPC],
    ['sync', 'after', ENOSPC],
    ['write', 'before', EIO],
  );
  VARIANTS.push(
    ['write', 'before', ENOSPC],
    ['write', 'after', EIO],
    ['write', 'after', ENOSPC],
    ['write', 'torn', ENOSPC],
    ['write', 'short', 0],
  );
  for (const [call, moment, error] of [...VARIANTS]) VARIANTS.push([call, moment, error, startAnew]);
}

test.each(VARIANTS)(
  'each %s that fails (%s, errno %i) is answered clearly, loses nothing that was acknowledged, and leaves a whole file',
  async (call, moment, error, onRefusal = goOn) => {
    const sessions: Session[] = [];
    for (let nth = 1; ; nth++) {
      const { session, failed } = await come(onRefusal, { call, nth, moment, error });
      sessions.push(session);
      if (failed === 0) break;
      if (moment === 'short') expect(session.refused).toEqual([]);
      else expect(session.refused.length).toBeGreaterThanOrEqual(1);
      if (error === ENOSPC) expect(session.refused.filter((line) => !line.endsWith('disk-full'))).toEqual([]);
    }
    expect(sessions.length).toBeGreaterThan(call === 'create' ? 1 : 3);
    await startAnew();
    for (const session of sessions) await session.expectWhole();
  },
  FULL ? 600_000 : 120_000,
);

test.runIf(FULL)(
  'a write that fails and cannot be taken back stops nothing but itself: it is taken back before the next',
  async () => {
    for (const taken of ['truncate', 'sync', 'open'] as const) {
      for (const nth of [2, 3, 5, 7]) {
        // Of the calls of that kind the ones before the failing write do not count: the fault lasts until it has hit.
        const session = new Session(await web.startAttempt(), goOn);
        order(
          { call: 'write', nth, moment: 'torn', error: EIO },
          { call: taken, nth: 1, moment: 'before', error: EIO },
        );
        await session.run();
        expect(count().failed).toBe(2);
        expect(session.refused.length).toBeGreaterThanOrEqual(taken === 'truncate' ? 1 : 2);
        order();
        await session.expectWhole();
      }
    }
    await startAnew();
  },
);

test.runIf(FULL)(
  'on a disk that fails for a while every answer says so, and all goes on afterwards without a restart',
  async () => {
    for (const call of ['write', 'sync', 'truncate', 'open'] as const) {
      const dead: Fault[] = [{ call: 'write', nth: 4, moment: 'torn', error: EIO, lasting: true }];
      if (call !== 'write')
        dead.push({ call, nth: call === 'truncate' ? 1 : 5, moment: 'before', error: EIO, lasting: true });
      let refusals = 0;
      const session = new Session(await web.startAttempt(), () => {
        if (++refusals === 3) order();
        return Promise.resolve();
      });
      order(...dead);
      await session.run();
      expect(refusals).toBeGreaterThanOrEqual(3);
      await session.expectWhole();
    }
  },
);
