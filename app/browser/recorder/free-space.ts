import type { Source } from '../../wire.ts';
import { Meter } from './meter.ts';

/** Bytes that stay free for what is small and has to be kept in any case: gaps, chapters, the end of the exam. */
const RESERVE = 4 * 2 ** 20;
/** Recording goes on when this much is free: not for a single segment each time. */
const COMEBACK = 2 * RESERVE;
/** Milliseconds after the browser said that it has no room, in which it is not asked again. */
const FULL_TIME = 10_000;
/** Seconds of recording after which what was measured of its size counts half. */
const RATE_MEMORY = 60;

/**
 * How much more this browser keeps, by what it says itself and by what happened. Chromium says the same 10 GiB however much less there
 * is (its answer must not tell browsers apart), so that its end is only met; Firefox and Safari say what is.
 */
export class FreeSpace {
  #left: number | null = null;
  /** Of the monotonic clock. */
  #fullUntil = -Infinity;
  #lacking = false;
  #rates = new Map<Source, Meter>();

  /** Asks the browser. Call it every few seconds: what is sent makes room. One that cannot tell has room until it refuses. */
  async look(): Promise<void> {
    const { quota, usage }: StorageEstimate = await navigator.storage.estimate().catch(() => ({}));
    this.#left = quota === undefined || usage === undefined ? null : quota - usage;
  }

  /** @returns whether there is room for a segment of so many bytes */
  allows(bytes: number): boolean {
    if (performance.now() < this.#fullUntil) return false;
    const wanted = bytes + (this.#lacking ? COMEBACK : RESERVE);
    this.#lacking = this.#left !== null && this.#left < wanted;
    return !this.#lacking;
  }

  /** A segment was kept. */
  take(source: Source, bytes: number, seconds: number): void {
    if (this.#left !== null) this.#left -= bytes;
    const rate = this.#rates.get(source) ?? new Meter(RATE_MEMORY);
    this.#rates.set(source, rate);
    rate.add(bytes, seconds);
  }

  /** The browser had no room after all. */
  refuse(): void {
    this.#fullUntil = performance.now() + FULL_TIME;
    this.#lacking = true;
  }

  /** Seconds of recording that there is room for at the present rate; null while that is not known. */
  get seconds(): number | null {
    const rate = [...this.#rates.values()].reduce((sum, meter) => sum + (meter.rate ?? 0), 0);
    if (this.#left === null || rate === 0) return null;
    return this.#lacking ? 0 : Math.max(0, (this.#left - RESERVE) / rate);
  }
}
