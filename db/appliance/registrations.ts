import { and, asc, eq, gt, inArray, isNull } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { registrations } from './schema.ts';

export type RegistrationRow = typeof registrations.$inferSelect;
export type RegistrationKind = RegistrationRow['kind'];

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

/** @returns attempts of which something waits */
export function listWaitingAttempts(db: ApplianceDatabase): string[] {
  return db
    .selectDistinct({ attempt: registrations.attempt })
    .from(registrations)
    .where(isNull(registrations.refusal))
    .all()
    .map(({ attempt }) => attempt);
}

/** @param after number of the one before, 0 for none. @returns what custody has to get next of this attempt */
export function nextRegistration(db: ApplianceDatabase, attempt: string, after: number): RegistrationRow | undefined {
  return db
    .select()
    .from(registrations)
    .where(and(eq(registrations.attempt, attempt), isNull(registrations.refusal), gt(registrations.number, after)))
    .orderBy(asc(registrations.number))
    .limit(1)
    .get();
}

/** @returns custody's sentence where it refused a registration of this kind */
export function findRefusal(db: ApplianceDatabase, attempt: string, kind: RegistrationKind): string | undefined {
  const row = db
    .select({ refusal: registrations.refusal })
    .from(registrations)
    .where(and(eq(registrations.attempt, attempt), eq(registrations.kind, kind)))
    .get();
  return row?.refusal ?? undefined;
}

/** Custody has taken them. */
export function removeRegistrations(db: ApplianceDatabase, numbers: number[]): void {
  db.delete(registrations).where(inArray(registrations.number, numbers)).run();
}

/** Custody has refused it for good; it is kept with the reason. */
export function markRefused(db: ApplianceDatabase, number: number, refusal: string): void {
  db.update(registrations).set({ refusal }).where(eq(registrations.number, number)).run();
}
