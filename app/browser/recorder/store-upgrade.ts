import type { ChapterRecord, RecordedSegment } from './store.ts';

/** A chapter as version 1 kept it: one record with all its segments, and no bodies. */
interface FormerChapter {
  attempt: string;
  recording: string;
  chapter: number;
  envelope: string;
  segments: { number: number; digest: Uint8Array<ArrayBuffer>; end: number }[];
  missing: number[];
  signed: boolean;
  statement: string | null;
}

/** Brings the recorder's database to version 4, in the transaction of the upgrade. @param from 0 where there is none yet */
export function upgrade(database: IDBDatabase, transaction: IDBTransaction, from: number): void {
  if (from < 1) {
    database.createObjectStore('attempt-keys');
    database.createObjectStore('chapters', { keyPath: ['recording', 'chapter'] });
  }
  // A key that waited for its attempt was of whoever had opened a link here last: each attempt makes its own.
  if (from > 0) transaction.objectStore('attempt-keys').delete('current');
  if (from < 4) database.createObjectStore('incidents', { autoIncrement: true });
  if (from > 1) return;
  database.createObjectStore('attempts', { keyPath: 'attempt' });
  database.createObjectStore('recordings', { keyPath: 'recording' });
  database.createObjectStore('segments', { keyPath: ['recording', 'chapter', 'number'] });
  database.createObjectStore('bodies');
  database.createObjectStore('gaps', { autoIncrement: true });
  if (from === 1) splitChapters(transaction);
}

function splitChapters(transaction: IDBTransaction): void {
  const segments = transaction.objectStore('segments');
  const cursors = transaction.objectStore('chapters').openCursor();
  cursors.onsuccess = () => {
    const cursor = cursors.result;
    if (!cursor) return;
    const former = cursor.value as FormerChapter;
    const { attempt, recording, chapter, envelope, missing, statement } = former;
    const signed = former.signed && {
      statement,
      segments: former.segments.length - missing.length,
      next: Math.max(0, ...former.segments.map(({ number }) => number + 1)),
      end: Math.max(0, ...former.segments.map(({ end }) => end)),
    };
    const record: ChapterRecord = {
      attempt,
      recording,
      chapter,
      envelope,
      registered: former.signed,
      missing,
      signed: signed || null,
    };
    cursor.update(record);
    for (const { number, digest, end } of former.signed ? [] : former.segments) {
      const segment: RecordedSegment = { recording, chapter, number, digest, start: end, end, bytes: 0 };
      segments.put(segment);
    }
    cursor.continue();
  };
}
