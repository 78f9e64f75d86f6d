import { createPublicKey } from 'node:crypto';
import { insertAttempt, type AttemptRow } from '../../db/appliance/attempts.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import type { WebCustody } from '../custody/client.ts';
import type { Registrations } from '../custody/registrations.ts';
import { AppError } from '../errors.ts';
import { grantedTo, readOwnExam, reentryOf, requireSittingHere } from '../arrangements/own-exam.ts';
import { restrictionsOf } from '../../hsm/restriction.ts';
import { kindsOf } from '../exams/recorded-kinds.ts';
import type { RuleBook } from '../exams/rule-book.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { AttemptStart } from '../wire.ts';
import { type AttemptKeys, nameOf } from './attempt-keys.ts';
import { deriveId } from './derived-id.ts';
import { findAttempt } from './ending.ts';
import { checkUpload, uploadBy } from './retention.ts';
import { breakMinutesOf, ownTermsOf } from './own-terms.ts';
import { entryAt, type Terms } from './terms.ts';
import type { TestTaker } from './test-taker.ts';

/** Browsers in which one attempt may go on; custody has the same limit. */
const MOST_KEYS = 20;

/** A ledger entry about the attempt, opened. */
export type Access = Awaited<ReturnType<WebCustody['accesses']>>['accesses'][number];

export interface AttemptParts {
  db: ApplianceDatabase;
  custody: Pick<WebCustody, 'ending' | 'accesses' | 'arrangement' | 'proposal' | 'ownReports'>;
  registrations: Pick<Registrations, 'take' | 'seal'>;
  rules: Pick<RuleBook, 'of'>;
  keys: AttemptKeys;
  recordings: Pick<Recordings, 'segmentLimit' | 'standing' | 'seal' | 'finishSeal' | 'end'>;
}

/**
 * Starts the test taker's only attempt, or goes on with it: in the browser that started it, or in another one where the exam's rules
 * allow that. Custody is told first, or the queue that tells it later; then comes the row. The attempt's id follows from the test
 * taker, so that a start that was cut off in between comes again as the same attempt.
 * @param publicKey the attempt key's public half: SubjectPublicKeyInfo of P-256, base64url
 * @returns `created` when the attempt or its key is new
 * @throws AppError malformed, already-done (another browser's key), refused before the exam opens, after its last entry and while a
 *   report holds it, attempt-sealed, upload-closed, what custody throws where it was never asked for the exam's rules
 */
export async function startAttempt(
  parts: AttemptParts,
  testTaker: TestTaker,
  publicKey: string,
): Promise<{ start: AttemptStart; created: boolean }> {
  const spki = readPublicKey(publicKey);
  const known = await findAttempt(parts, testTaker);
  const begun = known ? { attempt: known, entered: false } : await beginAttempt(parts, testTaker, spki);
  const { attempt } = begun;
  if (attempt.endedAt) throw new AppError('attempt-sealed');
  const ring = parts.keys.of(attempt.id);
  const added = !ring.all.has(nameOf(spki));
  if (added) await goOnElsewhere(parts, testTaker, attempt.id, spki);
  else if (ring.current !== nameOf(spki)) parts.keys.set(attempt.id, spki);
  return { start: await describeStart(parts, testTaker, attempt.id, spki), created: begun.entered || added };
}

async function beginAttempt(parts: AttemptParts, testTaker: TestTaker, spki: Buffer) {
  const { db } = parts;
  const id = attemptIdOf(testTaker.id);
  const { exam, candidate } = testTaker;
  const rules = await parts.rules.of(exam);
  requireSittingHere(grantedTo(db, testTaker.id));
  // Where custody is away, nothing is queued that it would refuse when it is back.
  if (rules.heldSince) throw examHeld();
  checkEntry(ownTermsOf(db, rules, testTaker));
  const { policy } = rules;
  const publicKey = spki.toString('base64url');
  const enter = (startedAt: string) => insertAttempt(db, { id, testTaker: testTaker.id, publicKey: spki, startedAt });
  try {
    const body = { attempt: id, exam, candidate, publicKey };
    const answer = await parts.registrations.take('start', id, '', body, (queuedAt) => void enter(queuedAt));
    // Where it waits, it was entered with the queue, and this only reads.
    return enter(answer?.startedAt ?? new Date().toISOString());
  } catch (error) {
    if (error instanceof AppError && error.refusal === 'exam-held') throw examHeld(error);
    if (!(error instanceof AppError) || error.code !== 'already-done') throw error;
    // Custody knows the attempt by another key, from a start that never reached our row; or two browsers start at once.
    if (reentryOf(policy, grantedTo(db, testTaker.id)) === 'same-browser') throw startedElsewhere(error);
    const answer = await parts.registrations.take(
      'key',
      id,
      publicKey,
      { publicKey },
      (queuedAt) => void enter(queuedAt),
    );
    return enter(answer?.startedAt ?? new Date().toISOString());
  }
}

