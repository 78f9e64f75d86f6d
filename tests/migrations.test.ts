import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findAttemptKeys } from '../db/appliance/attempts.ts';
import { migrations } from '../db/appliance/migrations.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { insertRecording, listRecordings } from '../db/appliance/recordings.ts';
import { openSqlite } from '../db/sqlite.ts';

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
  db.$client.close();
  rmSync(folder, { recursive: true });
});
