import { getTableColumns, type Placeholder, sql, type Table } from 'drizzle-orm';
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

/** @returns placeholders for every column of a table, by the names of a row's fields */
export function placeholders<T extends Table>(table: T) {
  const names = Object.keys(getTableColumns(table)) as (keyof T['$inferInsert'] & string)[];
  return Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as Record<
    keyof T['$inferInsert'],
    Placeholder
  >;
}

/**
 * Runs `work` in one transaction that is durable when this returns. `work` must be synchronous: what an async callback
 * writes after its first await would land outside; the type forbids it.
 */
export function transact<T>(db: CustodyDatabase, work: () => T extends PromiseLike<unknown> ? never : T): T {
  return db.$client.transaction(work as () => T).immediate();
}

/**
 * Runs works one after the other inside a transaction, each on what those before it left.
 * @returns for each how it went; one that throws leaves no trace for those after it
 * @throws what ended the whole transaction, such as a full disk
 */
export function runEach<T>(db: CustodyDatabase, works: readonly (() => T)[]): PromiseSettledResult<T>[] {
  return works.map((work) => {
    try {
      // Inside a transaction this is a savepoint.
      return { status: 'fulfilled', value: db.$client.transaction(work)() };
    } catch (reason) {
      if (!db.$client.inTransaction) throw reason;
      return { status: 'rejected', reason };
    }
  });
}

interface Waiting {
  work: () => unknown;
  resolve: (value: never) => void;
  reject: (reason: unknown) => void;
}
const waiting = new WeakMap<CustodyDatabase, Waiting[]>();

/**
 * Runs `work` as {@link transact} does, in one transaction with all that comes in the same turn of the event loop: what many people do at
 * once costs one sync of the disk. Each stands or falls by itself, and is durable once its promise has resolved.
 */
export function transactTogether<T>(
  db: CustodyDatabase,
  work: () => T extends PromiseLike<unknown> ? never : T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const others = waiting.get(db);
    const own = { work, resolve, reject };
    if (others) return others.push(own);
    waiting.set(db, [own]);
    return setImmediate(commitTogether, db);
  });
}

function commitTogether(db: CustodyDatabase): void {
  const group = waiting.get(db) ?? [];
  waiting.delete(db);
  try {
    const works = group.map(({ work }) => work);
    const outcomes = transact(db, () => runEach(db, works));
    for (const [i, { resolve, reject }] of group.entries()) {
      const outcome = outcomes[i] as (typeof outcomes)[number];
      if (outcome.status === 'fulfilled') resolve(outcome.value as never);
      else reject(outcome.reason);
    }
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}
