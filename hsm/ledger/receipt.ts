import { isEntryType, leafBytes, SALT_BYTES } from './leaf.ts';
import { certifiedBy, checkCertificate, LogKeyError, type LogKeyCertificate } from './log-key.ts';
import { NoteError, openCheckpoint, parseVerifierKey } from './note.ts';
import { hashLeaf, verifyInclusion } from './tree.ts';

/** A ledger entry opened, with what proves that it is in the ledger. Binary values are base64url. */
export interface Receipt {
  cloister: 'receipt/v1';
  entry: { index: number; type: string; salt: string; body: string };
  /** C2SP tlog-checkpoint, a signed note. */
  checkpoint: string;
  /** RFC 6962 inclusion proof, the leaf's sibling first. */
  proof: string[];
  /** Note verifier key (name+id+base64). */
  verifierKey: string;
  /** Where the key is kept outside the token: the token's word for it. */
  certificate?: LogKeyCertificate;
}

export interface ReceiptVerdict {
  verdict: 'good' | 'bad';
  /** What was found, for a person. */
  sentence: string;
  /** Where the verifier key came from: a receipt's own proves only that the receipt agrees with itself. */
  keyFrom: 'given' | 'receipt';
  /** Of a good receipt. */
  entry?: { number: number; type: string; body: unknown };
  ledger?: { origin: string; size: number };
}

/**
 * Verifies a receipt offline: the checkpoint's signature, then that the opened entry is in the tree that it signs.
 * @param receipt parsed JSON of any kind
 * @param verifierKey the key that the holder trusts; without it the receipt's own is taken, and the verdict says so
 * @throws NoteError when `verifierKey` itself is malformed
 */
export function verifyReceipt(receipt: unknown, verifierKey?: string): ReceiptVerdict {
  const keyFrom = verifierKey === undefined ? 'receipt' : 'given';
  const trusted = verifierKey === undefined ? undefined : parseVerifierKey(verifierKey);
  const bad = (sentence: string): ReceiptVerdict => ({ verdict: 'bad', sentence, keyFrom });
  if (!isReceipt(receipt)) return bad('This is not a receipt of Cloister, or a part of it is missing.');
  const { index, type, salt, body } = receipt.entry;
  try {
    const verifier = trusted ?? parseVerifierKey(receipt.verifierKey);
    const checkpoint = openCheckpoint(receipt.checkpoint, verifier);
    const certified =
      receipt.certificate === undefined ? '' : certifiedBy(checkCertificate(receipt.certificate, verifier));
    const saltBytes = Buffer.from(salt, 'base64url');
    if (!isEntryType(type)) return bad(`The ledger has no entries of type “${type}”.`);
    if (saltBytes.length !== SALT_BYTES) return bad('The receipt’s salt does not have 32 bytes.');
    const proof = receipt.proof.map((text) => Buffer.from(text, 'base64url'));
    const leafHash = hashLeaf(leafBytes(type, saltBytes, body));
    if (!verifyInclusion(leafHash, index, checkpoint.size, proof, checkpoint.root)) {
      return bad(`The entry is not in the ledger under number ${index}: it, its number or its proof was changed.`);
    }
    const keyNote =
      keyFrom === 'given'
        ? ''
        : ' The key was taken from the receipt itself: compare it with the one that the institution publishes.';
    return {
      verdict: 'good',
      sentence: `The entry is number ${index} of the ledger ${checkpoint.origin}, which had ${checkpoint.size} entries when the receipt was made.${keyNote}${certified}`,
      keyFrom,
      entry: { number: index, type, body: JSON.parse(body) },
      ledger: { origin: checkpoint.origin, size: checkpoint.size },
    };
  } catch (error) {
    if (error instanceof LogKeyError)
      return bad(`The certificate of the ledger’s key does not hold: ${error.message}.`);
    if (error instanceof NoteError) return bad(`The receipt’s checkpoint does not hold: ${error.message}.`);
    if (error instanceof SyntaxError) return bad('The entry’s body is not JSON.');
    throw error;
  }
}

function isReceipt(value: unknown): value is Receipt {
  if (typeof value !== 'object' || value === null) return false;
  const { cloister, entry, checkpoint, proof, verifierKey } = value as Partial<Receipt>;
  return (
    cloister === 'receipt/v1' &&
    typeof checkpoint === 'string' &&
    typeof verifierKey === 'string' &&
    Array.isArray(proof) &&
    proof.every((hash) => typeof hash === 'string') &&
    typeof entry === 'object' &&
    entry !== null &&
    Number.isSafeInteger(entry.index) &&
    [entry.type, entry.salt, entry.body].every((text) => typeof text === 'string')
  );
}
