import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encodeHeader } from '../app/browser/sframe.ts';
import {
  encodeFrame,
  PAYLOAD_LIMIT,
  scanFrames,
  type DamagedBytes,
  type ScannedFrame,
} from '../app/recordings/frames.ts';
import { readSFrameHeader } from '../app/recordings/sframe-header.ts';
import { segmentBody } from './recording-segments.ts';

const recording = randomUUID();
const envelope = encodeFrame('envelope', [Buffer.from('{"v":1}')]);
const segments = [0, 1, 2, 3].map((number) => encodeFrame('segment', [segmentBody(recording, number)]));
const whole = Buffer.concat([...envelope, ...segments.flat()]);

async function scan(bytes: Buffer, verifyFrom = 0): Promise<(ScannedFrame | DamagedBytes)[]> {
  const read = (offset: number, length: number) => {
    if (offset + length > bytes.length) throw new Error('the scan read beyond the end');
    return Promise.resolve(bytes.subarray(offset, offset + length));
  };
  const items = [];
  for await (const item of scanFrames({ size: bytes.length, read }, verifyFrom)) items.push(item);
  return items;
}

const framesOf = (items: (ScannedFrame | DamagedBytes)[]) => items.filter((item) => item.kind === 'frame');

describe('frames', () => {
  test('a scan finds what was encoded, in order, with and without checking', async () => {
    for (const verifyFrom of [0, Infinity]) {
      const frames = framesOf(await scan(whole, verifyFrom));
      expect(frames.map(({ type }) => type)).toEqual(['envelope', 'segment', 'segment', 'segment', 'segment']);
      expect(frames.map(({ intact }) => intact)).toEqual(frames.map(() => (verifyFrom === 0 ? true : null)));
      const last = frames.at(-1) as ScannedFrame;
      expect(whole.subarray(last.offset + 9, last.offset + 9 + last.bytes)).toEqual(segmentBody(recording, 3));
    }
  });

  test('length, type and CRC-32 stand in front of the payload, big endian', () => {
    const [head] = encodeFrame('gap', [Buffer.from('{"from":0}')]);
    // crc32 of 04 7b2266726f6d223a307d, from Python's zlib.
    expect(Buffer.from(head as Uint8Array).toString('hex')).toBe('0000000a045eb64ce8');
  });

  test('a torn tail of every length is found, and nothing before it is touched', async () => {
    const last = Buffer.concat(segments[3] as Uint8Array[]);
    const before = whole.length - last.length;
    for (let kept = 1; kept < last.length; kept += kept < 200 ? 1 : 97) {
      const items = await scan(whole.subarray(0, before + kept), before);
      expect(items.at(-1)).toEqual({ kind: 'damage', offset: before, bytes: kept, torn: true });
      expect(framesOf(items)).toHaveLength(4);
    }
  });

  test('each flipped bit is found, and no frame but its own is lost', async () => {
    for (let i = 0; i < 400; i++) {
      const at = i < 120 ? i : Math.floor(Math.random() * whole.length);
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << i % 8);
      const items = await scan(flipped);
      const faults = items.filter((item) => item.kind === 'damage' || item.intact === false);
      expect(faults, `bit at ${at}`).toHaveLength(1);
      const [fault] = faults as [ScannedFrame | DamagedBytes];
      expect(at).toBeGreaterThanOrEqual(fault.offset);
      expect(framesOf(items).filter(({ intact }) => intact)).toHaveLength(4);
    }
  });

  test('a length that was altered costs no later frame even where payloads are not checked', async () => {
    const altered = Buffer.from(whole);
    const second = framesOf(await scan(whole))[1] as ScannedFrame;
    altered.writeUInt32BE(second.bytes + 5, second.offset);
    const offsets = framesOf(await scan(altered, Infinity)).map(({ offset }) => offset);
    for (const { offset } of framesOf(await scan(whole)).slice(2)) expect(offsets).toContain(offset);
  });

  test('zeros and noise are no frames, however long', async () => {
    for (const noise of [Buffer.alloc(3_000_000), randomBytes(3_000_000)]) {
      const items = await scan(Buffer.concat([whole, noise, ...(segments[0] as Uint8Array[])]));
      expect(framesOf(items)).toHaveLength(6);
      expect(items).toContainEqual({ kind: 'damage', offset: whole.length, bytes: noise.length, torn: false });
    }
  });

  test('a frame without payload or with too much is refused', () => {
    expect(() => encodeFrame('segment', [])).toThrow(RangeError);
    expect(() => encodeFrame('segment', [Buffer.alloc(PAYLOAD_LIMIT + 1)])).toThrow(RangeError);
  });
});

describe('the SFrame header', () => {
  test('is read in its short and its long form, as the recorder writes it', () => {
    for (const kid of [0, 7, 8, 255, 256, 70_000]) {
      for (const ctr of [0, 7, 8, 255, 256, 16_777_216, 2 ** 40]) {
        const bytes = encodeHeader(BigInt(kid), BigInt(ctr));
        expect(readSFrameHeader(Buffer.concat([bytes, randomBytes(20)]))).toEqual({ kid, ctr, bytes: bytes.length });
      }
    }
  });

  test('reads the examples of RFC 9605, appendix C.1', () => {
    for (const [hex, kid, ctr] of [
      ['00', 0, 0],
      ['08ff', 0, 255],
      ['090100', 0, 256],
      ['80ff', 255, 0],
      ['88ffff', 255, 255],
      ['89ff0100', 255, 256],
      ['900100', 256, 0],
      ['980100ff', 256, 255],
      ['9901000100', 256, 256],
    ] as const) {
      expect(readSFrameHeader(Buffer.from(hex, 'hex'))).toMatchObject({ kid, ctr });
    }
  });

  test('is refused when cut short, longer than it needs to be, or too large', () => {
    for (const hex of ['', '08', '99010001', '0800', '0807', '090008', '0fffffffffffffffff']) {
      expect(() => readSFrameHeader(Buffer.from(hex, 'hex')), hex).toThrow(RangeError);
    }
  });
});
