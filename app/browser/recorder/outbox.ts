import type { GapCause, RecordingState, Source } from '../../wire.ts';
import { Queue, type Segment } from './queue.ts';
import type { ChapterRecord, NotedIncident, RecordedSegment, RecordingRecord, SignedChapter, Store } from './store.ts';

/** Where a recording stands in this browser: the numbers to go on with, and µs at which the newest segment ends. */
export interface Standing {
  nextSegment: number;
  nextChapter: number;
  until: number;
}

/**
 * What is encrypted and not yet acknowledged: kept on the disk from before it is sent, and in a queue of light entries. What is
 * put here is durable when the promise resolves.
 */
export class Outbox {
  readonly queue = new Queue();
  readonly attempt: string;
  #store: Store;
  #recordings = new Map<string, RecordingRecord>();
  #standings = new Map<string, Pick<Standing, 'until' | 'nextSegment'>>();
  #chapters = new Map<string, ChapterRecord>();
  #forgotten = false;
  /** Epoch ms at which the newest acknowledged segment ends; null where there is none. */
  storedUntil: number | null = null;

  private constructor(store: Store, attempt: string) {
    this.#store = store;
    this.attempt = attempt;
  }

  /**
   * Takes up what an earlier page left: all that waits, in its order, and a signature for each chapter that has none. Chapters are
   * complete then, for a chapter's key goes with its page.
   */
  static async load(store: Store, attempt: string): Promise<Outbox> {
    const outbox = new Outbox(store, attempt);
    const { recordings, chapters, segments, waiting, gaps, incidents } = await store.load(attempt);
    for (const record of recordings) outbox.#recordings.set(record.recording, record);
    for (const record of chapters) outbox.#takeUpChapter(record);
    const waits = new Set(waiting.map(({ recording, number }) => `${recording}/${number}`));
    for (const segment of segments) {
      if (waits.has(`${segment.recording}/${segment.number}`)) outbox.#putSegment(segment);
      else outbox.#noteStored(segment.recording, segment.end);
      outbox.#advance(segment.recording, segment.end, segment.number + 1);
    }
    for (const { recording, id, to } of gaps) {
      outbox.queue.put({ kind: 'gap', recording, id });
      outbox.#advance(recording, to, 0);
    }
    for (const { id, ...incident } of incidents) {
      // Where its page ended before it did, it went on to the end of what was recorded at least.
      const until = outbox.#standing(incident.recording).until / 1e6;
      await outbox.endIncident(id, { ...incident, to: incident.to ?? Math.max(incident.from, until) });
    }
    for (const { recording, chapter, signed } of chapters) if (!signed) outbox.closeChapter(recording, chapter);
    return outbox;
  }

