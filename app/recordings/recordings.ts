import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import type { Logger } from 'pino';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { hasEnded } from '../../db/appliance/attempts.ts';
import { findRecording, insertRecording, listRecordings } from '../../db/appliance/recordings.ts';
import { AppError } from '../errors.ts';
import type { EnvelopeAlgorithm, Receipt, RecordingState, SealStatement, SignedStatement, Source } from '../wire.ts';
import { DiskSpace } from './disk-space.ts';
import { encodeFrame, PAYLOAD_LIMIT } from './frames.ts';
import { Intake } from './intake.ts';
import { Journal, syncFolder } from './journal.ts';
import { takeInOrphans } from './orphans.ts';
import { Recording, type Stored } from './recording.ts';
import { UnreadableRecordingError } from './recording-index.ts';
import { readChapterStatement, readEnvelope } from './records.ts';
import type { GapRecord, HeaderRecord } from './records.ts';
import { checkSeal, readOrRefuse, refuse } from './statements.ts';

/** Bytes of bodies in memory at once, over all recordings. */
const INTAKE_BYTES = 256 * 2 ** 20;
const IDLE_MS = 2 * 60_000;
/** An attempt is being recorded while its last segment is not older: at its coarsest a recorder sends one every five seconds. */
const RECORDED_MS = 20_000;

/** What recordings need to know of the attempt that a request belongs to. */
export interface RecordedAttempt {
  id: string;
  exam: string;
  /** The exam key that envelopes have to be made for. */
  examKey: { kid: string; alg: EnvelopeAlgorithm };
}

/** What a recorder says of a recording that it begins. */
export interface BegunRecording {
  source: Source;
  mimeType: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  /** The attempt key of the browser that makes it: SubjectPublicKeyInfo. */
  attemptKey: Buffer;
}

/** Takes chapters' envelopes for custody. */
export interface ChapterRegister {
  /** Registers it or has it wait, durably. @param envelope canonical JSON; the same again is no error */
  registerChapter(envelope: string): Promise<unknown>;
}

export interface RecordingsOptions {
  /** Holds a folder per attempt. */
  folder: string;
  db: ApplianceDatabase;
  registrations: ChapterRegister;
  /** Most bytes of a segment's body; bytes of disk that stay free. */
  limits: { segment: number; diskReserve: number };
  log: Logger;
}

/** All recordings of the appliance. Every method takes the attempt and sees nothing of others'. */
export class Recordings {
  readonly intake = new Intake(INTAKE_BYTES);
  readonly segmentLimit: number;
  readonly #options: RecordingsOptions;
  readonly #disk: DiskSpace;
  readonly #open = new Map<string, Recording>();
  readonly #opening = new Map<string, Promise<Recording>>();
  /** By attempt: the last of the operations on all its recordings, which happen one after another. */
  readonly #turns = new Map<string, Promise<unknown>>();
  /** By attempt: when its last segment was stored, in milliseconds of the monotonic clock. */
  readonly #storedAt = new Map<string, number>();
  readonly #sweep: NodeJS.Timeout;

  /** @throws RangeError when the segment limit is beyond what a frame carries */
  constructor(options: RecordingsOptions) {
    if (options.limits.segment > PAYLOAD_LIMIT) throw new RangeError(`segments are limited to ${PAYLOAD_LIMIT} bytes`);
    this.#options = options;
    this.segmentLimit = options.limits.segment;
    this.#disk = new DiskSpace(options.folder, options.limits.diskReserve);
    this.#sweep = setInterval(() => this.#closeIdle(), IDLE_MS / 2).unref();
  }

  /**
   * Begins a recording, or gives the one that the attempt has of this source and browser.
   * @throws AppError attempt-sealed, disk-full
   */
  async create(attempt: RecordedAttempt, begun: BegunRecording): Promise<{ stored: Stored; state: RecordingState }> {
    return this.#inTurn(attempt.id, () => this.#create(attempt, begun));
  }

