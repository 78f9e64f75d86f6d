import { findExamRules, insertExam } from '../../db/appliance/exams.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { type ExamSetup, examSetup } from '../../hsm/exam-setup.ts';
import { AppError } from '../errors.ts';
import type { ExamRules } from './rule-book.ts';

/** An exam as test takers are told of it: as it was published in custody, word for word. */
export interface Exam {
  id: string;
  title: string;
  setup: ExamSetup;
}

/** Enters an exam that was published; one that was set up here is a draft no longer. @param rules what custody answered */
export function enterExam(db: ApplianceDatabase, rules: ExamRules): void {
  const { exam: id, title, policy } = rules;
  insertExam(db, { id, title, unit: policy.unit, createdAt: new Date().toISOString() }, JSON.stringify(rules));
}

/** @throws AppError not-found, also of an exam that is not published */
export function readExam(db: ApplianceDatabase, id: string): Exam {
  const rules = findExamRules(db, id);
  if (rules === undefined) throw new AppError('not-found', { detail: `exam ${id}` });
  const { title, setup } = JSON.parse(rules) as ExamRules;
  // Read as strictly as it was published: a link made of it must not become another scheme.
  return { id, title, setup: examSetup.parse(setup) };
}
