import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { putLinkInForce } from './roster.ts';
import { invitationMails, invitations, testTakers } from './schema.ts';

type MailRow = typeof invitationMails.$inferSelect;
export type MailState = MailRow['state'];
export type MailFault = NonNullable<MailRow['fault']>;

/** How many mails of an exam are in each state. */
export type MailCounts = Record<MailState, number>;

/** How many test takers each way of asking for mails would reach, and who can only be invited on paper. */
export interface Addressees {
  fresh: number;
  failed: number;
  all: number;
  /** Have neither link nor address. */
  addressless: number;
}

/** Whom to send an invitation: who has none and no mail on its way, whose mail did not get through, everybody who has not begun, or one. */
export type Addressed = 'new' | 'failed' | 'all' | { testTaker: string };

/** No mail on its way, an address, and a place in the roster's other tables. */
const FROM_ROSTER = sql`FROM test_takers t
  LEFT JOIN attempts a ON a.test_taker = t.id
  LEFT JOIN invitations i ON i.test_taker = t.id
  LEFT JOIN invitation_mails m ON m.test_taker = t.id`;
const FREE = sql`t.email IS NOT NULL AND (m.state IS NULL OR m.state NOT IN ('waiting', 'sending'))`;
/** A refused address that was mended counts as new. */
const FRESH = sql`a.id IS NULL AND i.test_taker IS NULL AND (m.state IS NULL OR (m.state = 'refused' AND m.address <> t.email))`;
const FAILED = sql`a.ended_at IS NULL AND m.state IN ('refused', 'uncertain')`;

/**
 * Enters mails that are to be sent; who is being sent one already is left out.
 * @param before moment (ISO 8601, UTC) of the page on which this was asked for: what was asked for since is not asked for twice
 * @param at ISO 8601, UTC
 * @returns how many were entered
 */
export function enterMails(
  db: ApplianceDatabase,
  exam: string,
  addressed: Addressed,
  before: string,
  at: string,
): number {
  const once = sql`(m.asked_at IS NULL OR m.asked_at < ${before})`;
  const chosen =
    addressed === 'new'
      ? FRESH
      : addressed === 'failed'
        ? FAILED
        : addressed === 'all'
          ? sql`a.id IS NULL AND (i.made_at IS NULL OR i.made_at < ${before})`
          : sql`t.id = ${addressed.testTaker} AND a.ended_at IS NULL`;
  return db.run(sql`
    INSERT INTO invitation_mails (test_taker, exam, address, state, asked_at, due_at, tries)
    SELECT t.id, t.exam, t.email, 'waiting', ${at}, ${at}, 0 ${FROM_ROSTER}
    WHERE t.exam = ${exam} AND ${FREE} AND ${once} AND ${chosen}
    ON CONFLICT (test_taker) DO UPDATE SET address = excluded.address, state = 'waiting', asked_at = excluded.asked_at,
      due_at = excluded.due_at, tries = 0, ended_at = NULL, fault = NULL, reply = NULL`).changes;
}

/** @returns whom mails would reach, were they asked for now */
export function countAddressees(db: ApplianceDatabase, exam: string): Addressees {
  return db.get<Addressees>(sql`
    SELECT coalesce(sum(${FREE} AND ${FRESH}), 0) AS fresh, coalesce(sum(${FREE} AND ${FAILED}), 0) AS failed,
      coalesce(sum(${FREE} AND a.id IS NULL), 0) AS "all",
      coalesce(sum(t.email IS NULL AND i.test_taker IS NULL), 0) AS addressless
    ${FROM_ROSTER} WHERE t.exam = ${exam}`);
}

export function countMails(db: ApplianceDatabase, exam: string): MailCounts {
  const found = db
    .select({ state: invitationMails.state, count: sql<number>`count(*)` })
    .from(invitationMails)
    .where(eq(invitationMails.exam, exam))
    .groupBy(invitationMails.state)
    .all();
  const counts: MailCounts = { waiting: 0, sending: 0, sent: 0, refused: 0, uncertain: 0 };
  for (const { state, count } of found) counts[state] = count;
  return counts;
}

/** A mail with whose it is. */
export type ListedMail = MailRow & { name: string; candidate: string };

/** @returns the mails of an exam that somebody has to look after, or that were put off, in the order of names, at most `limit` */
export function listTroubledMails(db: ApplianceDatabase, exam: string, limit: number): ListedMail[] {
  const states = inArray(invitationMails.state, ['refused', 'uncertain', 'waiting']);
  const troubled = sql`(${invitationMails.state} <> 'waiting' OR ${invitationMails.fault} IS NOT NULL)`;
  return selectMails(db)
    .where(and(eq(invitationMails.exam, exam), states, troubled))
    .orderBy(asc(testTakers.name), asc(testTakers.candidate))
    .limit(limit)
    .all()
    .map(flat);
}

export function findMail(db: ApplianceDatabase, testTaker: string): ListedMail | undefined {
  const found = selectMails(db).where(eq(invitationMails.testTaker, testTaker)).get();
  return found && flat(found);
}

/** A mail that waits, with all that it is written of. */
export interface WaitingMail {
  testTaker: string;
  exam: string;
  askedAt: string;
  dueAt: string;
  /** How many times the server put it off. */
  tries: number;
  name: string;
  candidate: string;
  /** As it is on the roster now. */
  email: string | null;
  attemptEnded: boolean;
}

