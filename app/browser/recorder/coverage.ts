import type { GapCause } from '../../wire.ts';

/** A stretch of a recording's timeline of which nothing is kept: µs. */
export interface Gap {
  from: number;
  to: number;
  cause: GapCause;
}

/**
 * Keeps account of a recording's timeline: up to where segments and gaps that are kept cover it, and what is missing behind that, and
 * why. What is missing stays so until a gap that tells it is kept. Pure.
 */
export class Coverage {
  #until: number;
  #missing: { to: number; cause: GapCause }[] = [];

  /** @param until µs up to which it is covered */
  constructor(until: number) {
    this.#until = until;
  }

  /** µs at which what is covered or known to be missing ends. */
  get end(): number {
    return this.#missing.at(-1)?.to ?? this.#until;
  }

  /** The first stretch that no gap tells of yet; null where nothing is missing. */
  get gap(): Gap | null {
    const [first] = this.#missing;
    return first ? { from: this.#until, ...first } : null;
  }

  /** From the end on nothing is there. @param to µs @param cause why */
  miss(to: number, cause: GapCause): void {
    const last = this.#missing.at(-1);
    if (to <= this.end) return;
    if (last?.cause === cause) last.to = to;
    else this.#missing.push({ to, cause });
  }

  /** What is missing at the end is missing up to here. @param to µs */
  extend(to: number): void {
    const last = this.#missing.at(-1);
    if (last) last.to = Math.max(last.to, to);
  }

  /** A segment or a gap is kept. @param to µs at which it ends */
  cover(to: number): void {
    this.#until = Math.max(this.#until, to);
    this.#missing = this.#missing.filter((missing) => missing.to > this.#until);
  }
}
