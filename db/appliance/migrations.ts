import type { Migration } from '../sqlite.ts';

export const migrations: readonly Migration[] = [
  `
  CREATE TABLE exams (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, notice TEXT NOT NULL, exam_page TEXT NOT NULL, created_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE test_takers (
    id TEXT PRIMARY KEY, exam TEXT NOT NULL REFERENCES exams(id), candidate TEXT NOT NULL, name TEXT NOT NULL,
    link_digest BLOB NOT NULL UNIQUE,
    UNIQUE (exam, candidate)
  ) STRICT;
  CREATE TABLE test_taker_sessions (
    token_digest BLOB PRIMARY KEY, test_taker TEXT NOT NULL REFERENCES test_takers(id), expires_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE attempts (
    id TEXT PRIMARY KEY, test_taker TEXT NOT NULL UNIQUE REFERENCES test_takers(id),
    public_key BLOB NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, receipt TEXT
  ) STRICT;
  CREATE TABLE recordings (
    id TEXT PRIMARY KEY, attempt TEXT NOT NULL REFERENCES attempts(id), source TEXT NOT NULL,
    mime_type TEXT NOT NULL, started_at TEXT NOT NULL,
    UNIQUE (attempt, source)
  ) STRICT;
  `,
  // One recording per source and browser; what custody was told of an exam, and what it has not been told yet.
  `
  CREATE TABLE exam_rules (
    exam TEXT PRIMARY KEY REFERENCES exams(id), rules TEXT NOT NULL
  ) STRICT;
  CREATE TABLE attempt_keys (
    attempt TEXT NOT NULL REFERENCES attempts(id), public_key BLOB NOT NULL,
    PRIMARY KEY (attempt, public_key)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO attempt_keys SELECT id, public_key FROM attempts;
  CREATE TABLE recordings_by_key (
    id TEXT PRIMARY KEY, attempt TEXT NOT NULL REFERENCES attempts(id), source TEXT NOT NULL, attempt_key BLOB NOT NULL,
    mime_type TEXT NOT NULL, started_at TEXT NOT NULL,
    UNIQUE (attempt, source, attempt_key)
  ) STRICT;
  INSERT INTO recordings_by_key
    SELECT recordings.id, attempt, source, public_key, mime_type, recordings.started_at
    FROM recordings JOIN attempts ON attempts.id = attempt;
  DROP TABLE recordings;
  ALTER TABLE recordings_by_key RENAME TO recordings;
  CREATE TABLE registrations (
    number INTEGER PRIMARY KEY AUTOINCREMENT, attempt TEXT NOT NULL REFERENCES attempts(id),
    kind TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, queued_at TEXT NOT NULL, refusal TEXT,
    UNIQUE (attempt, kind, subject)
  ) STRICT;
  CREATE INDEX registrations_waiting ON registrations (attempt, number) WHERE refusal IS NULL;
  `,
  // What test takers are told of an exam is custody's, with its rules.
  `
  ALTER TABLE exams DROP COLUMN notice;
  ALTER TABLE exams DROP COLUMN exam_page;
  `,
  // Exams that are being set up; whose each is, so that a list asks for what its reader may see and for nothing else.
  `
  ALTER TABLE exams ADD COLUMN unit TEXT;
  UPDATE exams SET unit = (SELECT json_extract(rules, '$.policy.unit') FROM exam_rules WHERE exam = exams.id);
  CREATE INDEX exams_by_age ON exams (created_at, id);
  CREATE INDEX exams_of_unit ON exams (unit, created_at, id);
  CREATE TABLE exam_drafts (
    exam TEXT PRIMARY KEY REFERENCES exams(id), draft TEXT NOT NULL, created_by TEXT NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, act TEXT, unsigned TEXT
  ) STRICT;
  `,
];
