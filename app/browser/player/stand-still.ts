/** Milliseconds that the clock may stand where it could go on. */
const STANDS = 2000;
/** Milliseconds between two looks that count at most: a page that was busy or asleep saw nothing of what happened meanwhile. */
const LOOK = 100;
/** Times that the clock is nudged at one place before what does not play there is left out. */
const NUDGES = 2;
/** Seconds of a nudge: a frame. */
export const NUDGE = 0.07;
/** Seconds by which a clock has moved that goes: more than by its nudges alone. */
const MOVED = 0.25;

/** Notices that the clock stands where it could go on: a decoder does not answer, or a seek does not end. */
export class StandStill {
  #at = 0;
  #stood = 0;
  #nudges = 0;
  #lookedAt = performance.now();

  /**
   * To be called all the time.
   * @param time seconds at which the clock is
   * @param mayStand whether it stands there as it was told to, or waits for what is still to come
   * @returns what it takes to go on: a nudge at first; where that did not help, to leave out what does not play
   */
  look(time: number, mayStand: boolean): 'nudge' | 'leave-out' | undefined {
    const now = performance.now();
    // What nobody sees the browser may stop.
    const passed = document.hidden ? 0 : Math.min(now - this.#lookedAt, LOOK);
    this.#lookedAt = now;
    if (mayStand || Math.abs(time - this.#at) > MOVED) {
      this.#at = time;
      this.#stood = 0;
      this.#nudges = 0;
    }
    this.#stood += passed;
    if (this.#stood < STANDS) return undefined;
    this.#stood = 0;
    return this.#nudges++ < NUDGES ? 'nudge' : 'leave-out';
  }
}
