import { and, desc, eq, getTableColumns, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { examDrafts, examRules, exams } from './schema.ts';

export type ExamRow = typeof exams.$inferSelect;

/**
 * Enters a published exam, or its next version, and ends the draft of it where there was one.
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

/** An exam in a list: published where there are rules, else a draft. */
export interface ListedExam extends ExamRow {
  /** What custody said of it, as JSON. */
  rules: string | null;
  /** What is proposed of it: its publication, or its next version. */
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
  const ids = sql`${exams.id} IN (SELECT value FROM json_each(${JSON.stringify(assigned)}))`;
  const theirs = and(ids, isNotNull(examRules.exam));
  const read = (seen: SQL | undefined) =>
    db
      .select({
        ...getTableColumns(exams),
        rules: examRules.rules,
        act: examDrafts.act,
      })
      .from(exams)
      .leftJoin(examRules, eq(examRules.exam, exams.id))
      .leftJoin(examDrafts, eq(examDrafts.exam, exams.id))
      .where(and(seen, before && sql`(${exams.createdAt}, ${exams.id}) < (${before.createdAt}, ${before.id})`))
      .orderBy(desc(exams.createdAt), desc(exams.id))
      .limit(limit)
      .all();
  if (runs === null) return read(theirs);
  if (runs.unit === null) return read(undefined);
  // Each by an index of its own: one condition with OR would have SQLite sort all exams for one page of them. Somebody of a unit is
  // assigned to exams of their unit, which are among the first, and to the whole institution's.
  const both = [...read(eq(exams.unit, runs.unit)), ...read(and(isNull(exams.unit), theirs))];
  const placeOf = ({ createdAt, id }: ExamRow) => `${createdAt}/${id}`;
  return both.sort((one, other) => (placeOf(one) < placeOf(other) ? 1 : -1)).slice(0, limit);
}

export function findExam(db: ApplianceDatabase, exam: string): ExamRow | undefined {
  return db.select().from(exams).where(eq(exams.id, exam)).get();
}

/** Keeps what custody said of an exam, as JSON: a later version can have another title. @throws a SqliteError when the exam is unknown */
export function keepExamRules(
  db: ApplianceDatabase,
  { id, title, unit }: Pick<ExamRow, 'id' | 'title' | 'unit'>,
  rules: string,
): void {
  db.transaction((tx) => {
    tx.insert(examRules)
      .values({ exam: id, rules })
      .onConflictDoUpdate({ target: examRules.exam, set: { rules } })
      .run();
    tx.update(exams).set({ title, unit }).where(eq(exams.id, id)).run();
  });
}

/** @returns what custody said of the exam last, as JSON */
export function findExamRules(db: ApplianceDatabase, exam: string): string | undefined {
  return db.select().from(examRules).where(eq(examRules.exam, exam)).get()?.rules;
}

/** @returns the exam that alone has this title, published or not; undefined where none has, or several */
export function findExamByTitle(db: ApplianceDatabase, title: string): ExamRow | undefined {
  const found = db
    .select()
    .from(exams)
    .where(sql`${exams.title} = ${title} COLLATE NOCASE`)
    .limit(2)
    .all();
  return found.length === 1 ? found[0] : undefined;
}
