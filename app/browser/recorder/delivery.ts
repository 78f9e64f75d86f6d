import { isOver, Stop } from './messages.ts';
import type { Outbox } from './outbox.ts';
import type { Entry, Segment } from './queue.ts';
import { type Acceptance, type Answer, type Refusal, request } from './request.ts';
import { sign, stateChapter, stateIncident } from './statement.ts';
import type { AttemptKey, ChapterRecord, Store } from './store.ts';

/** Stands for an answer where there is nothing to ask the appliance for. */
const NOTHING_TO_DO: Acceptance = {
  accepted: true,
  status: 204,
  load: 0,
  newestKey: null,
  json: async () => null,
  text: () => '',
};
/** The browser itself lost what it kept: the appliance can never have it. */
const LOST: Refusal = {
  accepted: false,
  status: 410,
  code: 'lost',
  sentence: '',
  retryable: false,
  retryAfter: 0,
  missing: [],
};

/** Brings the outbox's entries to the exam origin: what each is as a request, and what each answer means for what is kept. */
export class Delivery {
  #store: Store;
  #outbox: Outbox;
  #key: AttemptKey;
  #onLoss: () => void;

  /** @param onLoss hears when a segment or a gap can never be stored */
  constructor(store: Store, outbox: Outbox, key: AttemptKey, onLoss: () => void) {
    this.#store = store;
    this.#outbox = outbox;
    this.#key = key;
    this.#onLoss = onLoss;
  }

  async send(entry: Entry): Promise<Answer> {
    const recording = `/recordings/${entry.recording}`;
    switch (entry.kind) {
      case 'gap': {
        const { from, to, cause } = await this.#store.gap(entry.id);
        return request('POST', `${recording}/gaps`, JSON.stringify({ from, to, cause }));
      }
      case 'incident': {
        const { to, ...incident } = await this.#store.incident(entry.id);
        const statement = stateIncident({ ...incident, to: to ?? incident.from });
        return request('POST', '/attempt/incidents', JSON.stringify(await sign(statement, this.#key)));
      }
      case 'envelope':
        return request('PUT', `${recording}/chapters/${entry.chapter}/envelope`, this.#outbox.chapter(entry).envelope);
      case 'segment': {
        const body = await this.#store.body(entry);
        return body ? request('PUT', `${recording}/segments/${entry.number}`, body) : LOST;
      }
      case 'signature': {
        const record = this.#outbox.chapter(entry);
        const statement = await stateChapter(record, await this.#store.segmentsOf(record));
        if (statement === null) return NOTHING_TO_DO;
        const signed = JSON.stringify(await sign(statement, this.#key));
        return request('PUT', `${recording}/chapters/${entry.chapter}/signature`, signed);
      }
    }
  }

  async stored(entry: Entry): Promise<void> {
    switch (entry.kind) {
      case 'gap':
        return this.#store.dropGap(entry.id);
      case 'incident':
        return this.#store.dropIncident(entry.id);
      case 'envelope':
        return this.#outbox.register(this.#outbox.chapter(entry), true);
      case 'segment':
        return this.#outbox.dropSegment(entry);
      case 'signature': {
        const record = this.#outbox.chapter(entry);
        const segments = await this.#store.segmentsOf(record);
        return this.#outbox.completeChapter(record, {
          statement: await stateChapter(record, segments),
          segments: segments.filter(({ number }) => !record.missing.includes(number)).length,
          next: Math.max(0, ...segments.map(({ number }) => number + 1)),
          end: Math.max(0, ...segments.map(({ end }) => end)),
        });
      }
    }
  }

  /** @throws Stop when the entry can neither be accepted nor be done without */
  async refused(entry: Entry, refusal: Refusal): Promise<'keep' | 'drop'> {
    const stop = new Stop(refusal.sentence, refusal.code);
    if (isOver(refusal.code) || entry.kind === 'envelope') throw stop;
    if (entry.kind === 'gap') return this.#leaveOut(entry.id, stop);
    if (entry.kind === 'incident') {
      // Custody has it already, or it is not to be noted: nothing of the exam depends on it.
      await this.#store.dropIncident(entry.id);
      return 'drop';
    }
    const record = this.#outbox.chapter(entry);
    if (refusal.code === 'chapter-unknown') {
      await this.#outbox.register(record, false);
      return 'keep';
    }
    if (entry.kind === 'segment') return this.#lose(entry, record, refusal);
    if ((await this.#outbox.miss(record, refusal.missing)) > 0) return 'keep';
    throw stop;
  }

  /** A gap that is refused for what it says is never taken; what is recorded around it tells of it as well. */
  async #leaveOut(gap: number, stop: Stop): Promise<'drop'> {
    if (stop.code !== 'malformed' && stop.code !== 'too-large') throw stop;
    await this.#store.dropGap(gap);
    this.#onLoss();
    return 'drop';
  }

  /** Nothing else than these says that a segment can never be taken. */
  async #lose(entry: Segment, record: ChapterRecord, refusal: Refusal): Promise<'drop'> {
    if (!['segment-differs', 'lost'].includes(refusal.code) && refusal.status !== 413) {
      throw new Stop(refusal.sentence, refusal.code);
    }
    await this.#outbox.miss(record, [entry.number]);
    await this.#store.dropBody(entry);
    this.#onLoss();
    return 'drop';
  }
}
