import { encodeMetadata, type GapCause, type RecordingState, type Source } from '../../wire.ts';
import type { Break } from './breaks.ts';
import { type ChapterKeys, deriveChapterKeys, encryptSegment } from '../sframe.ts';
import { Coverage } from './coverage.ts';
import { sha256 } from './exam-key.ts';
import type { FreeSpace } from './free-space.ts';
import type { Outbox, Standing } from './outbox.ts';
import { isFull } from './store.ts';

const CHAPTER_KEY_BYTES = 32;
/** Milliseconds after a break in which turning everything on again is a part of it. */
const TIME_TO_GO_ON = 60_000;

export interface RecordingParts {
  chapterSeconds: number;
  outbox: Pick<Outbox, 'openChapter' | 'addSegment' | 'addGap' | 'closeChapter'>;
  space: Pick<FreeSpace, 'allows' | 'take' | 'refuse'>;
  /**
   * Milliseconds by which this computer's clock is behind what was recorded already, as after a correction: the same for all
   * sources, so that they stay in step.
   */
  clockLag: number;
  /** @returns the envelope of a new chapter key as canonical JSON */
  wrap(recording: string, chapter: number, base: Uint8Array<ArrayBuffer>): Promise<string>;
}

interface Segment {
  bytes: Uint8Array<ArrayBuffer>;
  /** µs on the recording's timeline. */
  start: number;
  duration: number;
  keyframe: boolean;
  init: boolean;
}

/** What a run gives: times in µs from its beginning. */
export type Cluster = Omit<Segment, 'init'>;

/** One source of the attempt: cuts its runs into chapters, encrypts their segments and puts them into the outbox. */
export class Recording {
  readonly id: string;
  readonly source: Source;
  #parts: RecordingParts;
  /** Where the timeline begins, by this computer's clock as it is now: epoch ms. */
  #zero: number;
  #nextSegment: number;
  #nextChapter: number;
  #coverage: Coverage;
  #init: Uint8Array<ArrayBuffer> | null = null;
  #offset = 0;
  #current: { keys: ChapterKeys; chapter: number; start: number } | null = null;
  #leavesOut = false;
  /** The end of a break that nothing was recorded since, in µs, and what its last stretch is called. */
  #rested: { end: number; cause: GapCause } | null = null;

  constructor(parts: RecordingParts, { recording, source, startedAt }: RecordingState, standing: Standing) {
    this.#parts = parts;
    this.id = recording;
    this.source = source;
    this.#zero = Date.parse(startedAt) - parts.clockLag;
    this.#nextSegment = standing.nextSegment;
    this.#nextChapter = standing.nextChapter;
    this.#coverage = new Coverage(standing.until);
  }

  /** Whether clusters are left out because there is no room for them. */
  get leavesOut(): boolean {
    return this.#leavesOut;
  }

  /**
   * A capture began: a chapter begins with its first cluster, and before it the gap since the last one is noted.
   * @param beganAt epoch ms of its first frame @param cause why nothing was recorded before it; null where nothing was to be
   */
  async begin(init: Uint8Array<ArrayBuffer>, beganAt: number, cause: GapCause | null): Promise<void> {
    await this.finish();
    this.#init = init;
    this.#offset = Math.max(this.#coverage.end, this.#placeOf(beganAt));
    const rested = this.#rested && this.#offset - this.#rested.end < 1000 * TIME_TO_GO_ON ? this.#rested.cause : null;
    this.#rested = null;
    if (cause !== null) this.#coverage.miss(this.#offset, rested ?? cause);
  }

