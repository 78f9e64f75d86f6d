import { Hono } from 'hono';
import { z } from 'zod';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { findCandidates } from '../../db/appliance/roster.ts';
import { requireStaff } from '../accounts/staff-guard.tsx';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import type { RuleBook } from '../exams/rule-book.ts';
import { readContent } from '../http/content.ts';
import { anyForm } from '../http/entries.ts';
import { requireOversight } from './oversight.ts';
import { requireRoster, requireRunning, type RosterEnv } from '../roster/roster-exam.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { ExtensionPage, NewExtensionPage } from './extension-views.tsx';

const extensionForm = z.object({
  candidate: z
    .string()
    .trim()
    .transform((code) => code || null),
  minutes: z
    .string()
    .regex(/^\s*\d{1,4}\s*$/, 'Write a number of minutes, from 1 to 480.')
    .transform(Number)
    .refine((minutes) => minutes >= 1 && minutes <= 480, 'Write a number of minutes, from 1 to 480.'),
  reason: z
    .string()
    .trim()
    .min(1, 'Say why: your words stand in the ledger.')
    .max(2000, 'Say it in 2,000 characters or fewer.'),
});

/** Where an exam administrator gives one test taker or everybody more time: proposed here, signed in the reading room. */
export function extensionRoutes(parts: {
  db: ApplianceDatabase;
  custody: Pick<WebCustody, 'staffSession' | 'propose' | 'proposal'>;
  rules: Pick<RuleBook, 'renew'>;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN'>;
}) {
  const { db, custody, rules, config } = parts;
  const signedIn = requireStaff(custody, config);
  const roster = requireRoster(db);
  const shellOf = ({ representative, reports, exam }: RosterEnv['Variables']) => ({
    reports,
    person: representative.name,
    roomOrigin: config.CLOISTER_ROOM_ORIGIN,
    exam,
  });
  // Who runs a draft oversees nothing yet: there is nobody whose time could be extended.
  return new Hono<RosterEnv>()
    .get('/exams/:exam/extensions/new', signedIn, roster, requireRunning, requireOversight, (c) => {
      const candidate = c.req.query('candidate') ?? '';
      return c.html(<NewExtensionPage {...shellOf(c.var)} filled={{ ...UNFILLED, entries: { candidate } }} />);
    })
    .post('/exams/:exam/extensions', signedIn, roster, requireRunning, requireOversight, async (c) => {
      const { exam } = c.var.exam;
      const entries = await readContent(c, anyForm);
      const refuse = (faults: Filled['faults'], status: AppError['status'] = 400) =>
        c.html(<NewExtensionPage {...shellOf(c.var)} filled={{ entries, faults }} />, status);
      const read = extensionForm.safeParse(entries);
      if (!read.success) {
        const faults: Filled['faults'] = {};
        for (const { path, message } of read.error.issues) faults[String(path[0])] ??= message;
        return refuse(faults);
      }
      const { candidate } = read.data;
      if (candidate !== null && findCandidates(db, exam, [candidate]).length === 0) {
        const sentence = 'Nobody on the roster of this exam has this code. Write it as it stands there.';
        return refuse({ candidate: sentence });
      }
      try {
        const { act } = await custody.propose({ type: 'extend-time', exam, ...read.data });
        return c.redirect(`/exams/${exam}/extensions/${act}`, 303);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'refused') throw error;
        return refuse({ [error.refusal === 'extension-too-long' ? 'minutes' : '']: error.sentence }, error.status);
      }
    })
    .get('/exams/:exam/extensions/:act', signedIn, roster, requireRunning, requireOversight, async (c) => {
      const { act, status, exam } = await custody.proposal(c.req.param('act'));
      if (exam !== c.var.exam.exam) throw new AppError('not-found', { detail: 'another exam’s act' });
      // Whoever looks here shall find the new end where it is shown next.
      if (status === 'applied') await rules.renew(exam);
      return c.html(<ExtensionPage {...shellOf(c.var)} {...{ act, status }} />);
    });
}
