import { z } from 'zod';
import { insertExtension, listExtensions } from '../../db/custody/extensions.ts';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { policyOf } from '../exams.ts';
import { defineAct } from './act.ts';
import { examDetails, examOf, requireScope, requireUnitInForce } from './concerns.ts';
import { amount, candidateCode, reason } from './wording.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** More time for one test taker of a published exam or for all, on top of what the exam's setup gives them. Nobody loses any by it. */
export const extendTime = defineAct({
  schema: z.strictObject({
    type: z.literal('extend-time'),
    exam: z.uuid(),
    /** The test taker's code; null: everybody's time. */
    candidate: candidateCode.nullable(),
    minutes: z.int().min(1).max(480),
    reason,
  }),
  roles: ['exam-administrator'],
  signers: 1,
  entry: 'time-extended',
  permit(custody, who, content) {
    const { unit } = policyOf(examOf(custody, content.exam));
    requireScope(who, unit);
    requireUnitInForce(custody, unit);
    requireExtendable(custody, content);
  },
  foresee: (custody, content) => requireExtendable(custody, content),
  describe(custody, { exam, candidate, minutes, reason: why }) {
    const row = examOf(custody, exam);
    const before = minutesOf(custody, exam, candidate);
    return {
      sentence:
        candidate === null
          ? `Everybody who sits “${row.title}” has ${amount(minutes, 'minute')} more.`
          : `The test taker with the code “${candidate}” has ${amount(minutes, 'minute')} more in “${row.title}”.`,
      details: [
        ...examDetails(custody, row),
        { term: 'Test taker', value: candidate ?? 'everybody' },
        { term: 'More time', value: amount(minutes, 'minute') },
        { term: 'Extended before, by all acts together', value: amount(before, 'minute') },
        { term: 'Reason', value: why },
      ],
    };
  },
  apply: (custody, { act, exam, candidate, minutes }, at) =>
    insertExtension(custody.db, { act, exam, candidate, minutes, at }),
});

/** @returns by how many minutes the time of this test taker (null: of everybody) was extended */
function minutesOf({ db }: Pick<Custody, 'db'>, exam: string, candidate: string | null): number {
  return listExtensions(db, exam)
    .filter((one) => one.candidate === null || one.candidate === candidate)
    .reduce((sum, { minutes }) => sum + minutes, 0);
}

/**
 * What is recorded in extended time has to be sent in as well: at least half of the time for that stays.
 * @throws CustodyError not-found, exam-over, extension-too-long
 */
function requireExtendable(
  custody: Custody,
  { exam, candidate, minutes }: { exam: string; candidate: string | null; minutes: number },
): void {
  const row = examOf(custody, exam);
  const { closesAt, uploadHours } = policyOf(row);
  if (row.keyDestroyedAt || Date.now() > Date.parse(closesAt) + uploadHours * HOUR_MS) {
    throw new CustodyError('exam-over', 'extend-time');
  }
  const own = candidate === null ? longestOf(custody, exam) : minutesOf(custody, exam, candidate);
  if ((own + minutes) * MINUTE_MS > (uploadHours * HOUR_MS) / 2) throw new CustodyError('extension-too-long', exam);
}

/** @returns the most minutes that anybody's time was extended by */
function longestOf(custody: Custody, exam: string): number {
  const candidates = new Set(listExtensions(custody.db, exam).map(({ candidate }) => candidate));
  return Math.max(0, ...[...candidates].map((candidate) => minutesOf(custody, exam, candidate)));
}
