import { and, asc, count, eq, isNull } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { registrations } from './schema.ts';

export type RegistrationRow = typeof registrations.$inferSelect;

/**
 * Queues a registration, durable when this returns. Where one of the same subject is there already, that one stays.
 * @param alongside changes the database together with it, unless another body was there; synchronous
 * @returns what stands under the subject now
 */
export function queueRegistration(
  db: ApplianceDatabase,
  registration: Omit<RegistrationRow, 'number' | 'refusal'>,
  alongside: () => void,
): RegistrationRow {
  const { attempt, kind, subject } = registration;
  const work = () => {
    const find = () =>
      db
        .select()
        .from(registrations)
        .where(
          and(eq(registrations.attempt, attempt), eq(registrations.kind, kind), eq(registrations.subject, subject)),
        )
        .get();
    const there = find();
    if (there && there.body !== registration.body) return there;
    // First, for a registration refers to its attempt, which may only be entered here.
    alongside();
    if (there) return there;
    db.insert(registrations).values(registration).run();
    return find() as RegistrationRow;
  };
  return db.$client.transaction(work).immediate();
}

/** Takes a registration out of the queue. @param alongside changes the database together with that; synchronous */
export function withdrawRegistration(db: ApplianceDatabase, number: number, alongside: () => void): void {
  const work = () => {
    db.delete(registrations).where(eq(registrations.number, number)).run();
    alongside();
  };
  db.$client.transaction(work).immediate();
}

/** @returns attempts of which something waits */
export function listWaitingAttempts(db: ApplianceDatabase): string[] {
  return db
    .selectDistinct({ attempt: registrations.attempt })
    .from(registrations)
    .where(isNull(registrations.refusal))
    .all()
    .map(({ attempt }) => attempt);
}

/** @returns what custody has to get next of this attempt, in order, at most `limit` of it */
export function listRegistrations(db: ApplianceDatabase, attempt: string, limit: number): RegistrationRow[] {
  return db
    .select()
    .from(registrations)
    .where(and(eq(registrations.attempt, attempt), isNull(registrations.refusal)))
    .orderBy(asc(registrations.number))
    .limit(limit)
    .all();
}

/** @returns how many incidents of the attempt custody has still to get */
export function countQueuedIncidents(db: ApplianceDatabase, attempt: string): number {
  const waiting = and(eq(registrations.attempt, attempt), eq(registrations.kind, 'incident'));
  return db.select({ incidents: count() }).from(registrations).where(waiting).get()?.incidents ?? 0;
}

/** @returns the attempt's seal, where custody has not entered it: it waits, or was refused when it was handed over */
export function findQueuedSeal(db: ApplianceDatabase, attempt: string): RegistrationRow | undefined {
  return db
    .select()
    .from(registrations)
    .where(and(eq(registrations.attempt, attempt), eq(registrations.kind, 'seal')))
    .get();
}

/** Writes down what custody said: what it took is gone, what it refused for good is kept with its sentence. */
export function settleRegistrations(
  db: ApplianceDatabase,
  settled: { number: number; refusal: string | null }[],
): void {
  db.transaction((tx) => {
    for (const { number, refusal } of settled) {
      if (refusal === null) tx.delete(registrations).where(eq(registrations.number, number)).run();
      else tx.update(registrations).set({ refusal }).where(eq(registrations.number, number)).run();
    }
  });
}
