import { and, asc, eq, getTableColumns, isNull, lt, sql } from 'drizzle-orm';
import { type CustodyDatabase, prepared } from './open.ts';
import { acts, attempts, decisions, exams, grants, representatives } from './schema.ts';

export type ActRow = typeof acts.$inferSelect;
export type GrantRow = typeof grants.$inferSelect;
export type DecisionRow = typeof decisions.$inferSelect;

/** Keeps a proposed act; unsigned ones that expired go at the same time. */
export function insertAct(db: CustodyDatabase, row: ActRow, now: string): void {
  db.delete(acts)
    .where(and(eq(acts.status, 'proposed'), lt(acts.expiresAt, now)))
    .run();
  db.insert(acts).values(row).run();
}

/** @returns the act, signed or not; unsigned ones only until others are proposed after they expired */
export function findAct(db: CustodyDatabase, id: string): ActRow | undefined {
  return db.select().from(acts).where(eq(acts.id, id)).get();
}

/** @returns false when the act was applied before */
export function markApplied(db: CustodyDatabase, id: string): boolean {
  return (
    db
      .update(acts)
      .set({ status: 'applied' })
      .where(and(eq(acts.id, id), eq(acts.status, 'proposed')))
      .run().changes === 1
  );
}

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
      status: representatives.status,
    })
    .from(grants)
    .innerJoin(attempts, eq(attempts.id, grants.attempt))
    .innerJoin(exams, eq(exams.id, attempts.exam))
    .innerJoin(representatives, eq(representatives.id, grants.representative))
    .where(eq(grants.id, sql.placeholder('id')))
    .prepare(),
);

/** @returns the grant with what its checks need: attempt, exam, its key, the representative's status */
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

/** @throws when the act has a decision already */
export function insertDecision(db: CustodyDatabase, row: DecisionRow): void {
  db.insert(decisions).values(row).run();
}

/** @returns earliest first, with the name of who decided */
export function listDecisions(db: CustodyDatabase, attempt: string): (DecisionRow & { name: string })[] {
  return db
    .select({ ...getTableColumns(decisions), name: representatives.name })
    .from(decisions)
    .innerJoin(representatives, eq(representatives.id, decisions.representative))
    .where(eq(decisions.attempt, attempt))
    .orderBy(asc(decisions.decidedAt))
    .all();
}
