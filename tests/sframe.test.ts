import { describe, expect, test } from 'vitest';
import {
  decodeHeader,
  decryptSegment,
  deriveChapterKeys,
  encodeHeader,
  encryptSegment,
} from '../app/browser/sframe.ts';
import { encodeMetadata } from '../app/wire.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (data: Uint8Array) => Buffer.from(data).toString('hex');

/** RFC 9605 appendix C.1: kid, ctr, header. */
const HEADERS: [bigint, bigint, string][] = [
  [0n, 0n, '00'],
  [0n, 1n, '01'],
  [0n, 0xffn, '08ff'],
  [0n, 0x100n, '090100'],
  [0n, 0xffffn, '09ffff'],
  [0n, 0x10000n, '0a010000'],
  [0n, 0xffffffffn, '0bffffffff'],
  [0n, 0x100000000n, '0c0100000000'],
  [0n, 0xffffffffffffffffn, '0fffffffffffffffff'],
  [1n, 0n, '10'],
  [1n, 1n, '11'],
  [1n, 0xffn, '18ff'],
  [0xffn, 0n, '80ff'],
  [0xffn, 1n, '81ff'],
  [0xffn, 0xffn, '88ffff'],
  [0xffn, 0xffffffffffffffffn, '8fffffffffffffffffff'],
  [0x100n, 0n, '900100'],
  [0x100n, 0x100n, '9901000100'],
  [0xffffn, 0xffffn, '99ffffffff'],
  [0x10000n, 0x10000n, 'aa010000010000'],
  [0xffffffn, 0xffffffn, 'aaffffffffffff'],
  [0x1000000n, 0n, 'b001000000'],
  [0xffffffffn, 0xffffffffffn, 'bcffffffffffffffffff'],
  [0x100000000n, 0xffffffffffffffffn, 'cf0100000000ffffffffffffffff'],
];

/** RFC 9605 appendix C.3, cipher suite 0x0005. */
const VECTOR = {
  kid: 0x123,
  ctr: 0x4567,
  base: bytes('000102030405060708090a0b0c0d0e0f'),
  salt: '84991c167b8cd23c93708ec7',
  key: 'd3e27b0d4a5ae9e55df01a70e6d4d28d969b246e2936f4b7a5d9b494da6b9633',
  nonce: '84991c167b8cd23c9370cba0',
  metadata: bytes('4945544620534672616d65205747'),
  aad: '99012345674945544620534672616d65205747',
  plaintext: bytes('64726166742d696574662d736672616d652d656e63'),
  ciphertext: '990123456794f509d36e9beacb0e261d99c7d1e972f1fed787d4049f17ca21353c1cc24d56ceabced279',
};

const RECORDING = '0b0c5f5a-1a2b-4c3d-8e4f-5a6b7c8d9e0f';
const OTHER = '1b0c5f5a-1a2b-4c3d-8e4f-5a6b7c8d9e0f';

describe('SFrame headers', () => {
  test.each(HEADERS)('kid %d and ctr %d are written and read as in RFC 9605', (kid, ctr, header) => {
    expect(hex(encodeHeader(kid, ctr))).toBe(header);
    expect(decodeHeader(bytes(`${header}aabb`))).toEqual({ kid, ctr, length: header.length / 2 });
  });

  test('a header that is cut short or longer than it has to be is refused', () => {
    for (const header of ['', '99012345', '8807', '090001', '9900ff01']) {
      expect(() => decodeHeader(bytes(header)), header).toThrow(expect.objectContaining({ fault: 'unreadable' }));
    }
    expect(() => encodeHeader(1n << 64n, 0n)).toThrow(RangeError);
    expect(() => encodeHeader(0n, -1n)).toThrow(RangeError);
  });
});

