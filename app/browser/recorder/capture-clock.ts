/** How long a device's smallest delay counts: ms. After that its clock may have drifted, or its start was no guide. */
const WINDOW = 5000;

/**
 * Tells when something was captured, on this browser's own clock, from the device's stamps: devices count from wherever they
 * like, and what they give arrives late on a busy machine but never early. The smallest delay of the last seconds is taken as
 * the way from one clock to the other. Pure.
 */
export class CaptureClock {
  #since = -Infinity;
  #offset = Infinity;
  #before = Infinity;

  /**
   * @param stamp ms on the device's clock
   * @param arrived ms on the own clock
   * @returns ms on the own clock at which it was captured
   */
  timeOf(stamp: number, arrived: number): number {
    if (arrived - this.#since >= WINDOW) {
      this.#since = arrived;
      this.#before = this.#offset;
      this.#offset = Infinity;
    }
    this.#offset = Math.min(this.#offset, arrived - stamp);
    return stamp + Math.min(this.#offset, this.#before);
  }
}
