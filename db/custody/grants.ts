import { and, asc, eq, getTableColumns, isNull, lt, sql } from 'drizzle-orm';
import { type CustodyDatabase, prepared } from './open.ts';
import { attempts, exams, grants, representatives, standingGrants } from './schema.ts';

export type GrantRow = typeof grants.$inferSelect;
export type StandingGrantRow = typeof standingGrants.$inferSelect;

/** Opens a view: nothing was shown yet. */
export function insertGrant(db: CustodyDatabase, row: Omit<GrantRow, 'endedAt' | 'viewing'>): void {
  db.insert(grants).values(row).run();
}

const grantById = prepared((db) =>
  db
    .select({
      ...getTableColumns(grants),
      exam: attempts.exam,
      candidate: attempts.candidate,
      title: exams.title,
      kid: exams.kid,
      keyDestroyedAt: exams.keyDestroyedAt,
      name: representatives.name,
    })
    .from(grants)
    .innerJoin(attempts, eq(attempts.id, grants.attempt))
    .innerJoin(exams, eq(exams.id, attempts.exam))
    .innerJoin(representatives, eq(representatives.id, grants.representative))
    .where(eq(grants.id, sql.placeholder('id')))
    .prepare(),
);

/** @returns the grant with what its checks need: attempt, exam, its key */
export function findGrant(db: CustodyDatabase, id: string) {
  return grantById(db).get({ id });
}

/** @returns all grants that were ever given on the attempt, earliest first, with the name of who holds each */
export function listGrantsOn(db: CustodyDatabase, attempt: string): (GrantRow & { name: string })[] {
  return db
    .select({ ...getTableColumns(grants), name: representatives.name })
    .from(grants)
    .innerJoin(representatives, eq(representatives.id, grants.representative))
    .where(eq(grants.attempt, attempt))
    .orderBy(asc(grants.grantedAt))
    .all();
}

/** @param viewing JSON of all stretches shown so far, in place of what stood there */
export function setViewing(db: CustodyDatabase, id: string, viewing: string): void {
  db.update(grants).set({ viewing }).where(eq(grants.id, id)).run();
}

/** @returns false when the grant had ended before */
export function markEnded(db: CustodyDatabase, id: string, endedAt: string): boolean {
  return (
    db
      .update(grants)
      .set({ endedAt })
      .where(and(eq(grants.id, id), isNull(grants.endedAt)))
      .run().changes === 1
  );
}

/** @returns ids of grants whose time is over and whose end is not yet entered */
export function listExpiredGrants(db: CustodyDatabase, now: string): string[] {
  return db
    .select({ id: grants.id })
    .from(grants)
    .where(and(isNull(grants.endedAt), lt(grants.expiresAt, now)))
    .all()
    .map((row) => row.id);
}

/** @throws when the act has one already */
export function insertStandingGrant(db: CustodyDatabase, row: StandingGrantRow): void {
  db.insert(standingGrants).values(row).run();
}
