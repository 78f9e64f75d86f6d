import { AppError } from '../errors.ts';

/** Bodies of one attempt under way at once; the recorder sends two. */
const BODIES = 4;
/** Their bytes: two of the largest segments, and what else it sends beside them. */
const BYTES = 10 * 2 ** 20;

/**
 * Counts bodies and their bytes between their arrival and the disk, so that no flood of them can use up the memory, and no test
 * taker's stalled uploads the room of all others.
 */
export class Intake {
  #held = 0;
  /** By attempt: bodies under way, and their bytes that have come. */
  readonly #senders = new Map<string, { bodies: number; bytes: number }>();
  readonly #limit: number;

  /** @param limit most bytes in memory at once */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** 0 empty to 1 full. */
  get fill(): number {
    return Math.min(1, this.#held / this.#limit);
  }

  /** @throws AppError busy when there is no room for so many bytes, or the attempt takes too much of it */
  check(attempt: string, bytes: number): void {
    if (this.#held + bytes > this.#limit) throw new AppError('busy', { detail: `${this.#held} bytes are waiting` });
    const own = this.#senders.get(attempt)?.bytes ?? 0;
    if (own + bytes > BYTES) throw new AppError('busy', { detail: `${own} bytes of the attempt are waiting` });
  }

  /**
   * Takes in bytes of a body that has begun.
   * @throws AppError as {@link check}
   */
  take(attempt: string, bytes: number): void {
    this.check(attempt, bytes);
    this.#held += bytes;
    const sender = this.#senders.get(attempt);
    if (sender) sender.bytes += bytes;
  }

  /**
   * Lets a body of this attempt in; whoever begins also ends.
   * @throws AppError busy when as many as one may send at once are under way
   */
  begin(attempt: string): void {
    const { bodies, bytes } = this.#senders.get(attempt) ?? { bodies: 0, bytes: 0 };
    if (bodies >= BODIES) throw new AppError('busy', { detail: `${bodies} bodies of the attempt are under way` });
    this.#senders.set(attempt, { bodies: bodies + 1, bytes });
  }

  /** @param bytes how many of the body's were taken in */
  end(attempt: string, bytes: number): void {
    this.#held -= bytes;
    const sender = this.#senders.get(attempt);
    if (!sender) return;
    sender.bodies--;
    sender.bytes -= bytes;
    if (sender.bodies === 0) this.#senders.delete(attempt);
  }
}
