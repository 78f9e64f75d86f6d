import { and, eq, isNull } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { examDrafts, exams } from './schema.ts';

type Row = typeof examDrafts.$inferSelect;

/** A draft with whose exam it is; JSON in `draft`. */
export type DraftRow = Row & { title: string; unit: string | null };

/** Begins a draft: an exam that is not published. @throws a SqliteError when the id is taken */
export function insertDraft(
  db: ApplianceDatabase,
  draft: Pick<DraftRow, 'exam' | 'title' | 'unit' | 'draft' | 'createdBy' | 'createdAt'>,
): void {
  const { exam, title, unit, createdAt, createdBy } = draft;
  db.transaction((tx) => {
    tx.insert(exams).values({ id: exam, title, unit, createdAt }).run();
    tx.insert(examDrafts).values({ exam, draft: draft.draft, createdBy, createdAt, updatedAt: createdAt }).run();
  });
}

/** @returns the draft; undefined also of an exam that is published */
export function findDraft(db: ApplianceDatabase, exam: string): DraftRow | undefined {
  const row = db
    .select()
    .from(examDrafts)
    .innerJoin(exams, eq(exams.id, examDrafts.exam))
    .where(eq(examDrafts.exam, exam))
    .get();
  return row && { ...row.exam_drafts, title: row.exams.title, unit: row.exams.unit };
}

/** @returns whether it was saved: not while its publication waits for a signature */
export function saveDraft(
  db: ApplianceDatabase,
  { exam, title, draft, updatedAt }: Pick<DraftRow, 'exam' | 'title' | 'draft' | 'updatedAt'>,
): boolean {
  return db.transaction((tx) => {
    const changed = tx
      .update(examDrafts)
      .set({ draft, updatedAt })
      .where(and(eq(examDrafts.exam, exam), isNull(examDrafts.act)))
      .run().changes;
    if (changed === 1) tx.update(exams).set({ title }).where(eq(exams.id, exam)).run();
    return changed === 1;
  });
}

/** Writes down that a publication was proposed. @returns false where another one waits already */
export function setProposal(db: ApplianceDatabase, exam: string, act: string): boolean {
  const waiting = and(eq(examDrafts.exam, exam), isNull(examDrafts.act));
  return db.update(examDrafts).set({ act, unsigned: null }).where(waiting).run().changes === 1;
}

/** Has a draft be edited again, unless another act waits by now. @param unsigned what became of the act, where others ended it */
export function endProposal(db: ApplianceDatabase, exam: string, act: string, unsigned: Row['unsigned']): void {
  db.update(examDrafts)
    .set({ act: null, unsigned })
    .where(and(eq(examDrafts.exam, exam), eq(examDrafts.act, act)))
    .run();
}
