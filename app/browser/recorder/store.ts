/**
 * What has to outlive a reload, a crash and a killed browser: the attempt key, what each chapter contains, and what is encrypted
 * and not yet acknowledged. IndexedDB, in the worker. Bodies lie there as well and not in OPFS: a segment's body and the digest
 * that its chapter's signature needs have to appear together or not at all, and a strict transaction of both took 5 ms where
 * a flushed OPFS file alone took 3 ms (140 kB, Chromium 156).
 */
import type { GapCause, IncidentStatement, RecordingState, Source } from '../../wire.ts';
import type { Break } from './breaks.ts';
import { upgrade } from './store-upgrade.ts';

export interface AttemptKey {
  privateKey: CryptoKey;
  /** SubjectPublicKeyInfo. */
  spki: Uint8Array<ArrayBuffer>;
}

export interface AttemptRecord {
  attempt: string;
  /** ISO 8601: until when the appliance takes what is left. */
  uploadBy: string;
  /** ISO 8601 from the moment in which the test taker finished, here; else null. */
  finishedAt: string | null;
  /** Breaks that the test taker took, here; an attempt that was kept from before there were any says none. */
  breaks?: readonly Break[];
}

export interface RecordingRecord {
  attempt: string;
  recording: string;
  source: Source;
  /** ISO 8601: where the recording's timeline begins. */
  startedAt: string;
}

/** What is needed to sign a chapter, beside the digests of its segments. */
export interface ChapterRecord {
  attempt: string;
  recording: string;
  chapter: number;
  /** Canonical JSON. */
  envelope: string;
  /** Whether the appliance has the envelope. */
  registered: boolean;
  /** Numbers that never reached the appliance. */
  missing: number[];
  /** Once the appliance has the chapter's signature; its segments' digests are not kept any longer then. */
  signed: SignedChapter | null;
}

export interface SignedChapter {
  /** Canonical JSON; null where nothing of the chapter ever arrived, so that there was nothing to sign. */
  statement: string | null;
  /** How many segments it covers. */
  segments: number;
  /** The number after its last segment, and where that ends: µs on the recording's timeline. */
  next: number;
  end: number;
}

export interface RecordedSegment {
  recording: string;
  chapter: number;
  number: number;
  /** SHA-256 of the body. */
  digest: Uint8Array<ArrayBuffer>;
  /** µs on the recording's timeline. */
  start: number;
  end: number;
  /** Of the body. */
  bytes: number;
}

export interface RecordedGap {
  attempt: string;
  recording: string;
  /** µs on the recording's timeline. */
  from: number;
  to: number;
  cause: GapCause;
}

/** What was noted, until the appliance has it. */
export interface NotedIncident extends Omit<IncidentStatement, 'type' | 'to'> {
  /** Null while it goes on: it is stated once it has ended. */
  to: number | null;
}

/** All that is kept of an attempt except bodies. */
export interface Kept {
  recordings: RecordingRecord[];
  chapters: ChapterRecord[];
  /** Of chapters that are not signed. */
  segments: RecordedSegment[];
  /** Which of these have a body that waits. */
  waiting: { recording: string; number: number }[];
  gaps: (RecordedGap & { id: number })[];
  incidents: (NotedIncident & { id: number })[];
}

/** What is small and has to be kept even when the browser has no room: its place is held by this. */
const BALLAST = 'ballast';
const BALLAST_BYTES = 2 ** 20;
const PLACE = ['recordings', 'chapters', 'segments', 'bodies', 'gaps', 'incidents'];

type Key = [recording: string, chapter: number, number: number];

