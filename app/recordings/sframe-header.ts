/** The part of SFrame that a server without keys can read. Pure. */

export interface SFrameHeader {
  /** Key id: the chapter. */
  kid: number;
  /** Counter: the segment's number. */
  ctr: number;
  /** Bytes of the header itself. */
  bytes: number;
}

/**
 * Reads an SFrame header: a config byte `X KKK Y CCC`, then KID and CTR where they do not fit into three bits (RFC 9605
 * section 4.3).
 * @param bytes the SFrame ciphertext or at least its first 17 bytes
 * @throws RangeError when it is cut short, not in its shortest form (a header has one spelling), or a value is beyond 2^53
 */
export function readSFrameHeader(bytes: Uint8Array): SFrameHeader {
  const config = bytes[0];
  if (config === undefined) throw new RangeError('the SFrame header is cut short');
  const kid = readValue(bytes, 1, config >> 4);
  const ctr = readValue(bytes, 1 + kid.bytes, config & 0x0f);
  return { kid: kid.value, ctr: ctr.value, bytes: 1 + kid.bytes + ctr.bytes };
}

/** @param field a flag bit and three bits: the value itself, or one less than the number of bytes that hold it */
function readValue(bytes: Uint8Array, at: number, field: number): { value: number; bytes: number } {
  if ((field & 8) === 0) return { value: field, bytes: 0 };
  const length = (field & 7) + 1;
  if (at + length > bytes.length) throw new RangeError('the SFrame header is cut short');
  let value = 0;
  for (let i = at; i < at + length; i++) value = value * 256 + (bytes[i] ?? 0);
  if (value < 8 || (length > 1 && bytes[at] === 0))
    throw new RangeError('the SFrame header is not in its shortest form');
  if (!Number.isSafeInteger(value)) throw new RangeError('an SFrame header value is too large');
  return { value, bytes: length };
}
