import { z } from 'zod';
import * as rows from '../../db/custody/arrangements.ts';
import { findAttemptOf } from '../../db/custody/attempts.ts';
import { type ArrangementTerms, arrangementTerms, refusalReason } from '../arrangement.ts';
import { recordsPicture } from '../arrangements.ts';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { type Fault, findFaultsIn } from '../exam-findings.ts';
import { policyOf, setupOf } from '../exams.ts';
import type { RepresentativeView } from '../register/representatives.ts';
import type { Restriction } from '../restriction.ts';
import type { Role } from '../roles.ts';
import { defineAct } from './act.ts';
import { examDetails, examOf, requireNoFaults, requireScope } from './concerns.ts';
import { takeTurn } from './turns.ts';
import { amount, type Detail } from './wording.ts';

const EITHER: readonly Role[] = ['exam-administrator', 'privacy-officer'];
const LIFTED: Record<Restriction, string> = {
  'full-screen': 'they need not be in full screen',
  'left-page': 'they may leave the exam’s page',
  'one-screen': 'they may have several screens',
  clipboard: 'they may copy and paste',
};
const CODES = { exam: z.uuid(), request: z.uuid() };

/** Answers of what a test taker asked to have otherwise. Who reviews is told of neither, beyond what was to be recorded. */

export const grantArrangement = defineAct({
  schema: z.strictObject({ type: z.literal('grant-arrangement'), ...CODES, terms: arrangementTerms }),
  roles: EITHER,
  signers: 1,
  entry: 'arrangement-granted',
  concerns: (custody, { exam, request }) => requestOf(custody, exam, request).attempt,
  permit(custody, who, { exam, request, terms }) {
    requireAnswerable(custody, who, exam, request);
    requireNoFaults(findTermFaults(custody, exam, terms));
  },
  async foresee(custody, { exam, request, terms }) {
    await takeTurn(custody);
    requireOpen(custody, exam, request);
    requireNoFaults(findTermFaults(custody, exam, terms));
  },
  describe(custody, { exam, request, terms }) {
    const row = requestOf(custody, exam, request);
    return {
      sentence: `Test taker ${row.candidate} sits “${examOf(custody, exam).title}” with an arrangement: ${wordTerms(terms).join(', ')}.`,
      details: [
        ...requestDetails(custody, row),
        ...(terms.elsewhere ? [{ term: 'Elsewhere, in words for the test taker', value: terms.elsewhere }] : []),
        { term: 'Replaces', value: 'what was granted to them for this exam before' },
        { term: 'Who reviews is told', value: 'what was not to be recorded, and nothing else' },
      ],
    };
  },
  apply(custody, { request, terms }, at) {
    const answer = { answeredAt: at, terms: JSON.stringify(terms), reason: null };
    if (!rows.answerRequest(custody.db, request, answer)) throw new CustodyError('already-so');
  },
});

export const refuseArrangement = defineAct({
  schema: z.strictObject({ type: z.literal('refuse-arrangement'), ...CODES, reason: refusalReason }),
  roles: EITHER,
  signers: 2,
  entry: 'arrangement-refused',
  concerns: (custody, { exam, request }) => requestOf(custody, exam, request).attempt,
  permit(custody, who, { exam, request, reason }) {
    requireAnswerable(custody, who, exam, request);
    requireNoFaults(findReasonFaults(custody, exam, reason));
  },
  async foresee(custody, { exam, request, reason }) {
    await takeTurn(custody);
    requireOpen(custody, exam, request);
    requireNoFaults(findReasonFaults(custody, exam, reason));
  },
  describe(custody, { exam, request, reason }) {
    const row = requestOf(custody, exam, request);
    return {
      sentence: `Test taker ${row.candidate} is refused the arrangement that they asked for in “${examOf(custody, exam).title}”, and reads why.`,
      details: [...requestDetails(custody, row), { term: 'Reason, in words for the test taker', value: reason }],
    };
  },
  apply(custody, { request, reason }, at) {
    const answer = { answeredAt: at, terms: null, reason };
    if (!rows.answerRequest(custody.db, request, answer)) throw new CustodyError('already-so');
  },
});

