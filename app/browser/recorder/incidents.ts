import type { Restriction } from '../../wire.ts';
import type { PageMessage } from './messages.ts';
import type { Outbox } from './outbox.ts';
import { isFull, type NotedIncident } from './store.ts';

/** Milliseconds after which what was noted is kept although nothing was recorded since. */
const PATIENCE = 10_000;

type Noted = Omit<Extract<PageMessage, { kind: 'noted' }>, 'kind'>;

/**
 * What the page notes of restrictions, on its way into the outbox. Each waits until what was recorded at its beginning is kept: in which
 * chapter that lies is known only then, and a page that is left for good just then notes nothing by that.
 */
export class Incidents {
  #outbox: Outbox;
  #waiting: Noted[] = [];
  /** By restriction: what goes on. */
  #open = new Map<Restriction, { id: number; incident: NotedIncident }>();
  #turn: Promise<void> = Promise.resolve();

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** @param recordings those in which it can be placed, the best first */
  note(noted: Noted, recordings: string[]): Promise<void> {
    const waiting = this.#waiting.find(
      ({ restriction, from }) => restriction === noted.restriction && from === noted.from,
    );
    if (waiting) waiting.to = noted.to;
    else if (noted.to !== null && this.#open.has(noted.restriction)) return this.#inTurn(() => this.#end(noted));
    else this.#waiting.push({ ...noted });
    return this.settle(recordings);
  }

  /** Keeps what can be placed by now. @param rest whether all that is left is placed where it can be */
  settle(recordings: string[], rest = false): Promise<void> {
    return this.#inTurn(async () => {
      for (const noted of [...this.#waiting]) {
        if (!(await this.#place(noted, recordings, rest))) continue;
        this.#waiting.splice(this.#waiting.indexOf(noted), 1);
      }
    });
  }

  async #place(noted: Noted, recordings: string[], rest: boolean): Promise<boolean> {
    const recording = recordings.find((one) => this.#outbox.newestChapter(one) !== undefined);
    const chapter = recording === undefined ? undefined : this.#outbox.newestChapter(recording);
    if (recording === undefined || chapter === undefined) return false;
    const from = this.#outbox.secondsOf(recording, noted.from);
    const kept = this.#outbox.endOf(recording) >= 1e6 * from;
    if (!kept && !rest && Date.now() - noted.from < PATIENCE) return false;
    const begun = { recording, chapter, from, kind: noted.restriction };
    const id = await this.#outbox.beginIncident(begun);
    if (id === null) return true;
    this.#open.set(noted.restriction, { id, incident: { attempt: this.#outbox.attempt, ...begun, to: null } });
    if (noted.to !== null) await this.#end(noted);
    return true;
  }

  async #end({ restriction, to }: Noted): Promise<void> {
    const open = this.#open.get(restriction);
    if (!open || to === null) return;
    this.#open.delete(restriction);
    const { id, incident } = open;
    const until = Math.max(incident.from, this.#outbox.secondsOf(incident.recording, to));
    await this.#outbox.endIncident(id, { ...incident, to: until });
  }

  /** One after another. A browser without room for it keeps its room for the recording. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work).catch((error: unknown) => {
      if (!isFull(error)) throw error;
    });
    return this.#turn;
  }
}
