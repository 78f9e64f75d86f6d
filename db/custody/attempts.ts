import { and, asc, count, eq, getTableColumns, inArray, isNull, sql } from 'drizzle-orm';
import { type CustodyDatabase, prepared } from './open.ts';
import { assignments, attemptKeys, attempts, chapters, exams } from './schema.ts';

export type AttemptRow = typeof attempts.$inferSelect;
export type AttemptKeyRow = typeof attemptKeys.$inferSelect;
export type ChapterRow = typeof chapters.$inferSelect;

/** @throws when the id is taken or this candidate has an attempt at this exam */
export function insertAttempt(
  db: CustodyDatabase,
  row: Pick<AttemptRow, 'id' | 'exam' | 'candidate' | 'publicKey' | 'startedAt'>,
): void {
  db.insert(attempts).values(row).run();
}

const attemptById = prepared((db) =>
  db
    .select()
    .from(attempts)
    .where(eq(attempts.id, sql.placeholder('id')))
    .prepare(),
);

export function findAttempt(db: CustodyDatabase, id: string): AttemptRow | undefined {
  return attemptById(db).get({ id });
}

/** @returns the one attempt that a candidate may have at an exam */
export function findAttemptOf(db: CustodyDatabase, exam: string, candidate: string): AttemptRow | undefined {
  return db
    .select()
    .from(attempts)
    .where(and(eq(attempts.exam, exam), eq(attempts.candidate, candidate)))
    .get();
}

/** @returns the attempts of exams that the representative is assigned to, earliest first, with the exam's title */
export function listAttemptsFor(db: CustodyDatabase, representative: string): (AttemptRow & { title: string })[] {
  return db
    .select({ ...getTableColumns(attempts), title: exams.title })
    .from(attempts)
    .innerJoin(exams, eq(exams.id, attempts.exam))
    .innerJoin(assignments, and(eq(assignments.exam, attempts.exam), eq(assignments.representative, representative)))
    .orderBy(asc(attempts.startedAt))
    .all();
}

/** @throws when the attempt has this key */
export function insertAttemptKey(db: CustodyDatabase, row: AttemptKeyRow): void {
  db.insert(attemptKeys).values(row).run();
}

/** @returns the keys of the attempt's further browsers, earliest first */
export function listAttemptKeys(db: CustodyDatabase, attempt: string): AttemptKeyRow[] {
  return db
    .select()
    .from(attemptKeys)
    .where(eq(attemptKeys.attempt, attempt))
    .orderBy(asc(attemptKeys.resumedAt))
    .all();
}

/** @returns exams that have attempts without a seal */
export function listUnsealedExams(db: CustodyDatabase): (typeof exams.$inferSelect)[] {
  const unsealed = db.select({ exam: attempts.exam }).from(attempts).where(isNull(attempts.sealedAt));
  return db.select().from(exams).where(inArray(exams.id, unsealed)).all();
}

/** @returns ids of the exam's attempts without a seal */
export function listUnsealedAttempts(db: CustodyDatabase, exam: string): string[] {
  return db
    .select({ id: attempts.id })
    .from(attempts)
    .where(and(eq(attempts.exam, exam), isNull(attempts.sealedAt)))
    .all()
    .map(({ id }) => id);
}

/**
 * @param seal with the statement as signed, or null where custody closes the attempt without one
 * @returns false when the attempt was sealed before
 */
export function markSealed(
  db: CustodyDatabase,
  id: string,
  seal: { sealedAt: string; seal: string | null; sealEntry: number },
): boolean {
  return (
    db
      .update(attempts)
      .set(seal)
      .where(and(eq(attempts.id, id), isNull(attempts.sealedAt)))
      .run().changes === 1
  );
}

/** Durable when it returns. @throws when the chapter or its wrapped key is registered */
export function insertChapter(db: CustodyDatabase, row: ChapterRow): void {
  db.insert(chapters).values(row).run();
}

const chapterOf = prepared((db) =>
  db
    .select()
    .from(chapters)
    .where(and(eq(chapters.recording, sql.placeholder('recording')), eq(chapters.chapter, sql.placeholder('chapter'))))
    .prepare(),
);

/** @param chapter its number in the recording, from 0 */
export function findChapter(db: CustodyDatabase, recording: string, chapter: number): ChapterRow | undefined {
  return chapterOf(db).get({ recording, chapter });
}

/** @returns the chapter that a wrapped key was registered for */
export function findChapterOfKey(db: CustodyDatabase, wrappedKeyDigest: Buffer): ChapterRow | undefined {
  return db.select().from(chapters).where(eq(chapters.wrappedKeyDigest, wrappedKeyDigest)).get();
}

/** @returns an attempt whose chapters use this recording id, if there is any */
export function findAttemptOfRecording(db: CustodyDatabase, recording: string): string | undefined {
  return db.select({ attempt: chapters.attempt }).from(chapters).where(eq(chapters.recording, recording)).limit(1).get()
    ?.attempt;
}

const chaptersOf = prepared((db) =>
  db
    .select({ recording: chapters.recording, chapter: chapters.chapter })
    .from(chapters)
    .where(eq(chapters.attempt, sql.placeholder('attempt')))
    .orderBy(asc(chapters.recording), asc(chapters.chapter))
    .prepare(),
);

/** @returns by recording and number */
export function listChapters(db: CustodyDatabase, attempt: string): { recording: string; chapter: number }[] {
  return chaptersOf(db).all({ attempt });
}

/** @returns how many chapters of each of the attempt's recordings are registered */
export function countChapters(db: CustodyDatabase, attempt: string): { recording: string; chapters: number }[] {
  return db
    .select({ recording: chapters.recording, chapters: count() })
    .from(chapters)
    .where(eq(chapters.attempt, attempt))
    .groupBy(chapters.recording)
    .all();
}
