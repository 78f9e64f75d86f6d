import { asc, eq } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { attempts, testTakers } from './schema.ts';

/** Somebody on an exam's roster, and their attempt where they have begun. */
export interface SittingRow {
  id: string;
  candidate: string;
  name: string;
  attempt: string | null;
  startedAt: string | null;
  endedAt: string | null;
}

/** @returns all who stand on the exam's roster, in the order of their names */
export function listSitting(db: ApplianceDatabase, exam: string): SittingRow[] {
  return db
    .select({
      id: testTakers.id,
      candidate: testTakers.candidate,
      name: testTakers.name,
      attempt: attempts.id,
      startedAt: attempts.startedAt,
      endedAt: attempts.endedAt,
    })
    .from(testTakers)
    .leftJoin(attempts, eq(attempts.testTaker, testTakers.id))
    .where(eq(testTakers.exam, exam))
    .orderBy(asc(testTakers.name), asc(testTakers.candidate))
    .all();
}
