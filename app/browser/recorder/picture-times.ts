/** Milliseconds between keyframes: each begins a cluster. */
const KEYFRAME_INTERVAL = 2000;
/** Milliseconds that a frame may be late before the one before it is said to stand still. */
const LATENESS = 300;
/** Devices are not exact: a frame that comes so early is taken, as a part of the interval and in milliseconds. */
const EARLY = 0.3;
const EARLY_AT_MOST = 20;

/**
 * Decides which frames of a source are encoded and which of them as keyframes, and when the last one has to be repeated because the
 * picture stands still. Times are those of capture, in ms on one clock; they only ever rise. Pure.
 */
export class PictureTimes {
  #rate: number;
  #stillRate: number;
  #last: number | null = null;
  #due = -Infinity;
  #keyframe = -Infinity;

  /** @param rate frames a second that are encoded at most @param stillRate at least: a picture that stands still is repeated */
  constructor(rate: number, stillRate: number) {
    this.#rate = rate;
    this.#stillRate = stillRate;
  }

  set rate(rate: number) {
    this.#rate = rate;
    this.#due = (this.#last ?? -Infinity) + 1000 / rate;
  }

  /** @returns whether the frame captured at `time` is encoded, and how; null when it is not wanted */
  take(time: number): { keyframe: boolean } | null {
    if (this.#last !== null && time <= this.#last) return null;
    if (time < this.#due - this.#early) return null;
    const interval = 1000 / this.#rate;
    this.#due = (time - this.#due < interval ? this.#due : time) + interval;
    return this.#place(time);
  }

  /** @returns the time at which the last frame is to be encoded once more, or null while that is not needed */
  standing(now: number): { time: number; keyframe: boolean } | null {
    const time = now - LATENESS;
    if (this.#last === null || time - this.#last < 1000 / Math.min(this.#stillRate, this.#rate)) return null;
    this.#due = time + 1000 / this.#rate;
    return { time, ...this.#place(time) };
  }

  get #early(): number {
    return Math.min((EARLY * 1000) / this.#rate, EARLY_AT_MOST);
  }

  #place(time: number): { keyframe: boolean } {
    this.#last = time;
    const keyframe = time - this.#keyframe >= KEYFRAME_INTERVAL - this.#early;
    if (keyframe) this.#keyframe = time;
    return { keyframe };
  }
}
