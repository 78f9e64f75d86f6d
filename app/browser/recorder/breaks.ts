import type { GapCause, Source } from '../../wire.ts';

/** A break as it was taken: epoch ms, by this computer's clock. */
export interface Break {
  from: number;
  /** When recording went on; null while the break lasts. */
  to: number | null;
  /** When its minutes were over. */
  until: number;
  /** What was not being recorded when it began, and why. */
  missing: Partial<Record<Source, GapCause>>;
}

/** Keeps count of the breaks that a test taker takes. What outlasts the minutes is counted nowhere. Pure: the clock is the caller's. */
export class Breaks {
  #taken: Break[];
  /** Milliseconds of breaks that they may take in all. */
  #allowed = 0;
  /** Milliseconds of them that were taken in other browsers. */
  #elsewhere = 0;

  /** @param taken in their order; what this and its changes give is kept by the caller */
  constructor(taken: readonly Break[] = []) {
    this.#taken = [...taken];
  }

  get taken(): readonly Break[] {
    return this.#taken;
  }

  /** The break that lasts; null while recording goes on. */
  get current(): Break | null {
    const last = this.#taken.at(-1);
    return last?.to === null ? last : null;
  }

  set secondsElsewhere(seconds: number) {
    this.#elsewhere = 1000 * seconds;
  }

  set allowedMinutes(minutes: number) {
    this.#allowed = minutes * 60_000;
    // More may be granted while it lasts.
    const { current } = this;
    if (current) current.until = current.from + this.#unspent;
  }

  /** @returns ms that are left; below 0 where a break outlasts its minutes */
  left(now: number): number {
    const { current } = this;
    return current ? current.until - now : this.#unspent;
  }

  /** What the page shows of it; null where there are no breaks. */
  standing(now: number): { on: boolean; left: number } | null {
    if (this.#allowed === 0 && !this.current) return null;
    return { on: this.current !== null, left: this.left(now) };
  }

  /** Does nothing while one lasts already. */
  begin(now: number, missing: Break['missing']): void {
    if (!this.current) this.#taken.push({ from: now, to: null, until: now + this.#unspent, missing });
  }

  /** @returns the break that ends; null where none lasted */
  end(now: number): Break | null {
    const { current } = this;
    // The clock may have been set back.
    if (current) current.to = Math.max(now, current.from);
    return current;
  }

  /** Milliseconds that no break which has ended took of what may be taken. */
  get #unspent(): number {
    const spent = this.#taken.map(({ from, to, until }) => (to === null ? 0 : Math.min(to, until) - from));
    return Math.max(0, this.#allowed - spent.reduce((sum, one) => sum + one, this.#elsewhere));
  }
}
