import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';

/** A note, key or checkpoint is not what it has to be; the message says what and names no path. */
export class NoteError extends Error {
  override readonly name = 'NoteError';
}

/** Who signs notes: name and Ed25519 public key (C2SP signed-note). */
export interface Verifier {
  name: string;
  kind: KeyKind;
  /** First four bytes of SHA-256(name ‖ 0x0A ‖ the kind's byte ‖ public key). */
  id: Buffer;
  /** 32 raw bytes. */
  publicKey: Buffer;
  key: KeyObject;
}

/** A line of a note's signatures, taken apart. */
export interface SignatureLine {
  name: string;
  id: Buffer;
  /** What follows the id. */
  signature: Buffer;
  /** The line itself, without its newline. */
  line: string;
}

/** What a checkpoint says of a tree (C2SP tlog-checkpoint). */
export interface Checkpoint {
  origin: string;
  /** Number of leaves. */
  size: number;
  /** 32 bytes. */
  root: Buffer;
}

/** What a key signs, with the byte that stands for it: a note's text, or a witness's statement about a checkpoint (C2SP signed-note, "Signature types"). */
const KINDS = { note: 0x01, cosignature: 0x04 } as const;
export type KeyKind = keyof typeof KINDS;

const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const MOST_SIGNATURES = 100;
/** Unicode spaces and plus, which key names may not hold. */
const NOT_IN_NAMES = /[\s\u0085+]/u;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;

/**
 * @param name the ledger's origin, or a witness's name
 * @param publicKey 32 raw bytes, Ed25519
 * @throws NoteError when name or key cannot stand in a verifier key
 */
export function createVerifier(name: string, publicKey: Uint8Array, kind: KeyKind = 'note'): Verifier {
  if (name === '' || NOT_IN_NAMES.test(name))
    throw new NoteError(`“${name}” cannot name a key: it is empty or holds a space or a plus sign`);
  if (publicKey.length !== PUBLIC_KEY_BYTES)
    throw new NoteError(`an Ed25519 public key has 32 bytes, not ${publicKey.length}`);
  const bytes = Buffer.from(publicKey);
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') } });
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(KINDS[kind]), bytes]), 'buffer');
  return { name, kind, id: id.subarray(0, 4), publicKey: bytes, key };
}

/** @returns `<name>+<id, hex>+<base64(the kind's byte ‖ public key)>` */
export function formatVerifierKey({ name, kind, id, publicKey }: Verifier): string {
  return `${name}+${id.toString('hex')}+${Buffer.concat([Buffer.of(KINDS[kind]), publicKey]).toString('base64')}`;
}

/**
 * Reads a verifier key.
 * @throws NoteError when the text is not one, is of another kind than Ed25519, or its id is not that of its key
 */
export function parseVerifierKey(text: string, kind: KeyKind = 'note'): Verifier {
  // The base64 part may itself hold plus signs.
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  if (!name || !id || !encoded) throw new NoteError('the verifier key is not of the form name+id+key');
  const bytes = decodeBase64(encoded);
  if (bytes?.[0] !== KINDS[kind])
    throw new NoteError(
      kind === 'note' ? 'the verifier key is not an Ed25519 key' : 'the verifier key is not a witness’s Ed25519 key',
    );
  const verifier = createVerifier(name, bytes.subarray(1), kind);
  if (verifier.id.toString('hex') !== id)
    throw new NoteError('the verifier key’s id does not belong to its name and key');
  return verifier;
}

/**
 * Puts a note together.
 * @param text ends in a newline
 * @param signature Ed25519 over the text, 64 bytes
 */
export function formatNote(text: string, { name, id }: Verifier, signature: Uint8Array): string {
  return `${text}\n— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
}

/** Whether an Ed25519 signature (RFC 8032) over a text is this key's. */
export function isSignedBy(text: string, { key }: Verifier, signature: Uint8Array): boolean {
  return signature.length === SIGNATURE_BYTES && verify(null, Buffer.from(text), key, signature);
}

/**
 * Takes a note apart; no signature is verified.
 * @returns the text, final newline included, and its signatures
 * @throws NoteError when it is not of a note's form
 */
export function splitNote(note: string): { text: string; signatures: SignatureLine[] } {
  if (CONTROL.test(note)) throw new NoteError('the note holds bytes that no note may hold');
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) throw new NoteError('the note has no signatures');
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) throw new NoteError('the note has too many signatures');
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

/** @param line without its newline @throws NoteError */
export function parseSignatureLine(line: string): SignatureLine {
  const [, name, encoded] = /^— ([^\s+]+) (\S+)$/u.exec(line) ?? [];
  const bytes = encoded === undefined ? undefined : decodeBase64(encoded);
  if (!name || !bytes || bytes.length < 5) throw new NoteError('the note has a malformed signature line');
  return { name, id: bytes.subarray(0, 4), signature: bytes.subarray(4), line };
}

/** Whether a signature names this key. It may be wrong all the same. */
export function isOf({ name, id }: SignatureLine, verifier: Verifier): boolean {
  return name === verifier.name && id.equals(verifier.id);
}

/**
 * Opens a note: checks its form and that the verifier signed it. Signatures of others are passed over (C2SP signed-note).
 * @returns the text, final newline included
 * @throws NoteError
 */
export function openNote(note: string, verifier: Verifier): string {
  const { text, signatures } = splitNote(note);
  const own = signatures.filter((one) => isOf(one, verifier));
  if (!own.every(({ signature }) => isSignedBy(text, verifier, signature)))
    throw new NoteError(`the signature of ${verifier.name} is wrong`);
  if (own.length === 0) throw new NoteError(`the note is not signed by ${verifier.name} with this key`);
  return text;
}

/** @returns a checkpoint's note text */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/**
 * Reads a checkpoint's note text. Extension lines are passed over.
 * @throws NoteError
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  const [origin, size = '', encoded = ''] = lines;
  const root = decodeBase64(encoded);
  if (lines.pop() !== '' || lines.length < 3 || lines.includes(''))
    throw new NoteError('the checkpoint has an empty or missing line');
  if (!origin || !/^(0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(Number(size)))
    throw new NoteError('the checkpoint’s size is not a number');
  if (root?.length !== 32) throw new NoteError('the checkpoint’s root is not a SHA-256 hash');
  return { origin, size: Number(size), root };
}

/**
 * Opens a checkpoint: signed by the verifier, and of the ledger that the verifier is named after.
 * @throws NoteError
 */
export function openCheckpoint(note: string, verifier: Verifier): Checkpoint {
  const checkpoint = parseCheckpoint(openNote(note, verifier));
  if (checkpoint.origin !== verifier.name)
    throw new NoteError(`the checkpoint is of another ledger, ${checkpoint.origin}`);
  return checkpoint;
}

/** Decodes standard base64 (RFC 4648 section 4), padding and all; anything else is undefined. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
