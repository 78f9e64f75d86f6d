import { inArray } from 'drizzle-orm';
import type { CustodyDatabase } from './open.ts';
import { cosignatures } from './schema.ts';

export type KeptCosignature = typeof cosignatures.$inferSelect;

/** @param witnesses verifier keys @returns what each of them cosigned last, where it ever did */
export function listCosignatures(db: CustodyDatabase, witnesses: readonly string[]): KeptCosignature[] {
  return db
    .select()
    .from(cosignatures)
    .where(inArray(cosignatures.witness, [...witnesses]))
    .all();
}

/** Keeps a witness's cosignature instead of the one before. Durable when it returns. */
export function keepCosignature(db: CustodyDatabase, one: KeptCosignature): void {
  db.insert(cosignatures).values(one).onConflictDoUpdate({ target: cosignatures.witness, set: one }).run();
}
