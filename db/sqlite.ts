import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';

/**
 * A schema step that takes the database from the version before to this one: SQL, or a function where SQL alone cannot say it. Steps are
 * only ever added.
 */
export type Migration = string | ((sqlite: Database.Database) => void);

/** The database file was written by a newer program than this one. */
export class NewerDatabaseError extends Error {}

/** The database file cannot be brought up to date; nothing of it was changed. */
export class UpgradeError extends Error {}

/**
 * Opens a SQLite file for money-grade writing: WAL, `synchronous=FULL` (asserted), foreign keys on, and the schema brought
 * up to date: first on a copy, then each step in a transaction of its own with the version it leads to.
 * @throws NewerDatabaseError when the file's version is beyond the last known step; UpgradeError when a step fails on the copy
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
  if (version > 0 && version < migrations.length) rehearse(sqlite, path, migrations);
  migrate(sqlite, migrations);
  return sqlite;
}

/** Each step in a transaction of its own with the version that it leads to. */
function migrate(sqlite: Database.Database, migrations: readonly Migration[]): void {
  const version = sqlite.pragma('user_version', { simple: true }) as number;
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    sqlite.transaction(() => {
      if (typeof step === 'string') sqlite.exec(step);
      else step(sqlite);
      sqlite.pragma(`user_version = ${index + 1}`);
    })();
  }
}

/**
 * Takes the steps on a copy first, and looks at what they leave: where one fails, the file itself is as it was, and the program before
 * still runs on it.
 * @throws UpgradeError
 */
function rehearse(sqlite: Database.Database, path: string, migrations: readonly Migration[]): void {
  const copyPath = `${path}.rehearsal`;
  rmSync(copyPath, { force: true });
  sqlite.prepare('VACUUM INTO ?').run(copyPath);
  const copy = new Database(copyPath);
  try {
    copy.pragma('foreign_keys = ON');
    migrate(copy, migrations);
    const faults = [
      ...(copy.pragma('foreign_key_check') as unknown[]),
      ...(copy.pragma('quick_check') as { quick_check: string }[]).filter(({ quick_check }) => quick_check !== 'ok'),
    ];
    if (faults.length > 0) throw new Error(`${faults.length} rows do not fit what they became`);
  } catch (error) {
    throw new UpgradeError(
      `${path} cannot be brought up to date: ${(error as Error).message}. It was tried on a copy; the file is as it was, and the program before runs on it.`,
      { cause: error },
    );
  } finally {
    copy.close();
    rmSync(copyPath, { force: true });
  }
}

/** @returns the version of a database file, read without opening it for writing @throws an error of SQLite where it cannot be read */
export function readVersion(path: string): number {
  const sqlite = new Database(path, { readonly: true, fileMustExist: true });
  try {
    return sqlite.pragma('user_version', { simple: true }) as number;
  } finally {
    sqlite.close();
  }
}
