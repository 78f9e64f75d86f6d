import { drizzle } from 'drizzle-orm/better-sqlite3';
import { openSqlite } from '../sqlite.ts';
import { migrations } from './migrations.ts';
import * as schema from './schema.ts';

export type ApplianceDatabase = ReturnType<typeof openApplianceDatabase>;

/**
 * Opens web's database: exams, roster, attempts, an index of the recordings.
 * @throws NewerDatabaseError
 */
export function openApplianceDatabase(path: string) {
  return drizzle(openSqlite(path, migrations), { schema });
}
