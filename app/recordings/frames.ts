/** The framing of recording files. Pure: bytes come through the reader that is passed in. */
import { crc32 } from 'node:zlib';
import { METADATA_BYTES } from '../wire.ts';

/** Type bytes of frames. */
export const FRAME_TYPES = { header: 1, envelope: 2, segment: 3, gap: 4, signature: 5, seal: 6 } as const;
export type FrameType = keyof typeof FRAME_TYPES;

/** Bytes before a frame's payload: length (u32), type (u8), CRC-32 (u32), big endian. */
export const FRAME_HEAD_BYTES = 9;
/** Most bytes that a payload may have; a longer length in a file is damage. */
export const PAYLOAD_LIMIT = 4 * 2 ** 20;
/** Bytes of each payload that a scan reads along: enough for a segment's metadata and SFrame header. */
export const PEEK_BYTES = 64;

const TYPE_NAMES = new Map(Object.entries(FRAME_TYPES).map(([name, byte]) => [byte as number, name as FrameType]));
/** Fewest bytes of a segment's body: metadata, the shortest SFrame header, the tag. */
export const SEGMENT_MINIMUM = METADATA_BYTES + 1 + 16;
const OPENING_BRACE = 0x7b;
const RESYNC_BLOCK = 2 ** 20;

/**
 * Frames a payload without copying it.
 * @param payload the payload in pieces
 * @returns the frame in pieces, for one writev
 * @throws RangeError when the payload is shorter than a scan would take for one, or over {@link PAYLOAD_LIMIT}
 */
export function encodeFrame(type: FrameType, payload: readonly Uint8Array[]): Uint8Array[] {
  let bytes = 0;
  let crc = crc32(Uint8Array.of(FRAME_TYPES[type]));
  for (const piece of payload) {
    bytes += piece.length;
    crc = crc32(piece, crc);
  }
  if (bytes < (type === 'segment' ? SEGMENT_MINIMUM : 1) || bytes > PAYLOAD_LIMIT)
    throw new RangeError(`a frame cannot carry ${bytes} bytes`);
  const head = Buffer.allocUnsafe(FRAME_HEAD_BYTES);
  head.writeUInt32BE(bytes, 0);
  head[4] = FRAME_TYPES[type];
  head.writeUInt32BE(crc, 5);
  return [head, ...payload];
}

/** Where a scan reads from. */
export interface FrameSource {
  /** Bytes in all. */
  size: number;
  /** Gives exactly `length` bytes at `offset`; the scan never asks beyond the size. */
  read(offset: number, length: number): Promise<Buffer>;
}

export interface ScannedFrame {
  kind: 'frame';
  type: FrameType;
  /** Where the frame begins in the file. */
  offset: number;
  /** Bytes of the payload, which begins {@link FRAME_HEAD_BYTES} after the offset. */
  bytes: number;
  /** The first {@link PEEK_BYTES} of the payload, or all of a shorter one. */
  peek: Buffer;
  /** Whether the CRC fits; null where the scan did not check. */
  intact: boolean | null;
}

/** Bytes that belong to no frame. */
export interface DamagedBytes {
  kind: 'damage';
  offset: number;
  bytes: number;
  /** Whether nothing readable follows: what a write that was cut short leaves. */
  torn: boolean;
}

/**
 * Walks the frames of a file in order, reading heads only; from `verifyFrom` on it reads payloads too and checks their CRC.
 * Where no frame begins, it looks for the next one whose CRC fits and goes on there, so that damage costs no later frame.
 * @param verifyFrom offset of the first frame to check; 0 checks all, Infinity none
 */
export async function* scanFrames(
  source: FrameSource,
  verifyFrom: number,
): AsyncGenerator<ScannedFrame | DamagedBytes, void> {
  let offset = 0;
  let previous: Head | null = null;
  while (offset < source.size) {
    const head = await readHead(source, offset);
    let lost = offset;
    if (head) {
      const checked = offset >= verifyFrom;
      const intact = checked ? await isIntact(source, head) : null;
      const end = offset + FRAME_HEAD_BYTES + head.bytes;
      if (intact !== false || end === source.size || (await readHead(source, end))) {
        yield { kind: 'frame', type: head.type, offset, bytes: head.bytes, peek: head.peek, intact };
        previous = checked ? null : head;
        offset = end;
        continue;
      }
    } else if (previous && !(await isIntact(source, previous))) {
      // The wrong place may come from the length before it: frames that it jumped over are looked for as well.
      lost = previous.offset;
    }
    const next = await findFrame(source, lost + 1);
    yield { kind: 'damage', offset: lost, bytes: (next ?? source.size) - lost, torn: next === null };
    if (next === null) return;
    previous = null;
    offset = next;
  }
}

interface Head {
  type: FrameType;
  offset: number;
  bytes: number;
  crc: number;
  peek: Buffer;
}

async function readHead(source: FrameSource, offset: number): Promise<Head | null> {
  const length = Math.min(FRAME_HEAD_BYTES + PEEK_BYTES, source.size - offset);
  return length > FRAME_HEAD_BYTES ? parseHead(await source.read(offset, length), 0, offset, source.size) : null;
}

/** @returns null where no frame can begin: unknown type, length beyond the file, or a payload that opens wrongly */
function parseHead(block: Buffer, at: number, offset: number, size: number): Head | null {
  const type = TYPE_NAMES.get(block[at + 4] ?? 0);
  if (!type) return null;
  const bytes = block.readUInt32BE(at);
  if (bytes === 0 || bytes > PAYLOAD_LIMIT || offset + FRAME_HEAD_BYTES + bytes > size) return null;
  const first = block[at + FRAME_HEAD_BYTES];
  if (type === 'segment' ? first !== 1 || bytes < SEGMENT_MINIMUM : first !== OPENING_BRACE) return null;
  const peek = block.subarray(at + FRAME_HEAD_BYTES, at + FRAME_HEAD_BYTES + Math.min(bytes, PEEK_BYTES));
  return { type, offset, bytes, crc: block.readUInt32BE(at + 5), peek };
}

async function isIntact(source: FrameSource, head: Head): Promise<boolean> {
  const payload = await source.read(head.offset + FRAME_HEAD_BYTES, head.bytes);
  return crc32(payload, crc32(Uint8Array.of(FRAME_TYPES[head.type]))) === head.crc;
}

async function findFrame(source: FrameSource, from: number): Promise<number | null> {
  for (let start = from; start < source.size; start += RESYNC_BLOCK) {
    const block = await source.read(start, Math.min(RESYNC_BLOCK + FRAME_HEAD_BYTES + PEEK_BYTES, source.size - start));
    const last = Math.min(RESYNC_BLOCK, block.length - FRAME_HEAD_BYTES);
    for (let at = 0; at < last; at++) {
      const head = parseHead(block, at, start + at, source.size);
      if (head && (await isIntact(source, head))) return start + at;
    }
  }
  return null;
}
