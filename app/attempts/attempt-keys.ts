import { findAttemptKeys, setAttemptKey } from '../../db/appliance/attempts.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { sha256 } from '../recordings/records.ts';

/** Attempts whose keys are remembered: each segment asks. */
const REMEMBERED = 10_000;

/** The keys of an attempt's browsers. A name is the SHA-256 of the SubjectPublicKeyInfo, base64url. */
export interface Keyring {
  /** The name of the key of the browser that goes on with the attempt. */
  current: string;
  /** All keys as SubjectPublicKeyInfo, by name. */
  all: ReadonlyMap<string, Buffer>;
}

/** @param spki SubjectPublicKeyInfo. @returns the key's name */
export const nameOf = (spki: Buffer): string => sha256(spki).toString('base64url');

/** Which browsers an attempt was opened in, by their keys, and in which one it goes on. */
export class AttemptKeys {
  readonly #db: ApplianceDatabase;
  readonly #known = new Map<string, Keyring>();

  constructor(db: ApplianceDatabase) {
    this.#db = db;
  }

  /** @returns an empty ring of an attempt that has not started */
  of(attempt: string): Keyring {
    const known = this.#known.get(attempt);
    if (known) return known;
    const { all, current } = findAttemptKeys(this.#db, attempt);
    const ring = { current: current ? nameOf(current) : '', all: new Map(all.map((spki) => [nameOf(spki), spki])) };
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    if (current) this.#known.set(attempt, ring);
    return ring;
  }

  /** The attempt goes on in the browser of this key, which may be new to it. */
  set(attempt: string, spki: Buffer): void {
    setAttemptKey(this.#db, attempt, spki);
    this.#known.delete(attempt);
  }
}
