import { asc, desc, eq } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { attempts, examRules, exams, testTakers } from './schema.ts';

export type ExamRow = typeof exams.$inferSelect;

/** A test taker of an exam and how far their attempt has come. */
export interface RosterRow {
  candidate: string;
  name: string;
  startedAt: string | null;
  endedAt: string | null;
}

/** @throws a SqliteError when the id is taken */
export function insertExam(db: ApplianceDatabase, exam: ExamRow): void {
  db.insert(exams).values(exam).run();
}

/** An exam that was published can have another title in a later version. */
export function setExamTitle(db: ApplianceDatabase, exam: string, title: string): void {
  db.update(exams).set({ title }).where(eq(exams.id, exam)).run();
}

/** @returns the newest exam first */
export function listExams(db: ApplianceDatabase): ExamRow[] {
  return db.select().from(exams).orderBy(desc(exams.createdAt), asc(exams.title)).all();
}

export function findExam(db: ApplianceDatabase, exam: string): ExamRow | undefined {
  return db.select().from(exams).where(eq(exams.id, exam)).get();
}

/** @returns who sits the exam, in the order of their names */
export function listRoster(db: ApplianceDatabase, exam: string): RosterRow[] {
  return db
    .select({
      candidate: testTakers.candidate,
      name: testTakers.name,
      startedAt: attempts.startedAt,
      endedAt: attempts.endedAt,
    })
    .from(testTakers)
    .leftJoin(attempts, eq(attempts.testTaker, testTakers.id))
    .where(eq(testTakers.exam, exam))
    .orderBy(asc(testTakers.name), asc(testTakers.candidate))
    .all();
}

/** Keeps what custody said of an exam, as JSON. @throws a SqliteError when the exam is unknown */
export function keepExamRules(db: ApplianceDatabase, exam: string, rules: string): void {
  db.insert(examRules).values({ exam, rules }).onConflictDoUpdate({ target: examRules.exam, set: { rules } }).run();
}

/** @returns what custody said of the exam last, as JSON */
export function findExamRules(db: ApplianceDatabase, exam: string): string | undefined {
  return db.select().from(examRules).where(eq(examRules.exam, exam)).get()?.rules;
}
