import { createHash, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import * as rows from '../db/custody/attempts.ts';
import { importAttemptKey, keysOf } from './attempts.ts';
import { type Custody, refuseRegistration } from './custody.ts';
import { CustodyError } from './errors.ts';
import type { Receipt } from './ledger/receipt.ts';

const sealStatement = z.strictObject({
  type: z.literal('seal'),
  exam: z.uuid(),
  attempt: z.uuid(),
  recordings: z
    .array(
      z.strictObject({
        recording: z.uuid(),
        chapters: z.int().nonnegative(),
        segments: z.int().nonnegative(),
        digest: z.string().length(43),
      }),
    )
    .max(64),
  endedAt: z.iso.datetime(),
});

/**
 * Seals an attempt: verifies the statement against the attempt's keys and the registered chapters, and enters it in the ledger with
 * the key that signed it. The same statement again gives the receipt again.
 * @param input.statement canonical JSON of a SealStatement
 * @param input.signature ECDSA P-256 SHA-256, IEEE P1363, base64url
 * @throws CustodyError not-found, malformed, seal-refused, attempt-sealed
 */
export async function sealAttempt(
  custody: Custody,
  id: string,
  input: { statement: string; signature: string },
): Promise<Receipt> {
  const attempt = rows.findAttempt(custody.db, id);
  if (!attempt) throw new CustodyError('not-found', 'attempt');
  if (attempt.sealedAt) {
    if (attempt.seal !== input.statement || attempt.sealEntry === null) throw new CustodyError('attempt-sealed');
    return custody.ledger.receipt(attempt.sealEntry);
  }
  const statement = parseSeal(input.statement);
  const registered = rows.countChapters(custody.db, id);
  const fits =
    statement.attempt === id &&
    statement.exam === attempt.exam &&
    statement.recordings.every(
      (one) => one.chapters <= (registered.find((row) => row.recording === one.recording)?.chapters ?? 0),
    );
  const signedBy = keysOf(custody, attempt).find((key) =>
    verify(
      'sha256',
      Buffer.from(input.statement),
      { key: importAttemptKey(key), dsaEncoding: 'ieee-p1363' },
      Buffer.from(input.signature, 'base64url'),
    ),
  );
  if (!fits || !signedBy) {
    return refuseRegistration(custody, 'seal-refused', {
      tried: 'seal',
      attempt: id,
      fits,
      signed: signedBy !== undefined,
    });
  }
  const sealedAt = new Date().toISOString();
  const body = {
    attempt: id,
    statement: input.statement,
    signature: input.signature,
    publicKey: signedBy.toString('base64url'),
    statementDigest: createHash('sha256').update(input.statement).digest('base64url'),
  };
  try {
    const [entry] = await custody.ledger.append([{ type: 'attempt-sealed', body, concerns: id }], ([number]) => {
      const seal = { sealedAt, seal: input.statement, sealEntry: number as number };
      if (!rows.markSealed(custody.db, id, seal)) throw new CustodyError('attempt-sealed');
    });
    return await custody.ledger.receipt((entry as { number: number }).number);
  } catch (error) {
    // Twice at once: the second gets the receipt of the first, if it is the same seal.
    if (error instanceof CustodyError && error.refusal === 'attempt-sealed') return sealAttempt(custody, id, input);
    throw error;
  }
}

/** How an attempt ended, with the receipt of its entry. */
export interface Ending {
  /** ISO 8601, UTC. */
  sealedAt: string;
  /** What a browser of the test taker signed; null where custody closed the attempt without it. */
  seal: { statement: string; signature: string } | null;
  receipt: Receipt;
}

/**
 * Tells how an attempt ended, for a web process that was interrupted between custody's word and its own.
 * @throws CustodyError not-found when there is no such attempt or it goes on
 */
export async function readEnding(custody: Custody, id: string): Promise<Ending> {
  const attempt = rows.findAttempt(custody.db, id);
  if (!attempt?.sealedAt || attempt.sealEntry === null) throw new CustodyError('not-found', 'seal');
  const { sealedAt, seal } = attempt;
  const receipt = await custody.ledger.receipt(attempt.sealEntry);
  if (seal === null) return { sealedAt, seal, receipt };
  const { statement, signature } = JSON.parse(receipt.entry.body) as { statement: string; signature: string };
  return { sealedAt, seal: { statement, signature }, receipt };
}

function parseSeal(text: string): z.infer<typeof sealStatement> {
  try {
    const value = sealStatement.parse(JSON.parse(text));
    if (canonicalize(value) === text) return value;
  } catch {
    // Said below, as for text that is not canonical.
  }
  throw new CustodyError('malformed', 'seal statement');
}