/** @throws CustodyError not-found where the exam has no such request */
function requestOf({ db }: Pick<Custody, 'db'>, exam: string, request: string): rows.ArrangementRow {
  const row = rows.findRequest(db, request);
  if (row?.exam !== exam) throw new CustodyError('not-found', 'arrangement request');
  return row;
}

/** @throws CustodyError not-found, key-destroyed, already-so, attempt-sealed */
function requireOpen(custody: Custody, exam: string, request: string): void {
  const { candidate, answeredAt } = requestOf(custody, exam, request);
  if (examOf(custody, exam).keyDestroyedAt) throw new CustodyError('key-destroyed');
  if (answeredAt !== null) throw new CustodyError('already-so', 'arrangement');
  if (findAttemptOf(custody.db, exam, candidate)?.sealedAt) throw new CustodyError('attempt-sealed');
}

/** Who was suspended with their unit signs nothing; whoever answers for all units still can, since the test taker's clock runs on. */
function requireAnswerable(custody: Custody, who: RepresentativeView, exam: string, request: string): void {
  requireScope(who, policyOf(examOf(custody, exam)).unit);
  requireOpen(custody, exam, request);
}

/** What in the terms does not fit the exam, or may not be put to a test taker. */
function findTermFaults(custody: Custody, exam: string, terms: ArrangementTerms): Fault[] {
  const row = examOf(custody, exam);
  const setup = setupOf(row);
  if (!setup) return [];
  const { necessity } = setup;
  const { uploadHours } = policyOf(row);
  const faults: Fault[] = findFaultsIn(custody.lint, setup.language, 'terms.elsewhere', terms.elsewhere);
  const fault = (field: string, why: string, instead: string) =>
    faults.push({ field, kind: 'arrangement', why, instead });
  const unrecorded = terms.leftOut.filter((kind) => necessity[kind] === undefined);
  if (unrecorded.length > 0) {
    fault(
      'terms.leftOut',
      `The exam does not record the ${unrecorded.join(' and the ')} of anybody.`,
      'Leave out only what it records.',
    );
  }
  const unrestricted = (terms.lifted ?? []).filter((one) => setup.restrictions[one] === undefined);
  if (unrestricted.length > 0) {
    fault('terms.lifted', 'The exam does not restrict that for anybody.', 'Lift only what it restricts.');
  }
  if (terms.elsewhere === '' && !recordsPicture(necessity, terms)) {
    fault(
      'terms.leftOut',
      'Neither camera nor screen would be left to record, and an attempt here is a recording of at least one of them.',
      'Say how and where the test taker sits the exam instead.',
    );
  }
  if (terms.extraMinutes + terms.breakMinutes > uploadHours * 60) {
    fault(
      'terms.extraMinutes',
      `Recordings of this exam are taken for ${amount(uploadHours, 'hour')} after it closes, and the time granted goes beyond that.`,
      'Grant less, or change the exam’s rules first.',
    );
  }
  return faults;
}

function findReasonFaults(custody: Custody, exam: string, reason: string): Fault[] {
  const setup = setupOf(examOf(custody, exam));
  return setup ? findFaultsIn(custody.lint, setup.language, 'reason', reason) : [];
}

function requestDetails(custody: Custody, row: rows.ArrangementRow): Detail[] {
  const late = Date.parse(row.dueAt) < Date.now();
  return [
    { term: 'Test taker', value: row.candidate },
    ...examDetails(custody, examOf(custody, row.exam)),
    { term: 'Asked on', value: row.requestedAt },
    { term: late ? 'Answer was due, and is overdue' : 'Answer is due', value: row.dueAt },
  ];
}

/** @returns each part of the terms, as a sentence goes on */
function wordTerms({ extraMinutes, breakMinutes, leftOut, lifted, anyDevice, elsewhere }: ArrangementTerms): string[] {
  return [
    ...(extraMinutes > 0 ? [`${amount(extraMinutes, 'minute')} more`] : []),
    ...(breakMinutes > 0 ? [`${amount(breakMinutes, 'minute')} of breaks besides`] : []),
    ...leftOut.map((kind) => `their ${kind} is not recorded`),
    ...(lifted ?? []).map((one) => LIFTED[one]),
    ...(anyDevice ? ['they may go on in another browser or device'] : []),
    ...(elsewhere ? ['they sit it elsewhere, as the words below say'] : []),
  ];
}
