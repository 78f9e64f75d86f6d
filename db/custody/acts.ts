import { and, asc, count, desc, eq, getTableColumns, gt, isNull, lt, lte, ne, or, sql } from 'drizzle-orm';
import { type CustodyDatabase, placeholders, prepared } from './open.ts';
import { acts, actSignatures, decisions, representatives } from './schema.ts';

export type ActRow = typeof acts.$inferSelect;
export type ActSignatureRow = typeof actSignatures.$inferSelect;
export type DecisionRow = typeof decisions.$inferSelect;

/** Proposals that expired unsigned are kept for so long, so that they can be told from ones that never were. */
const KEPT_MS = 7 * 86_400_000;

/** Keeps a proposed act; ones that expired long ago go at the same time, with what had been signed of them. */
export function insertAct(db: CustodyDatabase, row: ActRow): void {
  const before = new Date(Date.parse(row.proposedAt) - KEPT_MS).toISOString();
  db.delete(acts)
    .where(and(eq(acts.status, 'proposed'), lt(acts.expiresAt, before)))
    .run();
  db.insert(acts).values(row).run();
}

const actById = prepared((db) =>
  db
    .select()
    .from(acts)
    .where(eq(acts.id, sql.placeholder('id')))
    .prepare(),
);

/** @returns the act, signed or not */
export function findAct(db: CustodyDatabase, id: string): ActRow | undefined {
  return actById(db).get({ id });
}

/** @returns acts that can still be signed, the newest first */
export function listOpenActs(db: CustodyDatabase, now: string): ActRow[] {
  return db
    .select()
    .from(acts)
    .where(and(eq(acts.status, 'proposed'), gt(acts.expiresAt, now)))
    .orderBy(desc(acts.proposedAt))
    .all();
}

/** @returns what this representative proposed since `from` that cannot be signed any more, with several to sign it; times are ISO 8601, UTC */
export function listClosedActs(
  db: CustodyDatabase,
  representative: string,
  { from, now }: { from: string; now: string },
): ActRow[] {
  const closed = or(ne(acts.status, 'proposed'), lte(acts.expiresAt, now));
  return db
    .select()
    .from(acts)
    .where(and(eq(acts.representative, representative), gt(acts.signers, 1), gt(acts.proposedAt, from), closed))
    .all();
}

/** @returns how many of web's proposals can still be signed */
export function countOpenProposals(db: CustodyDatabase, now: string): number {
  const open = and(isNull(acts.representative), eq(acts.status, 'proposed'), gt(acts.expiresAt, now));
  return db.select({ open: count() }).from(acts).where(open).get()?.open ?? 0;
}

const statusChange = prepared((db) =>
  db
    .update(acts)
    .set({ status: sql`${sql.placeholder('status')}` })
    .where(and(eq(acts.id, sql.placeholder('id')), eq(acts.status, 'proposed')))
    .prepare(),
);

/** @returns false when the act was applied or withdrawn before */
export function markAct(db: CustodyDatabase, id: string, status: 'applied' | 'withdrawn'): boolean {
  return statusChange(db).run({ id, status }).changes === 1;
}

const signatureInsert = prepared((db) => db.insert(actSignatures).values(placeholders(actSignatures)).prepare());

/** @throws when this representative has signed the act */
export function insertSignature(db: CustodyDatabase, row: ActSignatureRow): void {
  signatureInsert(db).run(row);
}

const signaturesOf = prepared((db) =>
  db
    .select()
    .from(actSignatures)
    .where(eq(actSignatures.act, sql.placeholder('act')))
    .orderBy(asc(actSignatures.signedAt))
    .prepare(),
);

/** @returns earliest first */
export function listSignatures(db: CustodyDatabase, act: string): ActSignatureRow[] {
  return signaturesOf(db).all({ act });
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
