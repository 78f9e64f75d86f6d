import {
  type Checkpoint,
  decodeBase64,
  NoteError,
  parseCheckpoint,
  type SignatureLine,
  splitNote,
} from '../hsm/ledger/note.ts';
import { HASH_BYTES, type Hash } from '../hsm/ledger/tree.ts';

/** Most lines of a proof (C2SP tlog-witness). */
const MOST_HASHES = 63;

/** What a ledger asks a witness (C2SP tlog-witness, "add-checkpoint"). */
export interface CosigningRequest {
  oldSize: number;
  /** Consistency proof from the old size (RFC 6962 section 2.1.2). */
  proof: Hash[];
  /** The checkpoint as a signed note; nothing of it is verified yet. */
  note: string;
  text: string;
  signatures: SignatureLine[];
  checkpoint: Checkpoint;
}

/** The request is not of the form that the protocol has. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
}

/**
 * Takes a request's body apart.
 * @throws RequestError
 */
export function parseRequest(body: Uint8Array): CosigningRequest {
  let whole: string;
  try {
    whole = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new RequestError('it is not UTF-8');
  }
  const end = whole.indexOf('\n\n');
  if (end < 0) throw new RequestError('no empty line stands before the checkpoint');
  const [first = '', ...lines] = whole.slice(0, end).split('\n');
  const size = /^old (0|[1-9]\d*)$/.exec(first)?.[1];
  if (size === undefined || !Number.isSafeInteger(Number(size)))
    throw new RequestError('the first line is not “old <size>”');
  if (lines.length > MOST_HASHES) throw new RequestError(`the proof has more than ${MOST_HASHES} lines`);
  const note = whole.slice(end + 2);
  try {
    const { text, signatures } = splitNote(note);
    return {
      oldSize: Number(size),
      proof: lines.map(parseHash),
      note,
      text,
      signatures,
      checkpoint: parseCheckpoint(text),
    };
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new RequestError(error.message);
  }
}

function parseHash(line: string): Hash {
  const hash = decodeBase64(line);
  if (hash?.length !== HASH_BYTES) throw new RequestError('a line of the proof is not a hash in base64');
  return hash;
}
