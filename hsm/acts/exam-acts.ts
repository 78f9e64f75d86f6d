import { z } from 'zod';
import * as rows from '../../db/custody/exams.ts';
import { findRepresentative as findRow } from '../../db/custody/register.ts';
import type { Custody } from '../custody.ts';
import { requireNoHold } from '../conduct/holds.ts';
import { findFaults, findRuleFaults } from '../exam-findings.ts';
import { examSetup } from '../exam-setup.ts';
import { CustodyError } from '../errors.ts';
import { type ExamKey, makeExamKey, policyOf, requireRoomForKey, setupOf } from '../exams.ts';
import { type Policy, policy, PURPOSES } from '../policy.ts';
import { findRepresentative, viewRepresentative } from '../register/representatives.ts';
import { inScope } from '../register/scope.ts';
import { standingOfExam } from '../register/standing.ts';
import { destroyKey as destroyInToken, keyDueAt } from '../retention.ts';
import { type Role, VIEWING_ROLES } from '../roles.ts';
import { defineAct } from './act.ts';
import {
  degradedRelease,
  examDetails,
  examOf,
  limitsOf,
  OFFICERS,
  personDetails,
  requireNoFaults,
  requireOther,
  requireScope,
  requireUnit,
  requireUnitInForce,
  unitName,
} from './concerns.ts';
import { wordChanges } from './changes.ts';
import { takeTurn } from './turns.ts';
import { amount, type Detail, line, reason, wordLeastView } from './wording.ts';
import { wordSetup } from './setup-wording.ts';

const ADMINISTRATORS: readonly Role[] = ['exam-administrator'];
const EITHER: readonly Role[] = ['exam-administrator', 'privacy-officer'];

export const publishExam = defineAct({
  schema: z.strictObject({
    type: z.literal('publish-exam'),
    exam: z.uuid(),
    title: line(200),
    policy,
    setup: examSetup,
  }),
  roles: ADMINISTRATORS,
  signers: 1,
  entry: 'exam-published',
  permit(custody, who, { exam, title, policy: rules, setup }) {
    requireUnit(custody, rules.unit);
    requireScope(who, rules.unit);
    requireUnitInForce(custody, rules.unit);
    if (rows.findExam(custody.db, exam)) throw new CustodyError('already-so', 'publish-exam');
    if (Date.parse(rules.closesAt) <= Date.now()) throw new CustodyError('exam-in-past', 'publish-exam');
    requireNoHold(custody, exam);
    requireNoFaults(findFaults(custody.lint, { title, policy: rules, setup }, limitsOf(custody)));
  },
  describe(custody, { exam, title, policy: rules, setup }) {
    // Before it is signed, what the token does now; afterwards, what its key was made for.
    const { releaseMode } = rows.findExam(custody.db, exam) ?? custody.token.abilities ?? {};
    const degraded = degradedRelease(releaseMode);
    return {
      sentence: `“${title}” is published for ${unitName(custody, rules.unit)}: its key is made, and recordings of it can begin.${degraded.also}`,
      details: [
        { term: 'Exam', value: title },
        { term: 'Exam’s number', value: exam },
        ...degraded.details,
        ...wordRules(custody, rules).map(({ term, value }) => ({ term, value })),
        ...wordSetup(setup),
      ],
    };
  },
  // Web has nobody who would be asked for their permission, and learns here what stands in the way.
  async foresee(custody, { exam, title, policy: rules, setup }) {
    requireNoHold(custody, exam);
    await takeTurn(custody);
    requireNoFaults(findFaults(custody.lint, { title, policy: rules, setup }, limitsOf(custody)));
    await requireRoomForKey(custody);
  },
  prepare: (custody, { exam }) => makeExamKey(custody, exam),
  // A key that no exam refers to would stay in the token for good.
  undo: async (custody, { kid }) => custody.token.destroyExamKey(kid),
  facts: ({ kid, alg, releaseMode, spki }: ExamKey) => ({ kid, alg, releaseMode, spki: spki.toString('base64url') }),
  apply(custody, { exam, title, policy: rules, setup }, at, key) {
    rows.insertExam(custody.db, {
      ...key,
      id: exam,
      title,
      policy: JSON.stringify(rules),
      setup: JSON.stringify(setup),
      createdAt: at,
      keyDestroyedAt: null,
      suspendedAt: null,
    });
  },
});

export const changePolicy = defineAct({
  schema: z.strictObject({ type: z.literal('change-policy'), exam: z.uuid(), policy }),
  roles: EITHER,
  signers: 2,
  entry: 'policy-changed',
  permit(custody, who, { exam, policy: rules }) {
    const row = examOf(custody, exam);
    const before = policyOf(row);
    requireUnit(custody, rules.unit);
    requireScope(who, before.unit);
    requireScope(who, rules.unit);
    if (row.keyDestroyedAt) throw new CustodyError('key-destroyed');
    if (JSON.stringify(before) === JSON.stringify(rules)) throw new CustodyError('already-so', 'change-policy');
    if (keyDueAt(rules) > keyDueAt(before) && rows.hasAttempts(custody.db, exam)) {
      throw new CustodyError('promise-broken', 'change-policy');
    }
    requireNoFaults(findRuleFaults({ policy: rules, setup: setupOf(row) }, limitsOf(custody)));
  },
  describe(custody, { exam, policy: rules }) {
    const row = examOf(custody, exam);
    const before = wordRules(custody, policyOf(row));
    const after = wordRules(custody, rules);
    const changed = after.filter(({ term, value }) => before.some((one) => one.term === term && one.value !== value));
    return {
      sentence: `“${row.title}” has other rules from now on${changed.length > 0 ? `: ${changed.map(({ says }) => says).join(', ')}` : ''}.`,
      details: [...examDetails(custody, row), ...wordChanges(before, after)],
    };
  },
  apply: (custody, { exam, policy: rules }) => rows.setPolicy(custody.db, exam, JSON.stringify(rules)),
});