  async #inTurn<T>(attempt: string, work: () => Promise<T>): Promise<T> {
    const result = Promise.resolve(this.#turns.get(attempt)).then(work);
    const settled = result.catch(() => {});
    this.#turns.set(attempt, settled);
    try {
      return await result;
    } finally {
      if (this.#turns.get(attempt) === settled) this.#turns.delete(attempt);
    }
  }

  async #create(attempt: RecordedAttempt, begun: BegunRecording) {
    if (hasEnded(this.#options.db, attempt.id)) throw new AppError('attempt-sealed');
    const present = await this.#all(attempt.id);
    for (const recording of present) recording.checkOpen();
    const attemptKey = begun.attemptKey.toString('base64url');
    const there = present.find(({ header }) => header.source === begun.source && header.attemptKey === attemptKey);
    if (there) return { stored: 'known' as const, state: there.state };
    await this.#disk.check(0);
    const id = randomUUID();
    const header: HeaderRecord = {
      v: 1,
      exam: attempt.exam,
      attempt: attempt.id,
      recording: id,
      ...begun,
      attemptKey,
    };
    await this.#makeFolder(attempt.id);
    // File before row: a crash in between leaves a file that holds a header alone, which is removed when it is found.
    const journal = await Journal.create(this.#path(attempt.id, id), frameOf(header));
    await journal.close();
    insertRecording(this.#options.db, { id, attempt: attempt.id, ...begun });
    return { stored: 'new' as const, state: (await this.find(attempt.id, id)).state };
  }

  async #makeFolder(attempt: string): Promise<void> {
    await mkdir(join(this.#options.folder, attempt), { recursive: true, mode: 0o750 });
    // Also where it is there: a crash may have come between the two.
    await syncFolder(this.#options.folder);
  }

  /**
   * Finds a recording of this attempt and opens its file.
   * @throws AppError not-found
   */
  async find(attempt: string, id: string): Promise<Recording> {
    const recording = this.#open.get(id) ?? (await this.#openFile(attempt, id));
    if (recording.header.attempt !== attempt) throw new AppError('not-found');
    recording.lastUsed = performance.now();
    return recording;
  }

  async #openFile(attempt: string, id: string): Promise<Recording> {
    if (!findRecording(this.#options.db, attempt, id)) {
      await this.#inTurn(attempt, () => takeInOrphans(this.#options, attempt));
      if (!findRecording(this.#options.db, attempt, id)) throw new AppError('not-found');
    }
    const under = this.#opening.get(id);
    if (under) return under;
    const opening = Journal.open(this.#path(attempt, id))
      .then(({ journal, index, cut }) => {
        if (cut > 0) this.#options.log.warn({ recording: id, bytes: cut }, 'cut a write that never finished');
        if (index.damage.length > 0) this.#options.log.error({ recording: id, damage: index.damage }, 'damaged');
        const recording = new Recording(journal, index);
        // Its seal may wait for custody, and be in no file yet.
        if (hasEnded(this.#options.db, attempt)) recording.end();
        recording.lastUsed = performance.now();
        this.#open.set(id, recording);
        return recording;
      })
      .catch((cause: unknown) => {
        if (!(cause instanceof UnreadableRecordingError)) throw cause;
        throw new AppError('internal', { detail: `recording ${id} cannot be read`, cause });
      })
      .finally(() => this.#opening.delete(id));
    this.#opening.set(id, opening);
    return opening;
  }

  /** Call it in the attempt's turn: a file that is being created has no row yet. */
  async #all(attempt: string): Promise<Recording[]> {
    await takeInOrphans(this.#options, attempt);
    return Promise.all(listRecordings(this.#options.db, attempt).map(({ id }) => this.find(attempt, id)));
  }

  /**
   * @param attemptKey a browser's key: SubjectPublicKeyInfo
   * @returns where each of this browser's recordings stands, oldest first; what a seal has to say of the other browsers', and for how
   *   many seconds they told of breaks
   */
  async standing(
    attempt: string,
    attemptKey: Buffer,
  ): Promise<{ own: RecordingState[]; others: SealStatement['recordings']; rested: number }> {
    const key = attemptKey.toString('base64url');
    const all = await this.#inTurn(attempt, () => this.#all(attempt));
    const elsewhere = all.filter(({ header }) => header.attemptKey !== key);
    const others = elsewhere.map(({ summary }) => summary);
    return {
      own: all.filter(({ header }) => header.attemptKey === key).map(({ state }) => state),
      others: others.filter(({ chapters, segments }) => chapters + segments > 0),
      rested: Math.round(secondsOf(elsewhere.flatMap(({ breaks }) => breaks))),
    };
  }

  /**
   * Stores a chapter's envelope, once custody has registered it or that waits durably.
   * @param text canonical JSON of an Envelope
   * @throws AppError malformed, chapter-differs, attempt-sealed, disk-full, what custody refuses
   */
  async putEnvelope(attempt: RecordedAttempt, id: string, chapter: number, text: string): Promise<Stored> {
    const recording = await this.find(attempt.id, id);
    const envelope = readOrRefuse(() => readEnvelope(text));
    const { kid, alg } = attempt.examKey;
    const expected = { exam: attempt.exam, attempt: attempt.id, recording: id, chapter, kid, alg };
    for (const [name, value] of Object.entries(expected)) {
      if (envelope[name as keyof typeof expected] !== value) refuse(`The envelope is for another ${name}.`);
    }
    return recording.putEnvelope(chapter, text, async () => {
      await this.#disk.check(text.length);
      return this.#options.registrations.registerChapter(text);
    });
  }

  /**
   * Refuses what cannot be stored before its body is read.
   * @param bytes what the request says of its body's length; 0 where it says nothing
   * @throws AppError not-found, attempt-sealed, too-large, busy (also while a seal is under way), disk-full
   */
  async expectSegment(attempt: string, id: string, bytes: number): Promise<void> {
    (await this.find(attempt, id)).checkOpen();
    if (bytes > this.segmentLimit) throw new AppError('too-large', { detail: `${bytes} bytes` });
    this.intake.check(attempt, bytes);
    await this.#disk.check(bytes);
  }

  /**
   * Stores a segment; durable on return.
   * @param body pieces of the segment's body
   * @throws AppError as {@link Recording.putSegment}
   */
  async putSegment(attempt: string, id: string, number: number, body: readonly Uint8Array[]): Promise<Stored> {
    const stored = await (await this.find(attempt, id)).putSegment(number, body);
    if (stored === 'new') this.#storedAt.set(attempt, performance.now());
    return stored;
  }

  /** @returns whether something that was recorded in this attempt has arrived in the last seconds */
  isRecorded(attempt: string): boolean {
    return performance.now() - (this.#storedAt.get(attempt) ?? -Infinity) < RECORDED_MS;
  }

  /**
   * Stores what the attempt key signed for a chapter, after checking it against the stored segments.
   * @throws AppError malformed, segments-missing with facts {missing}, already-done, attempt-sealed
   */
  async putChapterSignature(attempt: string, id: string, chapter: number, signed: SignedStatement): Promise<Stored> {
    const recording = await this.find(attempt, id);
    const statement = readOrRefuse(() => readChapterStatement(signed.statement));
    if (statement.attempt !== attempt || statement.recording !== id || statement.chapter !== chapter) {
      refuse('The statement is about another chapter.');
    }
    return recording.putChapterSignature(statement, signed);
  }

  /** @throws AppError not-found, attempt-sealed, busy, disk-full */
  async putGap(attempt: string, id: string, gap: GapRecord): Promise<Stored> {
    return (await this.find(attempt, id)).putGap(gap);
  }

  /**
   * Seals an attempt: checks the statement against the files, has it entered, and writes it into every recording. Nothing can be
   * added from the check on, unless custody does not enter it. Every recording that is not empty has to be named with its number of signed
   * chapters, its number of stored segments (init included) and the digest over its chapter statements.
   * @param attempt with the keys of all its browsers as SubjectPublicKeyInfo
   * @param enter has custody enter the seal; null where that waits, durably
   * @returns what `enter` gave
   * @throws AppError malformed with a sentence, disk-full, what `enter` throws
   */
  async seal(
    attempt: { id: string; exam: string; keys: Buffer[] },
    signed: SignedStatement,
    enter: () => Promise<Receipt | null>,
  ): Promise<Receipt | null> {
    return this.#inTurn(attempt.id, async () => {
      const recordings = await this.#all(attempt.id);
      let receipt: Receipt | null;
      try {
        await Promise.all(recordings.map((recording) => recording.freeze()));
        checkSeal(attempt, signed, recordings);
        receipt = await enter();
      } catch (error) {
        for (const recording of recordings) recording.thaw();
        throw error;
      }
      if (receipt) await writeSeal(recordings, signed, receipt);
      else for (const recording of recordings) recording.end();
      return receipt;
    });
  }

  /**
   * Writes a seal that custody has entered already into every recording of the attempt; what is sealed stays as it is.
   * @param receipt custody's word that the seal stands in the ledger
   * @throws AppError disk-full
   */
  async finishSeal(attempt: string, signed: SignedStatement, receipt: Receipt): Promise<void> {
    await this.#inTurn(attempt, async () => writeSeal(await this.#all(attempt), signed, receipt));
  }

  /** Takes nothing more for an attempt that custody has closed without a seal. */
  async end(attempt: string): Promise<void> {
    await this.#inTurn(attempt, async () => {
      for (const recording of await this.#all(attempt)) recording.end();
    });
  }

  /** Closes all files; for the process's end, after its listeners are closed. */
  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await Promise.all([...this.#open.values()].map((recording) => recording.close()));
    this.#open.clear();
  }

  #closeIdle(): void {
    const before = performance.now() - IDLE_MS;
    for (const [attempt, at] of this.#storedAt) if (at < before) this.#storedAt.delete(attempt);
    for (const [id, recording] of this.#open) {
      if (recording.lastUsed > before || !recording.idle) continue;
      this.#open.delete(id);
      recording.close().catch((err: unknown) => this.#options.log.warn({ err, recording: id }, 'closing failed'));
    }
  }

  #path(attempt: string, id: string): string {
    return join(this.#options.folder, attempt, `${id}.clr`);
  }
}

async function writeSeal(recordings: Recording[], signed: SignedStatement, receipt: Receipt): Promise<void> {
  const { statement, signature } = signed;
  // Custody's entry says which of the attempt's browsers signed it.
  const { publicKey: key } = JSON.parse(receipt.entry.body) as { publicKey?: string };
  for (const recording of recordings) await recording.seal({ statement, signature, ...(key && { key }), receipt });
}

/** @param stretches epoch ms @returns how long they are together: the sources of one browser lie side by side */
function secondsOf(stretches: { from: number; to: number }[]): number {
  let [seconds, until] = [0, -Infinity];
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    seconds += Math.max(0, to - Math.max(from, until)) / 1000;
    until = Math.max(until, to);
  }
  return seconds;
}

const frameOf = (header: HeaderRecord): Uint8Array[] =>
  encodeFrame('header', [Buffer.from(canonicalize(header) ?? '')]);
