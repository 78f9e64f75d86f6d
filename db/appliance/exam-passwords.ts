import { eq } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { examPasswords } from './schema.ts';

/** @returns the password of the page that the exam is on; undefined where there is none */
export function findExamPassword(db: ApplianceDatabase, exam: string): string | undefined {
  return db.select().from(examPasswords).where(eq(examPasswords.exam, exam)).get()?.password;
}

/** Keeps an exam's password in the place of the one before. @throws a SqliteError when the exam is unknown */
export function keepExamPassword(db: ApplianceDatabase, exam: string, password: string): void {
  db.insert(examPasswords)
    .values({ exam, password })
    .onConflictDoUpdate({ target: examPasswords.exam, set: { password } })
    .run();
}

export function removeExamPassword(db: ApplianceDatabase, exam: string): void {
  db.delete(examPasswords).where(eq(examPasswords.exam, exam)).run();
}