/** @returns the mail that is due first, of all exams */
export function findNextMail(db: ApplianceDatabase): WaitingMail | undefined {
  const found = db.get<(Omit<WaitingMail, 'attemptEnded'> & { endedAt: string | null }) | undefined>(sql`
    SELECT m.test_taker AS "testTaker", m.exam, m.asked_at AS "askedAt", m.due_at AS "dueAt", m.tries,
      t.name, t.candidate, t.email, a.ended_at AS "endedAt"
    FROM invitation_mails m JOIN test_takers t ON t.id = m.test_taker LEFT JOIN attempts a ON a.test_taker = t.id
    WHERE m.state = 'waiting' ORDER BY m.due_at LIMIT 1`);
  if (!found) return undefined;
  const { endedAt, ...mail } = found;
  return { ...mail, attemptEnded: endedAt !== null };
}

/** The personal link that somebody had before. */
export interface EarlierLink {
  linkDigest: Buffer;
  /** Null where nobody was ever given it. */
  madeAt: string | null;
}

/** One mail: the same test taker can be sent another one later. */
export type Asked = Pick<MailRow, 'testTaker' | 'askedAt'>;

/**
 * Writes down that a mail is about to be handed over, and puts its link into force: whatever arrives has to work.
 * @param linkDigest SHA-256 of its link's token
 * @param at ISO 8601, UTC
 * @returns the link before; undefined where the mail is not waiting any more
 */
export function beginMail(
  db: ApplianceDatabase,
  { testTaker, askedAt }: Asked,
  address: string,
  linkDigest: Buffer,
  at: string,
): EarlierLink | undefined {
  const work = (): EarlierLink | undefined => {
    const waiting = and(
      eq(invitationMails.testTaker, testTaker),
      eq(invitationMails.askedAt, askedAt),
      eq(invitationMails.state, 'waiting'),
    );
    const begun = { state: 'sending' as const, address };
    if (db.update(invitationMails).set(begun).where(waiting).run().changes === 0) return undefined;
    const earlier = db
      .select({ linkDigest: testTakers.linkDigest, madeAt: invitations.madeAt })
      .from(testTakers)
      .leftJoin(invitations, eq(invitations.testTaker, testTakers.id))
      .where(eq(testTakers.id, testTaker))
      .get();
    putLinkInForce(db, testTaker, linkDigest, at);
    return earlier;
  };
  return db.$client.transaction(work).immediate();
}

/** How a mail stands from now on. `dueAt` and `tries` of one that waits again; times are ISO 8601, UTC. */
export interface MailNote {
  state: 'sent' | 'refused' | 'uncertain' | 'waiting';
  at: string;
  dueAt?: string;
  tries?: number;
  fault?: MailFault | null;
  reply?: string | null;
}

/**
 * Writes down what became of a mail that was handed over, or never will be. One that was withdrawn or replaced by paper meanwhile stays gone.
 * @param unsent where it surely reached nobody: its link goes out of force, and the one before is good again
 */
export function noteMail(
  db: ApplianceDatabase,
  { testTaker, askedAt }: Asked,
  { state, at, dueAt = at, tries, fault = null, reply = null }: MailNote,
  unsent?: { linkDigest: Buffer; earlier: EarlierLink },
): void {
  const work = () => {
    const endedAt = state === 'waiting' ? null : at;
    const open = inArray(invitationMails.state, ['sending', 'waiting']);
    db.update(invitationMails)
      .set({ state, dueAt, endedAt, fault, reply, ...(tries !== undefined && { tries }) })
      .where(and(eq(invitationMails.testTaker, testTaker), eq(invitationMails.askedAt, askedAt), open))
      .run();
    if (unsent) putLinkBack(db, testTaker, unsent.linkDigest, unsent.earlier);
  };
  db.$client.transaction(work).immediate();
}

/** @param own the link that goes: one that was made since stays in force */
function putLinkBack(db: ApplianceDatabase, testTaker: string, own: Buffer, earlier: EarlierLink): void {
  const { linkDigest, madeAt } = earlier;
  const still = and(eq(testTakers.id, testTaker), eq(testTakers.linkDigest, own));
  if (db.update(testTakers).set({ linkDigest }).where(still).run().changes === 0) return;
  const of = eq(invitations.testTaker, testTaker);
  if (madeAt === null) db.delete(invitations).where(of).run();
  else db.update(invitations).set({ madeAt }).where(of).run();
}

/** Takes back what waits. @returns how many mails will not be sent */
export function withdrawMails(db: ApplianceDatabase, exam: string): number {
  const waiting = and(eq(invitationMails.exam, exam), eq(invitationMails.state, 'waiting'));
  return db.delete(invitationMails).where(waiting).run().changes;
}

/** Of what a process that ended was handing over, nobody knows whether it was taken. @param at ISO 8601, UTC @returns how many */
export function noteInterrupted(db: ApplianceDatabase, at: string): number {
  const interrupted = eq(invitationMails.state, 'sending');
  return db.update(invitationMails).set({ state: 'uncertain', endedAt: at }).where(interrupted).run().changes;
}

function selectMails(db: ApplianceDatabase) {
  return db
    .select({ mail: invitationMails, name: testTakers.name, candidate: testTakers.candidate })
    .from(invitationMails)
    .innerJoin(testTakers, eq(testTakers.id, invitationMails.testTaker))
    .$dynamic();
}

function flat({ mail, name, candidate }: { mail: MailRow; name: string; candidate: string }): ListedMail {
  return { ...mail, name, candidate };
}
