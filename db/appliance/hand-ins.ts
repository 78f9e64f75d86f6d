import { and, asc, eq, getTableColumns, gt, sql } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { attempts, handIns, testTakers } from './schema.ts';

export type HandInRow = typeof handIns.$inferSelect;

/** Something that was handed in, with whose it is. */
export type ListedHandIn = HandInRow & { candidate: string; testTaker: string; person: string };

/**
 * Enters a file that somebody handed in. Its bytes have to be durable before.
 * @param most so many an attempt can have
 * @returns the row, or the newest of this name where it has the same content; undefined where there are as many as there can be
 */
export function insertHandIn(
  db: ApplianceDatabase,
  row: HandInRow,
  most: number,
): { row: HandInRow; entered: boolean } | undefined {
  return db.transaction((tx) => {
    const there = tx.select().from(handIns).where(eq(handIns.attempt, row.attempt)).orderBy(inOrder).all();
    const newest = there.findLast(({ name }) => name === row.name);
    if (newest?.digest === row.digest) return { row: newest, entered: false };
    if (there.length >= most) return undefined;
    tx.insert(handIns).values(row).run();
    return { row, entered: true };
  });
}

/** @returns what was handed in in an attempt, in its order */
export function listHandIns(db: ApplianceDatabase, attempt: string): HandInRow[] {
  return db.select().from(handIns).where(eq(handIns.attempt, attempt)).orderBy(inOrder).all();
}

/** As it came in, also within a millisecond. */
const inOrder = asc(sql`${handIns}.rowid`);

const listed = {
  ...getTableColumns(handIns),
  candidate: testTakers.candidate,
  testTaker: testTakers.id,
  person: testTakers.name,
};

/**
 * @param after the candidate code after which the list begins
 * @param limit so many test takers, each with all that they handed in
 * @returns by candidate code, then in the order in which it was handed in
 */
export function listHandInsOfExam(db: ApplianceDatabase, exam: string, after: string, limit: number): ListedHandIn[] {
  const those = db
    .select({ id: testTakers.id })
    .from(testTakers)
    .innerJoin(attempts, eq(attempts.testTaker, testTakers.id))
    .where(
      and(
        eq(testTakers.exam, exam),
        gt(testTakers.candidate, after),
        sql`EXISTS (SELECT 1 FROM ${handIns} WHERE ${handIns.attempt} = ${attempts.id})`,
      ),
    )
    .orderBy(asc(testTakers.candidate))
    .limit(limit);
  return db
    .select(listed)
    .from(handIns)
    .innerJoin(attempts, eq(attempts.id, handIns.attempt))
    .innerJoin(testTakers, eq(testTakers.id, attempts.testTaker))
    .where(sql`${testTakers.id} IN ${those}`)
    .orderBy(asc(testTakers.candidate), inOrder)
    .all();
}

/** @returns what was handed in under this id, only if it is of this exam */
export function findHandIn(db: ApplianceDatabase, exam: string, id: string): ListedHandIn | undefined {
  return db
    .select(listed)
    .from(handIns)
    .innerJoin(attempts, eq(attempts.id, handIns.attempt))
    .innerJoin(testTakers, eq(testTakers.id, attempts.testTaker))
    .where(and(eq(handIns.id, id), eq(testTakers.exam, exam)))
    .get();
}

/** @returns the ids of all files that were handed in */
export function listHandInIds(db: ApplianceDatabase): string[] {
  return db
    .select({ id: handIns.id })
    .from(handIns)
    .all()
    .map(({ id }) => id);
}
