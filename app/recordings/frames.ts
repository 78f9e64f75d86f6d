/** The framing of recording files. Pure: bytes come through the reader that is passed in. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { METADATA_BYTES } from '../wire.ts';
import { RangeCrc } from './range-crc.ts';

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
const HEAD_READ_BYTES = FRAME_HEAD_BYTES + PEEK_BYTES;
/** Heads of frames shorter than this are read many at a time: a read costs more than copying what lies between them. */
const SHORT_FRAME = 32 * 1024;
const READ_AHEAD = 256 * 1024;
/** How far a search goes before it reads anew, and before it lets others work. */
const SEARCH_BYTES = 4 * 2 ** 20;
const SEARCH_TURN = 64 * 1024;

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
  const heads = new HeadReader(source);
  const search = new FrameSearch(source);
  let offset = 0;
  let previous: Head | null = null;
  while (offset < source.size) {
    const head = await heads.read(offset);
    let lost = offset;
    if (head) {
      const checked = offset >= verifyFrom;
      const intact = checked ? await isIntact(source, head) : null;
      const end = offset + FRAME_HEAD_BYTES + head.bytes;
      if (intact !== false || end === source.size || (await heads.read(end))) {
        yield { kind: 'frame', type: head.type, offset, bytes: head.bytes, peek: head.peek, intact };
        previous = checked ? null : head;
        offset = end;
        continue;
      }
    } else if (previous && !(await isIntact(source, previous))) {
      // The wrong place may come from the length before it: frames that it jumped over are looked for as well.
      lost = previous.offset;
    }
    const next = await search.next(lost + 1);
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

class HeadReader {
  readonly #source: FrameSource;
  #block: Buffer = Buffer.alloc(0);
  #start = 0;
  #last = 0;

  constructor(source: FrameSource) {
    this.#source = source;
  }

  /** @param offset where the last head asked for began, or later */
  async read(offset: number): Promise<Head | null> {
    const { size } = this.#source;
    const length = Math.min(HEAD_READ_BYTES, size - offset);
    if (length <= FRAME_HEAD_BYTES) return null;
    if (offset < this.#start || offset + length > this.#start + this.#block.length) {
      const ahead = offset - this.#last < SHORT_FRAME ? READ_AHEAD : HEAD_READ_BYTES;
      this.#block = await this.#source.read(offset, Math.min(ahead, size - offset));
      this.#start = offset;
    }
    this.#last = offset;
    return parseHead(this.#block, offset - this.#start, offset, size);
  }
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
  return crc32(payload, crcOfType(head.type)) === head.crc;
}

const crcOfType = (type: FrameType): number => crc32(Uint8Array.of(FRAME_TYPES[type]));

/**
 * Looks for frames among bytes that are none. Those bytes may be a test taker's, made up to look like the heads of millions of
 * frames: none costs more than a few microseconds, and what was read serves the next search as well.
 */
class FrameSearch {
  readonly #source: FrameSource;
  #start = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #crc = new RangeCrc(this.#bytes);

  constructor(source: FrameSource) {
    this.#source = source;
  }

  /** @returns where the next frame begins whose CRC fits; null when there is none */
  async next(from: number): Promise<number | null> {
    const { size } = this.#source;
    for (let at = from; at + FRAME_HEAD_BYTES < size; ) {
      if (at < this.#start || at >= this.#searchable) await this.#read(at);
      else await nextTurn();
      const until = Math.min(at + SEARCH_TURN, this.#searchable);
      for (; at < until; at++) {
        const head = parseHead(this.#bytes, at - this.#start, at, size);
        if (head && this.#isIntact(head)) return at;
      }
    }
    return null;
  }

  /** Where heads end whose whole frame was read. */
  get #searchable(): number {
    const end = this.#start + this.#bytes.length;
    return end - FRAME_HEAD_BYTES - (end === this.#source.size ? 0 : PAYLOAD_LIMIT);
  }

  async #read(from: number): Promise<void> {
    const length = Math.min(SEARCH_BYTES + FRAME_HEAD_BYTES + PAYLOAD_LIMIT, this.#source.size - from);
    this.#bytes = await this.#source.read(from, length);
    this.#start = from;
    this.#crc = new RangeCrc(this.#bytes);
  }

  #isIntact(head: Head): boolean {
    const from = head.offset + FRAME_HEAD_BYTES - this.#start;
    return this.#crc.of(from, from + head.bytes, crcOfType(head.type)) === head.crc;
  }
}
