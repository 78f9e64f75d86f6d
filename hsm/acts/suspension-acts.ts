import { z } from 'zod';
import { setExamSuspended } from '../../db/custody/exams.ts';
import * as register from '../../db/custody/register.ts';
import { findUnit, setUnitSuspended, type UnitRow } from '../../db/custody/units.ts';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { policyOf } from '../exams.ts';
import { findRepresentative } from '../register/representatives.ts';
import { defineAct } from './act.ts';
import { examDetails, examOf, OFFICERS, personDetails, requireOther, requireScope } from './concerns.ts';
import { reason } from './wording.ts';

/** Stopping takes one person and acts at once: `standing` reads what is set here. Taking it back takes two. */

export const suspendRepresentative = defineAct({
  schema: z.strictObject({ type: z.literal('suspend-representative'), subject: z.uuid(), reason }),
  roles: OFFICERS,
  signers: 1,
  entry: 'representative-suspended',
  stops: true,
  permit(custody, who, { subject }) {
    const row = findRepresentative(custody, subject);
    requireScope(who, row.unit);
    if (row.status === 'suspended') throw new CustodyError('already-so', 'suspend-representative');
  },
  describe(custody, { subject, reason: why }) {
    const row = findRepresentative(custody, subject);
    return {
      sentence: `${row.name} is suspended: they may see, open and sign nothing until two officers reinstate them.`,
      details: [...personDetails(custody, row), { term: 'Reason', value: why }],
    };
  },
  apply(custody, { subject }) {
    register.changeStatus(custody.db, subject, 'approved', 'suspended');
    register.changeStatus(custody.db, subject, 'invited', 'suspended');
  },
});

export const reinstateRepresentative = defineAct({
  schema: z.strictObject({ type: z.literal('reinstate-representative'), subject: z.uuid(), reason }),
  roles: OFFICERS,
  signers: 2,
  entry: 'representative-reinstated',
  permit(custody, who, { subject }) {
    const row = findRepresentative(custody, subject);
    requireOther(who, row.id);
    requireScope(who, row.unit);
    if (row.status !== 'suspended') throw new CustodyError('already-so', 'reinstate-representative');
  },
  describe(custody, { subject, reason: why }) {
    const row = findRepresentative(custody, subject);
    return {
      sentence: `${row.name}, who is suspended, is reinstated.`,
      details: [...personDetails(custody, row), { term: 'Reason', value: why }],
    };
  },
  apply(custody, { subject }) {
    // Who had not enrolled yet still has to.
    const enrolled = register.listPasskeys(custody.db, subject).length > 0;
    register.changeStatus(custody.db, subject, 'suspended', enrolled ? 'approved' : 'invited');
  },
});

export const suspendUnit = defineAct({
  schema: z.strictObject({ type: z.literal('suspend-unit'), unit: z.uuid(), reason }),
  roles: OFFICERS,
  signers: 1,
  entry: 'unit-suspended',
  stops: true,
  permit(custody, who, { unit }) {
    requireScope(who, unit);
    if (unitOf(custody, unit).suspendedAt) throw new CustodyError('already-so', 'suspend-unit');
  },
  describe(custody, { unit, reason: why }) {
    const { name } = unitOf(custody, unit);
    return {
      sentence: `“${name}” is suspended: its people may do nothing, and nothing of its exams may be opened, until two officers reinstate it.`,
      details: [
        { term: 'Unit', value: name },
        { term: 'Reason', value: why },
      ],
    };
  },
  apply: (custody, { unit }, at) => setUnitSuspended(custody.db, unit, at),
});

export const reinstateUnit = defineAct({
  schema: z.strictObject({ type: z.literal('reinstate-unit'), unit: z.uuid(), reason }),
  roles: OFFICERS,
  signers: 2,
  entry: 'unit-reinstated',
  permit(custody, who, { unit }) {
    requireScope(who, unit);
    if (!unitOf(custody, unit).suspendedAt) throw new CustodyError('already-so', 'reinstate-unit');
  },
  describe(custody, { unit, reason: why }) {
    const { name } = unitOf(custody, unit);
    return {
      sentence: `“${name}”, which is suspended, is reinstated.`,
      details: [
        { term: 'Unit', value: name },
        { term: 'Reason', value: why },
      ],
    };
  },
  apply: (custody, { unit }) => setUnitSuspended(custody.db, unit, null),
});

export const suspendExam = defineAct({
  schema: z.strictObject({ type: z.literal('suspend-exam'), exam: z.uuid(), reason }),
  roles: OFFICERS,
  signers: 1,
  entry: 'exam-suspended',
  stops: true,
  permit(custody, who, { exam }) {
    const row = examOf(custody, exam);
    requireScope(who, policyOf(row).unit);
    if (row.suspendedAt) throw new CustodyError('already-so', 'suspend-exam');
  },
  describe(custody, { exam, reason: why }) {
    const row = examOf(custody, exam);
    return {
      sentence: `“${row.title}” is suspended: none of its recordings may be opened until two officers reinstate it. Recording goes on.`,
      details: [...examDetails(custody, row), { term: 'Reason', value: why }],
    };
  },
  apply: (custody, { exam }, at) => setExamSuspended(custody.db, exam, at),
});

export const reinstateExam = defineAct({
  schema: z.strictObject({ type: z.literal('reinstate-exam'), exam: z.uuid(), reason }),
  roles: OFFICERS,
  signers: 2,
  entry: 'exam-reinstated',
  permit(custody, who, { exam }) {
    const row = examOf(custody, exam);
    requireScope(who, policyOf(row).unit);
    if (!row.suspendedAt) throw new CustodyError('already-so', 'reinstate-exam');
  },
  describe(custody, { exam, reason: why }) {
    const row = examOf(custody, exam);
    return {
      sentence: `“${row.title}”, which is suspended, is reinstated.`,
      details: [...examDetails(custody, row), { term: 'Reason', value: why }],
    };
  },
  apply: (custody, { exam }) => setExamSuspended(custody.db, exam, null),
});

function unitOf({ db }: Pick<Custody, 'db'>, id: string): UnitRow {
  const unit = findUnit(db, id);
  if (!unit) throw new CustodyError('not-found', 'unit');
  return unit;
}
