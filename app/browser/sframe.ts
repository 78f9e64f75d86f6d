/**
 * SFrame (RFC 9605) with the one cipher suite that recordings use: 0x0005, AES_256_GCM_SHA512_128. Pure: WebCrypto only,
 * so it runs in browsers and in Node alike. KID is the chapter, CTR the segment's number in its recording.
 */
import type { SegmentFault } from '../wire.ts';

const SUITE = 0x0005;
const KEY_BITS = 256;
const SALT_BYTES = 12;
const TAG_BITS = 128;

/** Why a segment did not open. `fault` is what the player reports of it. */
export class SframeError extends Error {
  readonly fault: SegmentFault;

  constructor(fault: SegmentFault, message: string) {
    super(message);
    this.name = 'SframeError';
    this.fault = fault;
  }
}

export interface SframeHeader {
  kid: bigint;
  ctr: bigint;
  /** Bytes that the header takes. */
  length: number;
}

/** A chapter's key and salt, derived. The key cannot be read back. */
export interface ChapterKeys {
  chapter: number;
  key: CryptoKey;
  salt: Uint8Array<ArrayBuffer>;
}

/**
 * Writes an SFrame header (RFC 9605 section 4.3): X K Y C, then KID and CTR where they do not fit in three bits.
 * @param kid 0 to 2^64-1
 * @param ctr 0 to 2^64-1
 * @returns 1 to 17 bytes
 * @throws RangeError when a value is outside 64 bits
 */
export function encodeHeader(kid: bigint, ctr: bigint): Uint8Array<ArrayBuffer> {
  const kidBytes = extension(kid);
  const ctrBytes = extension(ctr);
  const config = (field(kid, kidBytes) << 4) | field(ctr, ctrBytes);
  return Uint8Array.from([config, ...kidBytes, ...ctrBytes]);
}

/**
 * Reads the SFrame header at the beginning of `bytes` (RFC 9605 section 4.3).
 * @throws SframeError `unreadable` when it is cut short or not in its shortest form, so that each header has one spelling
 */
export function decodeHeader(bytes: Uint8Array): SframeHeader {
  const config = bytes[0];
  if (config === undefined) throw new SframeError('unreadable', 'there is no SFrame header');
  const kid = readField(bytes, config >> 4, 1);
  const ctr = readField(bytes, config & 0x0f, kid.end);
  return { kid: kid.value, ctr: ctr.value, length: ctr.end };
}

/**
 * Derives a chapter's key and salt from its chapter key (RFC 9605 section 4.4.2).
 * @param base the chapter key: its bytes, which the caller may zero afterwards, or an HKDF CryptoKey
 * @param chapter the KID
 * @returns an AES-256-GCM key that cannot be extracted, and the 12-byte salt
 */
export async function deriveChapterKeys(
  base: Uint8Array<ArrayBuffer> | CryptoKey,
  chapter: number,
): Promise<ChapterKeys> {
  const secret =
    base instanceof Uint8Array
      ? await crypto.subtle.importKey('raw', base, 'HKDF', false, ['deriveKey', 'deriveBits'])
      : base;
  const [key, salt] = await Promise.all([
    crypto.subtle.deriveKey(
      hkdf('SFrame 1.0 Secret key ', chapter),
      secret,
      { name: 'AES-GCM', length: KEY_BITS },
      false,
      ['encrypt', 'decrypt'],
    ),
    crypto.subtle.deriveBits(hkdf('SFrame 1.0 Secret salt ', chapter), secret, 8 * SALT_BYTES),
  ]);
  return { chapter, key, salt: new Uint8Array(salt) };
}

/**
 * Encrypts one segment (RFC 9605 section 4.4.3).
 * @param number the segment's number (CTR): never twice with the same keys
 * @param metadata bound as additional data after the header, not contained in the result
 * @returns header, ciphertext and the 16-byte tag
 */
export async function encryptSegment(
  keys: ChapterKeys,
  number: number,
  metadata: Uint8Array,
  plaintext: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const header = encodeHeader(BigInt(keys.chapter), BigInt(number));
  const sealed = await crypto.subtle.encrypt(gcm(keys, BigInt(number), header, metadata), keys.key, plaintext);
  return joined(header, new Uint8Array(sealed));
}

/**
 * Opens one segment (RFC 9605 section 4.4.4).
 * @param number the number under which the segment was stored
 * @param metadata the 32 bytes that stood before the ciphertext
 * @param ciphertext header, ciphertext and tag
 * @throws SframeError: `foreign-chapter` or `misplaced` when the header names another chapter or number, `altered` when
 *   the tag does not fit, `unreadable` when it is no SFrame ciphertext at all
 */
export async function decryptSegment(
  keys: ChapterKeys,
  number: number,
  metadata: Uint8Array,
  ciphertext: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { kid, ctr, length } = decodeHeader(ciphertext);
  if (kid !== BigInt(keys.chapter))
    throw new SframeError('foreign-chapter', `expected chapter ${keys.chapter}, got ${kid}`);
  if (ctr !== BigInt(number)) throw new SframeError('misplaced', `expected segment ${number}, got ${ctr}`);
  if (ciphertext.length < length + TAG_BITS / 8) throw new SframeError('unreadable', 'the segment is cut short');
  const parameters = gcm(keys, ctr, ciphertext.subarray(0, length), metadata);
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters, keys.key, ciphertext.subarray(length)));
  } catch {
    throw new SframeError('altered', `segment ${number} is not what was recorded`);
  }
}

function hkdf(label: string, chapter: number): HkdfParams {
  const text = new TextEncoder().encode(label);
  const info = new Uint8Array(text.length + 10);
  info.set(text);
  const view = new DataView(info.buffer);
  view.setBigUint64(text.length, BigInt(chapter));
  view.setUint16(text.length + 8, SUITE);
  return { name: 'HKDF', hash: 'SHA-512', salt: new Uint8Array(0), info };
}

function gcm(keys: ChapterKeys, ctr: bigint, header: Uint8Array, metadata: Uint8Array): AesGcmParams {
  const iv = keys.salt.slice();
  const view = new DataView(iv.buffer);
  view.setBigUint64(SALT_BYTES - 8, view.getBigUint64(SALT_BYTES - 8) ^ ctr);
  return { name: 'AES-GCM', iv, additionalData: joined(header, metadata), tagLength: TAG_BITS };
}

/** @returns the bytes that follow the config byte: none for 0 to 7, else the value in as few bytes as it takes */
function extension(value: bigint): number[] {
  if (value < 0n || value >= 1n << 64n) throw new RangeError(`${value} does not fit in an SFrame header`);
  if (value < 8n) return [];
  const bytes: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 0xffn));
  return bytes;
}

function field(value: bigint, bytes: number[]): number {
  return bytes.length === 0 ? Number(value) : 8 | (bytes.length - 1);
}

function readField(bytes: Uint8Array, bits: number, at: number): { value: bigint; end: number } {
  const low = bits & 7;
  if ((bits & 8) === 0) return { value: BigInt(low), end: at };
  const end = at + low + 1;
  if (bytes.length < end) throw new SframeError('unreadable', 'the SFrame header is cut short');
  let value = 0n;
  for (const byte of bytes.subarray(at, end)) value = (value << 8n) | BigInt(byte);
  if (value < 8n || bytes[at] === 0)
    throw new SframeError('unreadable', 'the SFrame header is not in its shortest form');
  return { value, end };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
