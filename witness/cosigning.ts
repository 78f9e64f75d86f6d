import type { Logger } from 'pino';
import { isOf, NoteError, openCheckpoint } from '../hsm/ledger/note.ts';
import { EMPTY_ROOT, verifyConsistency } from '../hsm/ledger/tree.ts';
import type { Memory } from './memory.ts';
import { parseRequest, RequestError } from './request.ts';
import type { SigningKey } from './signing-key.ts';

/** What the witness answers: plain text, except that a size has a type of its own. */
export interface Answer {
  status: 200 | 400 | 403 | 404 | 409 | 422;
  body: string;
  type: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
}

/**
 * Judges one request and, where the ledger has only grown since the last time, cosigns it (C2SP tlog-witness, "add-checkpoint"). Synchronous
 * from comparing with what is remembered to remembering, so that no other request comes between.
 * @param now milliseconds since 1970
 * @throws WitnessError when what it remembers cannot be read; the file system's error when it could not be kept. Nothing is cosigned then.
 */
export function cosign(
  { memory, key, log }: { memory: Memory; key: SigningKey; log: Logger },
  body: Uint8Array,
  now: number,
): Answer {
  let request: ReturnType<typeof parseRequest>;
  try {
    request = parseRequest(body);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return no(400, `This is no request for a cosignature: ${error.message}.`);
  }
  const { oldSize, proof, note, text, signatures, checkpoint } = request;
  const { origin, size, root } = checkpoint;
  const watched = memory.watched().find(({ ledger }) => ledger.name === origin);
  if (!watched) return no(404, 'This witness does not watch this ledger.');
  const { ledger, last } = watched;
  try {
    openCheckpoint(note, ledger);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    return no(403, `The checkpoint is not signed with the key that this witness knows: ${error.message}.`);
  }
  if (oldSize > size) return no(400, 'The old size is larger than the checkpoint’s.');
  const seen = last ?? { size: 0, root: EMPTY_ROOT };
  if (oldSize !== seen.size) return { status: 409, body: `${seen.size}\n`, type: 'text/x.tlog.size' };
  if (size === seen.size && !root.equals(seen.root)) {
    log.error({ origin, size }, 'the ledger signed two different trees of one size: a fork. Nothing was cosigned');
    return { status: 409, body: `${seen.size}\n`, type: 'text/x.tlog.size' };
  }
  const grown = seen.size === 0 ? proof.length === 0 : verifyConsistency(seen.size, size, seen.root, root, proof);
  if (!grown) {
    log.error(
      { origin, from: seen.size, to: size },
      'the ledger did not prove that it only grew. Nothing was cosigned',
    );
    return no(422, 'The proof does not show that the ledger only grew since this witness cosigned it.');
  }
  const line = key.cosign(text, Math.floor(now / 1000));
  // Nothing else that came with it: strangers could have added as many lines as a note may have.
  const own = signatures.find((one) => isOf(one, ledger));
  memory.remember(ledger, `${text}\n${own?.line}\n${line}\n`);
  log.info({ origin, size }, 'cosigned');
  return { status: 200, body: `${line}\n`, type: 'text/plain; charset=utf-8' };
}

function no(status: Answer['status'], sentence: string): Answer {
  return { status, body: `${sentence}\n`, type: 'text/plain; charset=utf-8' };
}
