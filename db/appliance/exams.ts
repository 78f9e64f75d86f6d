import { asc, desc, eq } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { examRules, exams } from './schema.ts';

export type ExamRow = typeof exams.$inferSelect;

/** @throws a SqliteError when the id is taken */
export function insertExam(db: ApplianceDatabase, exam: ExamRow): void {
  db.insert(exams).values(exam).run();
}

/** @returns the newest exam first */
export function listExams(db: ApplianceDatabase): ExamRow[] {
  return db.select().from(exams).orderBy(desc(exams.createdAt), asc(exams.title)).all();
}

export function findExam(db: ApplianceDatabase, exam: string): ExamRow | undefined {
  return db.select().from(exams).where(eq(exams.id, exam)).get();
}

/** Keeps what custody said of an exam, as JSON. @throws a SqliteError when the exam is unknown */
export function keepExamRules(db: ApplianceDatabase, exam: string, rules: string): void {
  db.insert(examRules).values({ exam, rules }).onConflictDoUpdate({ target: examRules.exam, set: { rules } }).run();
}

/** @returns what custody said of the exam last, as JSON */
export function findExamRules(db: ApplianceDatabase, exam: string): string | undefined {
  return db.select().from(examRules).where(eq(examRules.exam, exam)).get()?.rules;
}
