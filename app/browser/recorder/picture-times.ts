/** Milliseconds between keyframes: each begins a cluster. */
const KEYFRAME_INTERVAL = 2000;
/** Milliseconds that a frame may be late before the one before it is said to stand still. */
const LATENESS = 300;
/** Devices are not exact: a frame that comes this part of the interval early is taken. */
const EARLY = 0.3;

/**
 * Decides which frames of a source are encoded and which of them as keyframes, and when the last one has to be repeated because the
 * picture stands still. Times are those of capture, in ms on one clock; they only ever rise. Pure.
 */
export class PictureTimes {
  /** Frames a second that are encoded at most. */
  rate: number;
  /** Frames a second at least: a picture that stands still is repeated. */
  readonly stillRate: number;
  #last: number | null = null;
  #due = -Infinity;
  #keyframe = -Infinity;

  constructor(rate: number, stillRate: number) {
    this.rate = rate;
    this.stillRate = stillRate;
  }

  /** @returns whether the frame captured at `time` is encoded, and how; null when it is not wanted */
  take(time: number): { keyframe: boolean } | null {
    const interval = 1000 / this.rate;
    if (this.#last !== null && time <= this.#last) return null;
    // Slowed down or sped up in between: never further away than one interval.
    const due = Math.min(this.#due, (this.#last ?? -Infinity) + interval);
    if (time < due - EARLY * interval) return null;
    this.#due = time - due < interval ? due + interval : time + interval;
    return this.#place(time);
  }

  /** @returns the time at which the last frame is to be encoded once more, or null while that is not needed */
  standing(now: number): { time: number; keyframe: boolean } | null {
    const time = now - LATENESS;
    if (this.#last === null || time - this.#last < 1000 / Math.min(this.stillRate, this.rate)) return null;
    return { time, ...this.#place(time) };
  }

  #place(time: number): { keyframe: boolean } {
    this.#last = time;
    const keyframe = time - this.#keyframe >= KEYFRAME_INTERVAL - (EARLY * 1000) / this.rate;
    if (keyframe) this.#keyframe = time;
    return { keyframe };
  }
}
