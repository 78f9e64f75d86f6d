/** How attempts end: with a seal of the test taker's browser, or closed by custody. */
import {
  closeAttempt,
  endAttempt,
  findAttemptOf,
  keepSealReceipt,
  reopenAttempt,
  type AttemptRow,
} from '../../db/appliance/attempts.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { AppError } from '../errors.ts';
import { readSealStatement } from '../recordings/records.ts';
import { readOrRefuse } from '../recordings/statements.ts';
import type { Receipt, SignedStatement } from '../wire.ts';
import type { AttemptParts } from './attempt.ts';
import { checkUpload } from './retention.ts';
import type { TestTaker } from './test-taker.ts';

/**
 * Ends the attempt: the recordings check the seal against what is stored, web keeps it durably and takes nothing more from then on,
 * custody verifies and enters it, the recordings get it as their last frame, then the row. Each step may come again: an interrupted
 * seal is finished by itself, by sending it again, or by {@link findAttempt}. Where custody is away the rest follows by itself.
 * @returns the receipt; null where it follows
 * @throws AppError not-found, malformed, attempt-sealed, upload-closed, whatever custody or the recordings throw
 */
export async function sealAttempt(
  parts: AttemptParts,
  testTaker: TestTaker,
  seal: SignedStatement,
): Promise<Receipt | null> {
  const attempt = findAttemptOf(parts.db, testTaker.id);
  if (!attempt) throw new AppError('not-found', { detail: 'attempt not started' });
  const { id } = attempt;
  const stated = readOrRefuse(() => readSealStatement(seal.statement));
  // Another test taker's link may have been opened in the browser since: theirs is not touched.
  if (stated.attempt !== id) throw new AppError('not-found', { detail: 'another attempt' });
  if (attempt.receipt) return sameSeal(JSON.parse(attempt.receipt) as Receipt, seal);
  if (!attempt.endedAt) checkUpload((await parts.rules.of(testTaker.exam)).policy);
  const keys = [...parts.keys.of(id).all.values()];
  const receipt = await parts.recordings.seal({ id, exam: testTaker.exam, keys }, seal, () =>
    parts.registrations.seal(id, seal, {
      end: (queuedAt) => endAttempt(parts.db, id, queuedAt),
      reopen: () => reopenAttempt(parts.db, id),
    }),
  );
  if (receipt === null) return null;
  keepSealReceipt(parts.db, id, new Date().toISOString(), JSON.stringify(receipt));
  return readReceipt(parts.db, testTaker);
}

/** @throws AppError attempt-sealed when the receipt is of another seal, or of none */
function sameSeal(receipt: Receipt, { statement }: SignedStatement): Receipt {
  if ((JSON.parse(receipt.entry.body) as { statement?: string }).statement === statement) return receipt;
  throw new AppError('attempt-sealed');
}

/** Writes down that custody has entered a seal: in the recordings first, then in the row. @throws AppError disk-full */
export async function finishAttempt(
  { db, recordings }: Pick<AttemptParts, 'db' | 'recordings'>,
  attempt: string,
  seal: SignedStatement,
  receipt: Receipt,
): Promise<void> {
  await recordings.finishSeal(attempt, seal, receipt);
  keepSealReceipt(db, attempt, new Date().toISOString(), JSON.stringify(receipt));
}

/**
 * Finds the test taker's attempt. Where custody has ended it without web having written that down, that is done first: an answer
 * may have been cut off, or custody closed the attempt by itself. Without custody, or room on the disk, the row is all that can be told.
 */
export async function findAttempt(parts: AttemptParts, testTaker: TestTaker): Promise<AttemptRow | undefined> {
  const attempt = findAttemptOf(parts.db, testTaker.id);
  if (!attempt || attempt.receipt) return attempt;
  const ending = await endingOf(parts.custody, attempt.id);
  if (!ending) return attempt;
  if (ending.seal) {
    try {
      await finishAttempt(parts, attempt.id, ending.seal, ending.receipt);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'disk-full') throw error;
      endAttempt(parts.db, attempt.id, ending.sealedAt);
    }
  } else {
    await parts.recordings.end(attempt.id);
    closeAttempt(parts.db, attempt.id, ending.sealedAt, JSON.stringify(ending.receipt));
  }
  return findAttemptOf(parts.db, testTaker.id);
}

/** @returns null while custody has not ended the attempt, or is away */
async function endingOf(custody: AttemptParts['custody'], attempt: string) {
  try {
    return await custody.ending(attempt);
  } catch (error) {
    if (error instanceof AppError && (error.code === 'not-found' || error.retryable)) return null;
    throw error;
  }
}

/**
 * @returns the receipt that was given first
 * @throws AppError not-found before custody gave one
 */
export function readReceipt(db: ApplianceDatabase, testTaker: TestTaker): Receipt {
  const attempt = findAttemptOf(db, testTaker.id);
  if (attempt?.receipt) return JSON.parse(attempt.receipt) as Receipt;
  throw new AppError('not-found', {
    detail: 'no receipt yet',
    sentence: (errors) => (attempt?.endedAt ? errors.receiptFollows : errors.receiptLater),
  });
}
