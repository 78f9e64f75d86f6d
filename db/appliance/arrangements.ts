import { and, asc, count, desc, eq, getTableColumns, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { arrangementRequests, attempts, exams, testTakers } from './schema.ts';

export type ArrangementRow = typeof arrangementRequests.$inferSelect;

/** A request with whose it is. */
export type ListedRequest = ArrangementRow & { name: string; candidate: string; title: string };

type Answer = Pick<ArrangementRow, 'answeredAt' | 'terms' | 'reason'>;

/** Enters a request, with the unit that the exam is of now; one that is there stays as it is. */
export function insertRequest(
  db: ApplianceDatabase,
  row: Pick<ArrangementRow, 'id' | 'testTaker' | 'exam' | 'asked' | 'words' | 'requestedAt' | 'dueAt'> & Answer,
): void {
  const unit = sql`(SELECT ${exams.unit} FROM ${exams} WHERE ${exams.id} = ${row.exam})`;
  db.insert(arrangementRequests)
    .values({ ...row, unit })
    .onConflictDoNothing()
    .run();
}

/** @returns a test taker's requests, the newest first */
export function listRequestsOf(db: ApplianceDatabase, testTaker: string): ArrangementRow[] {
  return db
    .select()
    .from(arrangementRequests)
    .where(eq(arrangementRequests.testTaker, testTaker))
    .orderBy(desc(arrangementRequests.requestedAt))
    .all();
}

/** @returns the terms granted to a test taker last, as JSON */
export function findTermsOf(db: ApplianceDatabase, testTaker: string): string | undefined {
  const row = db
    .select({ terms: arrangementRequests.terms })
    .from(arrangementRequests)
    .where(and(eq(arrangementRequests.testTaker, testTaker), isNotNull(arrangementRequests.terms)))
    .orderBy(desc(arrangementRequests.answeredAt))
    .limit(1)
    .get();
  return row?.terms ?? undefined;
}

/** @returns whose attempt it is */
export function findTestTakerOfAttempt(db: ApplianceDatabase, attempt: string): string | undefined {
  return db.select({ testTaker: attempts.testTaker }).from(attempts).where(eq(attempts.id, attempt)).get()?.testTaker;
}

/** Whose requests somebody answers: those of a unit's exams; of all exams where it is null. */
export interface Scope {
  unit: string | null;
}

function within({ unit }: Scope): SQL | undefined {
  return unit === null ? undefined : eq(arrangementRequests.unit, unit);
}

function listed(db: ApplianceDatabase) {
  return db
    .select({
      ...getTableColumns(arrangementRequests),
      ...{ name: testTakers.name, candidate: testTakers.candidate, title: exams.title },
    })
    .from(arrangementRequests)
    .innerJoin(testTakers, eq(testTakers.id, arrangementRequests.testTaker))
    .innerJoin(exams, eq(exams.id, arrangementRequests.exam));
}

/** @returns the request, answered or not */
export function findRequest(db: ApplianceDatabase, scope: Scope, id: string): ListedRequest | undefined {
  return listed(db)
    .where(and(eq(arrangementRequests.id, id), within(scope)))
    .get();
}

/**
 * @param after the last request of the page before
 * @returns requests that wait for an answer, those that are due first, at most `limit`
 */
export function listOpenRequests(
  db: ApplianceDatabase,
  scope: Scope,
  limit: number,
  after?: Pick<ArrangementRow, 'id' | 'dueAt'>,
): ListedRequest[] {
  const { dueAt, id } = arrangementRequests;
  return listed(db)
    .where(
      and(
        isNull(arrangementRequests.answeredAt),
        within(scope),
        after && sql`(${dueAt}, ${id}) > (${after.dueAt}, ${after.id})`,
      ),
    )
    .orderBy(asc(dueAt), asc(id))
    .limit(limit)
    .all();
}

/** @param now ISO 8601, UTC @returns how many requests wait for an answer, and of how many it is overdue */
export function countOpenRequests(db: ApplianceDatabase, scope: Scope, now: string): { open: number; overdue: number } {
  const waiting = and(isNull(arrangementRequests.answeredAt), within(scope));
  const counted = (condition: SQL | undefined) =>
    db.select({ requests: count() }).from(arrangementRequests).where(condition).get()?.requests ?? 0;
  return { open: counted(waiting), overdue: counted(and(waiting, lt(arrangementRequests.dueAt, now))) };
}

/** Writes down that an answer was proposed. @returns false where another one waits, or it was answered */
export function setAnswerProposal(
  db: ApplianceDatabase,
  id: string,
  act: string,
  proposed: NonNullable<ArrangementRow['proposed']>,
): boolean {
  const { act: waiting, answeredAt } = arrangementRequests;
  return (
    db
      .update(arrangementRequests)
      .set({ act, proposed, unsigned: null })
      .where(and(eq(arrangementRequests.id, id), isNull(waiting), isNull(answeredAt)))
      .run().changes === 1
  );
}

/** Has another answer be proposed, unless another act waits by now. @param unsigned what became of the act, where others ended it */
export function endAnswerProposal(
  db: ApplianceDatabase,
  id: string,
  act: string,
  unsigned: ArrangementRow['unsigned'],
): void {
  db.update(arrangementRequests)
    .set({ act: null, proposed: null, unsigned })
    .where(and(eq(arrangementRequests.id, id), eq(arrangementRequests.act, act)))
    .run();
}

/** Keeps the answer that was signed. The first one stays. */
export function keepAnswer(db: ApplianceDatabase, id: string, answer: Answer): void {
  db.update(arrangementRequests)
    .set({ ...answer, act: null, proposed: null, unsigned: null })
    .where(and(eq(arrangementRequests.id, id), isNull(arrangementRequests.answeredAt)))
    .run();
}

/** Takes a test taker's own words out of their request. @returns false where it is not theirs */
export function removeWords(db: ApplianceDatabase, testTaker: string, id: string): boolean {
  const own = and(eq(arrangementRequests.id, id), eq(arrangementRequests.testTaker, testTaker));
  return db.update(arrangementRequests).set({ words: '' }).where(own).run().changes === 1;
}
