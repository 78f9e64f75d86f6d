import { AppError } from '../errors.ts';
import type { ChapterStatement, Envelope, RecordingState, SealStatement, SignedStatement } from '../wire.ts';
import { encodeFrame, FRAME_HEAD_BYTES, PEEK_BYTES, SEGMENT_MINIMUM } from './frames.ts';
import type { Journal } from './journal.ts';
import { readSegmentStart, type RecordingIndex } from './recording-index.ts';
import { digestOf, isSignedBy, presentNumbers, sha256, TIMELINE_LIMIT } from './records.ts';
import type { GapRecord, HeaderRecord, SealRecord } from './records.ts';

/** Most that one recording can have: what a week of it needs, twice over. What is open is held in memory. */
const MOST = { segments: 600_000, chapters: 10_000, gaps: 10_000 };

/** How a repeatable PUT ended: the bytes are new, or they were there already. */
export type Stored = 'new' | 'known';

interface Place {
  chapter: number;
  offset: number;
  bytes: number;
}

/** A recording that is open for appending: its journal and where everything in it is. */
export class Recording {
  readonly header: HeaderRecord;
  /** Milliseconds of the monotonic clock. */
  lastUsed = 0;
  readonly #journal: Journal;
  readonly #segments: Map<number, Place>;
  /** Segments on their way to the disk. */
  readonly #arriving = new Map<number, Promise<number>>();
  readonly #envelopes: Map<number, string>;
  /** Of the envelopes: SHA-256 of each wrapped key, base64url. */
  readonly #wrappedKeys: Set<string>;
  readonly #signatures: Map<number, SignedStatement>;
  /** Chapters whose statement is being checked or written. */
  readonly #signing = new Set<number>();
  #nextSegment: number;
  #seal: SealRecord | null;
  readonly #gaps: GapRecord[];
  /** Whether a seal is under way. */
  #frozen = false;
  /** Whether the attempt has ended, with or without a seal in this file. */
  #ended = false;
  /** The last of the operations that have to happen one after another. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(journal: Journal, index: RecordingIndex) {
    this.#journal = journal;
    this.header = index.header;
    this.#segments = new Map(index.segments.map(({ number, ...where }) => [number, placeOf(where)]));
    this.#envelopes = index.envelopes;
    this.#wrappedKeys = new Set([...index.envelopes.values()].map(wrappedKeyOf));
    this.#signatures = index.chapterSignatures;
    this.#nextSegment = (index.segments.at(-1)?.number ?? -1) + 1;
    this.#seal = index.seal;
    this.#gaps = index.gaps;
  }

  get state(): RecordingState {
    const { recording, source, startedAt } = this.header;
    const nextChapter = Math.max(-1, ...this.#envelopes.keys()) + 1;
    return { recording, source, startedAt, nextSegment: this.#nextSegment, nextChapter };
  }

  /** What its browser told of breaks: epoch ms. */
  get breaks(): { from: number; to: number }[] {
    const began = Date.parse(this.header.startedAt);
    return this.#gaps
      .filter(({ cause }) => cause === 'break')
      .map(({ from, to }) => ({ from: began + from / 1000, to: began + to / 1000 }));
  }

  get idle(): boolean {
    return this.#journal.idle;
  }

