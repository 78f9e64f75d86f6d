import { findTermsOf, findTestTakerOfAttempt } from '../../db/appliance/arrangements.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { type ArrangementTerms, arrangementTerms } from '../../hsm/arrangement.ts';
import { liftedBy } from '../../hsm/restriction.ts';
import type { Policy } from '../../hsm/policy.ts';
import { AppError } from '../errors.ts';
import type { Entitlement } from '../attempts/terms.ts';
import { type Exam, readExam } from '../exams/exam.ts';

/** @returns what was granted to the test taker last, as far as web knows; null where nothing was */
export function grantedTo(db: ApplianceDatabase, testTaker: string): ArrangementTerms | null {
  const terms = findTermsOf(db, testTaker);
  return terms === undefined ? null : arrangementTerms.parse(JSON.parse(terms));
}

/**
 * The exam as one test taker sits it: without the kinds of recording that an arrangement leaves out and the restrictions that it lifts,
 * so that nothing asks for them, says that they are there, or makes them.
 * @throws AppError not-found
 */
export function readOwnExam(db: ApplianceDatabase, testTaker: { id: string; exam: string }): Exam {
  const exam = readExam(db, testTaker.exam);
  const terms = grantedTo(db, testTaker.id);
  if (!terms) return exam;
  const necessity = { ...exam.setup.necessity };
  for (const kind of terms.leftOut) delete necessity[kind];
  const restrictions = { ...exam.setup.restrictions };
  for (const one of liftedBy(terms)) delete restrictions[one];
  return { ...exam, setup: { ...exam.setup, necessity, restrictions } };
}

/** @returns what the test taker has beyond everybody's time */
export function entitlementOf(terms: ArrangementTerms | null): Entitlement {
  return { extraMinutes: terms ? terms.extraMinutes + terms.breakMinutes : 0 };
}

/** @returns in which browsers the test taker may go on, by the exam's rules and what was granted to them */
export function reentryOf({ reentry }: Pick<Policy, 'reentry'>, terms: ArrangementTerms | null): Policy['reentry'] {
  return terms?.anyDevice ? 'any-browser' : reentry;
}

/** @returns whether it was granted to the test taker to sit the exam in another way than here */
export function sitsElsewhere(terms: ArrangementTerms | null): boolean {
  return terms !== null && terms.elsewhere !== '';
}

/** @throws AppError refused where it was granted to the test taker to sit the exam elsewhere */
export function requireSittingHere(terms: ArrangementTerms | null): void {
  if (!sitsElsewhere(terms)) return;
  throw new AppError('refused', { detail: 'sits elsewhere', status: 409, sentence: (errors) => errors.sitsElsewhere });
}

/** @throws AppError malformed where an arrangement leaves this source out: a recorder that knows of it does not ask */
export function requireRecorded(db: ApplianceDatabase, attempt: string, source: 'camera' | 'screen'): void {
  const testTaker = findTestTakerOfAttempt(db, attempt);
  if (testTaker === undefined || !grantedTo(db, testTaker)?.leftOut.includes(source)) return;
  throw new AppError('malformed', { detail: `${source} is left out` });
}
