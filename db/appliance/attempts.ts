import { and, eq, gt, isNull, lte, sql } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import type { TestTakerRow } from './roster.ts';
import { attemptKeys, attempts, registrations, testTakers, testTakerSessions } from './schema.ts';

export type AttemptRow = typeof attempts.$inferSelect;

/** @param linkDigest SHA-256 of the personal link's token */
export function findTestTakerByLink(db: ApplianceDatabase, linkDigest: Buffer): TestTakerRow | undefined {
  return db.select().from(testTakers).where(eq(testTakers.linkDigest, linkDigest)).get();
}

/** Begins a test taker's session and clears away all that have ended by `now` (ISO 8601). */
export function insertTestTakerSession(
  db: ApplianceDatabase,
  session: typeof testTakerSessions.$inferInsert,
  now: string,
): void {
  db.transaction((tx) => {
    tx.delete(testTakerSessions).where(lte(testTakerSessions.expiresAt, now)).run();
    tx.insert(testTakerSessions).values(session).run();
  });
}

/** @param tokenDigest SHA-256 of the session's token. @param expiresAt ISO 8601, UTC */
export function setSessionExpiry(db: ApplianceDatabase, tokenDigest: Buffer, expiresAt: string): void {
  db.update(testTakerSessions).set({ expiresAt }).where(eq(testTakerSessions.tokenDigest, tokenDigest)).run();
}

/**
 * Prepares the lookup that each request of a test taker makes, once per process.
 * @returns a function from the SHA-256 of the session's token and the time (ISO 8601) to the test taker
 */
export function prepareTestTakerOfSession(db: ApplianceDatabase) {
  const query = db
    .select({
      id: testTakers.id,
      exam: testTakers.exam,
      candidate: testTakers.candidate,
      name: testTakers.name,
    })
    .from(testTakerSessions)
    .innerJoin(testTakers, eq(testTakers.id, testTakerSessions.testTaker))
    .where(
      and(
        eq(testTakerSessions.tokenDigest, sql.placeholder('digest')),
        gt(testTakerSessions.expiresAt, sql.placeholder('now')),
      ),
    )
    .prepare();
  return (digest: Buffer, now: string) => query.get({ digest, now });
}

/**
 * Prepares the lookup that each segment's request makes, once per process.
 * @returns a function from the SHA-256 of the session's token and the time (ISO 8601) to the attempt and the session's end
 */
export function prepareAttemptOfSession(db: ApplianceDatabase) {
  const query = db
    .select({ id: attempts.id, exam: testTakers.exam, expiresAt: testTakerSessions.expiresAt })
    .from(testTakerSessions)
    .innerJoin(testTakers, eq(testTakers.id, testTakerSessions.testTaker))
    .innerJoin(attempts, eq(attempts.testTaker, testTakers.id))
    .where(
      and(
        eq(testTakerSessions.tokenDigest, sql.placeholder('digest')),
        gt(testTakerSessions.expiresAt, sql.placeholder('now')),
      ),
    )
    .prepare();
  return (digest: Buffer, now: string) => query.get({ digest, now });
}

export function findAttemptOf(db: ApplianceDatabase, testTaker: string): AttemptRow | undefined {
  return db.select().from(attempts).where(eq(attempts.testTaker, testTaker)).get();
}

/** @returns whether the attempt has ended */
export function hasEnded(db: ApplianceDatabase, attempt: string): boolean {
  const row = db.select({ endedAt: attempts.endedAt }).from(attempts).where(eq(attempts.id, attempt)).get();
  return row !== undefined && row.endedAt !== null;
}

/**
 * Enters an attempt with its first key, unless the test taker has one already.
 * @returns the attempt that the test taker has now, and whether it is the one given
 */
export function insertAttempt(
  db: ApplianceDatabase,
  attempt: Pick<AttemptRow, 'id' | 'testTaker' | 'publicKey' | 'startedAt'>,
): { attempt: AttemptRow; entered: boolean } {
  return db.transaction((tx) => {
    const entered = tx.insert(attempts).values(attempt).onConflictDoNothing().run().changes === 1;
    const now = tx.select().from(attempts).where(eq(attempts.testTaker, attempt.testTaker)).get();
    if (!now) throw new Error(`attempt ${attempt.id} belongs to somebody else`);
    if (entered) tx.insert(attemptKeys).values({ attempt: attempt.id, publicKey: attempt.publicKey }).run();
    return { attempt: now, entered };
  });
}

/** Makes this key the one of the browser that goes on with the attempt; it may be new to the attempt or one of its own. */
export function setAttemptKey(db: ApplianceDatabase, attempt: string, publicKey: Buffer): void {
  db.transaction((tx) => {
    tx.insert(attemptKeys).values({ attempt, publicKey }).onConflictDoNothing().run();
    tx.update(attempts).set({ publicKey }).where(eq(attempts.id, attempt)).run();
  });
}

/** @returns the keys of all browsers of the attempt, and the one of the browser that goes on with it */
export function findAttemptKeys(
  db: ApplianceDatabase,
  attempt: string,
): { all: Buffer[]; current: Buffer | undefined } {
  const rows = db.select().from(attemptKeys).where(eq(attemptKeys.attempt, attempt)).all();
  const row = db.select({ publicKey: attempts.publicKey }).from(attempts).where(eq(attempts.id, attempt)).get();
  return { all: rows.map(({ publicKey }) => publicKey), current: row?.publicKey };
}

/** Marks an attempt as ended with a seal. The first end stays. @param endedAt ISO 8601, UTC */
export function endAttempt(db: ApplianceDatabase, attempt: string, endedAt: string): void {
  db.update(attempts)
    .set({ endedAt })
    .where(and(eq(attempts.id, attempt), isNull(attempts.endedAt)))
    .run();
}

/** Has an attempt go on whose seal was refused. */
export function reopenAttempt(db: ApplianceDatabase, attempt: string): void {
  db.update(attempts)
    .set({ endedAt: null })
    .where(and(eq(attempts.id, attempt), isNull(attempts.receipt)))
    .run();
}

/**
 * Keeps the receipt of a seal, which then waits for nothing any more. The first receipt stays.
 * @param endedAt when it was sealed, where no end is written down yet: ISO 8601, UTC
 * @param receipt JSON
 */
export function keepSealReceipt(db: ApplianceDatabase, attempt: string, endedAt: string, receipt: string): void {
  db.transaction((tx) => {
    tx.update(attempts)
      .set({ endedAt: sql`coalesce(${attempts.endedAt}, ${endedAt})`, receipt })
      .where(and(eq(attempts.id, attempt), isNull(attempts.receipt)))
      .run();
    tx.delete(registrations)
      .where(and(eq(registrations.attempt, attempt), eq(registrations.kind, 'seal')))
      .run();
  });
}

/** Marks an attempt as closed by custody, unless there is a receipt. @param closedAt ISO 8601, UTC. @param receipt JSON */
export function closeAttempt(db: ApplianceDatabase, attempt: string, closedAt: string, receipt: string): void {
  db.update(attempts)
    .set({ endedAt: closedAt, receipt })
    .where(and(eq(attempts.id, attempt), isNull(attempts.receipt)))
    .run();
}
