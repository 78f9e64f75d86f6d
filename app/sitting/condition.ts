import { z } from 'zod';

/** What a recording can lack, by the recorder's own word: a state, never a judgement. */
export const LACKS = ['camera', 'microphone', 'screen', 'room'] as const;
export type Lack = (typeof LACKS)[number];

/** How a recorder says that it stands. Nothing of what is recorded is in it, and it is no incident: it is not kept. */
export const condition = z.strictObject({
  attempt: z.uuid(),
  /** Recording; or finished by the test taker, and sending what is left. */
  phase: z.enum(['recording', 'finishing']),
  /** Of what the exam records, what gives nothing just now; `room`: the computer has none left for what waits. */
  lacks: z.array(z.enum(LACKS)).max(LACKS.length),
  /** Seconds of recording that wait to be sent. */
  waitingSeconds: z.int().min(0).max(1_000_000),
  /** Seconds that are left of the break that they are on. */
  breakSeconds: z.int().min(1).max(86_400).optional(),
});
export type Condition = z.infer<typeof condition>;

/** A condition, and when it was heard: milliseconds. */
export interface Heard extends Omit<Condition, 'attempt'> {
  at: number;
}

/** Who was silent for so long is not remembered; a page shows them as offline all the same. */
const FORGOTTEN_MS = 3_600_000;

/** What each recorder said of itself last. In memory only: gone with the process, and an hour after the last word. */
export class Conditions {
  /** From when on anything was heard: milliseconds. */
  readonly since = Date.now();
  readonly #heard = new Map<string, Heard>();
  #sweptAt = this.since;

  /** @param now milliseconds */
  note({ attempt, ...said }: Condition, now: number): void {
    this.#heard.set(attempt, { ...said, at: now });
    if (now - this.#sweptAt < FORGOTTEN_MS) return;
    this.#sweptAt = now;
    for (const [silent, { at }] of this.#heard) if (now - at > FORGOTTEN_MS) this.#heard.delete(silent);
  }

  of(attempt: string): Heard | undefined {
    return this.#heard.get(attempt);
  }
}
