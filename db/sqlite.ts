import Database from 'better-sqlite3';

/**
 * A schema step that takes the database from the version before to this one: SQL, or a function where SQL alone cannot say it. Steps are
 * only ever added.
 */
export type Migration = string | ((sqlite: Database.Database) => void);

/** The database file was written by a newer program than this one. */
export class NewerDatabaseError extends Error {}

/**
 * Opens a SQLite file for money-grade writing: WAL, `synchronous=FULL` (asserted), foreign keys on, and the schema brought
 * up to date, each step in a transaction of its own with the version it leads to.
 * @throws NewerDatabaseError when the file's version is beyond the last known step
 */
export function openSqlite(path: string, migrations: readonly Migration[]): Database.Database {
  const sqlite = new Database(path);
  sqlite.pragma('journal_mode = WAL');
  // A WAL database reopens at NORMAL, which may lose the last commits at a power cut.
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('foreign_keys = ON');
  if (sqlite.pragma('synchronous', { simple: true }) !== 2) throw new Error(`${path} does not run at synchronous=FULL`);
  const version = sqlite.pragma('user_version', { simple: true }) as number;
  if (version > migrations.length) {
    throw new NewerDatabaseError(
      `${path} is of version ${version}; this program knows versions up to ${migrations.length}. Install the newer program again.`,
    );
  }
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    sqlite.transaction(() => {
      if (typeof step === 'string') sqlite.exec(step);
      else step(sqlite);
      sqlite.pragma(`user_version = ${index + 1}`);
    })();
  }
  return sqlite;
}
