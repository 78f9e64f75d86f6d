import { and, asc, count, eq } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { documents } from './schema.ts';

export type DocumentRow = typeof documents.$inferSelect;

/**
 * Adds a file to an exam. Its bytes have to be durable before.
 * @param most so many documents an exam can have
 * @returns false where the exam has this file already, or has as many as it can
 */
export function insertDocument(db: ApplianceDatabase, row: DocumentRow, most: number): boolean {
  return db.transaction((tx) => {
    const there = tx.select({ there: count() }).from(documents).where(eq(documents.exam, row.exam)).get()?.there ?? 0;
    return there < most && tx.insert(documents).values(row).onConflictDoNothing().run().changes === 1;
  });
}

/** @returns an exam's files in the order in which they were added */
export function listDocuments(db: ApplianceDatabase, exam: string): DocumentRow[] {
  return db.select().from(documents).where(eq(documents.exam, exam)).orderBy(asc(documents.addedAt)).all();
}

/** @returns the exam's own document with this id */
export function findDocument(db: ApplianceDatabase, exam: string, id: string): DocumentRow | undefined {
  return db
    .select()
    .from(documents)
    .where(and(eq(documents.id, id), eq(documents.exam, exam)))
    .get();
}

export function removeDocument(db: ApplianceDatabase, exam: string, id: string): void {
  db.delete(documents)
    .where(and(eq(documents.id, id), eq(documents.exam, exam)))
    .run();
}

/** @returns the ids of all files that are documents */
export function listDocumentIds(db: ApplianceDatabase): string[] {
  return db
    .select({ id: documents.id })
    .from(documents)
    .all()
    .map(({ id }) => id);
}
