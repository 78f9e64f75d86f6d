import { appendFileSync, constants, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { truncateSync, writeFileSync } from 'node:fs';
import { copyFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectRecording } from '../app/recordings/inspect.ts';
import { Journal } from '../app/recordings/journal.ts';
import { readIndex, readSegment } from '../app/recordings/reader.ts';
import { UnreadableRecordingError } from '../app/recordings/recording-index.ts';
import { segmentBody } from './recording-segments.ts';
import { type Attempt, startRecordingSetting } from './recording-setting.ts';
import type { RecordingSetting } from './recording-setting.ts';

const STORED = 30;

let setting: RecordingSetting;
let attempt: Attempt;
let recording: string;
let file: string;

beforeAll(async () => {
  setting = await startRecordingSetting();
  const { port } = await setting.serve();
  attempt = await setting.startAttempt(port);
  ({ recording } = await attempt.record());
  file = join(setting.folder, attempt.about.attempt, `${recording}.clr`);
  for (let number = 0; number < STORED; number++) {
    await attempt.putSegment(recording, number, segmentBody(recording, number));
  }
});
afterAll(() => setting?.stop());

/** Every one of these segments is in the file, byte for byte. */
async function expectStored(path: string, numbers: Iterable<number>): Promise<void> {
  const index = await readIndex(path);
  const segments = new Map(index.segments.map((segment) => [segment.number, segment]));
  for (const number of numbers) {
    const segment = segments.get(number);
    expect(segment, `segment ${number}`).toBeDefined();
    expect(
      (await readSegment(path, segment as never)).equals(segmentBody(recording, number)),
      `segment ${number}`,
    ).toBe(true);
  }
}

describe('what was acknowledged', () => {
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
    appendFileSync(file, Buffer.from([0, 0, 1, 0, 3, 1, 2, 3]));
    const { recordings, port } = await setting.serve();
    expect((await recordings.find(attempt.about.attempt, recording)).state.nextSegment).toBe(STORED);
    const later = attempt.at(port);
    for (let number = STORED; number < STORED + 20; number++) {
      expect((await later.putSegment(recording, number, segmentBody(recording, number))).status).toBe(201);
    }
    await expectStored(file, Array(STORED + 20).keys());
    expect((await inspectRecording(file)).faults).toEqual([]);
  });

  test('can be indexed while a failed write is taken back', async () => {
    const shrinking = join(setting.folder, 'shrinking.clr');
    const whole = readFileSync(file);
    for (let i = 0; i < 50; i++) {
      writeFileSync(shrinking, Buffer.concat([whole, whole.subarray(-200_000)]));
      const [index] = await Promise.all([readIndex(shrinking), truncate(shrinking, whole.length)]);
      expect(index.segments).toHaveLength(STORED + 20);
    }
    rmSync(shrinking);
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
