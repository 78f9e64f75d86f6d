import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/**
 * Everything that the ledger records. `released` is proved by custody; `viewed` is what the player's page reported. That
 * a person proposed an act is no entry: until it is signed nothing has happened.
 */
export const ENTRY_TYPES = [
  'custody-started',
  // The PIN was split among custodians. That they opened custody stands in the entry of its start.
  'pin-sealed',
  // Of the time before exams were published by act.
  'exam-created',
  'exam-published',
  'policy-changed',
  // What test takers are told, in another version.
  'exam-revised',
  // More time for one test taker, or for all.
  'time-extended',
  'exam-suspended',
  'exam-reinstated',
  'key-destroyed',
  'unit-registered',
  'unit-suspended',
  'unit-reinstated',
  // The first officers; everybody else is approved by act.
  'representative-invited',
  'representative-approved',
  // The lost last officer's way back.
  'officer-recovered',
  'roles-changed',
  'representative-suspended',
  'representative-reinstated',
  'passkeys-replaced',
  'passkey-enrolled',
  'assigned',
  'unassigned',
  // What a test taker asked to have otherwise, and the answer.
  'arrangement-requested',
  'arrangement-granted',
  'arrangement-refused',
  'attempt-started',
  'attempt-resumed',
  'attempt-sealed',
  'attempt-closed',
  'incident-noted',
  'granted',
  'standing-granted',
  'released',
  'viewed',
  'segment-refused',
  'refused',
  'decided',
  // Reports of a prohibited use: without words or person. The answer is an act.
  'report-filed',
  'report-answered',
] as const;

export type EntryType = (typeof ENTRY_TYPES)[number];

export const SALT_BYTES = 32;

const types: ReadonlySet<string> = new Set(ENTRY_TYPES);
const LEAF = /^([a-z-]+) ([A-Za-z0-9_-]{43})\n$/;

export function isEntryType(text: string): text is EntryType {
  return types.has(text);
}

/**
 * @returns the body as canonical JSON (RFC 8785), as it is kept and digested
 * @throws TypeError when the body has no JSON form
 */
export function canonicalBody(body: object): string {
  const text = canonicalize(body);
  if (text === undefined) throw new TypeError('an entry’s body has to have a JSON form');
  return text;
}

/**
 * The public part of an entry: its type, and a salted digest that says nothing of the body to who lacks the salt, so that
 * erasing salt and body leaves no personal data behind.
 * @param salt 32 random bytes
 * @param body canonical JSON
 * @returns `<type> <base64url(SHA-256(salt ‖ body))>\n` as bytes
 */
export function leafBytes(type: EntryType, salt: Uint8Array, body: string): Buffer {
  const digest = hash('sha256', Buffer.concat([salt, Buffer.from(body)]), 'base64url');
  return Buffer.from(`${type} ${digest}\n`);
}

/** @returns the type that leaf bytes name; undefined when they are no entry of this ledger */
export function leafType(leaf: Buffer): EntryType | undefined {
  const type = LEAF.exec(leaf.toString('latin1'))?.[1];
  return type !== undefined && isEntryType(type) ? type : undefined;
}
