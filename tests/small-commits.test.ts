import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CustodyDatabase, openCustodyDatabase, transactTogether } from '../db/custody/open.ts';

let folder: string;
let path: string;
let db: CustodyDatabase;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloister-commits-'));
  path = join(folder, 'custody.db');
  db = openCustodyDatabase(path);
});
afterEach(() => {
  if (db.$client.open) db.$client.close();
  rmSync(folder, { recursive: true });
});

/** A row of the smallest table that there is. */
const keep = (name: string, rest = '') =>
  transactTogether(db, (): string => {
    db.$client.prepare('INSERT INTO sign_ins VALUES (?, ?)').run(name, rest);
    return name;
  });

/** What another process would read. */
function kept(): string[] {
  const other = new Database(path, { readonly: true });
  const names = other.prepare('SELECT challenge FROM sign_ins ORDER BY rowid').pluck().all() as string[];
  other.close();
  return names;
}

/** Commits in the write-ahead log: its frames that say how large the database is after them (SQLite file format, section 4.1). */
function commits(): number {
  const log = readFileSync(`${path}-wal`);
  const frame = 24 + log.readUInt32BE(8);
  let found = 0;
  for (let at = 32; at + frame <= log.length; at += frame) if (log.readUInt32BE(at + 4) > 0) found++;
  return found;
}

test('what comes in one turn is one commit, and what comes later another', async () => {
  await keep('before');
  const before = commits();
  const names = Array.from({ length: 50 }, (_, i) => `work ${i}`);
  expect(await Promise.all(names.map((name) => keep(name)))).toEqual(names);
  expect(commits()).toBe(before + 1);
  await keep('after');
  expect(commits()).toBe(before + 2);
  expect(kept()).toEqual(['before', ...names, 'after']);
});

test('one that throws leaves no trace and takes no other along', async () => {
  const outcomes = await Promise.allSettled([
    keep('one'),
    transactTogether(db, (): void => {
      db.$client.prepare('INSERT INTO sign_ins VALUES (?, ?)').run('half', '');
      throw new Error('no');
    }),
    keep('one'),
    keep('two'),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({ reason: { message: 'no' } });
  expect(kept()).toEqual(['one', 'two']);
});

test('where the disk is full, whoever is told that it stands finds it, and nobody else does', async () => {
  const pages = db.$client.pragma('page_count', { simple: true }) as number;
  db.$client.pragma(`max_page_count = ${pages + 4}`);
  const names = ['small', 'large', 'also small'];
  const outcomes = await Promise.allSettled(names.map((name) => keep(name, name === 'large' ? 'x'.repeat(1e6) : '')));
  expect(outcomes[1]).toMatchObject({ status: 'rejected', reason: { code: 'SQLITE_FULL' } });
  expect(kept()).toEqual(names.filter((_, i) => outcomes[i]?.status === 'fulfilled'));
  db.$client.pragma('max_page_count = 1000000');
  await keep('afterwards');
  expect(kept()).toContain('afterwards');
});

test('where the transaction cannot be had, all that came are told', async () => {
  const other = new Database(path);
  db.$client.pragma('busy_timeout = 0');
  other.exec('BEGIN IMMEDIATE');
  const outcomes = await Promise.allSettled([keep('one'), keep('two')]);
  expect(outcomes).toMatchObject(Array(2).fill({ status: 'rejected', reason: { code: 'SQLITE_BUSY' } }));
  other.exec('ROLLBACK');
  other.close();
  await keep('three');
  expect(kept()).toEqual(['three']);
});

test('killed at any moment, what was acknowledged stands', async () => {
  db.$client.close();
  const script = `
    import { openCustodyDatabase, transactTogether } from ${JSON.stringify(join(import.meta.dirname, '../db/custody/open.ts'))};
    import { writeSync } from 'node:fs';
    const db = openCustodyDatabase(${JSON.stringify(path)});
    const insert = db.$client.prepare('INSERT INTO sign_ins VALUES (?, ?)');
    let next = 0;
    const forever = async () => {
      for (;;) writeSync(1, (await transactTogether(db, () => (insert.run(String(next), ''), next++))) + '\\n');
    };
    for (let i = 0; i < 5; i++) forever();`;
  for (let round = 0; round < 3; round++) {
    const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (told += text));
    while (told.length < 200 * (round + 1)) await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    // A line may be torn by the kill.
    const acknowledged = told.split('\n').slice(0, -1);
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(kept()).toEqual(expect.arrayContaining(acknowledged));
    const other = new Database(path);
    other.exec('DELETE FROM sign_ins');
    other.close();
  }
});
