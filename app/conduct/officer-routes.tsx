import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { REPORTED_USES, REPORT_OUTCOMES, type ReportOutcome } from '../../hsm/conduct/report.ts';
import type { RoomCustody } from '../custody/client.ts';
import { idOf } from '../http/address.ts';
import type { Proposal } from '../room/custody.ts';
import { answerForm, words } from '../room/proposal.ts';
import { requireRepresentative, type RoomEnv } from '../room/session-guard.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { ReportPage, ReportsPage } from './officer-views.tsx';

const answer = z.object({
  outcome: z.enum(Object.keys(REPORT_OUTCOMES) as [ReportOutcome], 'Choose whether the report is right.'),
  words: words('Write an answer. The reporter reads it word for word.', 4000),
  hold: z.enum(['ends', 'until-revised']).default('ends'),
  'alike[]': z.union([z.array(z.uuid()), z.uuid().transform((one) => [one])]).default([]),
});

/** Where privacy officers read reports and answer them, in the reading room. */
export function reportRoutes({ custody }: { custody: RoomCustody }) {
  return new Hono<RoomEnv>()
    .use(requireRepresentative(custody))
    .get('/', async (c) => {
      const { reports } = await custody.reports(c.var.session);
      return c.html(<ReportsPage representative={c.var.representative} reports={reports} />);
    })
    .get('/:report', async (c) => c.html(await page(c, UNFILLED)))
    .post('/:report/answer', async (c) => {
      const { report } = await custody.report(c.var.session, idOf(c, 'report'));
      return answerForm(c, custody, {
        shape: answer,
        proposal: ({ 'alike[]': alike, ...said }): Proposal => ({
          ...{ type: 'answer-report', ...said },
          reports: [...new Set([report, ...alike])].sort(),
        }),
        page: (filled) => page(c, filled),
      });
    });

  async function page(c: Context<RoomEnv>, filled: Filled) {
    const { representative, session } = c.var;
    const report = await custody.report(session, idOf(c, 'report'));
    const { reports } = await custody.reports(session);
    // Answered together are only those that could have the same answer.
    const alike = reports.filter(
      (one) =>
        one.answer === null && one.report !== report.report && one.use === report.use && one.exam === report.exam,
    );
    return (
      <ReportPage {...{ representative, report, alike: alike.slice(0, 49), filled, kind: REPORTED_USES[report.use] }} />
    );
  }
}
