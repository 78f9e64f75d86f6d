import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findAttemptKeys } from '../db/appliance/attempts.ts';
import { migrations } from '../db/appliance/migrations.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { insertRecording, listRecordings } from '../db/appliance/recordings.ts';
import { countRoster, searchRoster } from '../db/appliance/roster.ts';
import { findAct, listDecisions } from '../db/custody/acts.ts';
import { findExam as findCustodyExam, findNewestVersion } from '../db/custody/exams.ts';
import { listGrantsOn } from '../db/custody/grants.ts';
import { migrations as custodyMigrations } from '../db/custody/migrations.ts';
import { openCustodyDatabase } from '../db/custody/open.ts';
import { findRepresentative, listPasskeys } from '../db/custody/register.ts';
import { openSqlite, readVersion } from '../db/sqlite.ts';
import { policyOf } from '../hsm/exams.ts';

test('web’s database of the time when an attempt had one key keeps its recordings, and takes another browser’s', () => {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  const path = join(folder, 'appliance.db');
  const [key, other] = [Buffer.from('first key'), Buffer.from('other key')];
  const id = randomUUID();
  const older = openSqlite(path, migrations.slice(0, 1));
  older.exec(`
    INSERT INTO exams VALUES ('exam', 'Title', '{}', '/', '2026-05-04T08:00:00.000Z');
    INSERT INTO test_takers VALUES ('taker', 'exam', 'T-1', 'Name', x'00');
  `);
  older.prepare(`INSERT INTO attempts VALUES ('attempt', 'taker', ?, '2026-05-04T08:00:00.000Z', NULL, NULL)`).run(key);
  const recording = { attempt: 'attempt', mimeType: 'video/webm', startedAt: '2026-05-04T08:01:00.000Z' };
  older
    .prepare(`INSERT INTO recordings VALUES (?, 'attempt', 'camera', ?, ?)`)
    .run(id, recording.mimeType, recording.startedAt);
  older.close();

  const db = openApplianceDatabase(path);
  expect(listRecordings(db, 'attempt')).toEqual([{ ...recording, id, source: 'camera', attemptKey: key }]);
  expect(findAttemptKeys(db, 'attempt')).toEqual({ all: [key], current: key });
  const another = { ...recording, source: 'camera' as const };
  expect(() => insertRecording(db, { ...another, id: randomUUID(), attemptKey: key })).toThrow('UNIQUE');
  insertRecording(db, { ...another, id: randomUUID(), attemptKey: other });
  expect(listRecordings(db, 'attempt')).toHaveLength(2);
  // Their link was handed out when they were entered.
  const [taker] = searchRoster(db, 'exam', ['na'], null, 10);
  expect(taker).toMatchObject({ id: 'taker', email: null, invitedAt: '2026-05-04T08:00:00.000Z' });
  expect(countRoster(db, 'exam')).toEqual({ entered: 1, invited: 1, started: 1, ended: 0 });
  db.$client.close();
  rmSync(folder, { recursive: true });
});

