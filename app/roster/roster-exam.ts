import { createMiddleware } from 'hono/factory';
import { findExamRules } from '../../db/appliance/exams.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { examSetup } from '../../hsm/exam-setup.ts';
import type { StaffEnv } from '../accounts/staff-guard.tsx';
import { AppError } from '../errors.ts';
import type { ExamRules } from '../exams/rule-book.ts';

/** The exam whose roster is asked for, and whether who asks runs it. */
export interface RosterEnv {
  Variables: StaffEnv['Variables'] & { exam: ExamRules; runs: boolean };
}

/**
 * Finds the exam of the address among those that who is signed in sees, and sets `exam` and `runs`.
 * @throws AppError not-found, also of an exam that is not published
 */
export function requireRoster(db: ApplianceDatabase) {
  return createMiddleware<RosterEnv>(async (c, next) => {
    const id = c.req.param('exam') ?? '';
    const kept = c.var.exams.includes(id) ? findExamRules(db, id) : undefined;
    if (kept === undefined) throw new AppError('not-found', { detail: 'exam' });
    const rules = JSON.parse(kept) as ExamRules;
    // Read as strictly as it was published.
    c.set('exam', { ...rules, setup: examSetup.parse(rules.setup) });
    const { roles, unit } = c.var.representative;
    c.set('runs', roles.includes('exam-administrator') && (unit === null || unit === rules.policy.unit));
    await next();
  });
}

/** Lets only the exam administrators of the exam's unit, or of the whole institution, through. @throws AppError not-found */
export const requireRunning = createMiddleware<RosterEnv>(async (c, next) => {
  if (!c.var.runs) throw new AppError('not-found', { detail: 'no exam administrator of this exam' });
  await next();
});
