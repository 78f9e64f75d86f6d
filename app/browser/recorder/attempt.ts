import { type AttemptStart, type RecordingState, type Source, toBase64url } from '../../wire.ts';
import { checkExamKey, wrapChapterKey } from './exam-key.ts';
import { type PageMessage, type Progress, Stop, type Trouble, type WorkerMessage } from './messages.ts';
import { type Entry, Outbox } from './outbox.ts';
import { Recording, type RecordingParts } from './recording.ts';
import { type Answer, insist, type Refusal, request, troubleOf } from './request.ts';
import { Sender } from './sender.ts';
import { sign, stateChapter, stateSeal } from './statement.ts';
import { type AttemptKey, type ChapterRecord, Store } from './store.ts';

const REOPEN_HINT = 'Open your personal link again in this browser.';

type Run = Extract<PageMessage, { kind: 'run' }>;
type Cluster = Extract<PageMessage, { kind: 'cluster' }>;

/** The attempt in the worker: its keys, its recordings and all that is sent of them. */
export class Attempt {
  #tell: (message: WorkerMessage) => void;
  #store: Store | null = null;
  #fingerprint: string | null = null;
  #running: AttemptStart | null = null;
  #key: AttemptKey | null = null;
  #recordings = new Map<Source, Recording>();
  #startedAt: number | null = null;
  #storedUntil: number | null = null;
  #trouble: Trouble | null = null;
  #outbox = new Outbox();
  #sender = new Sender(this.#outbox, {
    send: (entry) => this.#send(entry),
    stored: (entry) => this.#stored(entry),
    refused: (entry, refusal) => this.#refused(entry, refusal),
    broken: (error) => this.#fail(error),
  });

  constructor(tell: (message: WorkerMessage) => void) {
    this.#tell = tell;
  }

  /** Looks whether the attempt is under way already. */
  async open(fingerprint: string | null): Promise<void> {
    this.#fingerprint = fingerprint;
    this.#store = await Store.open().catch(() => {
      throw new Stop(
        'Your browser keeps no data for this page, so it could not go on after a reload. Leave private browsing, or ' +
          'allow this page to keep data, and open the page again.',
      );
    });
    for (;;) {
      const answer = await request('GET', '/attempt/start');
      if (answer.accepted) {
        this.#running = (await answer.json()) as AttemptStart;
        return this.#tell({ kind: 'opened', attempt: 'running' });
      }
      if (answer.code === 'not-found') return this.#tell({ kind: 'opened', attempt: 'none' });
      if (answer.code === 'attempt-sealed') return this.#tell({ kind: 'opened', attempt: 'sealed' });
      if (answer.status === 401) throw new Stop(`Your session has ended. ${REOPEN_HINT}`);
      if (!answer.retryable) throw new Stop(answer.sentence);
      this.#tell({ kind: 'notice', sentence: 'The appliance does not answer yet. This page tries again by itself.' });
      await new Promise((resolve) => setTimeout(resolve, Math.max(2000, answer.retryAfter)));
    }
  }

  /** Starts the attempt, or goes on with it: registers the attempt key, checks the exam key, takes up what is unsigned. */
  async start(): Promise<void> {
    const store = this.#ready(this.#store);
    const key = (this.#running && (await store.keyOf(this.#running.attempt))) ?? (await store.pendingKey());
    const body = JSON.stringify({ publicKey: toBase64url(key.spki) });
    const start = (await this.#insist('POST', '/attempt', body)) as AttemptStart;
    await checkExamKey(start, this.#fingerprint);
    await store.tieKey(start.attempt, key);
    this.#running = start;
    this.#key = key;
    const known = await store.chaptersOf(start.attempt);
    for (const state of start.recordings) this.#take(state, known);
    for (const { recording, chapter } of this.#chapters().filter(({ signed }) => !signed)) {
      this.#outbox.put({ kind: 'signature', recording, chapter });
    }
    this.#sender.wake();
    const { examPage, uploadBy, sources, sound, bounds } = start;
    this.#tell({ kind: 'started', examPage, uploadBy, sources, sound, bounds });
  }

  /** A capture of a source began; the first one makes the source's recording. */
  async run({ source, mimeType, init, beganAt, cause }: Run): Promise<void> {
    let recording = this.#recordings.get(source);
    if (!recording) {
      const body = JSON.stringify({ source, mimeType, startedAt: new Date(beganAt).toISOString() });
      recording = this.#take((await this.#insist('POST', '/recordings', body)) as RecordingState, []);
    }
    await recording.begin(init, beganAt, cause);
    this.#sender.wake();
  }

  async add({ source, bytes, start, duration, keyframe }: Cluster): Promise<void> {
    await this.#ready(this.#recordings.get(source)).add({ bytes, start, duration, keyframe });
    this.#sender.wake();
  }

  /** Sends what is left, signs and seals. */
  async finish(): Promise<void> {
    const endedAt = new Date().toISOString();
    for (const recording of this.#recordings.values()) await recording.close();
    await this.#sender.emptied();
    const { exam, attempt } = this.#ready(this.#running);
    const store = this.#ready(this.#store);
    const seal = await sign(await stateSeal(exam, attempt, this.#chapters(), endedAt), this.#ready(this.#key));
    await this.#insist('POST', '/attempt/seal', JSON.stringify(seal));
    await store.forget(attempt);
    this.#tell({ kind: 'sealed' });
  }

  /** The connection is said to be back. */
  hurry(): void {
    this.#sender.hurry();
  }

  progress(): Progress {
    const { seconds, bytes, since } = this.#outbox.waiting();
    return {
      waitingSeconds: seconds,
      waitingBytes: bytes,
      waitingRequests: this.#outbox.length,
      storedUntil: this.#storedUntil === null ? null : (since ?? this.#storedUntil),
      roomSeconds: null,
      lineRate: null,
      startedAt: this.#startedAt,
      trouble: this.#sender.trouble ?? this.#trouble,
    };
  }

  #take(state: RecordingState, known: ChapterRecord[]): Recording {
    const start = this.#ready(this.#running);
    const parts: RecordingParts = {
      attempt: start.attempt,
      chapterSeconds: start.chapterSeconds,
      outbox: this.#outbox,
      wrap: (recording, chapter, base) =>
        wrapChapterKey(start.examKey, { exam: start.exam, attempt: start.attempt, recording, chapter }, base),
      save: (record) => this.#ready(this.#store).saveChapter(record),
    };
    const chapters = known.filter(({ recording }) => recording === state.recording);
    const recording = new Recording(parts, state, chapters);
    this.#recordings.set(state.source, recording);
    const began = Date.parse(state.startedAt);
    this.#startedAt = Math.min(this.#startedAt ?? began, began);
    return recording;
  }

  async #send(entry: Entry): Promise<Answer> {
    const recording = `/recordings/${entry.recording}`;
    switch (entry.kind) {
      case 'gap':
        return request('POST', `${recording}/gaps`, entry.body);
      case 'envelope':
        return request('PUT', `${recording}/chapters/${entry.chapter}/envelope`, entry.body);
      case 'segment':
        return request('PUT', `${recording}/segments/${entry.number}`, entry.body);
      case 'signature': {
        const record = this.#record(entry.recording, entry.chapter);
        record.statement = await stateChapter(record);
        // Nothing of this chapter ever arrived: there is nothing to sign.
        if (record.statement === null) return { accepted: true, status: 204, load: 0, json: async () => null };
        const signed = await sign(record.statement, this.#ready(this.#key));
        return request('PUT', `${recording}/chapters/${entry.chapter}/signature`, JSON.stringify(signed));
      }
    }
  }

  async #stored(entry: Entry): Promise<void> {
    if (entry.kind === 'segment') this.#storedUntil = Math.max(this.#storedUntil ?? 0, entry.to);
    if (entry.kind !== 'signature') return;
    const record = this.#record(entry.recording, entry.chapter);
    record.signed = true;
    await this.#ready(this.#store).saveChapter(record);
  }

  async #refused(entry: Entry, refusal: Refusal): Promise<'keep' | 'drop'> {
    const sealed = refusal.code === 'attempt-sealed';
    if (sealed || (entry.kind !== 'segment' && entry.kind !== 'signature')) throw new Stop(refusal.sentence);
    const record = this.#record(entry.recording, entry.chapter);
    if (refusal.code === 'chapter-unknown') {
      this.#outbox.put({
        kind: 'envelope',
        recording: record.recording,
        chapter: record.chapter,
        body: record.envelope,
      });
      return 'keep';
    }
    // Nothing else than these says that the segment can never be taken.
    const hopeless = refusal.code === 'segment-differs' || refusal.status === 413;
    if (entry.kind === 'segment' && !hopeless) throw new Stop(refusal.sentence);
    const lost = entry.kind === 'segment' ? [entry.number] : refusal.missing;
    const news = lost.filter((number) => !record.missing.includes(number));
    record.missing.push(...news);
    await this.#ready(this.#store).saveChapter(record);
    if (entry.kind === 'segment') {
      const sentence = 'A part of the recording could not be stored. This was noted and is not held against you.';
      this.#tell({ kind: 'notice', sentence });
      return 'drop';
    }
    if (news.length > 0) return 'keep';
    throw new Stop(refusal.sentence);
  }

  #record(recording: string, chapter: number): ChapterRecord {
    return this.#ready(this.#chapters().find((known) => known.recording === recording && known.chapter === chapter));
  }

  #chapters(): ChapterRecord[] {
    return [...this.#recordings.values()].flatMap(({ chapters }) => chapters);
  }

  async #insist(method: string, path: string, body: string): Promise<unknown> {
    const answer = await insist(method, path, body, (refusal) => (this.#trouble = troubleOf(refusal)));
    this.#trouble = null;
    return answer;
  }

  #ready<T>(value: T | null | undefined): T {
    if (value === null || value === undefined) throw new Error('the page asked for something before it was there');
    return value;
  }

  #fail(error: unknown): void {
    this.#tell({ kind: 'failed', sentence: sentenceOf(error) });
  }
}

/** @returns what the test taker reads when recording cannot go on */
export function sentenceOf(error: unknown): string {
  if (error instanceof Stop) return error.message;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `The recorder stopped because of a fault in this page (${detail}). What was stored is kept. Reload the page to go on recording; this is not held against you.`;
}
