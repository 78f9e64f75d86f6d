import { and, asc, eq, getTableColumns, isNull, sql } from 'drizzle-orm';
import { type CustodyDatabase, placeholders, prepared } from './open.ts';
import { attempts, draws, exams, grants, representatives, standingGrants } from './schema.ts';

export type GrantRow = typeof grants.$inferSelect;
export type StandingGrantRow = typeof standingGrants.$inferSelect;

const grantInsert = prepared((db) => db.insert(grants).values(placeholders(grants)).prepare());

/** Opens a view: nothing was shown yet. */
export function insertGrant(
  db: CustodyDatabase,
  row: Omit<GrantRow, 'endedAt' | 'endedBecause' | 'endEntered' | 'viewing'>,
): void {
  grantInsert(db).run({ ...row, endedAt: null, endedBecause: null, endEntered: false, viewing: '[]' });
}

const grantById = prepared((db) =>
  db
    .select({
      ...getTableColumns(grants),
      exam: attempts.exam,
      candidate: attempts.candidate,
      title: exams.title,
      kid: exams.kid,
      alg: exams.alg,
      releaseMode: exams.releaseMode,
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

const lifeOf = prepared((db) =>
  db
    .select({ endedAt: grants.endedAt, expiresAt: grants.expiresAt })
    .from(grants)
    .where(eq(grants.id, sql.placeholder('id')))
    .prepare(),
);

/** @returns how long the grant lives: what each release asks again when it is entered */
export function findLife(db: CustodyDatabase, id: string): Pick<GrantRow, 'endedAt' | 'expiresAt'> | undefined {
  return lifeOf(db).get({ id });
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

/**
 * Ends a grant for good; that has to be entered then.
 * @returns false when it had ended before
 */
export function markEnded(db: CustodyDatabase, id: string, endedAt: string, endedBecause: string): boolean {
  return (
    db
      .update(grants)
      .set({ endedAt, endedBecause })
      .where(and(eq(grants.id, id), isNull(grants.endedAt)))
      .run().changes === 1
  );
}

/** @returns false when the end had been entered before */
export function markEndEntered(db: CustodyDatabase, id: string): boolean {
  return (
    db
      .update(grants)
      .set({ endEntered: true })
      .where(and(eq(grants.id, id), eq(grants.endEntered, false)))
      .run().changes === 1
  );
}

const unentered = prepared((db) =>
  db
    .select({
      id: grants.id,
      representative: grants.representative,
      exam: attempts.exam,
      endedAt: grants.endedAt,
      expiresAt: grants.expiresAt,
    })
    .from(grants)
    .innerJoin(attempts, eq(attempts.id, grants.attempt))
    // Written out, so that the partial index serves it.
    .where(sql`${grants.endEntered} = 0`)
    .prepare(),
);

/** @returns the grants whose end is not entered yet: those that live, and those that have just ended */
export function listUnentered(db: CustodyDatabase) {
  return unentered(db).all();
}

/** @throws when the act has one already */
export function insertStandingGrant(db: CustodyDatabase, row: Omit<StandingGrantRow, 'endedAt'>): void {
  db.insert(standingGrants).values(row).run();
}

/** @returns the standing grant with its exam's key */
export function findStandingGrant(db: CustodyDatabase, act: string) {
  return db
    .select({
      ...getTableColumns(standingGrants),
      policy: exams.policy,
      kid: exams.kid,
      alg: exams.alg,
      releaseMode: exams.releaseMode,
      keyDestroyedAt: exams.keyDestroyedAt,
    })
    .from(standingGrants)
    .innerJoin(exams, eq(exams.id, standingGrants.exam))
    .where(eq(standingGrants.act, act))
    .get();
}

const standing = prepared((db) => db.select().from(standingGrants).where(isNull(standingGrants.endedAt)).prepare());

/** @returns the standing grants that were not ended, expired ones among them */
export function listStandingGrants(db: CustodyDatabase): StandingGrantRow[] {
  return standing(db).all();
}

/** Ends a standing grant for good. */
export function markStandingEnded(db: CustodyDatabase, act: string, endedAt: string): void {
  db.update(standingGrants)
    .set({ endedAt })
    .where(and(eq(standingGrants.act, act), isNull(standingGrants.endedAt)))
    .run();
}

const drawsFor = prepared((db) =>
  db
    .select({ chapter: draws.chapter })
    .from(draws)
    .where(and(eq(draws.attempt, sql.placeholder('attempt')), eq(draws.viewer, sql.placeholder('viewer'))))
    .orderBy(asc(draws.position))
    .prepare(),
);

/** @returns the numbers that were drawn for the viewer, in the order of drawing */
export function listDraws(db: CustodyDatabase, attempt: string, viewer: string): number[] {
  return drawsFor(db)
    .all({ attempt, viewer })
    .map(({ chapter }) => chapter);
}

const drawInsert = prepared((db) => db.insert(draws).values(placeholders(draws)).prepare());

/** @throws when something was drawn at this position */
export function insertDraw(db: CustodyDatabase, row: typeof draws.$inferSelect): void {
  drawInsert(db).run(row);
}