test('custody’s database of the time of two acts and two roles keeps its exams, people, grants and decisions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  const path = join(folder, 'custody.db');
  const older = openSqlite(path, custodyMigrations.slice(0, 1));
  const policy = { purposes: ['integrity-review'], retentionDays: 7, uploadHours: 24, reentry: 'same-browser' };
  older
    .prepare(`INSERT INTO exams VALUES ('exam', 'Title', ?, 'kid', 'RSA-OAEP', x'01', x'02', ?, NULL)`)
    .run(JSON.stringify(policy), '2126-12-01T12:00:00.000Z');
  older.exec(`
    INSERT INTO attempts VALUES ('attempt', 'exam', 'T-1', x'03', '2126-12-01T12:00:00.000Z', NULL, NULL, NULL);
    INSERT INTO representatives VALUES ('ruth', 'Ruth', 'officer', 'approved', '2126-12-01T12:00:00.000Z');
    INSERT INTO representatives VALUES ('ines', 'Ines', 'reviewer', 'suspended', '2126-12-01T12:00:00.000Z');
    INSERT INTO passkeys VALUES ('key', 'ruth', x'04', 3, '[]', '2126-12-01T12:00:00.000Z');
    INSERT INTO acts VALUES ('view', 'release', '{"proposedAt":"2126-12-01T12:00:00.000Z"}', 'ruth', '2126-12-01T12:10:00.000Z', 'applied');
    INSERT INTO acts VALUES ('word', 'decide', '{"proposedAt":"2126-12-01T12:00:00.000Z"}', 'ruth', '2126-12-01T12:10:00.000Z', 'applied');
    INSERT INTO acts VALUES ('open', 'decide', '{"proposedAt":"2126-12-01T12:00:00.000Z"}', 'ruth', '2126-12-01T12:10:00.000Z', 'proposed');
    INSERT INTO grants VALUES ('view', 'ruth', 'attempt', 'appeal', x'05', '2126-12-01T12:01:00.000Z', '2126-12-01T13:01:00.000Z', NULL, '[]');
    INSERT INTO decisions VALUES ('word', 'attempt', 'ruth', 'refer', 'Because.', '2126-12-01T12:02:00.000Z');
  `);
  older.close();

  const db = openCustodyDatabase(path);
  const exam = findCustodyExam(db, 'exam');
  // Exams had no end of their own; from then on they have one, two weeks after they were made.
  expect(exam && policyOf(exam)).toEqual({
    ...policy,
    ...{ unit: null, dualControl: false, leastView: { chaptersAround: 1, drawn: 2 } },
    closesAt: '2126-12-15T12:00:00.000Z',
  });
  // What test takers were told then was web's to say.
  expect(findNewestVersion(db, 'exam')).toEqual({
    ...{ exam: 'exam', version: 1, title: 'Title', setup: 'null' },
    at: '2126-12-01T12:00:00.000Z',
  });
  expect(findRepresentative(db, 'ruth')).toMatchObject({
    roles: '["privacy-officer"]',
    unit: null,
    status: 'approved',
  });
  expect(findRepresentative(db, 'ines')).toMatchObject({ roles: '["reviewer"]', status: 'suspended' });
  expect(listPasskeys(db, 'ruth')).toMatchObject([{ id: 'key', counter: 3, backupEligible: false }]);
  expect(findAct(db, 'view')).toMatchObject({ status: 'applied', signers: 1 });
  expect(findAct(db, 'open')).toBeUndefined();
  expect(listGrantsOn(db, 'attempt')).toMatchObject([{ id: 'view', act: 'view', extent: 'all', name: 'Ruth' }]);
  expect(listDecisions(db, 'attempt')).toMatchObject([{ act: 'word', reason: 'Because.', name: 'Ruth' }]);
  expect(db.$client.pragma('foreign_key_check')).toEqual([]);
  const references = db.$client.pragma('foreign_key_list(grants)') as { table: string }[];
  expect(references.map(({ table }) => table)).toContain('acts');
  db.$client.close();
  rmSync(folder, { recursive: true });
});

test('a step that fails is found on a copy: the file is as it was, and the program before still runs on it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  const path = join(folder, 'some.db');
  const first = [
    'CREATE TABLE people (id TEXT PRIMARY KEY) STRICT; CREATE TABLE pets (owner TEXT REFERENCES people (id)) STRICT',
  ];
  const older = openSqlite(path, first);
  older.exec("INSERT INTO people VALUES ('Ada'); INSERT INTO pets VALUES ('Ada')");
  older.close();
  const sound = 'CREATE TABLE places (id TEXT) STRICT';
  for (const [step, said] of [
    ['ALTER TABLE absent ADD COLUMN more TEXT', 'no such table'],
    ["PRAGMA defer_foreign_keys = ON; UPDATE pets SET owner = 'Bo'", 'FOREIGN KEY'],
  ]) {
    expect(() => openSqlite(path, [...first, sound, step as string])).toThrow(said);
    expect(readVersion(path)).toBe(1);
    expect(readdirSync(folder).filter((name) => name.includes('rehearsal'))).toEqual([]);
  }
  const same = openSqlite(path, first);
  expect(same.prepare("SELECT name FROM sqlite_schema WHERE name = 'places'").all()).toEqual([]);
  same.close();
  const newer = openSqlite(path, [...first, sound]);
  expect(newer.prepare('SELECT owner FROM pets').pluck().all()).toEqual(['Ada']);
  newer.close();
  rmSync(folder, { recursive: true });
});
