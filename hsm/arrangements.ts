import { findAttempt, findAttemptOf } from '../db/custody/attempts.ts';
import * as rows from '../db/custody/arrangements.ts';
import { findExam } from '../db/custody/exams.ts';
import { type ArrangementTerms, arrangementTerms } from './arrangement.ts';
import type { Custody } from './custody.ts';
import { CustodyError } from './errors.ts';
import type { ExamSetup } from './exam-setup.ts';
import { setupOf } from './exams.ts';

const DAY_MS = 86_400_000;
/** Requests of one test taker for one exam: each is an entry, and web could invent more. */
const MOST_REQUESTS = 10;

/** A request as web may know it: what was asked for, and why, is not in it. */
export interface ArrangementView {
  request: string;
  /** All moments are ISO 8601, UTC. */
  requestedAt: string;
  dueAt: string;
  answeredAt: string | null;
  /** What was granted; null of one that was refused or waits. */
  terms: ArrangementTerms | null;
  /** Why it was refused, in words for the test taker. */
  reason: string | null;
}

/**
 * Registers that a test taker asked for an arrangement: from then on the exam's own deadline runs, by custody's clock. The same again
 * gives the same answer.
 * @param input.attempt the id that the test taker's attempt has or will have: the entry concerns it
 * @throws CustodyError not-found (exam), exam-over, attempt-conflict where id and test taker do not fit, attempt-sealed, request-open,
 *   requests-full, already-so where another request has this id
 */
export async function requestArrangement(
  custody: Custody,
  input: { request: string; exam: string; candidate: string; attempt: string },
): Promise<ArrangementView> {
  const { request, exam, candidate, attempt } = input;
  const known = rows.findRequest(custody.db, request);
  if (known) {
    const same = known.exam === exam && known.candidate === candidate && known.attempt === attempt;
    if (!same) throw new CustodyError('already-so', 'arrangement request');
    return view(known);
  }
  const row = findExam(custody.db, exam);
  const setup = row && setupOf(row);
  if (!setup) throw new CustodyError('not-found', 'exam');
  if (row.keyDestroyedAt) throw new CustodyError('exam-over');
  const begun = findAttemptOf(custody.db, exam, candidate);
  if ((begun ?? findAttempt(custody.db, attempt))?.id !== begun?.id || (begun && begun.id !== attempt)) {
    throw new CustodyError('attempt-conflict', 'arrangement request');
  }
  if (begun?.sealedAt) throw new CustodyError('attempt-sealed');
  requireRoom(custody, exam, candidate);
  const now = Date.now();
  const requestedAt = new Date(now).toISOString();
  const dueAt = new Date(now + setup.arrangement.answerDays * DAY_MS).toISOString();
  const body = { request, exam, attempt, requestedAt, dueAt };
  try {
    await custody.ledger.append([{ type: 'arrangement-requested', body, concerns: attempt }], () => {
      requireRoom(custody, exam, candidate);
      rows.insertRequest(custody.db, { id: request, exam, candidate, attempt, requestedAt, dueAt });
    });
  } catch (error) {
    // Twice at once: the second finds what the first one registered.
    if (error instanceof CustodyError && rows.findRequest(custody.db, request)) {
      return requestArrangement(custody, input);
    }
    throw error;
  }
  return viewRequest(custody, request);
}

/** @throws CustodyError request-open, requests-full */
function requireRoom({ db }: Pick<Custody, 'db'>, exam: string, candidate: string): void {
  const { made, open } = rows.countRequests(db, exam, candidate);
  if (open > 0) throw new CustodyError('request-open');
  if (made >= MOST_REQUESTS) throw new CustodyError('requests-full');
}

/** How a request stands. @throws CustodyError not-found */
export function viewRequest({ db }: Pick<Custody, 'db'>, id: string): ArrangementView {
  const row = rows.findRequest(db, id);
  if (!row) throw new CustodyError('not-found', 'arrangement request');
  return view(row);
}

/** @returns what was granted last to a test taker of an exam; null where nothing was */
export function grantedTo(
  { db }: Pick<Custody, 'db'>,
  { exam, candidate }: { exam: string; candidate: string },
): ArrangementTerms | null {
  const terms = rows.findGrantedTerms(db, exam, candidate);
  return terms === undefined ? null : arrangementTerms.parse(JSON.parse(terms));
}

/**
 * Whether an exam that is told so would leave somebody, of whom something is not recorded, with neither camera nor screen, though
 * they sit it here.
 */
export function leavesNothing({ db }: Pick<Custody, 'db'>, exam: string, { necessity }: ExamSetup): boolean {
  return rows
    .listGrantedTerms(db, exam)
    .map((terms) => arrangementTerms.parse(JSON.parse(terms)))
    .some((terms) => terms.elsewhere === '' && !recordsPicture(necessity, terms));
}

/** @returns whether camera or screen of somebody with these terms is recorded */
export function recordsPicture(
  necessity: ExamSetup['necessity'],
  { leftOut }: Pick<ArrangementTerms, 'leftOut'>,
): boolean {
  return (['camera', 'screen'] as const).some((kind) => necessity[kind] !== undefined && !leftOut.includes(kind));
}

function view({ id, requestedAt, dueAt, answeredAt, terms, reason }: rows.ArrangementRow): ArrangementView {
  const granted = terms === null ? null : arrangementTerms.parse(JSON.parse(terms));
  return { request: id, requestedAt, dueAt, answeredAt, terms: granted, reason };
}
