/** Milliseconds in which it is watched where a line begins before that is said, as long as a cluster: a busy machine may be late with the first stamps. */
const WATCH = 2000;
/** How long a device's smallest delay counts: ms. After that its clock may have drifted. */
const WINDOW = 5000;
/**
 * A line is drawn towards what was seen since by so much of the time that goes by, and never jumps: a stamp that was late is sure,
 * one that would be early may come of delays alone.
 */
const PULL = { earlier: 0.05, later: 0.005 };
/** Milliseconds by which no delay and no drift explains a stamp: the device counts anew. */
const ANEW = 2000;

/**
 * Tells when something was captured from the device's stamps: devices count from wherever they like, and what they give arrives
 * late on a busy machine but never early. The first stamp begins a line that runs as the device counts; where the line begins on
 * this browser's own clock is known from the smallest delay. Pure.
 */
export class CaptureClock {
  #zero: number | null = null;
  #settled = false;
  #begun = 0;
  #last = 0;
  /** ms to add to a stamp to have its place on the line. */
  #shift = 0;
  /** The smallest delay of this window and of the one before, with the clocks' difference in it: ms. */
  #since = 0;
  #least = Infinity;
  #before = Infinity;

  /**
   * @param stamp ms on the device's clock
   * @param arrived ms on the own clock
   * @returns ms on the line at which it was captured
   */
  timeOf(stamp: number, arrived: number): number {
    if (this.#zero === null) {
      this.#begun = arrived;
      this.#since = arrived;
      this.#shift = -stamp;
      this.#last = stamp;
    }
    if (arrived - this.#since >= WINDOW) {
      this.#since = arrived;
      this.#before = this.#least;
      this.#least = Infinity;
    }
    this.#least = Math.min(this.#least, arrived - stamp);
    const zero = Math.min(this.#least, this.#before) - this.#shift;
    this.#zero ??= zero;
    const off = zero - this.#zero;
    if (Math.abs(off) > ANEW) this.#shift += off;
    else if (this.#settled) {
      const passed = Math.max(0, stamp - this.#last);
      this.#shift += Math.max(-PULL.earlier * passed, Math.min(PULL.later * passed, off));
    } else this.#zero = zero;
    this.#last = stamp;
    this.settle(arrived);
    return stamp + this.#shift;
  }

  /** ms on the own clock at which the line begins, as far as that is seen; null before the first stamp. */
  get zero(): number | null {
    return this.#zero;
  }

  /** Whether it stays where it begins. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Lets it stay where it begins, once that was watched for long enough. @param now ms on the own clock */
  settle(now: number): void {
    if (this.#zero !== null && now - this.#begun >= WATCH) this.#settled = true;
  }
}
