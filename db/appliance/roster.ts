import { and, asc, eq, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { wordsOf } from './roster-words.ts';
import {
  arrangementRequests,
  attempts,
  invitationMails,
  invitations,
  rosterCounts,
  rosterWords,
  testTakers,
  testTakerSessions,
} from './schema.ts';

export type TestTakerRow = typeof testTakers.$inferSelect;

/** A test taker of an exam, whether they have a personal link, and how far their attempt has come. */
export interface RosterRow extends Omit<TestTakerRow, 'linkDigest' | 'exam'> {
  startedAt: string | null;
  endedAt: string | null;
  /** When the personal link that is good now was made; null where nobody was given one. */
  invitedAt: string | null;
  /** How the invitation by mail stands; null where none was asked for since the last one on paper. */
  mail: (typeof invitationMails.$inferSelect)['state'] | null;
}

/** How many stand on an exam's roster, and how many of them got a personal link, have begun, have ended. */
export type RosterCounts = Omit<typeof rosterCounts.$inferSelect, 'exam'>;

/** Greater than every character: the end of a range of words that begin alike. */
const END = '\u{10FFFF}';

const row = {
  id: testTakers.id,
  candidate: testTakers.candidate,
  name: testTakers.name,
  email: testTakers.email,
  startedAt: attempts.startedAt,
  endedAt: attempts.endedAt,
  invitedAt: invitations.madeAt,
  mail: invitationMails.state,
};

/**
 * Enters test takers and changes the addresses of others, all or nobody.
 * @param changes of those who stand on the roster already
 * @throws a SqliteError when an exam is unknown or already knows a candidate
 */
export function enterOnRoster(
  db: ApplianceDatabase,
  entered: TestTakerRow[],
  changes: Pick<TestTakerRow, 'id' | 'email'>[] = [],
): void {
  db.transaction((tx) => {
    const insert = tx
      .insert(testTakers)
      .values({
        id: sql.placeholder('id'),
        exam: sql.placeholder('exam'),
        candidate: sql.placeholder('candidate'),
        name: sql.placeholder('name'),
        email: sql.placeholder('email'),
        linkDigest: sql.placeholder('linkDigest'),
      })
      .prepare();
    const insertWord = tx
      .insert(rosterWords)
      .values({ exam: sql.placeholder('exam'), word: sql.placeholder('word'), testTaker: sql.placeholder('id') })
      .prepare();
    for (const one of entered) {
      insert.run({ ...one });
      for (const word of wordsOf(`${one.name} ${one.candidate}`)) insertWord.run({ exam: one.exam, word, id: one.id });
    }
    for (const { id, email } of changes) tx.update(testTakers).set({ email }).where(eq(testTakers.id, id)).run();
  });
}

/** @returns those of these candidates who stand on the exam's roster */
export function findCandidates(db: ApplianceDatabase, exam: string, candidates: string[]): TestTakerRow[] {
  const among = sql`${testTakers.candidate} IN (SELECT value FROM json_each(${JSON.stringify(candidates)}))`;
  return db
    .select()
    .from(testTakers)
    .where(and(eq(testTakers.exam, exam), among))
    .all();
}

/** @returns the test taker, only if they stand on this exam's roster */
export function findOnRoster(db: ApplianceDatabase, exam: string, id: string): RosterRow | undefined {
  return rosterOf(db, and(eq(testTakers.exam, exam), eq(testTakers.id, id))).get();
}

/** @returns how many there are, without counting them: triggers keep the figures (see migrations.ts) */
export function countRoster(db: ApplianceDatabase, exam: string): RosterCounts {
  const { entered, invited, started, ended } = rosterCounts;
  const counts = db
    .select({ entered, invited, started, ended })
    .from(rosterCounts)
    .where(eq(rosterCounts.exam, exam))
    .get();
  return counts ?? { entered: 0, invited: 0, started: 0, ended: 0 };
}

/**
 * @param after id of the one before; null for the first page, and somebody who is not there begins at the first as well
 * @returns who sits the exam, in the order of their names, at most `limit`
 */
export function listRoster(db: ApplianceDatabase, exam: string, after: string | null, limit: number): RosterRow[] {
  const last = after === null ? undefined : findOnRoster(db, exam, after);
  const beyond = last && sql`(${testTakers.name}, ${testTakers.candidate}) > (${last.name}, ${last.candidate})`;
  return rosterOf(db, and(eq(testTakers.exam, exam), beyond))
    .orderBy(asc(testTakers.name), asc(testTakers.candidate))
    .limit(limit)
    .all();
}

/**
 * Finds test takers by how words of their name or code begin, all of those looked for.
 * @param looked for: words as {@link wordsOf} gives them, at least one
 * @param after as above
 * @returns them in the order of the word that begins with the longest one looked for, at most `limit`
 */
export function searchRoster(
  db: ApplianceDatabase,
  exam: string,
  looked: string[],
  after: string | null,
  limit: number,
): RosterRow[] {
  // The longest leaves the fewest to look through.
  const [longest = '', ...others] = looked.toSorted((one, other) => other.length - one.length);
  const begins = (word: SQL, start: string) => sql`${word} >= ${start} AND ${word} < ${start + END}`;
  const hasWord = (start: string) =>
    sql`EXISTS (SELECT 1 FROM roster_words o WHERE o.test_taker = w.test_taker AND ${begins(sql`o.word`, start)})`;
  const { last } = db.get<{ last: string | null }>(sql`SELECT min(word) AS last FROM roster_words
    WHERE exam = ${exam} AND test_taker = ${after} AND ${begins(sql`word`, longest)}`);
  const from = last === null ? sql`w.word >= ${longest}` : sql`(w.word, w.test_taker) > (${last}, ${after})`;
  const conditions = [
    sql`w.exam = ${exam} AND ${from} AND w.word < ${longest + END}`,
    // Two words of one person may begin alike: the first of them counts.
    sql`NOT EXISTS (SELECT 1 FROM roster_words e
      WHERE e.test_taker = w.test_taker AND e.word >= ${longest} AND e.word < w.word)`,
    ...others.map(hasWord),
  ];
  return db.all<RosterRow>(sql`
    SELECT t.id, t.candidate, t.name, t.email,
      a.started_at AS "startedAt", a.ended_at AS "endedAt", i.made_at AS "invitedAt", m.state AS mail
    FROM roster_words w
    CROSS JOIN test_takers t ON t.id = w.test_taker
    LEFT JOIN attempts a ON a.test_taker = t.id
    LEFT JOIN invitations i ON i.test_taker = t.id
    LEFT JOIN invitation_mails m ON m.test_taker = t.id
    WHERE ${sql.join(conditions, sql` AND `)}
    ORDER BY w.word, w.test_taker
    LIMIT ${limit}`);
}

/**
 * Takes a test taker off the roster, with their sessions and their invitation, unless their attempt has begun.
 * @returns whether they were taken off
 */
export function removeFromRoster(db: ApplianceDatabase, id: string): boolean {
  const work = () => {
    if (db.select({ id: attempts.id }).from(attempts).where(eq(attempts.testTaker, id)).get()) return false;
    db.delete(testTakerSessions).where(eq(testTakerSessions.testTaker, id)).run();
    db.delete(invitations).where(eq(invitations.testTaker, id)).run();
    db.delete(invitationMails).where(eq(invitationMails.testTaker, id)).run();
    db.delete(rosterWords).where(eq(rosterWords.testTaker, id)).run();
    db.delete(arrangementRequests).where(eq(arrangementRequests.testTaker, id)).run();
    return db.delete(testTakers).where(eq(testTakers.id, id)).run().changes === 1;
  };
  return db.$client.transaction(work).immediate();
}

/**
 * @param before only those whose personal link is older than this (ISO 8601, UTC), or who were given none
 * @param whom whether those count who were given a link; never those whose attempt has begun
 * @returns whom to invite next, in the order of their names, at most `limit`
 */
export function listInvitees(
  db: ApplianceDatabase,
  exam: string,
  { whom, before, limit }: { whom: 'new' | 'all'; before: string; limit: number },
): RosterRow[] {
  const without = isNull(invitations.madeAt);
  const due = whom === 'new' ? without : or(without, lt(invitations.madeAt, before));
  return rosterOf(db, and(eq(testTakers.exam, exam), isNull(attempts.id), due))
    .orderBy(asc(testTakers.name), asc(testTakers.candidate))
    .limit(limit)
    .all();
}

/**
 * Puts new personal links into force, for invitations on paper: mails that wait for the same test takers are not sent any more. All or none.
 * @param links SHA-256 of each link's token
 * @param madeAt ISO 8601, UTC
 */
export function keepInvitations(
  db: ApplianceDatabase,
  links: { testTaker: string; linkDigest: Buffer }[],
  madeAt: string,
): void {
  const work = () => {
    for (const { testTaker, linkDigest } of links) {
      putLinkInForce(db, testTaker, linkDigest, madeAt);
      db.delete(invitationMails).where(eq(invitationMails.testTaker, testTaker)).run();
    }
  };
  db.$client.transaction(work).immediate();
}

/** Ends the personal link before and the sessions that began with it, except those of an attempt that runs. Within a transaction. */
export function putLinkInForce(db: ApplianceDatabase, testTaker: string, linkDigest: Buffer, madeAt: string): void {
  db.update(testTakers).set({ linkDigest }).where(eq(testTakers.id, testTaker)).run();
  const begun = db.select({ id: attempts.id }).from(attempts).where(eq(attempts.testTaker, testTaker)).get();
  if (!begun) db.delete(testTakerSessions).where(eq(testTakerSessions.testTaker, testTaker)).run();
  db.insert(invitations)
    .values({ testTaker, madeAt })
    .onConflictDoUpdate({ target: invitations.testTaker, set: { madeAt } })
    .run();
}

function rosterOf(db: ApplianceDatabase, where: SQL | undefined) {
  return db
    .select(row)
    .from(testTakers)
    .leftJoin(attempts, eq(attempts.testTaker, testTakers.id))
    .leftJoin(invitations, eq(invitations.testTaker, testTakers.id))
    .leftJoin(invitationMails, eq(invitationMails.testTaker, testTakers.id))
    .where(where)
    .$dynamic();
}
