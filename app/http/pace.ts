/** Names that are remembered at most; whoever comes beyond them shares one more. */
const MOST_NAMES = 10_000;

/**
 * How often something may be done in one name: so many times in a row, then one at a time as they come back. Held in memory only, and
 * forgotten once all have come back.
 */
export class Pace {
  readonly #most: number;
  readonly #everyMs: number;
  /** By name: when all would have come back, in milliseconds of the process's clock. */
  readonly #full = new Map<string, number>();

  /**
   * @param most times in a row
   * @param everyMs milliseconds until one comes back
   */
  constructor(most: number, everyMs: number) {
    this.#most = most;
    this.#everyMs = everyMs;
  }

  /** Counts a try. @returns whether it may be done; one that may not counts for nothing */
  take(name: string): boolean {
    const now = performance.now();
    if (this.#full.size >= MOST_NAMES) this.#forget(now);
    const key = this.#full.size >= MOST_NAMES && !this.#full.has(name) ? '' : name;
    const full = Math.max(this.#full.get(key) ?? 0, now) + this.#everyMs;
    if (full - now > this.#most * this.#everyMs) return false;
    this.#full.set(key, full);
    return true;
  }

  #forget(now: number): void {
    for (const [name, full] of this.#full) if (full <= now) this.#full.delete(name);
  }
}
