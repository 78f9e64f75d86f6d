import { and, asc, count, eq, getTableColumns, gt, isNull, lt, or, sql } from 'drizzle-orm';
import { type CustodyDatabase, prepared } from './open.ts';
import { enrolments, passkeys, representatives, sessions, signIns, tickets } from './schema.ts';

export type RepresentativeRow = typeof representatives.$inferSelect;
export type PasskeyRow = typeof passkeys.$inferSelect;
export type EnrolmentRow = typeof enrolments.$inferSelect;

/** @throws when the id is taken */
export function insertRepresentative(db: CustodyDatabase, row: RepresentativeRow): void {
  db.insert(representatives).values(row).run();
}

const representativeById = prepared((db) =>
  db
    .select()
    .from(representatives)
    .where(eq(representatives.id, sql.placeholder('id')))
    .prepare(),
);

/** @returns the representative, whatever their status */
export function findRepresentative(db: CustodyDatabase, id: string): RepresentativeRow | undefined {
  return representativeById(db).get({ id });
}

/** @returns false when the status was another than `from`; nothing is changed then */
export function changeStatus(
  db: CustodyDatabase,
  id: string,
  from: RepresentativeRow['status'],
  to: RepresentativeRow['status'],
): boolean {
  return (
    db
      .update(representatives)
      .set({ status: to })
      .where(and(eq(representatives.id, id), eq(representatives.status, from)))
      .run().changes === 1
  );
}

/** @returns by name */
export function listRepresentatives(db: CustodyDatabase): RepresentativeRow[] {
  return db.select().from(representatives).orderBy(asc(representatives.name)).all();
}

/** @returns how many passkeys are enrolled, of whomever */
export function countPasskeys(db: CustodyDatabase): number {
  return db.select({ enrolled: count() }).from(passkeys).get()?.enrolled ?? 0;
}

/** Forgets who was invited and every link to enrol. For a register in which nobody has enrolled yet. */
export function clearInvitations(db: CustodyDatabase): void {
  db.delete(enrolments).run();
  db.delete(representatives).where(eq(representatives.status, 'invited')).run();
}

/** @param change roles as JSON */
export function setRoles(db: CustodyDatabase, id: string, change: Pick<RepresentativeRow, 'roles' | 'unit'>): void {
  db.update(representatives).set(change).where(eq(representatives.id, id)).run();
}

/** @param row with the digest of the link's token; the token itself is kept nowhere */
export function insertEnrolment(db: CustodyDatabase, row: Omit<EnrolmentRow, 'challenge' | 'usedAt'>): void {
  db.insert(enrolments).values(row).run();
}

/** @returns the enrolment of this link while it is unused and not expired */
export function findOpenEnrolment(db: CustodyDatabase, tokenDigest: Buffer, now: string): EnrolmentRow | undefined {
  return db
    .select()
    .from(enrolments)
    .where(and(eq(enrolments.tokenDigest, tokenDigest), isNull(enrolments.usedAt), gt(enrolments.expiresAt, now)))
    .get();
}

/** The last challenge asked for counts. */
export function setEnrolmentChallenge(db: CustodyDatabase, tokenDigest: Buffer, challenge: string): void {
  db.update(enrolments).set({ challenge }).where(eq(enrolments.tokenDigest, tokenDigest)).run();
}

/** @returns false when the enrolment was used before */
export function useEnrolment(db: CustodyDatabase, tokenDigest: Buffer, usedAt: string): boolean {
  return (
    db
      .update(enrolments)
      .set({ usedAt })
      .where(and(eq(enrolments.tokenDigest, tokenDigest), isNull(enrolments.usedAt)))
      .run().changes === 1
  );
}

/** @throws when the passkey is enrolled, for whomever */
export function insertPasskey(db: CustodyDatabase, row: PasskeyRow): void {
  db.insert(passkeys).values(row).run();
}

const passkeyById = prepared((db) =>
  db
    .select()
    .from(passkeys)
    .where(eq(passkeys.id, sql.placeholder('id')))
    .prepare(),
);

/** @param id credential id, base64url */
export function findPasskey(db: CustodyDatabase, id: string): PasskeyRow | undefined {
  return passkeyById(db).get({ id });
}

/** @returns all passkeys of one representative */
export function listPasskeys(db: CustodyDatabase, representative: string): PasskeyRow[] {
  return db.select().from(passkeys).where(eq(passkeys.representative, representative)).all();
}

