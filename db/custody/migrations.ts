import type { Migration } from '../sqlite.ts';

export const migrations: readonly Migration[] = [
  `
  CREATE TABLE exams (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, policy TEXT NOT NULL,
    kid TEXT NOT NULL UNIQUE, alg TEXT NOT NULL, spki BLOB NOT NULL, signature BLOB NOT NULL,
    created_at TEXT NOT NULL, key_destroyed_at TEXT
  ) STRICT;
  CREATE TABLE attempts (
    id TEXT PRIMARY KEY, exam TEXT NOT NULL REFERENCES exams(id), candidate TEXT NOT NULL,
    public_key BLOB NOT NULL, started_at TEXT NOT NULL,
    sealed_at TEXT, seal TEXT, seal_entry INTEGER,
    UNIQUE (exam, candidate)
  ) STRICT;
  CREATE TABLE chapters (
    attempt TEXT NOT NULL REFERENCES attempts(id), recording TEXT NOT NULL, chapter INTEGER NOT NULL,
    envelope_digest BLOB NOT NULL, wrapped_key_digest BLOB NOT NULL UNIQUE, registered_at TEXT NOT NULL,
    PRIMARY KEY (recording, chapter)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX chapters_by_attempt ON chapters (attempt);
  CREATE TABLE representatives (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE enrolments (
    token_digest BLOB PRIMARY KEY, representative TEXT NOT NULL REFERENCES representatives(id),
    challenge TEXT, expires_at TEXT NOT NULL, used_at TEXT
  ) STRICT;
  CREATE TABLE passkeys (
    id TEXT PRIMARY KEY, representative TEXT NOT NULL REFERENCES representatives(id),
    public_key BLOB NOT NULL, counter INTEGER NOT NULL, transports TEXT NOT NULL, enrolled_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE sign_ins (
    challenge TEXT PRIMARY KEY, expires_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE sessions (
    token_digest BLOB PRIMARY KEY, representative TEXT NOT NULL REFERENCES representatives(id),
    place TEXT NOT NULL, expires_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE tickets (
    token_digest BLOB PRIMARY KEY, representative TEXT NOT NULL REFERENCES representatives(id), expires_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE assignments (
    exam TEXT NOT NULL REFERENCES exams(id), representative TEXT NOT NULL REFERENCES representatives(id),
    PRIMARY KEY (exam, representative)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE acts (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, bytes TEXT NOT NULL, representative TEXT NOT NULL REFERENCES representatives(id),
    expires_at TEXT NOT NULL, status TEXT NOT NULL
  ) STRICT;
  CREATE TABLE grants (
    id TEXT PRIMARY KEY REFERENCES acts(id), representative TEXT NOT NULL REFERENCES representatives(id),
    attempt TEXT NOT NULL REFERENCES attempts(id), purpose TEXT NOT NULL, recipient BLOB NOT NULL,
    granted_at TEXT NOT NULL, expires_at TEXT NOT NULL, ended_at TEXT, viewing TEXT NOT NULL DEFAULT '[]'
  ) STRICT;
  CREATE INDEX grants_by_attempt ON grants (attempt);
  CREATE TABLE decisions (
    act TEXT PRIMARY KEY REFERENCES acts(id), attempt TEXT NOT NULL REFERENCES attempts(id),
    representative TEXT NOT NULL REFERENCES representatives(id),
    outcome TEXT NOT NULL, reason TEXT NOT NULL, decided_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE ledger_entries (
    number INTEGER PRIMARY KEY, type TEXT NOT NULL, salt BLOB, body TEXT, leaf_hash BLOB NOT NULL,
    concerns TEXT, entered_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX ledger_entries_by_concern ON ledger_entries (concerns) WHERE concerns IS NOT NULL;
  CREATE TABLE ledger_checkpoints (
    size INTEGER PRIMARY KEY, note TEXT NOT NULL
  ) STRICT;
  `,
  // Exams once had no end of their own; their keys' retention counts from one now.
  `
  UPDATE exams SET policy = json_set(policy, '$.closesAt', strftime('%Y-%m-%dT%H:%M:%fZ', created_at, '+14 days'))
  WHERE json_extract(policy, '$.closesAt') IS NULL;
  `,
  // An attempt once had one key; who comes back in another browser brings another one now.
  `
  CREATE TABLE attempt_keys (
    attempt TEXT NOT NULL REFERENCES attempts(id), public_key BLOB NOT NULL, resumed_at TEXT NOT NULL,
    PRIMARY KEY (attempt, public_key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX attempts_unsealed ON attempts (exam) WHERE sealed_at IS NULL;
  `,
];
