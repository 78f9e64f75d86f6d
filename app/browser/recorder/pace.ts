import type { Quality, RecordedKinds, Source } from '../../wire.ts';
import type { Load } from './capture-messages.ts';
import type { Trouble } from './messages.ts';
import { words } from '../words/recorder.ts';
import { SOUND_BITRATE } from './sound-bitrate.ts';

/** Steps from an exam's lower bounds to its upper ones. */
const STEPS = 8;
/** Seconds that wait when the line is behind, and when it keeps up: a segment is sent every two seconds. */
const LATE = 10;
const CALM = 6;
/** Part of what the line took lately that is counted on. */
const COUNTED_ON = 0.8;
/** A second is a busy one for the processor when this many frames wait; so many busy ones of the last few are too many. */
const QUEUE = 3;
const BUSY_SECONDS = 3;
const LOOK_BACK = 5;
/** Milliseconds in which a step down has to show what it does. */
const SETTLE = 8000;
/** Milliseconds of calm before a step up. After a step up that did not hold it is doubled, up to the longest. */
const PATIENCE = 15_000;
const LONGEST_PATIENCE = 600_000;
/** A step up that holds for this many ms was right: a line that is only just too slow is late in falling behind. */
const HELD = 300_000;
/** A line that took so many times what the next step needs bears it for certain. */
const CERTAIN = 2;

/** What is known each second. */
export interface Measured {
  /** ms on any clock. */
  now: number;
  waitingSeconds: number;
  lineRate: number | null;
  trouble: Trouble | null;
  /** Of each source that is recorded. */
  loads: ReadonlyMap<Source, Load>;
}

/** One thing that can be too slow: down at once, up one step at a time, and the more slowly the more often up was wrong. */
class Ladder {
  step = STEPS;
  #patience = PATIENCE;
  #changed = -Infinity;
  #calmSince: number | null = null;
  #raised: number | null = null;

  /** @param to the step that would do @returns whether there was a change */
  lower(now: number, to: number): boolean {
    this.#calmSince = null;
    if (this.step === 0 || now - this.#changed < SETTLE) return false;
    const tooEarly = this.#raised !== null && now - this.#raised < HELD;
    if (tooEarly) this.#patience = Math.min(2 * this.#patience, LONGEST_PATIENCE);
    this.#raised = null;
    this.step = Math.max(0, Math.min(to, this.step - 1));
    this.#changed = now;
    return true;
  }

  /** All is well. @param certain the next step up is known to hold @returns whether there was a change */
  calm(now: number, certain = false): boolean {
    this.#calmSince ??= now;
    if (this.#raised !== null && now - this.#raised >= HELD) {
      this.#patience = Math.max(PATIENCE, this.#patience / 2);
      this.#raised = null;
    }
    const patience = certain ? PATIENCE : this.#patience;
    if (this.step === STEPS || now - Math.max(this.#calmSince, this.#changed) < patience) return false;
    this.step++;
    this.#changed = this.#raised = now;
    return true;
  }

  /** Neither well nor bad. */
  unsettle(): void {
    this.#calmSince = null;
  }
}

/**
 * Follows what line and processor bear, between the bounds that the exam states: fewer and coarser pictures down to stills. Down fast, up
 * slowly. Pure.
 */
export class Pace {
  #kinds: RecordedKinds;
  #line = new Ladder();
  #processors = new Map<Source, { ladder: Ladder; busy: boolean[] }>();
  #waited: number[] = [];

  constructor(kinds: RecordedKinds) {
    this.#kinds = kinds;
    for (const source of kinds.sources) this.#processors.set(source, { ladder: new Ladder(), busy: [] });
  }

  /** To be called once a second. @returns the sources whose quality changes, with the new one */
  follow(measured: Measured): Map<Source, Quality> {
    const changed = new Set<Source>();
    if (this.#followLine(measured)) for (const source of this.#kinds.sources) changed.add(source);
    for (const [source, load] of measured.loads)
      if (this.#followProcessor(source, load, measured.now)) changed.add(source);
    return new Map([...changed].map((source) => [source, this.qualityOf(source)]));
  }

  qualityOf(source: Source): Quality {
    return this.#qualityAt(source, Math.min(this.#line.step, this.#processors.get(source)?.ladder.step ?? STEPS));
  }

  /** What is thinned and why, for the test taker; null where nothing is. */
  get sentence(): string | null {
    const thinned = this.#kinds.sources.filter(
      (source) => this.qualityOf(source).frameRate < this.#kinds.bounds[source].most.frameRate,
    );
    if (thinned.length === 0) return null;
    const rates = thinned.map((source) => [source, this.qualityOf(source).frameRate] satisfies [Source, number]);
    return words.pace.thinned(this.#line.step < STEPS, rates, this.#kinds.sources.length > 1);
  }

  #followLine({ now, waitingSeconds, lineRate, trouble }: Measured): boolean {
    // No line is not a slow one; what waits meanwhile is no measure of it.
    if (trouble !== null && trouble !== 'busy') {
      this.#waited = [];
      this.#line.unsettle();
      return false;
    }
    this.#waited = [...this.#waited.slice(-LOOK_BACK), waitingSeconds];
    const before = this.#waited.length > LOOK_BACK ? this.#waited[0] : undefined;
    if (waitingSeconds > LATE && before !== undefined && waitingSeconds >= before) {
      return this.#line.lower(now, lineRate === null ? this.#line.step - 2 : this.#stepFor(COUNTED_ON * lineRate));
    }
    if (waitingSeconds <= CALM) {
      return this.#line.calm(now, lineRate !== null && this.#bitsAt(this.#line.step + 1) * CERTAIN <= lineRate);
    }
    this.#line.unsettle();
    return false;
  }

  #followProcessor(source: Source, { dropped, queue }: Load, now: number): boolean {
    const processor = this.#processors.get(source);
    if (!processor) return false;
    const { ladder } = processor;
    processor.busy = [...processor.busy.slice(1 - LOOK_BACK), dropped > 0 || queue >= QUEUE];
    const busy = processor.busy.filter(Boolean).length;
    if (busy >= BUSY_SECONDS) return ladder.lower(now, ladder.step - 2);
    if (busy === 0) return ladder.calm(now);
    ladder.unsettle();
    return false;
  }

  /** @returns the highest step that needs no more than so many bits a second */
  #stepFor(bits: number): number {
    for (let step = STEPS; step > 0; step--) if (this.#bitsAt(step) <= bits) return step;
    return 0;
  }

  /** @returns bits a second of all that is recorded */
  #bitsAt(step: number): number {
    const { sources, sound } = this.#kinds;
    return sources.reduce((sum, source) => sum + this.#qualityAt(source, step).bitrate, sound ? SOUND_BITRATE : 0);
  }

  /** Each step is the same part of the one above it. */
  #qualityAt(source: Source, step: number): Quality {
    const { most, least } = this.#kinds.bounds[source];
    const between = (low: number, high: number) => (step >= STEPS ? high : low * (high / low) ** (step / STEPS));
    const frameRate = between(least.frameRate, most.frameRate);
    return { frameRate, bitrate: Math.round(between(least.bitrate, most.bitrate)) };
  }
}
