import { and, eq, isNotNull, isNull, type SQL } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { examDrafts, exams } from './schema.ts';

type Row = typeof examDrafts.$inferSelect;

/** A draft with whose exam it is; JSON in `draft`. */
export type DraftRow = Omit<Row, 'version'> & { title: string; unit: string | null };

/** What test takers are to be told of a published exam. */
export type RevisionRow = DraftRow & { version: number };

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
  return find(db, exam, isNull(examDrafts.version));
}

/** @returns what a published exam is being changed to; undefined where nobody changes it */
export function findRevision(db: ApplianceDatabase, exam: string): RevisionRow | undefined {
  return find(db, exam, isNotNull(examDrafts.version)) as RevisionRow | undefined;
}

function find(db: ApplianceDatabase, exam: string, which: SQL): (Row & DraftRow) | undefined {
  const row = db
    .select()
    .from(examDrafts)
    .innerJoin(exams, eq(exams.id, examDrafts.exam))
    .where(and(eq(examDrafts.exam, exam), which))
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
      .where(and(eq(examDrafts.exam, exam), isNull(examDrafts.version), isNull(examDrafts.act)))
      .run().changes;
    if (changed === 1) tx.update(exams).set({ title }).where(eq(exams.id, exam)).run();
    return changed === 1;
  });
}

/**
 * Keeps what a published exam is being changed to: there is one change at a time of each.
 * @returns whether it was saved: not while it waits for a signature
 */
export function saveRevision(
  db: ApplianceDatabase,
  {
    exam,
    version,
    draft,
    createdBy,
    updatedAt,
  }: Pick<RevisionRow, 'exam' | 'version' | 'draft' | 'createdBy' | 'updatedAt'>,
): boolean {
  const saved = db
    .insert(examDrafts)
    .values({ exam, version, draft, createdBy, createdAt: updatedAt, updatedAt })
    .onConflictDoUpdate({
      target: examDrafts.exam,
      set: { version, draft, updatedAt },
      setWhere: and(isNotNull(examDrafts.version), isNull(examDrafts.act)),
    });
  return saved.run().changes === 1;
}

/** Forgets what a published exam was being changed to. @returns false where there is nothing, or it waits for a signature */
export function removeRevision(db: ApplianceDatabase, exam: string): boolean {
  const idle = and(eq(examDrafts.exam, exam), isNotNull(examDrafts.version), isNull(examDrafts.act));
  return db.delete(examDrafts).where(idle).run().changes === 1;
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
