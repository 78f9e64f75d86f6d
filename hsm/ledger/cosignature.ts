import {
  type Checkpoint,
  isOf,
  isSignedBy,
  NoteError,
  parseCheckpoint,
  type SignatureLine,
  splitNote,
  type Verifier,
} from './note.ts';

/** A witness's word that, at a moment, this was the largest tree of the ledger that it had seen (C2SP tlog-cosignature). */
export interface Cosignature {
  /** Seconds since 1970, by the witness's clock. */
  at: number;
  /** As it stands in a note, without its newline. */
  line: string;
}

const TIMESTAMP_BYTES = 8;

/**
 * @param text a checkpoint's note text
 * @param at seconds since 1970
 * @returns what a witness signs (C2SP tlog-cosignature, "Ed25519 signed message")
 */
export function cosignedMessage(text: string, at: number): string {
  return `cosignature/v1\ntime ${at}\n${text}`;
}

/**
 * @param at seconds since 1970
 * @param signature Ed25519 over {@link cosignedMessage}, 64 bytes
 * @returns the line that goes below the checkpoint, without its newline
 */
export function formatCosignature({ name, id }: Verifier, at: number, signature: Uint8Array): string {
  const timestamp = Buffer.alloc(TIMESTAMP_BYTES);
  timestamp.writeBigUInt64BE(BigInt(at));
  return `— ${name} ${Buffer.concat([id, timestamp, signature]).toString('base64')}`;
}

/**
 * Verifies a signature line that names the witness.
 * @param text the checkpoint's note text
 * @throws NoteError when it is not the witness's word about this text
 */
export function readCosignature(text: string, signed: SignatureLine, witness: Verifier): Cosignature {
  const { signature, line } = signed;
  if (!isOf(signed, witness)) throw new NoteError(`the cosignature is not of ${witness.name} with this key`);
  if (signature.length <= TIMESTAMP_BYTES) throw new NoteError(`the cosignature of ${witness.name} is cut short`);
  const at = Number(signature.readBigUInt64BE());
  if (!Number.isSafeInteger(at)) throw new NoteError(`the cosignature of ${witness.name} has an impossible time`);
  if (!isSignedBy(cosignedMessage(text, at), witness, signature.subarray(TIMESTAMP_BYTES)))
    throw new NoteError(`the cosignature of ${witness.name} is wrong`);
  return { at, line };
}

/**
 * Finds what a witness said of a checkpoint. Lines of others are passed over.
 * @param note the checkpoint with its signatures
 * @returns the checkpoint and the witness's latest word; undefined where it said nothing
 * @throws NoteError when the note is none, or a cosignature of the witness is wrong
 */
export function findCosignature(
  note: string,
  witness: Verifier,
): { checkpoint: Checkpoint; cosignature: Cosignature | undefined } {
  const { text, signatures } = splitNote(note);
  const found = signatures.filter((one) => isOf(one, witness)).map((one) => readCosignature(text, one, witness));
  const [cosignature] = found.sort((one, other) => other.at - one.at);
  return { checkpoint: parseCheckpoint(text), cosignature };
}
