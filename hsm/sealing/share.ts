import { hash } from 'node:crypto';

/** Names a sealing: shares of one that was given up are told from those that count. */
const SEALING_BYTES = 3;
/** One byte more than the key that was split. */
const POINT_BYTES = 33;
const CHECK_BYTES = 4;
export const SHARE_BYTES = SEALING_BYTES + POINT_BYTES + CHECK_BYTES;

/** Crockford's Base 32: no letter that could be read as a digit or as another letter. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const READ_AS: Record<string, string> = { O: '0', I: '1', L: '1' };
const CHARACTERS = (SHARE_BYTES * 8) / 5;
const GROUP = 4;
const NEWLINE = 0x0a;
const SPACE = 0x20;

/** A share as it was typed cannot be one. The message says what is wrong and what to do; it holds nothing of the share. */
export class ShareError extends Error {
  override readonly name = 'ShareError';
}

/** @returns the name of a sealing, as it stands on its custodians' papers: six hexadecimal digits */
export function nameSealing(random: Uint8Array): string {
  return Buffer.from(random).subarray(0, SEALING_BYTES).toString('hex').toUpperCase();
}

/**
 * @param point of the split key: 33 bytes
 * @returns the share as one custodian gets it: sealing, point and checksum, 40 bytes
 */
export function packShare(sealing: string, point: Uint8Array): Buffer {
  const share = Buffer.alloc(SHARE_BYTES);
  share.write(sealing, 'hex');
  share.set(point, SEALING_BYTES);
  checksum(share).copy(share, SEALING_BYTES + POINT_BYTES);
  return share;
}

/**
 * @param share 40 bytes
 * @returns views into it, nothing is copied
 * @throws ShareError when it is no share, or one byte of it is not what was handed out
 */
export function openShare(share: Uint8Array): { sealing: string; point: Uint8Array } {
  if (share.length !== SHARE_BYTES) throw new ShareError(`This is not a share: it has ${SHARE_BYTES} bytes.`);
  const stated = Buffer.from(share.buffer, share.byteOffset + SEALING_BYTES + POINT_BYTES, CHECK_BYTES);
  if (!checksum(share).equals(stated)) throw new ShareError(MISTYPED);
  return { sealing: nameSealing(share), point: share.subarray(SEALING_BYTES, SEALING_BYTES + POINT_BYTES) };
}

/** @returns the share to be written down: four lines of four groups of four characters, as ASCII that can be zeroed */
export function writeShare(share: Uint8Array): Buffer {
  const text = Buffer.alloc(CHARACTERS + CHARACTERS / GROUP);
  for (let at = 0, end = 0; at < CHARACTERS; at++) {
    text.write(ALPHABET[fiveBits(share, at)] as string, end++);
    if ((at + 1) % GROUP === 0) text[end++] = (at + 1) % (GROUP * GROUP) === 0 ? NEWLINE : SPACE;
  }
  return text;
}

/**
 * Reads a share as a person typed it: in either case, with any spaces, hyphens or line ends between, O for zero and I or L for one.
 * @param text ASCII; it stays the caller's to be zeroed
 * @returns 40 bytes, checked
 * @throws ShareError saying what is wrong
 */
export function readShare(text: Uint8Array): Buffer {
  const share = Buffer.alloc(SHARE_BYTES);
  let at = 0;
  try {
    for (const byte of text) {
      const typed = String.fromCharCode(byte).toUpperCase();
      if (/[\s-]/.test(typed)) continue;
      const value = ALPHABET.indexOf(READ_AS[typed] ?? typed);
      if (value < 0)
        throw new ShareError(
          `A share has letters and digits only, and no U; character ${at + 1} is another one. Type it again.`,
        );
      if (at < CHARACTERS) putFiveBits(share, at, value);
      at++;
    }
    if (at !== CHARACTERS)
      throw new ShareError(`A share has ${CHARACTERS} characters in 16 groups of four; this has ${at}. Type it again.`);
    openShare(share);
  } catch (error) {
    share.fill(0);
    throw error;
  }
  return share;
}

const MISTYPED =
  'There is a typing error in this share: its checksum does not fit. Compare each group and type it again.';

/** What can be kept about a share without helping anybody to guess it: its point is 256 random bits. */
export function digestShare(share: Uint8Array): string {
  return hash('sha256', share, 'base64url');
}

function checksum(share: Uint8Array): Buffer {
  return hash('sha256', share.subarray(0, SEALING_BYTES + POINT_BYTES), 'buffer').subarray(0, CHECK_BYTES);
}

function fiveBits(bytes: Uint8Array, at: number): number {
  const bit = at * 5;
  const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0);
  return (pair >> (11 - (bit & 7))) & 31;
}

function putFiveBits(bytes: Uint8Array, at: number, value: number): void {
  for (let one = 0; one < 5; one++) {
    const bit = at * 5 + one;
    if ((value >> (4 - one)) & 1) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  }
}
