/** Days after which notes that nobody has changed are deleted: by then no exam takes anything from its test takers any more. */
const MOST_DAYS = 30;
const STORE = 'notes';

interface Note {
  attempt: string;
  text: string;
  /** Epoch ms. */
  changedAt: number;
}

/**
 * The notes of attempts, in this browser and nowhere else. In a database of their own: whatever happens to notes, nothing happens to
 * what waits to be sent.
 */
export class Notes {
  #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
  }

  /** @throws a DOMException where the browser keeps no data for this page */
  static async open(): Promise<Notes> {
    const opening = indexedDB.open('cloister-notes', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'attempt' });
    return new Notes(await done(opening));
  }

  /** Deletes an attempt's notes, where its page is not open. @throws a DOMException where the browser keeps no data */
  static async forgetAttempt(attempt: string): Promise<void> {
    const notes = await Notes.open();
    await notes.forget(attempt);
    notes.#database.close();
  }

  /** @returns the attempt's own notes; empty where there are none. Those that were left behind long ago are deleted. */
  async read(attempt: string): Promise<string> {
    const kept = await done<Note[]>(
      this.#database.transaction(STORE).objectStore(STORE).getAll() as IDBRequest<Note[]>,
    );
    const before = Date.now() - MOST_DAYS * 86_400_000;
    for (const note of kept) {
      if (note.attempt !== attempt && note.changedAt < before) await this.forget(note.attempt);
    }
    return kept.find((note) => note.attempt === attempt)?.text ?? '';
  }

  /** @throws a DOMException where there is no room */
  async write(attempt: string, text: string): Promise<void> {
    const note: Note = { attempt, text, changedAt: Date.now() };
    await this.#change((objects) => objects.put(note));
  }

  async forget(attempt: string): Promise<void> {
    await this.#change((objects) => objects.delete(attempt));
  }

  async #change(change: (objects: IDBObjectStore) => void): Promise<void> {
    const transaction = this.#database.transaction(STORE, 'readwrite', { durability: 'strict' });
    const completed = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser did not keep notes'));
    });
    change(transaction.objectStore(STORE));
    await completed;
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser could not read its data'));
  });
}
