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
];
