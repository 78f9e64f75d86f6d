import type { Trouble } from './messages.ts';
import { Meter } from './meter.ts';
import type { Entry } from './queue.ts';
import { type Answer, delayAfter, type Refusal, troubleOf } from './request.ts';

const IN_FLIGHT = 2;
/** Load of the appliance above which browsers slow down, and by how much at most. */
const EASY_LOAD = 0.7;
const SLOWEST = 3000;
/** Milliseconds that a pause lasts at most, whatever the appliance asks for. */
const LONGEST_PAUSE = 120_000;
/** Seconds of sending after which what was measured of the line counts half. */
const LINE_MEMORY = 20;

/** Where entries come from. One that was taken comes back, or is settled. */
export interface Waiting {
  readonly length: number;
  take(): Entry | undefined;
  settle(entry: Entry): void;
  giveBack(entry: Entry, stepBack: boolean): void;
}

export interface SenderHandlers {
  send(entry: Entry): Promise<Answer>;
  /** The origin has the entry; it is settled afterwards. */
  stored(entry: Entry): Promise<void>;
  /** The same again cannot be accepted. @returns whether the entry stays, because what stood in its way was mended */
  refused(entry: Entry, refusal: Refusal): Promise<'keep' | 'drop'>;
  /** Something broke, or was refused without a way out: the entry stays, and is tried again after a pause. */
  broken(error: unknown): void;
}

/** Sends what waits: two requests at a time, again and again until each is accepted. */
export class Sender {
  #waiting: Waiting;
  #handlers: SenderHandlers;
  #inFlight = 0;
  #failures = 0;
  /** Of the monotonic clock, like all times here: the computer's own clock may be corrected meanwhile. */
  #pausedUntil = 0;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #idle: (() => void)[] = [];
  #line = new Meter(LINE_MEMORY);
  /** Since when the line is in use and not yet measured. */
  #measuredUntil = 0;
  trouble: Trouble | null = null;

  constructor(waiting: Waiting, handlers: SenderHandlers) {
    this.#waiting = waiting;
    this.#handlers = handlers;
  }

  /** Bits a second that went through while something was under way; null before anything did. */
  get lineRate(): number | null {
    return this.#line.rate;
  }

  /** Sends what may go now. Call it after each put. */
  wake(): void {
    if (this.#stopped) return;
    const pause = this.#pausedUntil - performance.now();
    if (pause > 0) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.wake(), pause);
      return;
    }
    // After a failure one request tries the way for the others.
    const most = this.#failures > 0 ? 1 : IN_FLIGHT;
    while (this.#inFlight < most) {
      const entry = this.#waiting.take();
      if (!entry) break;
      if (this.#inFlight++ === 0) this.#measuredUntil = performance.now();
      void this.#attempt(entry);
    }
    if (this.#waiting.length === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** The connection is said to be back: what waits for it tries at once. What the appliance asked for is kept to. */
  hurry(): void {
    if (this.trouble !== 'offline') return;
    this.#pausedUntil = 0;
    this.wake();
  }

  /** Sends nothing more, and notes nothing more of what is under way. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Resolves when everything that was put is acknowledged. */
  async emptied(): Promise<void> {
    const empty = new Promise<void>((resolve) => this.#idle.push(resolve));
    this.wake();
    await empty;
  }

  /** Whatever breaks, the entry stays and is tried again. */
  async #attempt(entry: Entry): Promise<void> {
    try {
      await this.#exchange(entry);
    } catch (error) {
      this.#waiting.giveBack(entry, true);
      this.#pause(delayAfter(this.#failures++));
      this.#handlers.broken(error);
    } finally {
      this.#inFlight--;
      this.wake();
    }
  }

  async #exchange(entry: Entry): Promise<void> {
    const answer = await this.#handlers.send(entry);
    if (this.#stopped) return;
    this.#measure(answer.accepted && entry.kind === 'segment' ? entry.bytes : 0);
    if (answer.accepted) {
      await this.#handlers.stored(entry);
      this.#failures = 0;
      this.trouble = null;
      this.#waiting.settle(entry);
      if (answer.load > EASY_LOAD) this.#pause(((answer.load - EASY_LOAD) / (1 - EASY_LOAD)) * SLOWEST);
      return;
    }
    // A conflict is about what was sent, whatever else the origin says of it.
    const again = answer.retryable && answer.status !== 409;
    if (!again && (await this.#handlers.refused(entry, answer)) === 'drop') return this.#waiting.settle(entry);
    this.trouble = troubleOf(answer);
    this.#waiting.giveBack(entry, !again || answer.status === 500);
    this.#pause(delayAfter(this.#failures++, answer));
  }

  #measure(bytes: number): void {
    const now = performance.now();
    this.#line.add(8 * bytes, (now - this.#measuredUntil) / 1000);
    this.#measuredUntil = now;
  }

  #pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + Math.min(milliseconds, LONGEST_PAUSE));
  }
}
