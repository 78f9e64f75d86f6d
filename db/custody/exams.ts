import { and, eq, getTableColumns, isNull, max, sql } from 'drizzle-orm';
import { type CustodyDatabase, prepared } from './open.ts';
import { assignments, attempts, exams } from './schema.ts';

export type ExamRow = typeof exams.$inferSelect;

export function insertExam(db: CustodyDatabase, row: ExamRow): void {
  db.insert(exams).values(row).run();
}

export function findExam(db: CustodyDatabase, id: string): ExamRow | undefined {
  return db.select().from(exams).where(eq(exams.id, id)).get();
}

export function assign(db: CustodyDatabase, exam: string, representative: string): void {
  db.insert(assignments).values({ exam, representative }).onConflictDoNothing().run();
}

/** @returns exams whose key still stands, with the last moment at which an attempt was sealed, or begun and never sealed */
export function listExamsWithKey(db: CustodyDatabase): (ExamRow & { lastAttemptAt: string | null })[] {
  return db
    .select({
      ...getTableColumns(exams),
      lastAttemptAt: max(sql<string>`coalesce(${attempts.sealedAt}, ${attempts.startedAt})`),
    })
    .from(exams)
    .leftJoin(attempts, eq(attempts.exam, exams.id))
    .where(isNull(exams.keyDestroyedAt))
    .groupBy(exams.id)
    .all();
}

export function markKeyDestroyed(db: CustodyDatabase, id: string, keyDestroyedAt: string): void {
  db.update(exams).set({ keyDestroyedAt }).where(eq(exams.id, id)).run();
}

/** @returns ids of the exams that the representative is assigned to */
export function listAssigned(db: CustodyDatabase, representative: string): string[] {
  return db
    .select({ exam: assignments.exam })
    .from(assignments)
    .where(eq(assignments.representative, representative))
    .all()
    .map(({ exam }) => exam);
}

const assignment = prepared((db) =>
  db
    .select({ exam: assignments.exam })
    .from(assignments)
    .where(
      and(
        eq(assignments.exam, sql.placeholder('exam')),
        eq(assignments.representative, sql.placeholder('representative')),
      ),
    )
    .prepare(),
);

export function isAssigned(db: CustodyDatabase, exam: string, representative: string): boolean {
  return assignment(db).get({ exam, representative }) !== undefined;
}
