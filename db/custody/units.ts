import { asc, eq, sql } from 'drizzle-orm';
import { type CustodyDatabase, prepared } from './open.ts';
import { units } from './schema.ts';

export type UnitRow = typeof units.$inferSelect;

/** @throws when the id or the name is taken */
export function insertUnit(db: CustodyDatabase, row: Omit<UnitRow, 'suspendedAt'>): void {
  db.insert(units).values(row).run();
}

const unitById = prepared((db) =>
  db
    .select()
    .from(units)
    .where(eq(units.id, sql.placeholder('id')))
    .prepare(),
);

/** @returns the unit, suspended or not */
export function findUnit(db: CustodyDatabase, id: string): UnitRow | undefined {
  return unitById(db).get({ id });
}

export function findUnitNamed(db: CustodyDatabase, name: string): UnitRow | undefined {
  return db.select().from(units).where(eq(units.name, name)).get();
}

/** @returns by name */
export function listUnits(db: CustodyDatabase): UnitRow[] {
  return db.select().from(units).orderBy(asc(units.name)).all();
}

/** @param suspendedAt ISO 8601, UTC; null ends the suspension */
export function setUnitSuspended(db: CustodyDatabase, id: string, suspendedAt: string | null): void {
  db.update(units).set({ suspendedAt }).where(eq(units.id, id)).run();
}
