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
 * Makes a query that is prepared once per database: for those that each release or each session asks.
 * @param build builds the query and ends in `.prepare()`
 */
export function prepared<T>(build: (db: CustodyDatabase) => T): (db: CustodyDatabase) => T {
  const known = new WeakMap<CustodyDatabase, T>();
  return (db) => {
    let query = known.get(db);
    if (query === undefined) known.set(db, (query = build(db)));
    return query;
  };
}

/**
 * Runs `work` in one transaction that is durable when this returns. `work` must be synchronous: what an async callback
 * writes after its first await would land outside; the type forbids it.
 */
export function transact<T>(db: CustodyDatabase, work: () => T extends PromiseLike<unknown> ? never : T): T {
  return db.$client.transaction(work as () => T).immediate();
}
