/** Milliseconds between two turns behind which the time in between is not filled up: the computer slept, or nothing could run. */
export const STALL = 5000;
/** From so many on it slept, as the recorder's worker sees it too. */
export const SLEEP = 10_000;

/**
 * Tells a worker's turns from what comes after a sleep or a stall. There are computers whose browser's count goes on while they
 * sleep: what follows must not be joined to what was before. Pure.
 */
export class Pulse {
  #last: number;

  /** @param now ms, as in every call */
  constructor(now: number) {
    this.#last = now;
  }

  /** When there was a turn last. */
  get last(): number {
    return this.#last;
  }

  /** Takes a turn. @returns ms that went by unseen, where they are too many to go on: the last turn then stays what it was */
  miss(now: number): number | null {
    const missed = now - this.#last;
    if (missed > STALL) return missed;
    this.#last = now;
    return null;
  }
}
