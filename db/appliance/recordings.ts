import { and, eq } from 'drizzle-orm';
import type { ApplianceDatabase } from './open.ts';
import { recordings } from './schema.ts';

export type RecordingRow = typeof recordings.$inferSelect;

/**
 * Adds a recording to its attempt. Its file has to be durable before.
 * @throws when the attempt is unknown or has a recording of this source and key already
 */
export function insertRecording(db: ApplianceDatabase, row: RecordingRow): void {
  db.insert(recordings).values(row).run();
}

/** @returns the recording, only if it belongs to this attempt */
export function findRecording(db: ApplianceDatabase, attempt: string, id: string): RecordingRow | undefined {
  return db
    .select()
    .from(recordings)
    .where(and(eq(recordings.id, id), eq(recordings.attempt, attempt)))
    .get();
}

/** @returns the attempt's recordings, oldest first */
export function listRecordings(db: ApplianceDatabase, attempt: string): RecordingRow[] {
  return db.select().from(recordings).where(eq(recordings.attempt, attempt)).orderBy(recordings.startedAt).all();
}
