import { findExam, insertExam, keepExamRules, type ExamRow } from '../../db/appliance/exams.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { AppError } from '../errors.ts';
import { examPageSchema, noticeSchema, type Notice } from './notice.ts';
import type { ExamRules } from './rule-book.ts';

/** An exam as web knows it; its key and rules are custody's. */
export interface Exam {
  id: string;
  title: string;
  notice: Notice;
  /** A path of this appliance or an https address. */
  examPage: string;
}

/**
 * Enters an exam that custody has created under the same id.
 * @param rules what custody answered
 * @throws ZodError when the notice or the address cannot be shown to a test taker
 */
export function enterExam(
  db: ApplianceDatabase,
  exam: { id: string; title: string; notice: unknown; examPage: string },
  rules: ExamRules,
): void {
  insertExam(db, {
    id: exam.id,
    title: exam.title,
    notice: JSON.stringify(noticeSchema.parse(exam.notice)),
    examPage: examPageSchema.parse(exam.examPage),
    createdAt: new Date().toISOString(),
  });
  keepExamRules(db, exam.id, JSON.stringify(rules));
}

/** @throws AppError not-found */
export function readExam(db: ApplianceDatabase, id: string): Exam {
  const row = findExam(db, id);
  if (!row) throw new AppError('not-found', { detail: `exam ${id}` });
  return parseExam(row);
}

/** Reads the row as strictly as it was written: a link made of it must not become another scheme. */
function parseExam(row: ExamRow): Exam {
  return {
    id: row.id,
    title: row.title,
    notice: noticeSchema.parse(JSON.parse(row.notice)),
    examPage: examPageSchema.parse(row.examPage),
  };
}