  /** @throws AppError attempt-sealed; busy while a seal is under way */
  checkOpen(): void {
    if (this.#seal || this.#ended) throw new AppError('attempt-sealed');
    if (this.#frozen) throw new AppError('busy', { detail: 'a seal is under way' });
  }

  /** Takes nothing more until {@link thaw}. Resolves once what was under way is stored or refused. */
  async freeze(): Promise<void> {
    this.#frozen = true;
    await this.#turn;
    await Promise.allSettled(this.#arriving.values());
  }

  /** Takes more again, unless the recording was sealed. */
  thaw(): void {
    this.#frozen = false;
  }

  /**
   * Stores a segment. Two at the same time with the same bytes end as one frame.
   * @param body the segment's body in pieces; they must not change until this resolves
   * @throws AppError malformed, chapter-unknown, segment-differs, already-done in a chapter that is signed, attempt-sealed,
   *   busy, disk-full
   */
  async putSegment(number: number, body: readonly Uint8Array[]): Promise<Stored> {
    const chapter = this.#checkSegment(number, body);
    this.checkOpen();
    const arriving = this.#arriving.get(number);
    if (arriving) {
      await arriving;
      return this.putSegment(number, body);
    }
    const place = this.#segments.get(number);
    if (place) {
      const there = await this.#journal.read(place.offset, place.bytes);
      return this.#sameOr('segment-differs', there.equals(Buffer.concat(body)));
    }
    this.#checkUnsigned(chapter);
    this.#checkRoom('segments', this.#segments.size);
    const stored = this.#journal.append(encodeFrame('segment', body));
    this.#arriving.set(number, stored);
    try {
      const offset = (await stored) + FRAME_HEAD_BYTES;
      this.#segments.set(number, placeOf({ chapter, offset, bytes: lengthOf(body) }));
      this.#nextSegment = Math.max(this.#nextSegment, number + 1);
    } finally {
      this.#arriving.delete(number);
    }
    return 'new';
  }

  #checkSegment(number: number, body: readonly Uint8Array[]): number {
    const [first] = body;
    const start = first && first.length >= PEEK_BYTES ? first : Buffer.concat(body);
    if (start.length < SEGMENT_MINIMUM) throw new AppError('malformed', { sentence: 'The segment is cut short.' });
    let facts: ReturnType<typeof readSegmentStart>;
    try {
      facts = readSegmentStart(start);
    } catch (cause) {
      throw new AppError('malformed', { sentence: 'The segment’s beginning cannot be read.', cause });
    }
    if (facts.recording !== this.header.recording || facts.source !== this.header.source || facts.number !== number) {
      throw new AppError('malformed', { sentence: 'The segment says that it belongs elsewhere.' });
    }
    if (facts.start + facts.duration > TIMELINE_LIMIT) {
      throw new AppError('malformed', { sentence: 'The segment lies beyond what one recording can last.' });
    }
    if (!this.#envelopes.has(facts.chapter)) throw new AppError('chapter-unknown');
    return facts.chapter;
  }

  #checkUnsigned(chapter: number): void {
    if (!this.#signatures.has(chapter) && !this.#signing.has(chapter)) return;
    throw new AppError('already-done', { sentence: 'This chapter is signed already. Nothing can be added to it.' });
  }

  #checkRoom(what: keyof typeof MOST, there: number): void {
    if (there >= MOST[what]) throw new AppError('malformed', { sentence: `One recording cannot have more ${what}.` });
  }

  #sameOr(code: 'segment-differs' | 'chapter-differs' | 'already-done', same: boolean): Stored {
    if (!same) throw new AppError(code);
    return 'known';
  }

  /**
   * Stores a chapter's envelope, which was checked.
   * @param register makes it known to custody; nothing is written before that resolves
   * @throws AppError chapter-differs, already-done for a wrapped key that another chapter has, attempt-sealed, disk-full, and what
   *   `register` throws
   */
  putEnvelope(chapter: number, text: string, register: () => Promise<unknown>): Promise<Stored> {
    return this.#inTurn(async () => {
      const there = this.#envelopes.get(chapter);
      if (there !== undefined) return this.#sameOr('chapter-differs', there === text);
      this.checkOpen();
      this.#checkRoom('chapters', this.#envelopes.size);
      const key = wrappedKeyOf(text);
      // Custody would refuse it too, and enter that in the ledger each time.
      if (this.#wrappedKeys.has(key)) {
        throw new AppError('already-done', {
          sentence: 'Another chapter has this wrapped key. Each takes one of its own.',
        });
      }
      await register();
      await this.#appendText('envelope', text);
      this.#envelopes.set(chapter, text);
      this.#wrappedKeys.add(key);
      return 'new';
    });
  }

  /**
   * Stores a chapter's signed statement after checking it against the file.
   * @param statement the same statement as read
   * @throws AppError malformed, segments-missing with facts {missing}, already-done for another one, attempt-sealed, disk-full
   */
  putChapterSignature(statement: ChapterStatement, signed: SignedStatement): Promise<Stored> {
    return this.#inTurn(async () => {
      if (!isSignedBy(this.header.attemptKey, signed)) {
        throw new AppError('malformed', { sentence: 'The statement is not signed by this attempt’s key.' });
      }
      const there = this.#signatures.get(statement.chapter);
      if (there) return this.#sameOr('already-done', there.statement === signed.statement);
      this.checkOpen();
      // From here on the chapter is what it is: a segment that came between check and signature would stand outside it.
      this.#signing.add(statement.chapter);
      try {
        await Promise.allSettled(this.#arriving.values());
        await this.#checkChapter(statement);
        await this.#appendText('signature', JSON.stringify(signed));
        this.#signatures.set(statement.chapter, signed);
      } finally {
        this.#signing.delete(statement.chapter);
      }
      return 'new';
    });
  }

  async #checkChapter(statement: ChapterStatement): Promise<void> {
    const present = presentNumbers(statement);
    const missing = present.filter((number) => !this.#segments.has(number));
    if (missing.length > 0) throw new AppError('segments-missing', { facts: { missing } });
    let stored = 0;
    for (const { chapter } of this.#segments.values()) if (chapter === statement.chapter) stored++;
    const digests: Buffer[] = [];
    for (const number of present) {
      const place = this.#segments.get(number);
      if (place?.chapter === statement.chapter) {
        digests.push(sha256(await this.#journal.read(place.offset, place.bytes)));
      }
    }
    if (digests.length !== present.length || digests.length !== stored || digestOf(digests) !== statement.digest) {
      throw new AppError('malformed', { sentence: 'The statement does not fit the segments stored for this chapter.' });
    }
  }

  /** Writes down a gap, once. @throws AppError attempt-sealed, busy, disk-full */
  putGap({ from, to, cause }: GapRecord): Promise<Stored> {
    return this.#inTurn(async () => {
      this.checkOpen();
      if (this.#gaps.some((gap) => gap.from === from && gap.to === to && gap.cause === cause)) return 'known';
      this.#checkRoom('gaps', this.#gaps.length);
      await this.#appendText('gap', JSON.stringify({ from, to, cause }));
      this.#gaps.push({ from, to, cause });
      return 'new';
    });
  }

  /** Takes nothing more for good, save a seal. */
  end(): void {
    this.#ended = true;
  }

  /** What a seal's statement has to say of this recording. */
  get summary(): SealStatement['recordings'][number] {
    const chapters = [...this.#signatures].sort(([a], [b]) => a - b);
    const digest = digestOf(chapters.map(([, { statement }]) => sha256(statement)));
    return { recording: this.header.recording, chapters: chapters.length, segments: this.#segments.size, digest };
  }

  /** Closes the recording with its seal, once; nothing can be added after that. @throws AppError disk-full */
  seal(seal: SealRecord): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#seal) return;
      this.#seal = seal;
      try {
        await this.#appendText('seal', JSON.stringify(seal));
      } catch (error) {
        this.#seal = null;
        throw error;
      }
    });
  }

  /** Closes the file; the recording has to be idle. */
  close(): Promise<void> {
    return this.#journal.close();
  }

  #appendText(type: 'envelope' | 'signature' | 'gap' | 'seal', text: string): Promise<number> {
    return this.#journal.append(encodeFrame(type, [Buffer.from(text)]));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/** Keeps of a segment what is needed later and nothing else. */
const placeOf = ({ chapter, offset, bytes }: Place): Place => ({ chapter, offset, bytes });

function lengthOf(pieces: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const piece of pieces) bytes += piece.length;
  return bytes;
}

/** @param envelope canonical JSON. @returns SHA-256 of its wrapped key, base64url */
function wrappedKeyOf(envelope: string): string {
  return sha256(Buffer.from((JSON.parse(envelope) as Envelope).key, 'base64url')).toString('base64url');
}
