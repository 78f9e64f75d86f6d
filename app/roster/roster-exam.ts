import { createMiddleware } from 'hono/factory';
import { findDraft } from '../../db/appliance/drafts.ts';
import { findExamRules } from '../../db/appliance/exams.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { examSetup } from '../../hsm/exam-setup.ts';
import type { StaffEnv } from '../accounts/staff-guard.tsx';
import { AppError } from '../errors.ts';
import type { Draft } from '../exams/draft.ts';
import type { ExamRules } from '../exams/rule-book.ts';
import { seesDraftsOf, setsUpExams, sightOf } from '../exams/sight.ts';

/** An exam with a roster: published, or still being set up. */
export interface RosterExam {
  exam: string;
  title: string;
  /** The office that holds it, as test takers are told; empty where a draft does not say yet. */
  office: string;
  /** What custody said of it; undefined of a draft. */
  rules: ExamRules | undefined;
}

/** The exam whose roster is asked for, and whether who asks runs it. */
export interface RosterEnv {
  Variables: StaffEnv['Variables'] & { exam: RosterExam; runs: boolean };
}

/** The same of an exam that is published. */
export interface PublishedEnv {
  Variables: RosterEnv['Variables'] & { rules: ExamRules };
}

/** @returns where the roster of an exam stands: a draft's own page is its set-up */
export function rosterPath({ exam, rules }: Pick<RosterExam, 'exam' | 'rules'>): string {
  return rules ? `/exams/${exam}` : `/exams/${exam}/test-takers`;
}

/**
 * Finds the exam of the address among those that who is signed in sees, and sets `exam` and `runs`. Of an exam that is being set up only
 * those who set it up see a roster.
 * @throws AppError not-found
 */
export function requireRoster(db: ApplianceDatabase) {
  return createMiddleware<RosterEnv>(async (c, next) => {
    const id = c.req.param('exam') ?? '';
    const kept = c.var.sees ? findExamRules(db, id) : undefined;
    if (kept === undefined) {
      const draft = setsUpExams(c.var) ? findDraft(db, id) : undefined;
      if (!draft || !seesDraftsOf(sightOf(c.var), draft.unit)) throw new AppError('not-found', { detail: 'exam' });
      const { setup } = JSON.parse(draft.draft) as Draft;
      c.set('exam', { exam: id, title: draft.title, office: setup.unit ?? '', rules: undefined });
      c.set('runs', true);
    } else {
      const told = JSON.parse(kept) as ExamRules;
      // Read as strictly as it was published.
      const rules = { ...told, setup: examSetup.parse(told.setup) };
      c.set('exam', { exam: id, title: rules.title, office: rules.setup.unit, rules });
      const { roles, unit } = c.var.representative;
      c.set('runs', roles.includes('exam-administrator') && (unit === null || unit === rules.policy.unit));
    }
    await next();
  });
}

/** Lets only the exam administrators of the exam's unit, or of the whole institution, through. @throws AppError not-found */
export const requireRunning = createMiddleware<RosterEnv>(async (c, next) => {
  if (!c.var.runs) throw new AppError('not-found', { detail: 'no exam administrator of this exam' });
  await next();
});

/** Lets only what concerns a published exam through, and sets its `rules`. @throws AppError already-done of a draft */
export const requirePublished = createMiddleware<PublishedEnv>(async (c, next) => {
  const { rules } = c.var.exam;
  if (!rules) {
    throw new AppError('refused', {
      detail: 'not published',
      status: 409,
      sentence:
        'This exam is not published yet, so there is nothing that a personal link could lead to. No link was made, and nobody was invited. Publish it first; who stands on its roster stays there.',
    });
  }
  c.set('rules', rules);
  await next();
});
