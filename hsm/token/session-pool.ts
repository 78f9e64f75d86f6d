interface Waiting<Session> {
  start: (session: Session) => void;
  reject: (reason: unknown) => void;
}

/** Shares a few sessions among many callers: first come, first served, and one operation at a time per session. */
export class SessionPool<Session> {
  readonly #free: Session[];
  readonly #waiting = new Set<Waiting<Session>>();
  readonly #size: number;
  #closed: Error | undefined;
  #drained: (() => void) | undefined;

  constructor(sessions: readonly Session[]) {
    this.#free = [...sessions];
    this.#size = sessions.length;
  }

  /**
   * Runs `operation` on a session of its own.
   * @param signal gives up while waiting in the queue; an operation that has begun is its own master
   * @throws what `operation` throws, the signal's reason, or the reason of `close`
   */
  async run<Result>(operation: (session: Session) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const session = await this.#take(signal);
    try {
      return await operation(session);
    } finally {
      this.#give(session);
    }
  }

  /** Refuses new and waiting operations with `reason`; resolves when those under way have ended. */
  async close(reason: Error): Promise<void> {
    this.#closed = reason;
    for (const waiting of this.#waiting) waiting.reject(reason);
    this.#waiting.clear();
    if (this.#free.length < this.#size) await new Promise<void>((resolve) => (this.#drained = resolve));
  }

  #take(signal?: AbortSignal): Promise<Session> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closed);
      if (signal?.aborted) return reject(signal.reason);
      const session = this.#free.pop();
      if (session !== undefined) return resolve(session);
      const giveUp = (): void => {
        this.#waiting.delete(waiting);
        reject(signal?.reason);
      };
      const settle = (): void => signal?.removeEventListener('abort', giveUp);
      const waiting: Waiting<Session> = {
        start: (free) => (settle(), resolve(free)),
        reject: (reason) => (settle(), reject(reason)),
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(waiting);
    });
  }

  #give(session: Session): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next.start(session);
      return;
    }
    this.#free.push(session);
    if (this.#free.length === this.#size) this.#drained?.();
  }
}
