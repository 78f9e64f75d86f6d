import type { Trouble } from './messages.ts';
import type { Entry, Outbox } from './outbox.ts';
import { type Answer, delayAfter, type Refusal, troubleOf } from './request.ts';

const IN_FLIGHT = 2;
/** Load of the appliance above which browsers slow down, and by how much at most. */
const EASY_LOAD = 0.7;
const SLOWEST = 3000;

export interface SenderHandlers {
  send(entry: Entry): Promise<Answer>;
  /** The origin has the entry; it leaves the outbox afterwards. */
  stored(entry: Entry): Promise<void>;
  /** The same again cannot be accepted. @returns whether the entry stays, because what stood in its way was mended */
  refused(entry: Entry, refusal: Refusal): Promise<'keep' | 'drop'>;
  /** Something of ours broke. */
  broken(error: unknown): void;
}

/** Empties the outbox: two requests at a time, again and again until each is accepted. */
export class Sender {
  #outbox: Outbox;
  #handlers: SenderHandlers;
  #busy = new Set<Entry>();
  #failures = 0;
  #pausedUntil = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #idle: (() => void)[] = [];
  trouble: Trouble | null = null;

  constructor(outbox: Outbox, handlers: SenderHandlers) {
    this.#outbox = outbox;
    this.#handlers = handlers;
  }

  /** Sends what may go now. Call it after each put. */
  wake(): void {
    const pause = this.#pausedUntil - Date.now();
    if (pause > 0) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.wake(), pause);
      return;
    }
    // After a failure one request tries the way for the others.
    const most = this.#failures > 0 ? 1 : IN_FLIGHT;
    while (this.#busy.size < most) {
      const entry = this.#outbox.next(this.#busy);
      if (!entry) break;
      this.#busy.add(entry);
      void this.#attempt(entry);
    }
    if (this.#outbox.length === 0 && this.#busy.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Forgets the pause: the connection is said to be back. */
  hurry(): void {
    this.#pausedUntil = 0;
    this.wake();
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
      this.#pause(delayAfter(this.#failures++, 0));
      this.#handlers.broken(error);
    } finally {
      this.#busy.delete(entry);
      this.wake();
    }
  }

  async #exchange(entry: Entry): Promise<void> {
    const answer = await this.#handlers.send(entry);
    if (answer.accepted) {
      this.#failures = 0;
      this.trouble = null;
      await this.#handlers.stored(entry);
      this.#outbox.remove(entry);
      if (answer.load > EASY_LOAD) this.#pause(((answer.load - EASY_LOAD) / (1 - EASY_LOAD)) * SLOWEST);
    } else {
      // A conflict is about what was sent, whatever else the origin says of it.
      const again = answer.retryable && answer.status !== 409;
      if (again || (await this.#handlers.refused(entry, answer)) === 'keep') {
        this.trouble = troubleOf(answer);
        this.#pause(delayAfter(this.#failures++, answer.retryAfter));
      } else {
        this.#outbox.remove(entry);
      }
    }
  }

  #pause(milliseconds: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, Date.now() + Math.min(milliseconds, 120_000));
  }
}
