import { type AttemptRow, findAttempt } from '../../db/custody/attempts.ts';
import { type ExamRow, findExam } from '../../db/custody/exams.ts';
import { findRepresentative, type RepresentativeRow } from '../../db/custody/register.ts';
import { findUnit } from '../../db/custody/units.ts';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import type { Fault, Limits } from '../exam-findings.ts';
import { policyOf } from '../exams.ts';
import { type RepresentativeView, viewRepresentative } from '../register/representatives.ts';
import { inScope } from '../register/scope.ts';
import { isUnitSuspended, standing } from '../register/standing.ts';
import { type Role, ROLES } from '../roles.ts';
import type { Detail } from './wording.ts';

type Database = Pick<Custody, 'db'>;

/** Who signs what concerns the register. */
export const OFFICERS: readonly Role[] = ['privacy-officer'];

/** @throws CustodyError out-of-scope where `who` does not answer for the unit (null: the whole institution) */
export function requireScope(who: RepresentativeView, unit: string | null): void {
  if (!inScope(who, unit)) throw new CustodyError('out-of-scope', unit ?? 'institution');
}

/** @throws CustodyError own-case where an act is about its signer */
export function requireOther(who: RepresentativeView, subject: string): void {
  if (who.id === subject) throw new CustodyError('own-case');
}

/** @throws CustodyError not-found for a unit that is not registered */
export function requireUnit({ db }: Database, unit: string | null): void {
  if (unit !== null && !findUnit(db, unit)) throw new CustodyError('not-found', 'unit');
}

/** @throws CustodyError unit-suspended */
export function requireUnitInForce({ db }: Database, unit: string | null): void {
  if (isUnitSuspended(db, unit)) throw new CustodyError('unit-suspended', unit ?? undefined);
}

/** @throws CustodyError exam-faulty, with the faults as its facts, where there are any */
export function requireNoFaults(faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  throw new CustodyError('exam-faulty', faults.map(({ field }) => field).join(', '), { faults });
}

/** What the institution sets for all of its exams. */
export function limitsOf({ config }: Pick<Custody, 'config'>): Limits {
  return { retentionDays: config.CLOISTER_RETENTION_DAYS_MAX };
}

/** @throws CustodyError not-found */
export function examOf({ db }: Database, id: string): ExamRow {
  const exam = findExam(db, id);
  if (!exam) throw new CustodyError('not-found', 'exam');
  return exam;
}

/** @throws CustodyError not-found */
export function attemptOf(custody: Database, id: string): { attempt: AttemptRow; exam: ExamRow } {
  const attempt = findAttempt(custody.db, id);
  if (!attempt) throw new CustodyError('not-found', 'attempt');
  return { attempt, exam: examOf(custody, attempt.exam) };
}

/** @throws CustodyError what keeps this person from the exam's recordings */
export function requireStanding(custody: Custody, who: RepresentativeView, exam: string): void {
  const barred = standing(custody, who.id, exam);
  if (barred) throw new CustodyError(barred, exam);
}

/** @returns “privacy officer and reviewer”, with its article */
export function wordRoles(roles: readonly Role[]): string {
  const words = roles.map((role) => ROLES[role]);
  const list = words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${words.at(-1)}` : words.join('');
  return `${/^[aeo]/.test(list) ? 'an' : 'a'} ${list}`;
}

export function unitName({ db }: Database, unit: string | null): string {
  return unit === null ? 'the whole institution' : `“${findUnit(db, unit)?.name ?? unit}”`;
}

/** @returns the representative's name as the register has it */
export function nameOf({ db }: Database, representative: string | null): string {
  return (representative && findRepresentative(db, representative)?.name) || 'Somebody unknown';
}

/** What the register says of a person now. */
export function personDetails(custody: Database, row: RepresentativeRow): Detail[] {
  return [
    { term: 'Who', value: row.name },
    { term: 'At present', value: `${wordRoles(viewRepresentative(row).roles)}, for ${unitName(custody, row.unit)}` },
    { term: 'Register’s number', value: row.id },
  ];
}

/** What custody knows of an exam. */
export function examDetails(custody: Database, exam: ExamRow): Detail[] {
  return [
    { term: 'Exam', value: exam.title },
    { term: 'Exam of', value: unitName(custody, policyOf(exam).unit) },
    { term: 'Exam’s number', value: exam.id },
    ...degradedRelease(exam.releaseMode).details,
  ];
}

/**
 * What is said of keys that leave the token for a moment when a recording is opened; that they stay inside is what everybody expects.
 * @returns how the sentence of an act goes on, and its detail; nothing where they stay inside
 */
export function degradedRelease(...modes: (ExamRow['releaseMode'] | undefined)[]): { also: string; details: Detail[] } {
  if (!modes.includes('host-transient')) return { also: '', details: [] };
  const value =
    'Degraded: chapter keys are in custody’s memory for a moment, as the token cannot pass them on by itself';
  return { also: ' Degraded: chapter keys leave the token for a moment.', details: [{ term: 'Release mode', value }] };
}
