/** What has to outlive a reload: the attempt key, and what each chapter contains. IndexedDB, in the worker. */

export interface AttemptKey {
  privateKey: CryptoKey;
  /** SubjectPublicKeyInfo. */
  spki: Uint8Array<ArrayBuffer>;
}

export interface RecordedSegment {
  number: number;
  /** SHA-256 of the body. */
  digest: Uint8Array<ArrayBuffer>;
  /** µs on the recording's timeline. */
  end: number;
}

/** What is needed to sign a chapter: kept from the moment a segment is encrypted, before it is sent. */
export interface ChapterRecord {
  attempt: string;
  recording: string;
  chapter: number;
  /** Canonical JSON. */
  envelope: string;
  segments: RecordedSegment[];
  /** Numbers that never reached the appliance. */
  missing: number[];
  /** Whether the appliance has the chapter's signature, and the statement that it signs. */
  signed: boolean;
  statement: string | null;
}

/** Where the key lies until the appliance has said which attempt it belongs to. */
const PENDING = 'current';

export class Store {
  #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
  }

  /** @throws a DOMException where the browser keeps no data for this page */
  static async open(): Promise<Store> {
    const opening = indexedDB.open('cloister', 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('attempt-keys');
      opening.result.createObjectStore('chapters', { keyPath: ['recording', 'chapter'] });
    };
    return new Store(await done(opening));
  }

  /** @returns the key that was made but not yet tied to an attempt: the same one goes out again after a lost answer */
  async pendingKey(): Promise<AttemptKey> {
    const kept = await this.#get<AttemptKey>('attempt-keys', PENDING);
    if (kept) return kept;
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
    const key = { privateKey: pair.privateKey, spki };
    await this.#write('attempt-keys', (keys) => keys.put(key, PENDING));
    return key;
  }

  async tieKey(attempt: string, key: AttemptKey): Promise<void> {
    await this.#write('attempt-keys', (keys) => {
      keys.put(key, attempt);
      keys.delete(PENDING);
    });
  }

  /** @returns the attempt's key; where the answer to its start was lost, the pending one */
  async keyOf(attempt: string): Promise<AttemptKey | undefined> {
    return (
      (await this.#get<AttemptKey>('attempt-keys', attempt)) ?? (await this.#get<AttemptKey>('attempt-keys', PENDING))
    );
  }

  async saveChapter(record: ChapterRecord): Promise<void> {
    await this.#write('chapters', (chapters) => chapters.put(record));
  }

  /** @returns the attempt's chapters in the order of recordings and chapters */
  async chaptersOf(attempt: string): Promise<ChapterRecord[]> {
    const transaction = this.#database.transaction('chapters');
    const all = await done<ChapterRecord[]>(transaction.objectStore('chapters').getAll());
    return all.filter((record) => record.attempt === attempt);
  }

  /** Removes all that was kept for an attempt: its seal is with the appliance. */
  async forget(attempt: string): Promise<void> {
    const records = await this.chaptersOf(attempt);
    await this.#write('chapters', (chapters) => {
      for (const { recording, chapter } of records) chapters.delete([recording, chapter]);
    });
    await this.#write('attempt-keys', (keys) => keys.delete(attempt));
  }

  async #get<T>(store: string, key: string): Promise<T | undefined> {
    return done<T | undefined>(this.#database.transaction(store).objectStore(store).get(key));
  }

  async #write(store: string, change: (objects: IDBObjectStore) => void): Promise<void> {
    const transaction = this.#database.transaction(store, 'readwrite');
    const completed = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser could not keep the data'));
    });
    change(transaction.objectStore(store));
    await completed;
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser could not read its data'));
  });
}