describe('SFrame encryption with suite 0x0005', () => {
  test('salt, key and ciphertext are those of RFC 9605', async () => {
    const keys = await deriveChapterKeys(VECTOR.base, VECTOR.kid);
    expect(hex(keys.salt)).toBe(VECTOR.salt);
    expect(hex(await encryptSegment(keys, VECTOR.ctr, VECTOR.metadata, VECTOR.plaintext))).toBe(VECTOR.ciphertext);
    // The key itself cannot be read: an independent encryption with the RFC's key, nonce and aad has to give the same.
    const key = await crypto.subtle.importKey('raw', bytes(VECTOR.key), 'AES-GCM', false, ['encrypt']);
    const parameters = { name: 'AES-GCM', iv: bytes(VECTOR.nonce), additionalData: bytes(VECTOR.aad) };
    const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters, key, VECTOR.plaintext));
    expect(VECTOR.ciphertext).toBe(`9901234567${hex(sealed)}`);
  });

  test('a ciphertext of the RFC opens, also with a base key that is a CryptoKey', async () => {
    const base = await crypto.subtle.importKey('raw', VECTOR.base, 'HKDF', false, ['deriveKey', 'deriveBits']);
    for (const keys of [await deriveChapterKeys(VECTOR.base, VECTOR.kid), await deriveChapterKeys(base, VECTOR.kid)]) {
      const opened = await decryptSegment(keys, VECTOR.ctr, VECTOR.metadata, bytes(VECTOR.ciphertext));
      expect(hex(opened)).toBe(hex(VECTOR.plaintext));
    }
  });

  test('the derived key cannot be extracted', async () => {
    const { key } = await deriveChapterKeys(VECTOR.base, 0);
    expect(key.extractable).toBe(false);
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
  });
});

describe('a segment that is not what was recorded', () => {
  const metadata = encodeMetadata({
    recording: RECORDING,
    source: 'camera',
    keyframe: true,
    init: false,
    start: 4_000_000,
    duration: 2_000_000,
  });
  const plaintext = crypto.getRandomValues(new Uint8Array(300));
  const base = crypto.getRandomValues(new Uint8Array(32));

  test('is refused with any one bit flipped, in the metadata and in the ciphertext', async () => {
    const keys = await deriveChapterKeys(base, 3);
    const whole = await encryptSegment(keys, 12, metadata, plaintext.slice(0, 24));
    expect(await decryptSegment(keys, 12, metadata, whole)).toEqual(plaintext.slice(0, 24));
    for (let bit = 0; bit < 8 * whole.length; bit++) {
      const flipped = whole.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      await expect(decryptSegment(keys, 12, metadata, flipped), `ciphertext bit ${bit}`).rejects.toThrow();
    }
    for (let bit = 0; bit < 8 * metadata.length; bit++) {
      const flipped = metadata.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const opening = decryptSegment(keys, 12, flipped, whole);
      await expect(opening, `metadata bit ${bit}`).rejects.toMatchObject({ fault: 'altered' });
    }
  });

  test('is refused under another number, with its header rewritten or not', async () => {
    const keys = await deriveChapterKeys(base, 3);
    const twelve = await encryptSegment(keys, 12, metadata, plaintext);
    await expect(decryptSegment(keys, 13, metadata, twelve)).rejects.toMatchObject({ fault: 'misplaced' });
    const { length } = decodeHeader(twelve);
    const renamed = Uint8Array.from([...encodeHeader(3n, 13n), ...twelve.slice(length)]);
    await expect(decryptSegment(keys, 13, metadata, renamed)).rejects.toMatchObject({ fault: 'altered' });
  });

  test('is refused with the metadata of another recording', async () => {
    const keys = await deriveChapterKeys(base, 3);
    const segment = await encryptSegment(keys, 12, metadata, plaintext);
    const foreign = encodeMetadata({
      recording: OTHER,
      source: 'camera',
      keyframe: true,
      init: false,
      start: 4_000_000,
      duration: 2_000_000,
    });
    await expect(decryptSegment(keys, 12, foreign, segment)).rejects.toMatchObject({ fault: 'altered' });
  });

  test('is refused with the keys of another chapter, of the same chapter key or another one', async () => {
    const segment = await encryptSegment(await deriveChapterKeys(base, 3), 12, metadata, plaintext);
    const next = await deriveChapterKeys(base, 4);
    await expect(decryptSegment(next, 12, metadata, segment)).rejects.toMatchObject({ fault: 'foreign-chapter' });
    const other = await deriveChapterKeys(crypto.getRandomValues(new Uint8Array(32)), 3);
    await expect(decryptSegment(other, 12, metadata, segment)).rejects.toMatchObject({ fault: 'altered' });
  });

  test('is refused when its end is missing', async () => {
    const keys = await deriveChapterKeys(base, 3);
    const segment = await encryptSegment(keys, 12, metadata, plaintext);
    for (const kept of [0, 1, 2, 10, 17, segment.length - 1]) {
      await expect(decryptSegment(keys, 12, metadata, segment.slice(0, kept)), `${kept} bytes`).rejects.toThrow();
    }
  });
});