/** The attempt goes on in another browser than those it was opened in. */
async function goOnElsewhere(parts: AttemptParts, testTaker: TestTaker, attempt: string, spki: Buffer): Promise<void> {
  const { policy } = await parts.rules.of(testTaker.exam);
  if (reentryOf(policy, grantedTo(parts.db, testTaker.id)) === 'same-browser') throw startedElsewhere();
  checkUpload(policy);
  if (parts.keys.of(attempt).all.size >= MOST_KEYS) throw tooManyBrowsers();
  const publicKey = spki.toString('base64url');
  const set = () => parts.keys.set(attempt, spki);
  if (await parts.registrations.take('key', attempt, publicKey, { publicKey }, set)) set();
}

/**
 * What a recorder needs that comes back to an attempt under way.
 * @returns as for the browser that goes on with it, and the name of that browser's key
 * @throws AppError not-found before the start, attempt-sealed after the end
 */
export async function resumeAttempt(
  parts: AttemptParts,
  testTaker: TestTaker,
): Promise<{ start: AttemptStart; key: string }> {
  const attempt = await findAttempt(parts, testTaker);
  if (!attempt) throw new AppError('not-found', { detail: 'attempt not started' });
  if (attempt.endedAt) throw new AppError('attempt-sealed');
  const { publicKey } = attempt;
  return { start: await describeStart(parts, testTaker, attempt.id, publicKey), key: nameOf(publicKey) };
}

async function describeStart(
  parts: AttemptParts,
  testTaker: TestTaker,
  attempt: AttemptRow['id'],
  key: Buffer,
): Promise<AttemptStart> {
  const exam = readOwnExam(parts.db, testTaker);
  const [{ examKey, policy }, { own, others, rested }] = await Promise.all([
    parts.rules.of(testTaker.exam),
    parts.recordings.standing(attempt, key),
  ]);
  return {
    exam: exam.id,
    attempt,
    examKey,
    ...kindsOf(exam.setup),
    restrictions: restrictionsOf(exam.setup),
    uploadBy: uploadBy(policy),
    chapterSeconds: exam.setup.chapterSeconds,
    segmentLimit: parts.recordings.segmentLimit,
    breakMinutes: breakMinutesOf(parts.db, exam.setup, testTaker),
    breakSecondsElsewhere: rested,
    examPage: exam.setup.place.kind === 'elsewhere' ? exam.setup.place.address : null,
    recordings: own,
    earlier: others,
  };
}

/** Custody looks at the closing as well, but it may be told only later. @throws AppError refused, with a sentence that says when */
function checkEntry(terms: Terms): void {
  const entry = entryAt(terms, Date.now());
  if (entry === 'open') return;
  const { opensAt, lastEntryAt } = terms;
  throw new AppError('refused', {
    detail: `${entry} entry`,
    status: 409,
    sentence: ({ notOpenYet, entryOver }) =>
      entry === 'early' && opensAt !== null ? notOpenYet(opensAt) : entryOver(lastEntryAt),
  });
}

function examHeld(cause?: unknown): AppError {
  return new AppError('refused', {
    detail: 'exam held',
    status: 409,
    cause,
    sentence: (errors) => errors.examHeld,
  });
}

function startedElsewhere(cause?: unknown): AppError {
  return new AppError('already-done', {
    detail: 'attempt started with another key',
    cause,
    sentence: (errors) => errors.startedElsewhere,
  });
}

function tooManyBrowsers(): AppError {
  return new AppError('already-done', {
    detail: 'keys exhausted',
    sentence: (errors) => errors.tooManyBrowsers,
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

/** @returns the id of the test taker's attempt; see docs/decisions/004-attempt-id.md */
export function attemptIdOf(testTaker: string): string {
  return deriveId(`cloister attempt ${testTaker}`);
}

/**
 * Another test taker's link may have been opened in this browser since: nothing of one attempt gets into another. Their session is not
 * renewed by that either: its cookie would take the place of the one that the own link has brought meanwhile.
 * @throws AppError not-found
 */
export function checkOwn(testTaker: TestTaker, attempt: string | undefined): void {
  if (attempt !== attemptIdOf(testTaker.id)) throw new AppError('not-found', { detail: 'another attempt' });
}
