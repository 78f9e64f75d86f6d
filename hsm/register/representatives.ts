import { randomBytes, randomUUID } from 'node:crypto';
import { listAssigned } from '../../db/custody/exams.ts';
import * as register from '../../db/custody/register.ts';
import { listUnits } from '../../db/custody/units.ts';
import { type Custody, refuse } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import type { Role } from '../roles.ts';
import { type Enrolment, keepEnrolment } from './enrolments.ts';
import { inScope } from './scope.ts';

/** A representative as other processes see one. */
export interface RepresentativeView {
  id: string;
  name: string;
  roles: Role[];
  /** The unit's id; null for the whole institution. */
  unit: string | null;
}

/** A representative as officers and exam administrators see one. */
export interface RepresentativeEntry extends RepresentativeView {
  status: register.RepresentativeRow['status'];
  passkeys: number;
  /** Ids of the exams that they are assigned to. */
  exams: string[];
}

/** @throws CustodyError not-found */
export function findRepresentative(custody: Pick<Custody, 'db'>, id: string): register.RepresentativeRow {
  const row = register.findRepresentative(custody.db, id);
  if (!row) throw new CustodyError('not-found', 'representative');
  return row;
}

export function viewRepresentative(row: register.RepresentativeRow): RepresentativeView {
  return { id: row.id, name: row.name, roles: JSON.parse(row.roles) as Role[], unit: row.unit };
}

/**
 * Whom a privacy officer or an exam administrator answers for, and for exam administrators who may be assigned.
 * @throws CustodyError not-found for everybody else
 */
export function listRepresentatives(custody: Custody, who: RepresentativeView): RepresentativeEntry[] {
  if (!administers(who)) throw new CustodyError('not-found', 'representatives');
  return register
    .listRepresentatives(custody.db)
    .filter((row) => inScope(who, row.unit) || row.unit === null)
    .map((row) => ({
      ...viewRepresentative(row),
      status: row.status,
      passkeys: register.listPasskeys(custody.db, row.id).length,
      exams: listAssigned(custody.db, row.id),
    }));
}

/** @throws CustodyError not-found for who is neither a privacy officer nor an exam administrator */
export function viewUnits(custody: Custody, who: RepresentativeView) {
  if (!administers(who)) throw new CustodyError('not-found', 'units');
  return listUnits(custody.db)
    .filter(({ id }) => inScope(who, id))
    .map(({ id, name, suspendedAt }) => ({ unit: id, name, suspendedAt }));
}

/**
 * Invites the first two officers, as long as nobody has enrolled a passkey; asked again until then, only the last links count.
 * From then on nobody comes in but by an act.
 * @returns for each, in the order given, their id and the enrolment token (base64url, works once, 72 hours)
 * @throws CustodyError register-in-use
 */
export async function inviteOfficers(
  custody: Custody,
  names: readonly [string, string],
): Promise<{ representative: string; name: string; enrolment: string }[]> {
  if (register.countPasskeys(custody.db) > 0) return refuse(custody, 'register-in-use', { tried: 'invite-officers' });
  const roles: Role[] = ['privacy-officer'];
  const now = new Date().toISOString();
  const invited = names.map((name) => ({ id: randomUUID(), name, token: randomBytes(32) }));
  const entries = invited.map(({ id, name }) => ({
    type: 'representative-invited' as const,
    body: { representative: id, name, roles, unit: null },
  }));
  await custody.ledger.append(entries, () => {
    if (register.countPasskeys(custody.db) > 0) throw new CustodyError('register-in-use');
    register.clearInvitations(custody.db);
    for (const { id, name, token } of invited) {
      const row = { id, name, roles: JSON.stringify(roles), unit: null, status: 'invited' as const, createdAt: now };
      register.insertRepresentative(custody.db, row);
      keepEnrolment(custody, { representative: id, token } satisfies Enrolment, now);
    }
  });
  return invited.map(({ id, name, token }) => ({ representative: id, name, enrolment: token.toString('base64url') }));
}

function administers({ roles }: RepresentativeView): boolean {
  return roles.includes('privacy-officer') || roles.includes('exam-administrator');
}
