import { findExam, isAssigned } from '../../db/custody/exams.ts';
import { findRepresentative } from '../../db/custody/register.ts';
import { findUnit } from '../../db/custody/units.ts';
import type { Custody } from '../custody.ts';
import type { Refusal } from '../errors.ts';
import { policyOf } from '../exams.ts';
import { type Role, VIEWING_ROLES } from '../roles.ts';

type Database = Pick<Custody, 'db'>;

/** @returns why this person may do nothing at all right now; undefined when they may */
export function standingOf({ db }: Database, representative: string): Refusal | undefined {
  const row = findRepresentative(db, representative);
  if (row?.status !== 'approved') return 'representative-inactive';
  return isUnitSuspended(db, row.unit) ? 'unit-suspended' : undefined;
}

/** @returns why nothing of this exam may be opened right now; undefined when it may */
export function standingOfExam({ db }: Database, exam: string): Refusal | undefined {
  const row = findExam(db, exam);
  if (!row) return 'not-found';
  if (row.suspendedAt) return 'exam-suspended';
  return isUnitSuspended(db, policyOf(row).unit) ? 'unit-suspended' : undefined;
}

/**
 * The one question before a recording is opened: whether this person may open anything of this exam, as the register stands at this
 * very moment. Asked again in the transaction that enters a release, so that no release stands behind a suspension.
 * @returns why not; undefined when they may
 */
export function standing(custody: Database, representative: string, exam: string): Refusal | undefined {
  const refusal = standingOf(custody, representative) ?? standingOfExam(custody, exam);
  if (refusal) return refusal;
  if (!findRoles(custody, representative).some((role) => VIEWING_ROLES.includes(role))) return 'role-missing';
  return isAssigned(custody.db, exam, representative) ? undefined : 'not-assigned';
}

function findRoles({ db }: Database, representative: string): Role[] {
  return JSON.parse(findRepresentative(db, representative)?.roles ?? '[]') as Role[];
}

/** @returns whether nothing of the unit may be done right now; the whole institution (null) is never suspended */
export function isUnitSuspended(db: Custody['db'], unit: string | null): boolean {
  return unit !== null && (findUnit(db, unit)?.suspendedAt ?? null) !== null;
}
