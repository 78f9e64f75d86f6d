/** Milliseconds by which sound may seem early or late before it is moved: devices deliver in bunches. */
const TOLERANCE = 60;

/** What to encode for a block of sound: silence before it, and how much of its beginning to leave out. Sample frames. */
export interface Placement {
  silence: number;
  skip: number;
}

/**
 * Keeps a line of sound without holes: says how much silence goes where nothing was heard, so that what is heard stands at the
 * time at which it was captured. Times are in ms from the line's beginning. Pure.
 */
export class SoundLine {
  readonly sampleRate: number;
  #frames = 0;

  constructor(sampleRate: number) {
    this.sampleRate = sampleRate;
  }

  /** Sample frames so far. */
  get frames(): number {
    return this.#frames;
  }

  /** @param time ms at which the block's first sample was captured @param frames its length */
  place(time: number, frames: number): Placement {
    const off = time - this.#end();
    const silence = off > TOLERANCE ? this.#framesIn(off) : 0;
    const skip = off < -TOLERANCE || this.#frames === 0 ? Math.min(frames, Math.max(0, this.#framesIn(-off))) : 0;
    this.#frames += silence + frames - skip;
    return { silence, skip };
  }

  /** @param time ms up to which the line has to reach, whatever was heard @returns sample frames of silence */
  silenceUntil(time: number): number {
    const silence = Math.max(0, this.#framesIn(time - this.#end()));
    this.#frames += silence;
    return silence;
  }

  #end(): number {
    return (1000 * this.#frames) / this.sampleRate;
  }

  #framesIn(milliseconds: number): number {
    return Math.round((milliseconds * this.sampleRate) / 1000);
  }
}
