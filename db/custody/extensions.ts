import { asc, eq } from 'drizzle-orm';
import type { CustodyDatabase } from './open.ts';
import { extensions } from './schema.ts';

export type ExtensionRow = typeof extensions.$inferSelect;

export function insertExtension(db: CustodyDatabase, row: ExtensionRow): void {
  db.insert(extensions).values(row).run();
}

/** @returns the exam's extensions, of one test taker and of all, oldest first */
export function listExtensions(db: CustodyDatabase, exam: string): ExtensionRow[] {
  return db.select().from(extensions).where(eq(extensions.exam, exam)).orderBy(asc(extensions.at)).all();
}
