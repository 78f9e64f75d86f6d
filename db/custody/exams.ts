import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { type CustodyDatabase, prepared } from './open.ts';
import { assignments, attempts, exams, examVersions } from './schema.ts';

export type ExamRow = typeof exams.$inferSelect;
export type ExamVersionRow = typeof examVersions.$inferSelect;

/** Keeps a published exam, and what test takers are told as its first version. @throws when the id or the key's name is taken */
export function insertExam(db: CustodyDatabase, row: ExamRow): void {
  db.insert(exams).values(row).run();
  insertVersion(db, { exam: row.id, version: 1, title: row.title, setup: row.setup, at: row.createdAt });
}

/** Has test takers be told this from now on. @throws when there is such a version of the exam already */
export function reviseExam(db: CustodyDatabase, row: ExamVersionRow): void {
  insertVersion(db, row);
  const { exam, title, setup } = row;
  db.update(exams).set({ title, setup }).where(eq(exams.id, exam)).run();
}

function insertVersion(db: CustodyDatabase, row: ExamVersionRow): void {
  db.insert(examVersions).values(row).run();
}

const newestVersion = prepared((db) =>
  db
    .select()
    .from(examVersions)
    .where(eq(examVersions.exam, sql.placeholder('exam')))
    .orderBy(desc(examVersions.version))
    .limit(1)
    .prepare(),
);

/** @returns what test takers are told now; undefined where the exam is unknown */
export function findNewestVersion(db: CustodyDatabase, exam: string): ExamVersionRow | undefined {
  return newestVersion(db).get({ exam });
}

/** @returns what they were told in that version */
export function findVersion(db: CustodyDatabase, exam: string, version: number): ExamVersionRow | undefined {
  return db
    .select()
    .from(examVersions)
    .where(and(eq(examVersions.exam, exam), eq(examVersions.version, version)))
    .get();
}

const examById = prepared((db) =>
  db
    .select()
    .from(exams)
    .where(eq(exams.id, sql.placeholder('id')))
    .prepare(),
);

/** @returns the exam, whether or not its key still stands */
export function findExam(db: CustodyDatabase, id: string): ExamRow | undefined {
  return examById(db).get({ id });
}

/** Lets a representative see an exam's attempts. @throws when there is no such exam or representative */
export function assign(db: CustodyDatabase, exam: string, representative: string): void {
  db.insert(assignments).values({ exam, representative }).onConflictDoNothing().run();
}

/** Takes that back. @returns false when they were not assigned */
export function unassign(db: CustodyDatabase, exam: string, representative: string): boolean {
  return (
    db
      .delete(assignments)
      .where(and(eq(assignments.exam, exam), eq(assignments.representative, representative)))
      .run().changes === 1
  );
}

/** @returns ids of who is assigned to the exam */
export function listAssignees(db: CustodyDatabase, exam: string): string[] {
  return db
    .select({ representative: assignments.representative })
    .from(assignments)
    .where(eq(assignments.exam, exam))
    .all()
    .map(({ representative }) => representative);
}

/** @returns all exams, the newest first */
export function listExams(db: CustodyDatabase): ExamRow[] {
  return db.select().from(exams).orderBy(desc(exams.createdAt)).all();
}

/** @param policy JSON; see hsm/policy.ts */
export function setPolicy(db: CustodyDatabase, id: string, policy: string): void {
  db.update(exams).set({ policy }).where(eq(exams.id, id)).run();
}

/** @param suspendedAt ISO 8601, UTC; null ends the suspension */
export function setExamSuspended(db: CustodyDatabase, id: string, suspendedAt: string | null): void {
  db.update(exams).set({ suspendedAt }).where(eq(exams.id, id)).run();
}

/** @returns whether any attempt at the exam was registered */
export function hasAttempts(db: CustodyDatabase, exam: string): boolean {
  return db.select({ id: attempts.id }).from(attempts).where(eq(attempts.exam, exam)).limit(1).get() !== undefined;
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
