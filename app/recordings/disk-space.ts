import { statfs } from 'node:fs/promises';
import { AppError } from '../errors.ts';

const MEASURE_EVERY_MS = 1000;

/**
 * Watches the free space under a folder, measuring at most once a second and counting in between. The reserve is not for segments:
 * gaps, signatures and seals are small and written without asking, so that an attempt can end well on a full disk.
 */
export class DiskSpace {
  readonly #folder: string;
  readonly #reserve: number;
  #measuredAt = -Infinity;
  #free: Promise<number> | number = 0;
  /** Bytes let in since the last measurement. */
  #let = 0;

  /** @param reserve bytes that have to stay free */
  constructor(folder: string, reserve: number) {
    this.#folder = folder;
    this.#reserve = reserve;
  }

  /**
   * @param bytes how much is to be written
   * @throws AppError disk-full when less than the reserve would be left
   */
  async check(bytes: number): Promise<void> {
    const now = performance.now();
    if (now - this.#measuredAt > MEASURE_EVERY_MS) {
      this.#measuredAt = now;
      this.#let = 0;
      this.#free = statfs(this.#folder).then(({ bavail, bsize }) => (this.#free = bavail * bsize));
    }
    const free = typeof this.#free === 'number' ? this.#free : await this.#free;
    if (free - this.#let - bytes < this.#reserve) throw new AppError('disk-full', { detail: `${free} bytes are free` });
    this.#let += bytes;
  }
}
