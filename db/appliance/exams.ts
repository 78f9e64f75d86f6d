import { and, asc, desc, eq, getTableColumns, or, sql } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { attempts, examDrafts, examRules, exams, testTakers } from './schema.ts';

export type ExamRow = typeof exams.$inferSelect;

/** A test taker of an exam and how far their attempt has come. */
export interface RosterRow {
  candidate: string;
  name: string;
  startedAt: string | null;
  endedAt: string | null;
}

/**
 * Enters a published exam, and ends its draft where it had one.
 * @param rules what custody said of it, as JSON
 */
export function insertExam(db: ApplianceDatabase, exam: ExamRow, rules: string): void {
  const { title, unit } = exam;
  db.transaction((tx) => {
    tx.insert(exams).values(exam).onConflictDoUpdate({ target: exams.id, set: { title, unit } }).run();
    tx.insert(examRules)
      .values({ exam: exam.id, rules })
      .onConflictDoUpdate({ target: examRules.exam, set: { rules } })
      .run();
    tx.delete(examDrafts).where(eq(examDrafts.exam, exam.id)).run();
  });
}

/** An exam in a list: published where there are rules, a draft where there is one. */
export interface ListedExam extends ExamRow {
  /** What custody said of it, as JSON. */
  rules: string | null;
  isDraft: boolean;
  act: string | null;
}

/** What a person sees of the exams: all that they answer for, with drafts, and the published ones that they are assigned to. */
export interface Sight {
  /** Of the whole institution, of one unit, or of none. */
  runs: { unit: string | null } | null;
  assigned: string[];
}

/**
 * @param before the last exam of the page before
 * @returns the newest exam first, at most `limit` of them
 */
export function listExams(
  db: ApplianceDatabase,
  { runs, assigned }: Sight,
  limit: number,
  before?: Pick<ExamRow, 'id' | 'createdAt'>,
): ListedExam[] {
  const own = sql`(${exams.id} IN (SELECT value FROM json_each(${JSON.stringify(assigned)})) AND ${examRules.exam} IS NOT NULL)`;
  const seen = runs === null ? own : runs.unit === null ? undefined : or(eq(exams.unit, runs.unit), own);
  return db
    .select({
      ...getTableColumns(exams),
      rules: examRules.rules,
      isDraft: sql<boolean>`${examDrafts.exam} IS NOT NULL`.mapWith(Boolean),
      act: examDrafts.act,
    })
    .from(exams)
    .leftJoin(examRules, eq(examRules.exam, exams.id))
    .leftJoin(examDrafts, eq(examDrafts.exam, exams.id))
    .where(and(seen, before && sql`(${exams.createdAt}, ${exams.id}) < (${before.createdAt}, ${before.id})`))
    .orderBy(desc(exams.createdAt), desc(exams.id))
    .limit(limit)
    .all();
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

/** Keeps what custody said of an exam, as JSON, and whose it is. @throws a SqliteError when the exam is unknown */
export function keepExamRules(db: ApplianceDatabase, { id, unit }: Pick<ExamRow, 'id' | 'unit'>, rules: string): void {
  db.transaction((tx) => {
    tx.insert(examRules)
      .values({ exam: id, rules })
      .onConflictDoUpdate({ target: examRules.exam, set: { rules } })
      .run();
    tx.update(exams).set({ unit }).where(eq(exams.id, id)).run();
  });
}

/** @returns what custody said of the exam last, as JSON */
export function findExamRules(db: ApplianceDatabase, exam: string): string | undefined {
  return db.select().from(examRules).where(eq(examRules.exam, exam)).get()?.rules;
}
