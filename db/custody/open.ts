import { drizzle } from 'drizzle-orm/better-sqlite3';
import { openSqlite } from '../sqlite.ts';
import { migrations } from './migrations.ts';
import * as schema from './schema.ts';

export type CustodyDatabase = ReturnType<typeof openCustodyDatabase>;

/**
 * Opens custody's own database, which no other account can read.
 * @throws NewerDatabaseError
 */
export function openCustodyDatabase(path: string) {
  return drizzle(openSqlite(path, migrations), { schema });
}

/**
 * Runs `work` in one transaction that is durable when this returns. `work` must be synchronous: what an async callback
 * writes after its first await would land outside; the type forbids it.
 */
export function transact<T>(db: CustodyDatabase, work: () => T extends PromiseLike<unknown> ? never : T): T {
  return db.$client.transaction(work as () => T).immediate();
}
