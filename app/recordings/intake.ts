import { AppError } from '../errors.ts';

/** Counts the bytes of bodies between their arrival and the disk, so that no flood of them can use up the memory. */
export class Intake {
  #held = 0;
  readonly #limit: number;

  /** @param limit most bytes in memory at once */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** 0 empty to 1 full. */
  get fill(): number {
    return Math.min(1, this.#held / this.#limit);
  }

  /** @throws AppError busy when there is no room for so many bytes */
  check(bytes: number): void {
    if (this.#held + bytes > this.#limit) throw new AppError('busy', { detail: `${this.#held} bytes are waiting` });
  }

  /**
   * Takes in bytes that arrived; whoever takes also releases.
   * @throws AppError busy when there is no room for them
   */
  take(bytes: number): void {
    this.check(bytes);
    this.#held += bytes;
  }

  release(bytes: number): void {
    this.#held -= bytes;
  }
}
