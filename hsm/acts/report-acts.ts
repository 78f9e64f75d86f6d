import { z } from 'zod';
import { findExam } from '../../db/custody/exams.ts';
import * as rows from '../../db/custody/reports.ts';
import { REPORTED_USES, reportOutcome } from '../conduct/report.ts';
import { unitOf } from '../conduct/reports.ts';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { defineAct } from './act.ts';
import { OFFICERS, requireScope } from './concerns.ts';
import { amount, paragraph, wordMoment } from './wording.ts';

/** Reports that one answer can be for: who is flooded with them answers in a few signatures. */
const MOST = 50;

/** A privacy officer's answer, to one reporter or to several who reported the same. It lifts what their reports hold. */
export const answerReport = defineAct({
  schema: z.strictObject({
    type: z.literal('answer-report'),
    /** Each once, in ascending order: a set has one form only in the canonical bytes. */
    reports: z
      .array(z.uuid())
      .min(1)
      .max(MOST)
      .refine((ids) => ids.every((id, i) => i === 0 || id > (ids[i - 1] as string)), 'are not in order'),
    outcome: reportOutcome,
    /** To the reporters. */
    words: paragraph(4000).min(1),
    /** Whether an exam that cannot start may from now on, or once what test takers are told of it was changed. */
    hold: z.enum(['ends', 'until-revised']),
  }),
  roles: OFFICERS,
  signers: 1,
  entry: 'report-answered',
  permit(custody, who, { reports, outcome, hold }) {
    const all = reports.map((id) => reportOf(custody, id));
    for (const row of all) {
      requireScope(who, unitOf(custody, row));
      if (row.answeredAt) throw new CustodyError('report-answered', row.id);
    }
    const holding = outcome === 'upheld' && all.some(({ holds }) => holds === 'start');
    if (hold === 'until-revised' && !holding) throw new CustodyError('malformed', 'there is no start to hold on to');
  },
  describe(custody, { reports, outcome, words, hold }) {
    const all = reports.map((id) => reportOf(custody, id));
    const about = [...new Set(all.map(({ use }) => REPORTED_USES[use]))].join(', ');
    const held = all.some(({ holds }) => holds !== 'nothing');
    const after =
      hold === 'until-revised'
        ? ' The exam still cannot start until what test takers are told of it was changed.'
        : ' What they hold is lifted.';
    return {
      sentence: `${amount(all.length, 'report')} of ${about} ${all.length === 1 ? 'is' : 'are'} answered: ${outcome}.${held ? after : ''}`,
      details: [
        ...all.map((row) => ({ term: `Filed ${wordMoment(row.filedAt)}`, value: wordReport(custody, row) })),
        { term: 'Answer, as the reporter reads it', value: words },
      ],
    };
  },
  apply(custody, { act, reports, outcome, words, hold }, at) {
    for (const id of reports) {
      const { holds } = reportOf(custody, id);
      const stays = hold === 'until-revised' && holds === 'start';
      const answer = { act, outcome, answer: words, answeredAt: at, hold: stays ? hold : ('ended' as const) };
      if (!rows.answerReport(custody.db, id, answer)) throw new CustodyError('report-answered', id);
    }
  },
});

function reportOf({ db }: Pick<Custody, 'db'>, id: string): rows.ReportRow {
  const row = rows.findReport(db, id);
  if (!row) throw new CustodyError('not-found', 'report');
  return row;
}

function wordReport({ db }: Pick<Custody, 'db'>, { use, exam, namedExam, candidate }: rows.ReportRow): string {
  const title = (exam !== null && findExam(db, exam)?.title) || namedExam;
  const about = title ? `, about “${title}”` : exam === null ? '' : ', about an exam that is not published';
  return `${REPORTED_USES[use]}${about}${candidate === null ? '' : `, by test taker ${candidate}`}`;
}
