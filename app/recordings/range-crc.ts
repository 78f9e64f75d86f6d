import { crc32 } from 'node:zlib';

const STEP = 4096;
/** The polynomial of CRC-32 (RFC 1952 section 8), reflected. */
const POLYNOMIAL = 0xedb88320;
/** x to the power of 2^n modulo the polynomial. */
const POWERS = new Uint32Array(32);
for (let n = 0, power = 1 << 30; n < POWERS.length; n++, power = multiply(power, power)) POWERS[n] = power;

/** CRC-32 of any stretch of some bytes in about the same time, however long the stretch is. Pure. */
export class RangeCrc {
  readonly #bytes: Buffer;
  /** CRC-32 of the bytes before each multiple of {@link STEP}. */
  readonly #before: Uint32Array;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#before = new Uint32Array(Math.ceil(bytes.length / STEP) + 1);
    for (let k = 0; k * STEP < bytes.length; k++) {
      this.#before[k + 1] = crc32(bytes.subarray(k * STEP, (k + 1) * STEP), this.#before[k]);
    }
  }

  /**
   * @param value CRC-32 of what is to be thought of as standing before the stretch
   * @returns CRC-32 of both together, as `crc32(bytes.subarray(from, to), value)` gives it
   */
  of(from: number, to: number, value: number): number {
    // As zlib's crc32_combine: the CRC of A‖B is that of A shifted by the length of B, plus that of B.
    return (multiply(shift(to - from), value ^ this.#upTo(from)) ^ this.#upTo(to)) >>> 0;
  }

  #upTo(end: number): number {
    const k = Math.floor(end / STEP);
    return crc32(this.#bytes.subarray(k * STEP, end), this.#before[k]);
  }
}

/** @returns x^(8 bytes) modulo the polynomial */
function shift(bytes: number): number {
  let product = 1 << 31;
  for (let left = bytes, n = 3; left > 0; left = Math.floor(left / 2), n++) {
    if (left % 2 === 1) product = multiply(POWERS[n & 31] as number, product);
  }
  return product;
}

/** Multiplies two polynomials over GF(2), whose highest power is the lowest bit, modulo the polynomial. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let left = a | 0, factor = b; left !== 0; left <<= 1) {
    if (left < 0) product ^= factor;
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return product;
}