  /** A break is over: what is missing since its beginning is told, as far as it was not before. The same one may come again. */
  async rest({ from, to, until, missing }: Break): Promise<void> {
    const end = to === null ? 0 : this.#placeOf(to);
    if (to === null || end <= this.#coverage.end) return;
    const cause = missing[this.source];
    if (cause) this.#coverage.miss(this.#placeOf(from), cause);
    this.#coverage.miss(this.#placeOf(Math.min(to, until)), 'break');
    this.#coverage.miss(end, 'after-break');
    this.#rested = { end, cause: to > until ? 'after-break' : 'break' };
    await this.#noteGaps(Infinity).catch(rethrowUnlessFull);
  }

  /**
   * Keeps a cluster of the current run, or leaves it out where there is no room for it. Nothing is kept before every gap in front of
   * it is, and whatever fails, what was not kept is a gap from then on.
   */
  async add(cluster: Cluster): Promise<void> {
    if (!this.#parts.space.allows(cluster.bytes.length)) return this.leaveOut(cluster);
    const start = this.#offset + cluster.start;
    try {
      if (this.#current && start - this.#current.start >= 1e6 * this.#parts.chapterSeconds) this.close();
      this.#coverage.extend(start);
      await this.#noteGaps(start);
      if (!this.#current) await this.#openChapter(start);
      await this.#put({ ...cluster, start, init: false });
      this.#leavesOut = false;
    } catch (error) {
      if (isFull(error)) this.#parts.space.refuse();
      // A number that was encrypted under this chapter's key is not used with it again: leaving out closes it.
      await this.leaveOut(cluster);
      rethrowUnlessFull(error);
    }
  }

  /** Does without a cluster: a gap says so once there is room again. */
  async leaveOut(cluster: Omit<Cluster, 'bytes'>): Promise<void> {
    this.close();
    const start = this.#offset + cluster.start;
    const begins = !this.#leavesOut;
    this.#leavesOut = true;
    this.#coverage.miss(start + cluster.duration, 'space');
    // Why nothing was recorded before the run is to outlive this page.
    if (begins) await this.#noteGaps(start).catch(rethrowUnlessFull);
  }

  /** Completes the current chapter; its signature follows its segments. */
  close(): void {
    if (!this.#current) return;
    this.#parts.outbox.closeChapter(this.id, this.#current.chapter);
    this.#current = null;
  }

  /**
   * Nothing of this run follows. What there was no room to note is noted by another call.
   * @param missing why nothing was recorded lately, where that is so @param end epoch ms of the attempt's end
   */
  async finish(missing?: GapCause, end = 0): Promise<void> {
    this.close();
    this.#leavesOut = false;
    if (missing !== undefined) this.#coverage.miss(this.#placeOf(end), missing);
    await this.#noteGaps(Infinity).catch(rethrowUnlessFull);
  }

  /** @param moment epoch ms @returns µs on the timeline, whole ones: no other is a place on it */
  #placeOf(moment: number): number {
    return Math.round(1000 * (moment - this.#zero));
  }

  /** Has a gap kept for all that is missing and ends up to here. @param upTo µs */
  async #noteGaps(upTo: number): Promise<void> {
    for (let gap = this.#coverage.gap; gap !== null && gap.to <= upTo; gap = this.#coverage.gap) {
      await this.#parts.outbox.addGap(this.id, gap);
      this.#coverage.cover(gap.to);
    }
  }

  async #openChapter(start: number): Promise<void> {
    const chapter = this.#nextChapter;
    const base = crypto.getRandomValues(new Uint8Array(CHAPTER_KEY_BYTES));
    const envelope = await this.#parts.wrap(this.id, chapter, base);
    const keys = await deriveChapterKeys(base, chapter);
    base.fill(0);
    await this.#parts.outbox.openChapter(this.id, chapter, envelope);
    this.#nextChapter++;
    this.#current = { keys, chapter, start };
    if (this.#init)
      await this.#put({ bytes: this.#init, start: this.#offset, duration: 0, keyframe: false, init: true });
  }

  async #put({ bytes, start, duration, keyframe, init }: Segment): Promise<void> {
    if (!this.#current) return;
    const { keys, chapter } = this.#current;
    const number = this.#nextSegment;
    const metadata = encodeMetadata({ recording: this.id, source: this.source, keyframe, init, start, duration });
    const sealed = await encryptSegment(keys, number, metadata, bytes);
    const body = new Uint8Array(metadata.length + sealed.length);
    body.set(metadata);
    body.set(sealed, metadata.length);
    const end = start + duration;
    const segment = { recording: this.id, chapter, number, digest: await sha256(body), start, end, bytes: body.length };
    await this.#parts.outbox.addSegment(segment, body);
    this.#nextSegment++;
    this.#coverage.cover(end);
    this.#parts.space.take(this.source, body.length, duration / 1e6);
  }
}

/** @returns how the media of a recording are packed and encoded, from its first run to its last */
export function mimeTypeOf(sound: boolean): string {
  return `video/webm; codecs="${sound ? 'vp8,opus' : 'vp8'}"`;
}

function rethrowUnlessFull(error: unknown): void {
  if (!isFull(error)) throw error;
}
