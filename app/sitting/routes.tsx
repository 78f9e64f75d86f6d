import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { listSitting } from '../../db/appliance/sitting.ts';
import { requireStaff } from '../accounts/staff-guard.tsx';
import { grantedTo, sitsElsewhere } from '../arrangements/own-exam.ts';
import { ownTermsOf } from '../attempts/own-terms.ts';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { LIVE_MS, type RuleBook } from '../exams/rule-book.ts';
import { requireRoster, type RosterEnv } from '../roster/roster-exam.ts';
import { attendanceOf, countAttendance, partOf, STATES } from './attendance.ts';
import type { Conditions } from './condition.ts';
import { requireOversight } from './oversight.ts';
import { AttendancePart, SittingPage, type SittingPart } from './views.tsx';

/** Test takers on one page. */
const PAGE = 50;

/** An address that makes no sense shows everybody. */
const partQuery = z.object({
  show: z.enum(['help', 'all', ...STATES]).catch('all'),
  q: z.string().trim().max(100).catch(''),
  page: z.coerce.number().int().min(1).max(100_000).catch(1),
});

/** The staff origin's page of an exam while it is sat: states only. Nothing of a recording is read for it. */
export function sittingRoutes(parts: {
  db: ApplianceDatabase;
  custody: Pick<WebCustody, 'staffSession'>;
  rules: Pick<RuleBook, 'of'>;
  conditions: Conditions;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN'>;
}) {
  const { db, custody, rules, conditions, config } = parts;
  const signedIn = requireStaff(custody, config);
  const roster = requireRoster(db);
  return new Hono<RosterEnv>()
    .get('/exams/:exam/sitting', signedIn, roster, requireOversight, async (c) => {
      const shell = {
        person: c.var.representative.name,
        roomOrigin: config.CLOISTER_ROOM_ORIGIN,
        reports: c.var.reports,
        exam: c.var.exam,
      };
      return c.html(<SittingPage {...shell} part={await readPart(c)} />);
    })
    .get('/exams/:exam/sitting/attendance', signedIn, roster, requireOversight, async (c) =>
      c.html(<AttendancePart exam={c.var.exam.exam} part={await readPart(c)} />),
    );

  async function readPart(c: Context<RosterEnv>): Promise<SittingPart> {
    const { exam } = c.var.exam;
    const { show, q: query, page } = partQuery.parse(c.req.query());
    const told = await rules.of(exam, LIVE_MS);
    const now = Date.now();
    const all = listSitting(db, exam).map((row) => {
      const heard = row.attempt === null ? undefined : conditions.of(row.attempt);
      const elsewhere = row.attempt === null && sitsElsewhere(grantedTo(db, row.id));
      return attendanceOf(row, ownTermsOf(db, told, row), { elsewhere, heard, since: conditions.since, now });
    });
    const shown = partOf(all, { show, query });
    // Who was on the last page may be on none any more.
    const pages = Math.max(1, Math.ceil(shown.length / PAGE));
    const at = Math.min(page, pages);
    const rows = shown.slice((at - 1) * PAGE, at * PAGE);
    const everybodys = (told.extensions ?? []).filter(({ candidate }) => candidate === null);
    return {
      ...{ rows, counts: countAttendance(all), show, query, page: at, pages, found: shown.length, now },
      runs: c.var.runs,
      extended: everybodys.reduce((sum, { minutes }) => sum + minutes, 0),
    };
  }
}
