import type { Context } from 'hono';
import { findDraft } from '../../db/appliance/drafts.ts';
import { findExamRules } from '../../db/appliance/exams.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { examSetup, type ExamSetup } from '../../hsm/exam-setup.ts';
import type { StaffEnv } from '../accounts/staff-guard.tsx';
import { AppError } from '../errors.ts';
import type { ExamRules } from '../exams/rule-book.ts';
import { seesDraftsOf, setsUpExams, sightOf } from '../exams/sight.ts';
import { idOf } from '../http/address.ts';

/** An exam of somebody who sets exams up, whether it is published yet or not. */
export interface OwnExam {
  exam: string;
  title: string;
  /** What was published of it; null of a draft. */
  published: ExamSetup | null;
  /** Whether a draft's publication waits for its signature: what is signed may not change meanwhile. */
  waiting: boolean;
}

/**
 * Finds the exam of the address for the exam administrators of its unit, or of the whole institution.
 * @throws AppError not-found to everybody else
 */
export function findOwnExam(db: ApplianceDatabase, c: Context<StaffEnv>): OwnExam {
  const exam = idOf(c, 'exam');
  if (!setsUpExams(c.var)) throw new AppError('not-found', { detail: 'no exam administrator' });
  const draft = findDraft(db, exam);
  const kept = draft ? undefined : findExamRules(db, exam);
  const rules = kept === undefined ? undefined : (JSON.parse(kept) as ExamRules);
  const unit = draft ? draft.unit : rules?.policy.unit;
  if (unit === undefined || !seesDraftsOf(sightOf(c.var), unit)) throw new AppError('not-found', { detail: 'exam' });
  return {
    exam,
    title: draft?.title ?? rules?.title ?? '',
    // Read as strictly as it was published.
    published: rules ? examSetup.parse(rules.setup) : null,
    waiting: draft?.act != null,
  };
}
