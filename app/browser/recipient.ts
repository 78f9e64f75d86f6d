import { type EnvelopeAlgorithm, toBase64url } from '../wire.ts';

const DATABASE = 'cloister-room';
const STORE = 'recipients';
/**
 * Milliseconds. An act that takes two people is open for a day, and the grant lives for an hour from the second one's signature on: what is
 * older was left behind.
 */
const KEPT = 26 * 3600 * 1000;

/** What this browser keeps of the key that a grant was signed for. */
export interface Recipient {
  /** The private half. */
  key: CryptoKey;
  /** SHA-256 of the public half's SubjectPublicKeyInfo, base64url: it names the key to custody. */
  digest: string;
  /** When it was kept, in milliseconds since 1970. */
  at: number;
}

/**
 * Makes the key pair under which custody releases chapter keys. The private half cannot leave the browser.
 * @param alg JOSE name; RSA-OAEP means SHA-1, RSA-OAEP-256 SHA-256 (RFC 7518 section 4.3)
 */
export async function makeRecipient(alg: EnvelopeAlgorithm): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(
    {
      name: 'RSA-OAEP',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: alg === 'RSA-OAEP-256' ? 'SHA-256' : 'SHA-1',
    },
    false,
    ['wrapKey', 'unwrapKey'],
  );
}

/** Keeps a key in this browser under the act (and so the grant) it belongs to, and drops those left behind. */
export async function saveRecipient(act: string, pair: CryptoKeyPair): Promise<void> {
  const spki = await crypto.subtle.exportKey('spki', pair.publicKey);
  const digest = toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', spki)));
  sessionStorage.setItem(digestName(act), digest);
  await inStore('readwrite', (store) => {
    const old = store.openCursor();
    old.onsuccess = () => {
      if (!old.result) return;
      if ((old.result.value as Recipient).at < Date.now() - KEPT) old.result.delete();
      old.result.continue();
    };
    return store.put({ key: pair.privateKey, digest, at: Date.now() } satisfies Recipient, act);
  });
}

/**
 * Keeps the key that an act was signed for under each of the views that the act opened.
 * @returns it; undefined in a browser that did not ask for them
 */
export async function shareRecipient(act: string, grants: readonly string[]): Promise<Recipient | undefined> {
  const recipient = await readRecipient(act);
  if (!recipient) return undefined;
  for (const grant of grants) {
    sessionStorage.setItem(digestName(grant), recipient.digest);
    await inStore('readwrite', (store) => store.put(recipient, grant));
  }
  return recipient;
}

/** @returns the digest of a grant's key where this window made the key, null elsewhere; at once, which the key itself is not */
export function recallDigest(grant: string): string | null {
  return sessionStorage.getItem(digestName(grant));
}

/** @returns the key of a grant, undefined when this browser has none */
export async function readRecipient(grant: string): Promise<Recipient | undefined> {
  return inStore('readonly', (store) => store.get(grant) as IDBRequest<Recipient | undefined>);
}

/** Ends this browser's share in a grant: what was released for it cannot be opened any more. */
export async function deleteRecipient(grant: string): Promise<void> {
  sessionStorage.removeItem(digestName(grant));
  await inStore('readwrite', (store) => store.delete(grant));
}

function digestName(grant: string): string {
  return `recipient of ${grant}`;
}

async function inStore<T>(mode: IDBTransactionMode, run: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const asked = run(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}
