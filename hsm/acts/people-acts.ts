import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import * as register from '../../db/custody/register.ts';
import { findUnitNamed, insertUnit } from '../../db/custody/units.ts';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { keepEnrolment } from '../register/enrolments.ts';
import { findRepresentative, viewRepresentative } from '../register/representatives.ts';
import { type Role, roles } from '../roles.ts';
import { defineAct } from './act.ts';
import { OFFICERS, personDetails, requireOther, requireScope, requireUnit, unitName, wordRoles } from './concerns.ts';
import { line, reason } from './wording.ts';

const LINK = 'An enrolment link, shown once to whoever signs last';

export const registerUnit = defineAct({
  schema: z.strictObject({ type: z.literal('register-unit'), name: line(100) }),
  roles: OFFICERS,
  signers: 1,
  entry: 'unit-registered',
  permit(custody, who, { name }) {
    requireScope(who, null);
    if (findUnitNamed(custody.db, name)) throw new CustodyError('name-taken', 'unit');
  },
  describe: (_, { name }) => ({
    sentence: `“${name}” becomes a unit of the institution.`,
    details: [{ term: 'Unit', value: name }],
  }),
  apply: (custody, { act, name }, at) => insertUnit(custody.db, { id: act, name, createdAt: at }),
  made: ({ act }) => ({ unit: act }),
});

export const approveRepresentative = defineAct({
  schema: z.strictObject({
    type: z.literal('approve-representative'),
    name: line(100),
    roles,
    unit: z.uuid().nullable(),
  }),
  roles: OFFICERS,
  signers: 2,
  entry: 'representative-approved',
  permit(custody, who, { unit }) {
    requireUnit(custody, unit);
    requireScope(who, unit);
  },
  describe: (custody, { name, roles: given, unit }) => ({
    sentence: `${name} becomes ${wordRoles(given)} for ${unitName(custody, unit)}.`,
    details: [
      { term: 'Who', value: name },
      { term: 'Roles', value: wordRoles(given) },
      { term: 'For', value: unitName(custody, unit) },
      { term: 'Gives', value: LINK },
    ],
  }),
  prepare: async () => randomBytes(32),
  apply(custody, { act, name, roles: given, unit }, at, token) {
    const row = { id: act, name, roles: JSON.stringify(given), unit, status: 'invited' as const, createdAt: at };
    register.insertRepresentative(custody.db, row);
    keepEnrolment(custody, { representative: act, token }, at);
  },
  made: ({ act }, token) => ({ representative: act, enrolment: token.toString('base64url') }),
});

export const changeRoles = defineAct({
  schema: z.strictObject({ type: z.literal('change-roles'), subject: z.uuid(), roles, unit: z.uuid().nullable() }),
  roles: OFFICERS,
  signers: 2,
  entry: 'roles-changed',
  stops: true,
  permit(custody, who, content) {
    const row = findRepresentative(custody, content.subject);
    requireUnit(custody, content.unit);
    requireOther(who, row.id);
    requireScope(who, row.unit);
    requireScope(who, content.unit);
    if (row.roles === JSON.stringify(content.roles) && row.unit === content.unit) {
      throw new CustodyError('already-so', 'change-roles');
    }
    if (!content.roles.includes('privacy-officer')) requireOfficersBeside(custody, row.id);
  },
  describe(custody, { subject, roles: given, unit }) {
    const row = findRepresentative(custody, subject);
    return {
      sentence: `${row.name} is ${wordRoles(given)} for ${unitName(custody, unit)} from now on.`,
      details: [
        ...personDetails(custody, row),
        { term: 'From now on', value: `${wordRoles(given)}, for ${unitName(custody, unit)}` },
      ],
    };
  },
  apply: (custody, { subject, roles: given, unit }) =>
    register.setRoles(custody.db, subject, { roles: JSON.stringify(given), unit }),
});

export const replacePasskeys = defineAct({
  schema: z.strictObject({ type: z.literal('replace-passkeys'), subject: z.uuid(), reason }),
  roles: OFFICERS,
  signers: 2,
  entry: 'passkeys-replaced',
  stops: true,
  permit(custody, who, { subject }) {
    const row = findRepresentative(custody, subject);
    requireOther(who, row.id);
    requireScope(who, row.unit);
    if (row.status === 'suspended') throw new CustodyError('representative-inactive', 'replace-passkeys');
  },
  describe(custody, { subject, reason: why }) {
    const row = findRepresentative(custody, subject);
    return {
      sentence: `${row.name} loses all passkeys enrolled until now and enrols a new one.`,
      details: [...personDetails(custody, row), { term: 'Reason', value: why }, { term: 'Gives', value: LINK }],
    };
  },
  prepare: async () => randomBytes(32),
  apply(custody, { subject }, at, token) {
    register.revokePasskeys(custody.db, subject);
    register.changeStatus(custody.db, subject, 'approved', 'invited');
    keepEnrolment(custody, { representative: subject, token }, at);
  },
  made: ({ subject }, token) => ({ representative: subject, enrolment: token.toString('base64url') }),
});

/** @throws CustodyError officers-needed where fewer than two other officers would be in force */
function requireOfficersBeside(custody: Pick<Custody, 'db'>, representative: string): void {
  const officer: Role = 'privacy-officer';
  const others = register
    .listRepresentatives(custody.db)
    .filter((row) => row.id !== representative && row.status === 'approved')
    .filter((row) => viewRepresentative(row).roles.includes(officer));
  if (others.length < 2) throw new CustodyError('officers-needed', 'change-roles');
}
