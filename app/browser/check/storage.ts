import { type Finding, judgeStorage } from './finding.ts';
import type { Needs } from './needs.ts';

const DATABASE = 'cloister-check';
const PIECE = 2 ** 20;

/** Writes a piece as large as a segment, reads it back and removes all of it; asks for how much there would be room. */
export async function checkStorage(needs: Needs): Promise<Finding> {
  try {
    await writeAndRead();
  } catch (error) {
    const name = error instanceof Error || error instanceof DOMException ? error.name : 'unknown';
    return {
      verdict: 'no',
      sentence: `Your browser keeps no data for this page (${name}), so a recording could not wait there while there is no connection. Leave private browsing, or allow this page to keep data, and check again.`,
    };
  }
  const { quota, usage = 0 } = await (navigator.storage?.estimate?.() ?? Promise.resolve({})).catch(
    (): StorageEstimate => ({}),
  );
  return judgeStorage(quota === undefined ? null : quota - usage, needs);
}

async function writeAndRead(): Promise<void> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('pieces');
  const database = await done(opening);
  try {
    const piece = crypto.getRandomValues(new Uint8Array(65_536));
    const whole = new Uint8Array(PIECE);
    for (let at = 0; at < PIECE; at += piece.length) whole.set(piece, at);
    const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
    const writing = database.transaction('pieces', 'readwrite');
    writing.objectStore('pieces').put({ whole, privateKey }, 1);
    await new Promise<void>((resolve, reject) => {
      writing.oncomplete = () => resolve();
      writing.onabort = () => reject(writing.error ?? new Error('nothing was kept'));
    });
    const read = await done<{ whole: Uint8Array }>(database.transaction('pieces').objectStore('pieces').get(1));
    if (read.whole.length !== PIECE || read.whole.some((byte, i) => byte !== whole[i])) throw new Error('altered');
  } finally {
    database.close();
    await done(indexedDB.deleteDatabase(DATABASE)).catch(() => {});
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('nothing was read'));
  });
}
