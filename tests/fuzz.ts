/** Mutations that follow from a seed: the same seed gives the same input again. */

/** Pseudo-random numbers (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** @returns 0 or more, less than 1 */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** @returns a whole number from 0, less than `below` */
  number(below: number): number {
    return Math.floor(this.next() * below);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.number(from.length)] as T;
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.number(256)));
  }
}

const INTERESTING = [0, 1, 7, 8, 9, 0x7f, 0x80, 0xff, 0x5b, 0x7b, 0x22, 0x2c, 0x0a];

/**
 * Alters bytes in one place: flips, overwrites, inserts, removes, repeats or cuts off.
 * @returns the new bytes, and up to where they are as they were
 */
export function mutate(chance: Chance, bytes: Buffer): { bytes: Buffer; same: number } {
  const at = chance.number(bytes.length + 1);
  const length = chance.pick([1, 1, 2, 4, 9, 32, chance.number(bytes.length - at + 1)]);
  const before = bytes.subarray(0, at);
  const part = bytes.subarray(at, at + length);
  const after = bytes.subarray(at + length);
  const altered: Buffer[] = chance.pick<() => Buffer[]>([
    () => [Buffer.from(part.map((byte) => byte ^ (1 << chance.number(8)))), after],
    () => [Buffer.from(part.map(() => chance.pick(INTERESTING))), after],
    () => [chance.bytes(Math.min(part.length, 64)), after],
    () => [chance.bytes(Math.min(length, 64)), part, after],
    () => [after],
    () => [part, part, after],
    () => [],
  ])();
  return { bytes: Buffer.concat([before, ...altered]), same: at };
}
