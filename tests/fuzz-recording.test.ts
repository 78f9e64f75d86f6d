import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeFrame, FRAME_HEAD_BYTES, PAYLOAD_LIMIT, scanFrames, type FrameType } from '../app/recordings/frames.ts';
import { inspectRecording } from '../app/recordings/inspect.ts';
import { Journal } from '../app/recordings/journal.ts';
import { indexRecording, UnreadableRecordingError, type RecordingIndex } from '../app/recordings/recording-index.ts';
import { FULL } from './full.ts';
import { Chance, mutate } from './fuzz.ts';
import { digestOf, segmentBody } from './recording-segments.ts';

const MUTATIONS = FULL ? 900_000 : 500;
/** Seconds of the processor: far more than any of these inputs takes, and far less than a loop without an end. */
const LONGEST = 2;
const LONGEST_TORN = 15;
const NEVER = 100_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloister-fuzz-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [exam, attempt, recording] = [randomUUID(), randomUUID(), randomUUID()];
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const json = (value: object) => Buffer.from(canonicalize(value) ?? '');

function signed(statement: object) {
  const text = canonicalize(statement) ?? '';
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return { statement: text, signature: signature.toString('base64url') };
}

/** The frames of a sealed recording with two chapters. @param sizes bytes of ciphertext of its segments */
function recordingOf(sizes: number[]): [FrameType, Buffer][] {
  const attemptKey = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
  const about = { exam, attempt, recording };
  const header = { v: 1, ...about, source: 'camera', mimeType: 'video/webm', startedAt: '2026-05-04T08:00:00.000Z' };
  const frames: [FrameType, Buffer][] = [['header', json({ ...header, attemptKey })]];
  const statements: string[] = [];
  for (const chapter of [0, 1]) {
    const envelope = { v: 1, alg: 'RSA-OAEP-256', ...about, chapter, kid: 'exam', key: 'A'.repeat(64) };
    frames.push(['envelope', json(envelope)]);
    const first = chapter * sizes.length;
    const bodies = sizes.map((bytes, i) => segmentBody(recording, first + i, { chapter, bytes }));
    for (const body of bodies) frames.push(['segment', body]);
    frames.push(['gap', json({ from: chapter * 10, to: chapter * 10 + 5, cause: 'reload' })]);
    const last = first + sizes.length - 1;
    const statement = {
      type: 'chapter',
      attempt,
      recording,
      chapter,
      first,
      last,
      missing: [],
      digest: digestOf(bodies),
    };
    const chapterSigned = signed(statement);
    statements.push(chapterSigned.statement);
    frames.push(['signature', json(chapterSigned)]);
  }
  const own = { recording, chapters: 2, segments: 2 * sizes.length, digest: digestOf(statements) };
  const seal = signed({ type: 'seal', exam, attempt, recordings: [own], endedAt: '2026-05-04T09:00:00.000Z' });
  frames.push(['seal', json({ ...seal, receipt: { entry: 7 } })]);
  return frames;
}

const encode = (frames: [FrameType, Buffer][]) =>
  frames.map(([type, payload]) => Buffer.concat(encodeFrame(type, [payload])));

/** The bytes as a file that notices whoever reads outside of it, or much too much. */
function sourceOf(bytes: Buffer) {
  let left = 64 * 2 ** 20 + 100 * bytes.length;
  return {
    size: bytes.length,
    read(offset: number, length: number) {
      if (offset < 0 || length < 0 || offset + length > bytes.length) throw new Error('read outside of the file');
      if ((left -= length) < 0) throw new Error('read the file again and again');
      return Promise.resolve(Buffer.from(bytes.subarray(offset, offset + length)));
    },
  };
}

/** @returns the index, or null where the file is named unreadable */
async function indexOf(bytes: Buffer, verifyFrom: number): Promise<RecordingIndex | null> {
  return indexRecording(sourceOf(bytes), verifyFrom).catch((error: unknown) => {
    if (error instanceof UnreadableRecordingError) return null;
    throw error;
  });
}

