import { type Finding, judgeStorage } from './finding.ts';
import type { Needs } from './needs.ts';
import { words } from '../words/check.ts';

const DATABASE = 'cloister-check';
const PIECE = 4 * 2 ** 20;

/**
 * Really writes as much as an hour of the coarsest recording has, reads a piece of it back and removes all of it. For the finest it
 * takes the browser's word: writing that much would cost minutes.
 */
export async function checkStorage(needs: Needs): Promise<Finding> {
  let room: number;
  try {
    room = await writeAndRead(needs.least.hourBytes);
  } catch (error) {
    const name = error instanceof Error || error instanceof DOMException ? error.name : 'unknown';
    return { verdict: 'no', sentence: words.storage.none(name) };
  }
  if (room < needs.least.hourBytes) return judgeStorage(room, needs);
  const { quota, usage = 0 } = await (navigator.storage?.estimate?.() ?? Promise.resolve({})).catch(
    (): StorageEstimate => ({}),
  );
  return judgeStorage(quota === undefined ? null : Math.max(room, quota - usage), needs);
}

/** @returns how many bytes there was room for, of those asked for */
async function writeAndRead(bytes: number): Promise<number> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('pieces');
  const database = await done(opening);
  try {
    const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
    await put(database, 'key', privateKey);
    const piece = new Uint8Array(PIECE);
    for (let at = 0; at < PIECE; at += 65_536) crypto.getRandomValues(piece.subarray(at, at + 65_536));
    let written = 0;
    while (written < bytes) {
      try {
        await put(database, written, piece);
      } catch (error) {
        if (written > 0 && error instanceof DOMException && error.name === 'QuotaExceededError') return written;
        throw error;
      }
      written += PIECE;
    }
    const read = await done<Uint8Array>(database.transaction('pieces').objectStore('pieces').get(0));
    if (read.length !== PIECE || read.some((byte, i) => byte !== piece[i])) throw new Error('altered');
    return written;
  } finally {
    database.close();
    await done(indexedDB.deleteDatabase(DATABASE)).catch(() => {});
  }
}

async function put(database: IDBDatabase, key: IDBValidKey, value: unknown): Promise<void> {
  const writing = database.transaction('pieces', 'readwrite');
  const written = new Promise<void>((resolve, reject) => {
    writing.oncomplete = () => resolve();
    writing.onabort = () => reject(writing.error ?? new Error('nothing was kept'));
  });
  writing.objectStore('pieces').put(value, key);
  await written;
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('nothing was read'));
  });
}
