import { and, asc, count, desc, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { type CustodyDatabase, prepared } from './open.ts';
import { arrangementRequests } from './schema.ts';

export type ArrangementRow = typeof arrangementRequests.$inferSelect;

/** @throws when the id is taken, or another request of this candidate waits */
export function insertRequest(
  db: CustodyDatabase,
  row: Pick<ArrangementRow, 'id' | 'exam' | 'candidate' | 'attempt' | 'requestedAt' | 'dueAt'>,
): void {
  db.insert(arrangementRequests).values(row).run();
}

export function findRequest(db: CustodyDatabase, id: string): ArrangementRow | undefined {
  return db.select().from(arrangementRequests).where(eq(arrangementRequests.id, id)).get();
}

/** @returns how many requests a candidate of an exam has made, and how many of them wait for an answer */
export function countRequests(db: CustodyDatabase, exam: string, candidate: string): { made: number; open: number } {
  const row = db
    .select({ made: count(), open: sql<number>`coalesce(sum(${arrangementRequests.answeredAt} IS NULL), 0)` })
    .from(arrangementRequests)
    .where(and(eq(arrangementRequests.exam, exam), eq(arrangementRequests.candidate, candidate)))
    .get();
  return row ?? { made: 0, open: 0 };
}

/** @returns false when it was answered before */
export function answerRequest(
  db: CustodyDatabase,
  id: string,
  answer: { answeredAt: string; terms: string | null; reason: string | null },
): boolean {
  return (
    db
      .update(arrangementRequests)
      .set(answer)
      .where(and(eq(arrangementRequests.id, id), isNull(arrangementRequests.answeredAt)))
      .run().changes === 1
  );
}

const granted = prepared((db) =>
  db
    .select({ terms: arrangementRequests.terms })
    .from(arrangementRequests)
    .where(
      and(
        eq(arrangementRequests.exam, sql.placeholder('exam')),
        eq(arrangementRequests.candidate, sql.placeholder('candidate')),
        isNotNull(arrangementRequests.terms),
      ),
    )
    .orderBy(desc(arrangementRequests.answeredAt))
    .limit(1)
    .prepare(),
);

/** @returns the terms granted last to a candidate of an exam, as JSON */
export function findGrantedTerms(db: CustodyDatabase, exam: string, candidate: string): string | undefined {
  return granted(db).get({ exam, candidate })?.terms ?? undefined;
}

/** @returns the terms that each candidate of an exam was granted last, as JSON */
export function listGrantedTerms(db: CustodyDatabase, exam: string): string[] {
  const { candidate, terms, answeredAt } = arrangementRequests;
  const rows = db
    .select({ candidate, terms })
    .from(arrangementRequests)
    .where(and(eq(arrangementRequests.exam, exam), isNotNull(terms)))
    .orderBy(asc(answeredAt))
    .all();
  return [...new Map(rows.map((row) => [row.candidate, row.terms as string])).values()];
}