/** A recording with one to four alterations: of bytes anywhere, of frames as wholes, or within a payload whose CRC fits again. */
function alter(chance: Chance, frames: [FrameType, Buffer][]) {
  let parts: Buffer[] = encode(frames);
  let kept = frames.length;
  let bytes: Buffer | null = null;
  let same = Infinity;
  for (let n = 1 + chance.number(4); n > 0; n--) {
    const i = chance.number(frames.length);
    const kind = chance.number(4);
    if (kind === 0 && !bytes) {
      const [type, payload] = frames[i] as [FrameType, Buffer];
      const altered = mutate(chance, payload).bytes.subarray(0, PAYLOAD_LIMIT);
      // A frame of one byte or of none is what encodeFrame refuses.
      if (altered.length < 64) continue;
      parts[i] = Buffer.concat(
        encodeFrame(chance.number(8) === 0 ? chance.pick(['gap', 'seal', 'header']) : type, [altered]),
      );
      kept = Math.min(kept, i);
    } else if (kind === 1 && !bytes) {
      const other = chance.number(frames.length);
      parts = chance.pick([
        () => parts.toSpliced(i, 1),
        () => parts.toSpliced(i, 0, parts[other] as Buffer),
        () => parts.with(i, parts[other] as Buffer),
      ])();
      kept = Math.min(kept, i);
      if (parts.length < frames.length) break;
    } else {
      bytes ??= Buffer.concat(parts);
      const mutated: ReturnType<typeof mutate> =
        kind === 2 ? mutate(chance, bytes) : alterHead(chance, bytes, parts, i);
      bytes = mutated.bytes;
      same = Math.min(same, mutated.same);
    }
  }
  const whole = encode(frames);
  let end = 0;
  let prefix = 0;
  while (prefix < kept && end + (whole[prefix] as Buffer).length <= same) end += (whole[prefix++] as Buffer).length;
  return { bytes: bytes ?? Buffer.concat(parts), prefix };
}

function alterHead(chance: Chance, bytes: Buffer, parts: Buffer[], frame: number) {
  const at = Math.min(
    parts.slice(0, frame).reduce((sum, part) => sum + part.length, 0),
    Math.max(0, bytes.length - FRAME_HEAD_BYTES),
  );
  const altered = Buffer.from(bytes);
  if (altered.length < FRAME_HEAD_BYTES) return { bytes: altered, same: at };
  const left = bytes.length - at - FRAME_HEAD_BYTES;
  const lengths = [
    0,
    1,
    left,
    left + 1,
    left - 1,
    PAYLOAD_LIMIT,
    PAYLOAD_LIMIT + 1,
    0xffffffff,
    chance.number(2 ** 24),
  ];
  if (chance.number(3) === 0) altered[at + 4] = chance.number(9);
  else altered.writeUInt32BE(Math.max(0, chance.pick(lengths)), at);
  return { bytes: altered, same: at };
}

/** @returns what the work gives, and how many seconds of the processor it took */
async function costOf<T>(work: () => Promise<T>): Promise<{ result: T; cost: number }> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, cost: (user + system) / 1e6 };
}

async function check(seed: number, small: [FrameType, Buffer][], large: [FrameType, Buffer][]): Promise<void> {
  const chance = new Chance(seed);
  const frames = chance.number(200) === 0 ? large : small;
  const { bytes, prefix } = alter(chance, frames);
  const spot = chance.next();

  const before = frames.slice(0, prefix);
  const segmentsBefore = before.filter(([type]) => type === 'segment').length;
  const count = (type: FrameType) => before.filter(([other]) => other === type).length;
  let end = 0;
  // Checked frames and damage lie one behind another and cover everything.
  for await (const item of scanFrames(sourceOf(bytes), 0)) {
    expect(item.offset).toBe(end);
    end = item.offset + item.bytes + (item.kind === 'frame' ? FRAME_HEAD_BYTES : 0);
  }
  expect(end).toBe(bytes.length);
  for (const verifyFrom of [chance.number(2) * chance.number(bytes.length + 1), Infinity]) {
    const index = await indexOf(bytes, verifyFrom);
    if (prefix === 0) continue;
    expect(index).not.toBeNull();
    const numbers = new Set(index?.segments.map(({ number }) => number));
    for (let number = 0; number < segmentsBefore; number++) expect(numbers.has(number)).toBe(true);
    expect(index?.envelopes.size).toBeGreaterThanOrEqual(count('envelope'));
    expect(index?.gaps.length).toBeGreaterThanOrEqual(count('gap'));
    expect(index?.chapterSignatures.size).toBeGreaterThanOrEqual(count('signature'));
  }
  if (spot < 0.1) {
    const file = join(folder, 'altered.clr');
    writeFileSync(file, bytes);
    await inspectRecording(file).catch((error: unknown) => {
      if (!(error instanceof UnreadableRecordingError)) throw error;
    });
    if (spot < 0.03) await checkOpening(file, bytes, prefix > 0);
  }
}

