import { isOf, NoteError, parseSignatureLine } from '../../hsm/ledger/note.ts';
import type { Hash } from '../../hsm/ledger/tree.ts';
import type { AskedWitness } from './setting.ts';

/** Milliseconds that a witness may take. */
const PATIENCE = 10_000;
/** Most bytes of an answer that are read: a line is some 150, and a witness with several keys gives one for each. */
const LONGEST_ANSWER = 16 * 1024;

/** Why a witness did not cosign. What each means is in `TROUBLES`. */
export type Trouble = keyof typeof TROUBLES;

/** What is said of each, in web's log. */
export const TROUBLES = {
  away: 'the witness does not answer',
  'unknown-ledger':
    'the witness does not watch this ledger: whoever runs it names the ledger’s key with “cloister witness add”',
  'other-key': 'the witness watches a ledger of this name under another key',
  'other-history':
    'THE WITNESS HAS SEEN ANOTHER HISTORY of this ledger than the one that stands here. Either this appliance was put back to an older state, or ' +
    'somebody signed two histories. Find out which with whoever runs the witness before anything else',
  'no-cosignature': 'the witness answered, but not with a cosignature by the key that the settings name',
  refused: 'the witness refused, for a reason that is its own',
  'not-kept': 'custody did not keep what the witness cosigned',
  custody: 'the witness was not asked: custody does not give the ledger out',
} as const;

/** A witness was asked in vain. `detail` goes to the log, names no address, and is the same for as long as the cause is. */
export class WitnessTrouble extends Error {
  readonly trouble: Trouble;
  readonly detail: string | undefined;

  constructor(trouble: Trouble, detail?: string, cause?: unknown) {
    super(TROUBLES[trouble], { cause });
    this.trouble = trouble;
    this.detail = detail;
  }
}

/** A cosignature, or the size from which the witness wants to have the growth proved. */
export type Answer = { line: string } | { from: number };

/**
 * Asks a witness to cosign a checkpoint (C2SP tlog-witness, "add-checkpoint").
 * @param asked.note the checkpoint, a signed note
 * @param asked.proof from `oldSize` on
 * @throws WitnessTrouble
 */
export async function askWitness(
  { verifier, address }: AskedWitness,
  { oldSize, proof, note }: { oldSize: number; proof: readonly Hash[]; note: string },
): Promise<Answer> {
  const body = [`old ${oldSize}`, ...proof.map((hash) => hash.toString('base64')), '', note].join('\n');
  let status: number;
  let text: string;
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(address, { method: 'POST', body, signal, redirect: 'manual' });
    status = answer.status;
    text = await readShort(answer);
  } catch (cause) {
    throw new WitnessTrouble('away', codeOf(cause), cause);
  }
  if (status === 200) {
    const line = text.split('\n').find((one) => isCosignature(one, verifier));
    if (line === undefined) throw new WitnessTrouble('no-cosignature');
    return { line };
  }
  const size = /^(0|[1-9]\d{0,15})\n$/.exec(text)?.[1];
  if (status === 409 && size !== undefined) return { from: Number(size) };
  throw new WitnessTrouble(
    ({ 403: 'other-key', 404: 'unknown-ledger', 422: 'other-history' } as const)[status] ?? 'refused',
    `status ${status}`,
  );
}

/** @throws Error where it is longer than any answer of a witness; what ends the connection */
async function readShort(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > LONGEST_ANSWER) throw new Error('the answer is longer than any of a witness');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function isCosignature(line: string, verifier: AskedWitness['verifier']): boolean {
  try {
    return isOf(parseSignatureLine(line), verifier);
  } catch (error) {
    if (error instanceof NoteError) return false;
    throw error;
  }
}

/** @returns a short name of what went wrong with a connection, without addresses */
function codeOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? (name === 'Error' ? message : name);
}