/**
 * Moves a passkey's counter on: forward, or from zero to zero for authenticators that do not count (WebAuthn level 3, section 6.1.1).
 * @param counter the authenticator's, as verified now
 * @returns false when it is not ahead of the one that was verified last; nothing is changed then
 */
export function moveCounter(db: CustodyDatabase, id: string, counter: number): boolean {
  return counterMove(db).run({ id, counter }).changes === 1;
}

const counterMove = prepared((db) => {
  const counter = sql.placeholder('counter');
  const ahead = or(lt(passkeys.counter, counter), and(eq(passkeys.counter, 0), eq(counter, 0)));
  return db
    .update(passkeys)
    .set({ counter: sql`${counter}` })
    .where(and(eq(passkeys.id, sql.placeholder('id')), ahead))
    .prepare();
});

/** Takes away every passkey, unused enrolment link, session and ticket of one representative. */
export function revokePasskeys(db: CustodyDatabase, representative: string): void {
  db.delete(passkeys).where(eq(passkeys.representative, representative)).run();
  db.delete(enrolments)
    .where(and(eq(enrolments.representative, representative), isNull(enrolments.usedAt)))
    .run();
  db.delete(sessions).where(eq(sessions.representative, representative)).run();
  db.delete(tickets).where(eq(tickets.representative, representative)).run();
}

/** Keeps a sign-in's challenge; old ones go at the same time. */
export function insertSignIn(db: CustodyDatabase, challenge: string, expiresAt: string, now: string): void {
  db.delete(signIns).where(lt(signIns.expiresAt, now)).run();
  db.insert(signIns).values({ challenge, expiresAt }).run();
}

/** Takes the challenge, so that it counts once. @returns whether it was open */
export function takeSignIn(db: CustodyDatabase, challenge: string, now: string): boolean {
  return (
    db
      .delete(signIns)
      .where(and(eq(signIns.challenge, challenge), gt(signIns.expiresAt, now)))
      .run().changes === 1
  );
}

/** Keeps a session by its token's digest; those that ended before a moment go at the same time. */
export function insertSession(db: CustodyDatabase, row: typeof sessions.$inferSelect, before: string): void {
  db.delete(sessions).where(lt(sessions.expiresAt, before)).run();
  db.insert(sessions).values(row).run();
}

const sessionHolder = prepared((db) =>
  db
    .select({ holder: getTableColumns(representatives), expiresAt: sessions.expiresAt })
    .from(sessions)
    .innerJoin(representatives, eq(representatives.id, sessions.representative))
    .where(and(eq(sessions.tokenDigest, sql.placeholder('tokenDigest')), eq(sessions.place, sql.placeholder('place'))))
    .prepare(),
);

/** @returns whose session of that place this is, and until when, where it may have ended already */
export function findSession(
  db: CustodyDatabase,
  tokenDigest: Buffer,
  place: 'room' | 'staff',
): { holder: RepresentativeRow; expiresAt: string } | undefined {
  return sessionHolder(db).get({ tokenDigest, place });
}

/** @returns the ids of those who have a session at either place */
export function listSessionHolders(db: CustodyDatabase, now: string): string[] {
  const rows = db.selectDistinct({ id: sessions.representative }).from(sessions).where(gt(sessions.expiresAt, now));
  return rows.all().map(({ id }) => id);
}

/** Ends all sessions of one representative for good, and takes their tickets. The rows stay: who comes with one can be told why. */
export function endSessions(db: CustodyDatabase, representative: string, now: string): void {
  db.update(sessions)
    .set({ expiresAt: now })
    .where(and(eq(sessions.representative, representative), gt(sessions.expiresAt, now)))
    .run();
  db.delete(tickets).where(eq(tickets.representative, representative)).run();
}

/** Ends a session; one that is not there is no fault. */
export function deleteSession(db: CustodyDatabase, tokenDigest: Buffer): void {
  db.delete(sessions).where(eq(sessions.tokenDigest, tokenDigest)).run();
}

/** Keeps a ticket by its token's digest; old ones go at the same time. */
export function insertTicket(db: CustodyDatabase, row: typeof tickets.$inferSelect, now: string): void {
  db.delete(tickets).where(lt(tickets.expiresAt, now)).run();
  db.insert(tickets).values(row).run();
}

/** Takes the ticket, so that it counts once. @returns the representative's id */
export function takeTicket(db: CustodyDatabase, tokenDigest: Buffer, now: string): string | undefined {
  return db
    .delete(tickets)
    .where(and(eq(tickets.tokenDigest, tokenDigest), gt(tickets.expiresAt, now)))
    .returning({ representative: tickets.representative })
    .get()?.representative;
}