  #takeUpChapter(record: ChapterRecord): void {
    const { recording, chapter, registered, signed } = record;
    this.#chapters.set(`${recording}/${chapter}`, record);
    if (signed) {
      this.#advance(recording, signed.end, signed.next);
      if (signed.segments > 0) this.#noteStored(recording, signed.end);
    } else if (!registered) {
      this.queue.put({ kind: 'envelope', recording, chapter });
    }
  }

  /**
   * Removes all that is kept of the attempt, and keeps nothing more of it: what is kept of a segment names no attempt, so that nothing would
   * find one that came after its chapter was forgotten. A write that began before is done before this one (Indexed Database API
   * 3.0, section 2.7.2), and goes with the rest.
   */
  async forget(): Promise<void> {
    this.#forgotten = true;
    await this.#store.forget(this.attempt);
  }

  /** All chapters that this browser made. */
  get chapters(): ChapterRecord[] {
    return [...this.#chapters.values()];
  }

  /** Epoch ms at which the first recording began; null before that. */
  get startedAt(): number | null {
    const began = [...this.#recordings.values()].map(({ startedAt }) => Date.parse(startedAt));
    return began.length > 0 ? Math.min(...began) : null;
  }

  chapter({ recording, chapter }: { recording: string; chapter: number }): ChapterRecord {
    const record = this.#chapters.get(`${recording}/${chapter}`);
    if (!record) throw new Error(`chapter ${chapter} is not kept`);
    return record;
  }

  /** @returns the recording that this browser makes of a source */
  recordingOf(source: Source): RecordingRecord | undefined {
    return [...this.#recordings.values()].find((recording) => recording.source === source);
  }

  /** @returns where the recording stands, as far as this browser knows and as far as the appliance does */
  async addRecording(state: RecordingState): Promise<Standing> {
    const { recording, source, startedAt } = state;
    await this.#store.addRecording(this.attempt, state);
    this.#recordings.set(recording, { attempt: this.attempt, recording, source, startedAt });
    const { until, nextSegment } = this.#standing(recording);
    const numbers = this.chapters.filter((known) => known.recording === recording).map(({ chapter }) => chapter + 1);
    return {
      nextSegment: Math.max(nextSegment, state.nextSegment),
      nextChapter: Math.max(state.nextChapter, ...numbers),
      until,
    };
  }

  /** @throws a QuotaExceededError where there is no room; nothing is changed then */
  async openChapter(recording: string, chapter: number, envelope: string): Promise<void> {
    if (this.#forgotten) return;
    const { attempt } = this;
    const record = { attempt, recording, chapter, envelope, registered: false, missing: [], signed: null };
    await this.#store.addChapter(record);
    this.#chapters.set(`${recording}/${chapter}`, record);
    this.queue.put({ kind: 'envelope', recording, chapter });
  }

  /** @throws a QuotaExceededError where there is no room; nothing is changed then */
  async addSegment(segment: RecordedSegment, body: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#forgotten) return;
    await this.#store.addSegment(segment, body);
    this.#advance(segment.recording, segment.end, segment.number + 1);
    this.#putSegment(segment);
  }

  /** @param gap µs on the recording's timeline @throws a QuotaExceededError where there is no room */
  async addGap(recording: string, gap: { from: number; to: number; cause: GapCause }): Promise<void> {
    if (this.#forgotten) return;
    const id = await this.#store.addGap({ attempt: this.attempt, recording, ...gap });
    this.#advance(recording, gap.to, 0);
    this.queue.put({ kind: 'gap', recording, id });
  }

  /** Keeps what was noted and goes on. @returns its id @throws a QuotaExceededError where there is no room */
  async beginIncident(incident: Omit<NotedIncident, 'attempt' | 'to'>): Promise<number | null> {
    if (this.#forgotten) return null;
    return this.#store.addIncident({ attempt: this.attempt, ...incident, to: null });
  }

  /** It has ended, and is sent. @throws a QuotaExceededError where there is no room */
  async endIncident(id: number, incident: NotedIncident): Promise<void> {
    if (this.#forgotten) return;
    await this.#store.saveIncident(id, incident);
    this.queue.put({ kind: 'incident', recording: incident.recording, chapter: incident.chapter, id });
  }

  /** @returns the newest chapter of the recording; undefined where it has none yet */
  newestChapter(recording: string): number | undefined {
    const numbers = this.chapters.filter((known) => known.recording === recording).map(({ chapter }) => chapter);
    return numbers.length > 0 ? Math.max(...numbers) : undefined;
  }

  /** @returns µs up to which the recording's timeline is kept */
  endOf(recording: string): number {
    return this.#standing(recording).until;
  }

  /** @param at epoch ms @returns seconds on the recording's timeline */
  secondsOf(recording: string, at: number): number {
    return Math.max(0, Math.round(at - this.#clock(recording, 0)) / 1000);
  }

  /** No segment of this chapter follows. Which chapters lack a signature is known from what is kept. */
  closeChapter(recording: string, chapter: number): void {
    this.queue.put({ kind: 'signature', recording, chapter });
  }

  /** Notes that the appliance has the chapter's envelope, or that it has not after all. */
  async register(record: ChapterRecord, registered: boolean): Promise<void> {
    if (this.#forgotten) return;
    record.registered = registered;
    await this.#store.saveChapter(record);
    if (!registered) this.queue.put({ kind: 'envelope', recording: record.recording, chapter: record.chapter });
  }

  /** The appliance has the segment. */
  async dropSegment(entry: Segment): Promise<void> {
    await this.#store.dropBody(entry);
    this.storedUntil = Math.max(this.storedUntil ?? 0, entry.to);
  }

  /** Notes numbers that can never reach the appliance. @returns how many of them are news */
  async miss(record: ChapterRecord, numbers: number[]): Promise<number> {
    const news = numbers.filter((number) => !record.missing.includes(number));
    record.missing.push(...news);
    if (this.#forgotten) return 0;
    await this.#store.saveChapter(record);
    return news.length;
  }

  /** The appliance has the chapter's signature. */
  async completeChapter(record: ChapterRecord, signed: SignedChapter): Promise<void> {
    if (this.#forgotten) return;
    record.signed = signed;
    await this.#store.completeChapter(record);
  }

  #putSegment({ recording, chapter, number, bytes, start, end }: RecordedSegment): void {
    const [from, to] = [this.#clock(recording, start), this.#clock(recording, end)];
    this.queue.put({ kind: 'segment', recording, chapter, number, bytes, from, to });
  }

  #noteStored(recording: string, end: number): void {
    if (this.#recordings.has(recording))
      this.storedUntil = Math.max(this.storedUntil ?? 0, this.#clock(recording, end));
  }

  #standing(recording: string): Pick<Standing, 'until' | 'nextSegment'> {
    return this.#standings.get(recording) ?? { until: 0, nextSegment: 0 };
  }

  #advance(recording: string, end: number, next: number): void {
    const { until, nextSegment } = this.#standing(recording);
    this.#standings.set(recording, { until: Math.max(until, end), nextSegment: Math.max(nextSegment, next) });
  }

  /** @returns epoch ms of a time on the recording's timeline */
  #clock(recording: string, microseconds: number): number {
    return Date.parse(this.#recordings.get(recording)?.startedAt ?? '') + microseconds / 1000;
  }
}