export class Store {
  #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
  }

  /** @throws a DOMException where the browser keeps no data for this page */
  static async open(): Promise<Store> {
    const opening = indexedDB.open('cloister', 4);
    opening.onupgradeneeded = ({ oldVersion }) => upgrade(opening.result, opening.transaction!, oldVersion);
    return new Store(await done(opening));
  }

  /** Removes what an attempt that has ended left in this browser. @throws a DOMException where it keeps no data */
  static async forgetAttempt(attempt: string): Promise<void> {
    const store = await Store.open();
    await store.forget(attempt);
    store.#database.close();
  }

  /** @returns the attempt's key in this browser, made now where there is none: the same one goes out again after a lost answer */
  async makeKey(attempt: string): Promise<AttemptKey> {
    const kept = await this.keyOf(attempt);
    if (kept) return kept;
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
    const key = { privateKey: pair.privateKey, spki };
    await this.#write(['attempt-keys'], 'strict', (objects) => objects('attempt-keys').put(key, attempt));
    return key;
  }

  async keyOf(attempt: string): Promise<AttemptKey | undefined> {
    return this.#get<AttemptKey>('attempt-keys', attempt);
  }

  async attempt(attempt: string): Promise<AttemptRecord | undefined> {
    return this.#get<AttemptRecord>('attempts', attempt);
  }

  /** Keeps it even where there is no other room left than what {@link holdPlace} held. */
  async saveAttempt(record: AttemptRecord): Promise<void> {
    const save = () => this.#write(['attempts'], 'strict', (objects) => objects('attempts').put(record));
    await save().catch(async (error: unknown) => {
      if (!isFull(error)) throw error;
      await this.#write(['bodies'], 'strict', (objects) => objects('bodies').delete(BALLAST));
      await save();
    });
  }

  /** Holds a place for what has to be kept at the end of the exam, however full the browser is by then. */
  async holdPlace(): Promise<void> {
    const ballast = new Uint8Array(BALLAST_BYTES);
    // Zeros would be packed.
    for (let at = 0; at < BALLAST_BYTES; at += 65_536) crypto.getRandomValues(ballast.subarray(at, at + 65_536));
    await this.#write(['bodies'], 'relaxed', (objects) => objects('bodies').put(ballast, BALLAST));
  }

  async addRecording(attempt: string, { recording, source, startedAt }: RecordingState): Promise<void> {
    const record: RecordingRecord = { attempt, recording, source, startedAt };
    await this.#write(['recordings'], 'strict', (objects) => objects('recordings').put(record));
  }

  /** @throws a QuotaExceededError where there is no room; nothing is changed then */
  async addChapter(record: ChapterRecord): Promise<void> {
    await this.#write(['chapters'], 'strict', (objects) => objects('chapters').put(record));
  }

  /** Keeps a segment until {@link dropBody}. @throws a QuotaExceededError where there is no room; nothing is changed then */
  async addSegment(segment: RecordedSegment, body: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#write(['segments', 'bodies'], 'strict', (objects) => {
      objects('segments').put(segment);
      objects('bodies').put(body, keyOf(segment));
    });
  }

  /** @returns the gap's id @throws a QuotaExceededError where there is no room */
  async addGap(gap: RecordedGap): Promise<number> {
    let added: IDBRequest<IDBValidKey> | undefined;
    await this.#write(['gaps'], 'strict', (objects) => (added = objects('gaps').add(gap)));
    return added?.result as number;
  }

  /** @returns the incident's id @throws a QuotaExceededError where there is no room */
  async addIncident(incident: NotedIncident): Promise<number> {
    let added: IDBRequest<IDBValidKey> | undefined;
    await this.#write(['incidents'], 'strict', (objects) => (added = objects('incidents').add(incident)));
    return added?.result as number;
  }

  /** @throws a QuotaExceededError where there is no room; what was kept of it stays then */
  async saveIncident(id: number, incident: NotedIncident): Promise<void> {
    await this.#write(['incidents'], 'strict', (objects) => objects('incidents').put(incident, id));
  }

  async incident(id: number): Promise<NotedIncident> {
    const incident = await this.#get<NotedIncident>('incidents', id);
    if (!incident) throw new Error('the browser lost what it kept of an incident');
    return incident;
  }

  /** @returns undefined where the browser lost it */
  async body(segment: {
    recording: string;
    chapter: number;
    number: number;
  }): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#get<Uint8Array<ArrayBuffer>>('bodies', keyOf(segment));
  }

  async gap(id: number): Promise<RecordedGap> {
    const gap = await this.#get<RecordedGap>('gaps', id);
    if (!gap) throw new Error('the browser lost what it kept of a gap');
    return gap;
  }

  /** @returns the chapter's segments in the order of their numbers */
  async segmentsOf({ recording, chapter }: { recording: string; chapter: number }): Promise<RecordedSegment[]> {
    return done(this.#database.transaction('segments').objectStore('segments').getAll(under(recording, chapter)));
  }

  /*
   * What follows notes what the appliance has. Were it lost with the power, or where there is no room for a note, the same would be
   * sent once more, and known there.
   */

  async dropBody(segment: { recording: string; chapter: number; number: number }): Promise<void> {
    await this.#note(['bodies'], (objects) => objects('bodies').delete(keyOf(segment)));
  }

  async dropGap(id: number): Promise<void> {
    await this.#note(['gaps'], (objects) => objects('gaps').delete(id));
  }

  async dropIncident(id: number): Promise<void> {
    await this.#note(['incidents'], (objects) => objects('incidents').delete(id));
  }

  async saveChapter(record: ChapterRecord): Promise<void> {
    await this.#note(['chapters'], (objects) => objects('chapters').put(record));
  }

  /** Saves a chapter that is signed and drops its segments' digests. */
  async completeChapter(record: ChapterRecord): Promise<void> {
    await this.#note(['chapters', 'segments', 'bodies'], (objects) => {
      objects('chapters').put(record);
      objects('segments').delete(under(record.recording, record.chapter));
      objects('bodies').delete(under(record.recording, record.chapter));
    });
  }

  /** @returns all that is kept of an attempt; chapters, segments and what waits in the order of their numbers */
  async load(attempt: string): Promise<Kept> {
    const transaction = this.#database.transaction(PLACE);
    const all = <T>(store: string, range?: IDBKeyRange) =>
      done<T[]>(transaction.objectStore(store).getAll(range) as IDBRequest<T[]>);
    const own = <T extends { attempt: string }>(records: T[]) => records.filter((record) => record.attempt === attempt);
    const numbered = async <T extends { attempt: string }>(store: string) => {
      const keys = done(transaction.objectStore(store).getAllKeys());
      const kept = await all<T>(store);
      const ids = (await keys) as number[];
      return own(kept.map((one, i) => ({ ...one, id: ids[i] as number })));
    };
    const [recordings, chapters, gaps, incidents] = await Promise.all([
      all<RecordingRecord>('recordings').then(own),
      all<ChapterRecord>('chapters').then(own),
      numbered<RecordedGap>('gaps'),
      numbered<NotedIncident>('incidents'),
    ]);
    const ids = [...new Set([...recordings, ...chapters].map(({ recording }) => recording))];
    const segments = await Promise.all(ids.map((recording) => all<RecordedSegment>('segments', under(recording))));
    const bodies = await Promise.all(
      ids.map((recording) => done(transaction.objectStore('bodies').getAllKeys(under(recording)))),
    );
    const waiting = (bodies.flat() as Key[]).map(([recording, , number]) => ({ recording, number }));
    return { recordings, chapters, segments: segments.flat(), waiting, gaps, incidents };
  }

  /** Removes all that was kept for an attempt. */
  async forget(attempt: string): Promise<void> {
    const { recordings, chapters, gaps, incidents } = await this.load(attempt);
    await this.#write([...PLACE, 'attempts', 'attempt-keys'], 'strict', (objects) => {
      for (const recording of new Set([...recordings, ...chapters].map((record) => record.recording))) {
        objects('recordings').delete(recording);
        for (const store of ['chapters', 'segments', 'bodies']) objects(store).delete(under(recording));
      }
      for (const { id } of gaps) objects('gaps').delete(id);
      for (const { id } of incidents) objects('incidents').delete(id);
      objects('bodies').delete(BALLAST);
      objects('attempts').delete(attempt);
      objects('attempt-keys').delete(attempt);
    });
  }

  /** Removes attempts whose upload ended before a moment, except one. @param moment epoch ms */
  async forgetEndedBefore(moment: number, except: string): Promise<void> {
    const kept = await done<AttemptRecord[]>(
      this.#database.transaction('attempts').objectStore('attempts').getAll() as IDBRequest<AttemptRecord[]>,
    );
    for (const { attempt, uploadBy } of kept) {
      if (attempt !== except && Date.parse(uploadBy) < moment) await this.forget(attempt);
    }
  }

  async #get<T>(store: string, key: IDBValidKey): Promise<T | undefined> {
    return done<T | undefined>(this.#database.transaction(store).objectStore(store).get(key));
  }

  async #note(stores: string[], change: (objects: (store: string) => IDBObjectStore) => void): Promise<void> {
    await this.#write(stores, 'relaxed', change).catch((error: unknown) => {
      if (!isFull(error)) throw error;
    });
  }

  async #write(
    stores: string[],
    durability: IDBTransactionDurability,
    change: (objects: (store: string) => IDBObjectStore) => void,
  ): Promise<void> {
    const transaction = this.#database.transaction(stores, 'readwrite', { durability });
    const completed = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      // Chromium tells of a disk that is full in other words too, as by a DataError “Failed to write blobs”.
      transaction.onabort = () => reject(new DOMException(transaction.error?.message, 'QuotaExceededError'));
    });
    change((store) => transaction.objectStore(store));
    await completed;
  }
}

/** @returns whether the browser had no room for what was to be kept */
export function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError';
}

function keyOf({ recording, chapter, number }: { recording: string; chapter: number; number: number }): Key {
  return [recording, chapter, number];
}

/** Every key that begins so: arrays come after numbers (Indexed Database API 3.0, section 2.4). */
function under(...beginning: (string | number)[]): IDBKeyRange {
  return IDBKeyRange.bound(beginning, [...beginning, []]);
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser could not read its data'));
  });
}
