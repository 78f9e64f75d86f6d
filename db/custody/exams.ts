import { and, eq } from 'drizzle-orm';
import type { CustodyDatabase } from './open.ts';
import { assignments, exams } from './schema.ts';

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

/** @returns ids of the exams that the representative is assigned to */
export function listAssigned(db: CustodyDatabase, representative: string): string[] {
  return db
    .select({ exam: assignments.exam })
    .from(assignments)
    .where(eq(assignments.representative, representative))
    .all()
    .map(({ exam }) => exam);
}

export function isAssigned(db: CustodyDatabase, exam: string, representative: string): boolean {
  const row = db
    .select({ exam: assignments.exam })
    .from(assignments)
    .where(and(eq(assignments.exam, exam), eq(assignments.representative, representative)))
    .get();
  return row !== undefined;
}
