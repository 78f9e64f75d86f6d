import { and, asc, count, eq, sql } from 'drizzle-orm';
import { type CustodyDatabase, prepared } from './open.ts';
import { incidents } from './schema.ts';

export type IncidentRow = typeof incidents.$inferSelect;

/** @throws when the attempt has this statement */
export function insertIncident(db: CustodyDatabase, row: IncidentRow): void {
  db.insert(incidents).values(row).run();
}

/** @param statementDigest SHA-256 of the statement as signed */
export function findIncident(db: CustodyDatabase, attempt: string, statementDigest: Buffer): IncidentRow | undefined {
  return db
    .select()
    .from(incidents)
    .where(and(eq(incidents.attempt, attempt), eq(incidents.statementDigest, statementDigest)))
    .get();
}

const incidentsOf = prepared((db) =>
  db
    .select()
    .from(incidents)
    .where(eq(incidents.attempt, sql.placeholder('attempt')))
    .orderBy(asc(incidents.entry))
    .prepare(),
);

/** @returns the attempt's incidents in the order of their entries */
export function listIncidents(db: CustodyDatabase, attempt: string): IncidentRow[] {
  return incidentsOf(db).all({ attempt });
}

export function countIncidents(db: CustodyDatabase, attempt: string): number {
  return db.select({ incidents: count() }).from(incidents).where(eq(incidents.attempt, attempt)).get()?.incidents ?? 0;
}
