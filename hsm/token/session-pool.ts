interface Waiting<Session> {
  start: (session: Session) => void;
  reject: (reason: unknown) => void;
}

/** Shares a few sessions among many callers: first come, first served, and one operation at a time per session. */
export class SessionPool<Session> {
  readonly #free: Session[];
  readonly #urgent = new Set<Waiting<Session>>();
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
   * @param urgent goes before all that wait and are not: others wait behind it in turn
   * @throws what `operation` throws, or the reason of `close`
   */
  async run<Result>(operation: (session: Session) => Promise<Result>, urgent = false): Promise<Result> {
    const session = await this.#take(urgent);
    try {
      return await operation(session);
    } finally {
      this.#give(session);
    }
  }

  /** Refuses new and waiting operations with `reason`; resolves when those under way have ended. */
  async close(reason: Error): Promise<void> {
    this.#closed = reason;
    for (const waiting of [...this.#urgent, ...this.#waiting]) waiting.reject(reason);
    this.#urgent.clear();
    this.#waiting.clear();
    if (this.#free.length < this.#size) await new Promise<void>((resolve) => (this.#drained = resolve));
  }

  #take(urgent: boolean): Promise<Session> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closed);
      const session = this.#free.pop();
      if (session !== undefined) return resolve(session);
      (urgent ? this.#urgent : this.#waiting).add({ start: resolve, reject });
    });
  }

  #give(session: Session): void {
    const queue = this.#urgent.size > 0 ? this.#urgent : this.#waiting;
    const [next] = queue;
    if (next) {
      queue.delete(next);
      next.start(session);
      return;
    }
    this.#free.push(session);
    if (this.#free.length === this.#size) this.#drained?.();
  }
}