export const assign = defineAct({
  schema: z.strictObject({ type: z.literal('assign'), exam: z.uuid(), subject: z.uuid() }),
  roles: EITHER,
  signers: 1,
  entry: 'assigned',
  permit(custody, who, { exam, subject }) {
    const row = examOf(custody, exam);
    const { unit } = policyOf(row);
    requireScope(who, unit);
    const barred = standingOfExam(custody, exam);
    if (barred) throw new CustodyError(barred, 'assign');
    const person = findRow(custody.db, subject);
    if (!person) throw new CustodyError('not-found', 'representative');
    const { roles } = viewRepresentative(person);
    const fits = person.status !== 'suspended' && roles.some((role) => VIEWING_ROLES.includes(role));
    // An exam of the whole institution may be reviewed by people of any unit.
    if (!fits || (unit !== null && !inScope(person, unit))) throw new CustodyError('not-assignable', subject);
    // Who assigns somebody stands for it; to watch alone takes at least one other.
    requireOther(who, subject);
    if (rows.isAssigned(custody.db, exam, subject)) throw new CustodyError('already-so', 'assign');
  },
  describe(custody, { exam, subject }) {
    const row = examOf(custody, exam);
    const person = findRepresentative(custody, subject);
    return {
      sentence: `${person.name} is assigned to “${row.title}”: they see its attempts, and may ask to watch them.`,
      details: [...personDetails(custody, person), ...examDetails(custody, row)],
    };
  },
  apply: (custody, { exam, subject }) => rows.assign(custody.db, exam, subject),
});

export const unassign = defineAct({
  schema: z.strictObject({ type: z.literal('unassign'), exam: z.uuid(), subject: z.uuid() }),
  roles: EITHER,
  signers: 1,
  entry: 'unassigned',
  stops: true,
  permit(custody, who, { exam, subject }) {
    requireScope(who, policyOf(examOf(custody, exam)).unit);
    if (!rows.isAssigned(custody.db, exam, subject)) throw new CustodyError('already-so', 'unassign');
  },
  describe(custody, { exam, subject }) {
    const row = examOf(custody, exam);
    const person = findRepresentative(custody, subject);
    return {
      sentence: `${person.name} is no longer assigned to “${row.title}”: what they have open of it ends.`,
      details: [...personDetails(custody, person), ...examDetails(custody, row)],
    };
  },
  apply: (custody, { exam, subject }) => void rows.unassign(custody.db, exam, subject),
});

export const destroyKey = defineAct({
  schema: z.strictObject({ type: z.literal('destroy-key'), exam: z.uuid(), reason }),
  roles: OFFICERS,
  signers: 2,
  entry: 'key-destroyed',
  stops: true,
  permit(custody, who, { exam }) {
    const row = examOf(custody, exam);
    requireScope(who, policyOf(row).unit);
    if (row.keyDestroyedAt) throw new CustodyError('key-destroyed');
  },
  describe(custody, { exam, reason: why }) {
    const row = examOf(custody, exam);
    return {
      sentence: `The key of “${row.title}” is destroyed now: nobody can ever watch any of its recordings again.`,
      details: [
        ...examDetails(custody, row),
        { term: 'Would be destroyed anyway', value: new Date(keyDueAt(policyOf(row))).toISOString() },
        { term: 'Reason', value: why },
      ],
    };
  },
  // First the key, then the entry, as retention does: the ledger never claims a destruction that did not happen.
  prepare: (custody, { exam }) => destroyInToken(custody, examOf(custody, exam).kid),
  apply: (custody, { exam }, at) => rows.markKeyDestroyed(custody.db, exam, at),
});

/** @returns every rule in words; `says` is what it is about, in a sentence */
function wordRules(custody: Pick<Custody, 'db'>, rules: Policy): (Detail & { says: string })[] {
  return [
    { says: 'whose exam it is', term: 'Exam of', value: unitName(custody, rules.unit) },
    {
      says: 'for what recordings may be watched',
      term: 'Recordings may be watched for',
      value: rules.purposes.map((one) => PURPOSES[one]).join(', '),
    },
    { says: 'when it closes', term: 'Closes', value: rules.closesAt },
    {
      says: 'when its key is destroyed',
      term: 'Key is destroyed',
      value: new Date(keyDueAt(rules)).toISOString(),
    },
    {
      says: 'until when recordings are taken',
      term: 'Recordings are taken until',
      value: `${amount(rules.uploadHours, 'hour')} after it closes`,
    },
    {
      says: 'whether test takers go on in another browser',
      term: 'Another browser',
      value:
        rules.reentry === 'any-browser' ? 'test takers may go on in one' : 'test takers stay in the one they began in',
    },
    {
      says: 'how many people sign before a recording is watched',
      term: 'People who sign before a recording is watched',
      value: rules.dualControl ? 'two' : 'one',
    },
    {
      says: 'what is shown without a further reason',
      term: 'Shown without a further reason',
      value: wordLeastView(rules.leastView),
    },
  ];
}
