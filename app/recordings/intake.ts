import { AppError } from '../errors.ts';

/** Bodies of one attempt under way at once; the recorder sends two. */
const BODIES = 4;

/**
 * Counts bodies and their bytes between their arrival and the disk, so that no flood of them can use up the memory, and no test
 * taker's stalled uploads the room of all others.
 */
export class Intake {
  #held = 0;
  readonly #bodies = new Map<string, number>();
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

  /**
   * Lets a body of this attempt in; whoever begins also ends.
   * @throws AppError busy when as many as one may send at once are under way
   */
  begin(attempt: string): void {
    const bodies = this.#bodies.get(attempt) ?? 0;
    if (bodies >= BODIES) throw new AppError('busy', { detail: `${bodies} bodies of the attempt are under way` });
    this.#bodies.set(attempt, bodies + 1);
  }

  end(attempt: string): void {
    const bodies = (this.#bodies.get(attempt) ?? 0) - 1;
    if (bodies > 0) this.#bodies.set(attempt, bodies);
    else this.#bodies.delete(attempt);
  }
}