/** Opening cuts at most what is no frame at the end, and what is appended then is there afterwards. */
async function checkOpening(file: string, bytes: Buffer, hasHeader: boolean): Promise<void> {
  let opened;
  try {
    opened = await Journal.open(file);
  } catch (error) {
    if (!(error instanceof UnreadableRecordingError) || hasHeader) throw error;
    expect(readFileSync(file).equals(bytes)).toBe(true);
    return;
  }
  await opened.journal.append(encodeFrame('segment', [segmentBody(recording, NEVER)]));
  await opened.journal.close();
  const after = readFileSync(file);
  expect(after.subarray(0, bytes.length - opened.cut).equals(bytes.subarray(0, bytes.length - opened.cut))).toBe(true);
  const numbers = (await indexOf(after, 0))?.segments.map(({ number }) => number) ?? [];
  for (const { number } of opened.index.segments) expect(numbers).toContain(number);
  expect(numbers).toContain(NEVER);
}

test(
  `${MUTATIONS} altered recordings are read or named unreadable, in bounds and in time, and what stands before the alteration is kept`,
  async () => {
    const small = recordingOf([40, 64, 200]);
    const large = recordingOf([70_000, 300_000]);
    for (const frames of [small, large]) {
      const index = await indexOf(Buffer.concat(encode(frames)), 0);
      expect([index?.segments.length, index?.chapterSignatures.size, index?.damage]).toEqual([
        frames.filter(([type]) => type === 'segment').length,
        2,
        [],
      ]);
      const file = join(folder, 'whole.clr');
      writeFileSync(file, Buffer.concat(encode(frames)));
      expect(await inspectRecording(file)).toMatchObject({ seal: 'good', faults: [] });
    }
    const memory = process.memoryUsage().rss;
    for (let seed = 1; seed <= MUTATIONS; seed++) {
      try {
        expect((await costOf(() => check(seed, small, large))).cost).toBeLessThan(LONGEST);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
    expect(process.memoryUsage().rss - memory).toBeLessThan(400e6);
  },
  60_000 + MUTATIONS * 20,
);

describe('a torn segment whose bytes were made up to look like frames', () => {
  const torn = (payload: Buffer) => {
    const [head] = encodeFrame('segment', [segmentBody(recording, 50, { bytes: 300 })]) as [Buffer];
    head.writeUInt32BE(PAYLOAD_LIMIT, 0);
    return Buffer.concat([...encode(recordingOf([40])), head, payload]);
  };

  test('by heads whose CRC never fits costs seconds at most, and is cut', async () => {
    const payload = Buffer.alloc(PAYLOAD_LIMIT - 1);
    for (let at = 0; at + 10 < payload.length; at += 10) {
      payload.writeUInt32BE(PAYLOAD_LIMIT - at - 100 > 50 ? PAYLOAD_LIMIT - at - 100 : 50, at);
      payload[at + 4] = 3;
      payload[at + FRAME_HEAD_BYTES] = 1;
    }
    const { result: index, cost } = await costOf(() => indexOf(torn(payload), 0));
    expect(cost).toBeLessThan(LONGEST_TORN);
    expect([index?.segments.length, index?.tornBytes]).toEqual([2, payload.length + FRAME_HEAD_BYTES]);
  });

  test('by frames that are whole, with a byte between each two, costs no more', async () => {
    const frame = Buffer.concat([...encodeFrame('gap', [json({ from: 1, to: 2, cause: 'reload' })]), Buffer.from([0])]);
    const payload = Buffer.alloc(PAYLOAD_LIMIT - 1, frame);
    const { result: index, cost } = await costOf(() => indexOf(torn(payload), 0));
    expect(cost).toBeLessThan(LONGEST_TORN);
    expect(index?.segments.length).toBe(2);
  });
});
