import { and, eq, isNull, sql } from 'drizzle-orm';
import { type CustodyDatabase, prepared } from './open.ts';
import { assignments, exams } from './schema.ts';

export type ExamRow = typeof exams.$inferSelect;

/** @throws when the id or the key's name is taken */
export function insertExam(db: CustodyDatabase, row: ExamRow): void {
  db.insert(exams).values(row).run();
}

/** @returns the exam, whether or not its key still stands */
export function findExam(db: CustodyDatabase, id: string): ExamRow | undefined {
  return db.select().from(exams).where(eq(exams.id, id)).get();
}

/** Lets a representative see an exam's attempts. @throws when there is no such exam or representative */
export function assign(db: CustodyDatabase, exam: string, representative: string): void {
  db.insert(assignments).values({ exam, representative }).onConflictDoNothing().run();
}

/** @returns exams whose key still stands */
export function listExamsWithKey(db: CustodyDatabase): ExamRow[] {
  return db.select().from(exams).where(isNull(exams.keyDestroyedAt)).all();
}

/** The destruction itself is the token's; this remembers that it happened. */
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

/** Prepared once, since each release asks. */
export function isAssigned(db: CustodyDatabase, exam: string, representative: string): boolean {
  return assignment(db).get({ exam, representative }) !== undefined;
}
