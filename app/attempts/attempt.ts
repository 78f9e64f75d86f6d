import { createHash, createPublicKey } from 'node:crypto';
import { endAttempt, findAttemptOf, insertAttempt, type AttemptRow } from '../../db/appliance/attempts.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { readExam } from '../exams/exam.ts';
import { kindsOf } from '../exams/notice.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { AttemptStart, Receipt, SignedStatement } from '../wire.ts';
import { uploadBy } from './retention.ts';
import type { TestTaker } from './test-taker.ts';

/** What an attempt asks of custody. */
export type AttemptCustody = Pick<WebCustody, 'exam' | 'registerAttempt' | 'sealAttempt' | 'sealOf' | 'accesses'>;
/** An exam as custody enforces it. */
export type ExamRules = Awaited<ReturnType<WebCustody['exam']>>;
/** A ledger entry about the attempt, opened. */
export type Access = Awaited<ReturnType<WebCustody['accesses']>>['accesses'][number];

export interface AttemptParts {
  db: ApplianceDatabase;
  custody: AttemptCustody;
  recordings: Pick<Recordings, 'segmentLimit' | 'states' | 'seal' | 'finishSeal'>;
}

/**
 * Starts the test taker's only attempt. Custody first, then the row; the attempt's id follows from the test taker, so that
 * a start that was cut off in between comes again as the same attempt.
 * @param publicKey the attempt key's public half: SubjectPublicKeyInfo of P-256, base64url
 * @throws AppError malformed, already-done (another browser's key), attempt-sealed, whatever custody throws
 */
export async function startAttempt(
  parts: AttemptParts,
  testTaker: TestTaker,
  publicKey: string,
): Promise<{ start: AttemptStart; created: boolean }> {
  const spki = readPublicKey(publicKey);
  const known = await findAttempt(parts, testTaker);
  if (known) return { start: await describeStart(parts, testTaker, sameKey(known, spki)), created: false };
  const id = attemptIdOf(testTaker.id);
  const { exam, candidate } = testTaker;
  const { startedAt } = await parts.custody
    .registerAttempt({ attempt: id, exam, candidate, publicKey })
    // Custody knows the attempt by another key, from a start that never reached our row.
    .catch((cause) => {
      throw cause instanceof AppError && cause.code === 'already-done' ? startedElsewhere(cause) : cause;
    });
  const { attempt, entered } = insertAttempt(parts.db, { id, testTaker: testTaker.id, publicKey: spki, startedAt });
  return { start: await describeStart(parts, testTaker, sameKey(attempt, spki)), created: entered };
}

/**
 * What a recorder needs that comes back to an attempt under way.
 * @throws AppError not-found before the start, attempt-sealed after the end
 */
export async function resumeAttempt(parts: AttemptParts, testTaker: TestTaker): Promise<AttemptStart> {
  const attempt = await findAttempt(parts, testTaker);
  if (!attempt) throw new AppError('not-found', { detail: 'attempt not started' });
  return describeStart(parts, testTaker, attempt);
}

/**
 * Ends the attempt: the recordings check the seal against what is stored, custody verifies and enters it, the recordings get
 * it as their last frame, then the row. Each step may come again: an interrupted seal is finished by sending it again, or by
 * {@link findAttempt}.
 * @throws AppError not-found, malformed, whatever custody or the recordings throw
 */
export async function sealAttempt(parts: AttemptParts, testTaker: TestTaker, seal: SignedStatement): Promise<Receipt> {
  const attempt = findAttemptOf(parts.db, testTaker.id);
  if (!attempt) throw new AppError('not-found', { detail: 'attempt not started' });
  const { id, publicKey } = attempt;
  const receipt = await parts.recordings.seal({ id, exam: testTaker.exam, publicKey }, seal, () =>
    parts.custody.sealAttempt(id, seal),
  );
  endAttempt(parts.db, id, new Date().toISOString(), JSON.stringify(receipt));
  return readReceipt(parts.db, testTaker);
}

/**
 * Finds the test taker's attempt. Where custody has a seal of it that web was kept from writing down, that is done first.
 * @throws AppError disk-full, what custody throws
 */
export async function findAttempt(parts: AttemptParts, testTaker: TestTaker): Promise<AttemptRow | undefined> {
  const attempt = findAttemptOf(parts.db, testTaker.id);
  if (!attempt || attempt.endedAt) return attempt;
  const sealed = await sealOf(parts.custody, attempt.id);
  if (!sealed) return attempt;
  const { receipt, ...signed } = sealed;
  await parts.recordings.finishSeal(attempt.id, signed, receipt);
  endAttempt(parts.db, attempt.id, new Date().toISOString(), JSON.stringify(receipt));
  return findAttemptOf(parts.db, testTaker.id);
}

/** @returns null while custody has no seal of the attempt */
async function sealOf(custody: AttemptCustody, attempt: string) {
  try {
    return await custody.sealOf(attempt);
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return null;
    throw error;
  }
}

/**
 * @returns the receipt that was given first
 * @throws AppError not-found before the seal
 */
export function readReceipt(db: ApplianceDatabase, testTaker: TestTaker): Receipt {
  const receipt = findAttemptOf(db, testTaker.id)?.receipt;
  if (!receipt) {
    throw new AppError('not-found', {
      detail: 'no receipt yet',
      sentence: 'There is no receipt yet: it is made when you finish the exam and your recording is sealed.',
    });
  }
  return JSON.parse(receipt) as Receipt;
}

async function describeStart(parts: AttemptParts, testTaker: TestTaker, attempt: AttemptRow): Promise<AttemptStart> {
  if (attempt.endedAt) throw new AppError('attempt-sealed');
  const exam = readExam(parts.db, testTaker.exam);
  const [{ examKey, policy }, recordings] = await Promise.all([
    parts.custody.exam(testTaker.exam),
    parts.recordings.states(attempt.id),
  ]);
  return {
    exam: exam.id,
    attempt: attempt.id,
    examKey,
    ...kindsOf(exam.notice),
    uploadBy: uploadBy(policy),
    chapterSeconds: exam.notice.chapterSeconds,
    segmentLimit: parts.recordings.segmentLimit,
    examPage: exam.examPage,
    recordings,
  };
}

function sameKey(attempt: AttemptRow, spki: Buffer): AttemptRow {
  if (attempt.publicKey.equals(spki)) return attempt;
  throw startedElsewhere();
}

function startedElsewhere(cause?: unknown): AppError {
  return new AppError('already-done', {
    detail: 'attempt started with another key',
    cause,
    sentence:
      'This exam was started in another browser or window, and only that one can go on recording. What it recorded is kept. Go back to it; if you cannot, write to the contact on your exam page, and nothing is held against you.',
  });
}

function readPublicKey(publicKey: string): Buffer {
  const bytes = Buffer.from(publicKey, 'base64url');
  try {
    const key = createPublicKey({ key: bytes, format: 'der', type: 'spki' });
    const canonical = key.export({ format: 'der', type: 'spki' });
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1' && canonical.equals(bytes)) return bytes;
  } catch (cause) {
    throw new AppError('malformed', { detail: 'attempt key', cause });
  }
  throw new AppError('malformed', { detail: 'attempt key is not P-256' });
}

/** @returns a UUID (RFC 9562 section 5.8, version 8) from the SHA-256 of the test taker's id */
function attemptIdOf(testTaker: string): string {
  const bytes = createHash('sha256').update(`cloister attempt ${testTaker}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
