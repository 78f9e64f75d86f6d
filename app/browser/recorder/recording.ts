import { encodeMetadata, type GapCause, type RecordingState, type Source } from '../../wire.ts';
import { type ChapterKeys, deriveChapterKeys, encryptSegment } from '../sframe.ts';
import { sha256 } from './exam-key.ts';
import type { Outbox } from './outbox.ts';
import type { ChapterRecord, RecordedSegment } from './store.ts';

const CHAPTER_KEY_BYTES = 32;

export interface RecordingParts {
  attempt: string;
  chapterSeconds: number;
  outbox: Outbox;
  /** @returns the envelope of a new chapter key as canonical JSON */
  wrap(recording: string, chapter: number, base: Uint8Array<ArrayBuffer>): Promise<string>;
  /** Keeps what the chapter contains. */
  save(record: ChapterRecord): Promise<void>;
}

interface Segment {
  bytes: Uint8Array<ArrayBuffer>;
  /** µs on the recording's timeline. */
  start: number;
  duration: number;
  keyframe: boolean;
  init: boolean;
}

/** One source of the attempt: cuts its runs into chapters, encrypts their segments and puts them into the outbox. */
export class Recording {
  readonly id: string;
  readonly source: Source;
  readonly chapters: ChapterRecord[];
  #parts: RecordingParts;
  #zero: number;
  #nextSegment: number;
  #nextChapter: number;
  #init: Uint8Array<ArrayBuffer> | null = null;
  #offset = 0;
  /** µs at which the newest segment ends, and at which a gap would begin. */
  #until: number;
  #gapFrom: number;
  #current: { keys: ChapterKeys; record: ChapterRecord; start: number } | null = null;

  /** @param known chapters of this recording that an earlier page began */
  constructor(parts: RecordingParts, state: RecordingState, known: ChapterRecord[]) {
    this.#parts = parts;
    this.id = state.recording;
    this.source = state.source;
    this.chapters = known;
    this.#zero = Date.parse(state.startedAt);
    const made = known.flatMap(({ segments }) => segments);
    this.#until = endOf(made);
    // What the earlier page made but could not send went with it: the gap begins before that.
    this.#gapFrom = endOf(made.filter(({ number }) => number < state.nextSegment));
    // Numbers that were used but never arrived stay unused: what they name has to stay one thing.
    this.#nextSegment = Math.max(state.nextSegment, ...made.map(({ number }) => number + 1));
    this.#nextChapter = Math.max(state.nextChapter, ...known.map(({ chapter }) => chapter + 1));
  }

  /**
   * A capture began: notes the gap since the last one and begins a chapter.
   * @param beganAt epoch ms of its first frame
   */
  async begin(init: Uint8Array<ArrayBuffer>, beganAt: number, cause: GapCause | null): Promise<void> {
    await this.close();
    this.#init = init;
    this.#offset = Math.max(this.#until, 1000 * (beganAt - this.#zero));
    if (cause !== null && this.#offset > this.#gapFrom) {
      const body = JSON.stringify({ from: this.#gapFrom, to: this.#offset, cause });
      this.#parts.outbox.put({ kind: 'gap', recording: this.id, body });
    }
    await this.#openChapter(this.#offset);
  }

  /** A cluster of the current run; times in µs from the run's beginning. */
  async add(cluster: Omit<Segment, 'init'>): Promise<void> {
    const start = this.#offset + cluster.start;
    if (this.#current && start - this.#current.start >= 1e6 * this.#parts.chapterSeconds) {
      await this.close();
      await this.#openChapter(start);
    }
    await this.#put({ ...cluster, start, init: false });
  }

  /** Completes the current chapter; its signature follows its segments. */
  async close(): Promise<void> {
    if (!this.#current) return;
    const { chapter } = this.#current.record;
    this.#current = null;
    this.#parts.outbox.put({ kind: 'signature', recording: this.id, chapter });
  }

  async #openChapter(start: number): Promise<void> {
    const chapter = this.#nextChapter++;
    const base = crypto.getRandomValues(new Uint8Array(CHAPTER_KEY_BYTES));
    const envelope = await this.#parts.wrap(this.id, chapter, base);
    const keys = await deriveChapterKeys(base, chapter);
    base.fill(0);
    const { attempt } = this.#parts;
    const record: ChapterRecord = {
      attempt,
      recording: this.id,
      chapter,
      envelope,
      segments: [],
      missing: [],
      signed: false,
      statement: null,
    };
    this.chapters.push(record);
    this.#current = { keys, record, start };
    this.#parts.outbox.put({ kind: 'envelope', recording: this.id, chapter, body: envelope });
    if (this.#init)
      await this.#put({ bytes: this.#init, start: this.#offset, duration: 0, keyframe: false, init: true });
  }

  async #put({ bytes, start, duration, keyframe, init }: Segment): Promise<void> {
    if (!this.#current) return;
    const { keys, record } = this.#current;
    const number = this.#nextSegment++;
    const metadata = encodeMetadata({ recording: this.id, source: this.source, keyframe, init, start, duration });
    const sealed = await encryptSegment(keys, number, metadata, bytes);
    const body = new Uint8Array(metadata.length + sealed.length);
    body.set(metadata);
    body.set(sealed, metadata.length);
    const end = start + duration;
    record.segments.push({ number, digest: await sha256(body), end });
    if (!init) this.#until = this.#gapFrom = end;
    await this.#parts.save(record);
    const from = this.#zero + start / 1000;
    const { chapter } = record;
    this.#parts.outbox.put({
      kind: 'segment',
      recording: this.id,
      chapter,
      number,
      body,
      from,
      to: from + duration / 1000,
    });
  }
}

function endOf(segments: RecordedSegment[]): number {
  return Math.max(0, ...segments.map(({ end }) => end));
}
