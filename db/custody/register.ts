import { and, eq, getTableColumns, gt, isNull, lt, sql } from 'drizzle-orm';
import { type CustodyDatabase, prepared } from './open.ts';
import { enrolments, passkeys, representatives, sessions, signIns, tickets } from './schema.ts';

export type RepresentativeRow = typeof representatives.$inferSelect;
export type PasskeyRow = typeof passkeys.$inferSelect;
export type EnrolmentRow = typeof enrolments.$inferSelect;

/** @throws when the id is taken */
export function insertRepresentative(db: CustodyDatabase, row: RepresentativeRow): void {
  db.insert(representatives).values(row).run();
}

/** @returns the representative, whatever their status */
export function findRepresentative(db: CustodyDatabase, id: string): RepresentativeRow | undefined {
  return db.select().from(representatives).where(eq(representatives.id, id)).get();
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

/** @param id credential id, base64url */
export function findPasskey(db: CustodyDatabase, id: string): PasskeyRow | undefined {
  return db.select().from(passkeys).where(eq(passkeys.id, id)).get();
}

/** @returns all passkeys of one representative */
export function listPasskeys(db: CustodyDatabase, representative: string): PasskeyRow[] {
  return db.select().from(passkeys).where(eq(passkeys.representative, representative)).all();
}

/** @param counter the authenticator's signature counter, as verified last */
export function setCounter(db: CustodyDatabase, id: string, counter: number): void {
  db.update(passkeys).set({ counter }).where(eq(passkeys.id, id)).run();
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

/** Keeps a session by its token's digest; ended ones go at the same time. */
export function insertSession(db: CustodyDatabase, row: typeof sessions.$inferSelect, now: string): void {
  db.delete(sessions).where(lt(sessions.expiresAt, now)).run();
  db.insert(sessions).values(row).run();
}

const sessionHolder = prepared((db) =>
  db
    .select(getTableColumns(representatives))
    .from(sessions)
    .innerJoin(representatives, eq(representatives.id, sessions.representative))
    .where(
      and(
        eq(sessions.tokenDigest, sql.placeholder('tokenDigest')),
        eq(sessions.place, sql.placeholder('place')),
        gt(sessions.expiresAt, sql.placeholder('now')),
      ),
    )
    .prepare(),
);

/** @returns whose session this is, while it lasts and belongs to that place */
export function findSession(
  db: CustodyDatabase,
  tokenDigest: Buffer,
  place: 'room' | 'staff',
  now: string,
): RepresentativeRow | undefined {
  return sessionHolder(db).get({ tokenDigest, place, now });
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
