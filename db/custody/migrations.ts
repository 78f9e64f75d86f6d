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
  // Acts once had one signature and one proposer, representatives one role; units, and what is suspended, were not there. Proposals
  // nobody signed are dropped: they are of the old form. Everything that refers to acts is made anew, to refer to the new table.
  `
  CREATE TABLE units (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL, suspended_at TEXT
  ) STRICT;
  ALTER TABLE exams ADD COLUMN suspended_at TEXT;
  ALTER TABLE representatives ADD COLUMN roles TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE representatives ADD COLUMN unit TEXT REFERENCES units(id);
  UPDATE representatives SET roles = CASE role WHEN 'officer' THEN '["privacy-officer"]' ELSE '["reviewer"]' END;
  ALTER TABLE representatives DROP COLUMN role;
  ALTER TABLE passkeys ADD COLUMN backup_eligible INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE new_acts (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, bytes TEXT NOT NULL, representative TEXT REFERENCES representatives(id),
    signers INTEGER NOT NULL, proposed_at TEXT NOT NULL, expires_at TEXT NOT NULL, status TEXT NOT NULL
  ) STRICT;
  INSERT INTO new_acts
    SELECT id, type, bytes, representative, 1, json_extract(bytes, '$.proposedAt'), expires_at, status FROM acts WHERE status = 'applied';
  CREATE TABLE act_signatures (
    act TEXT NOT NULL REFERENCES new_acts(id) ON DELETE CASCADE, representative TEXT NOT NULL REFERENCES representatives(id),
    passkey TEXT NOT NULL, client_data TEXT NOT NULL, authenticator_data TEXT NOT NULL, signature TEXT NOT NULL, signed_at TEXT NOT NULL,
    PRIMARY KEY (act, representative)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE new_grants (
    id TEXT PRIMARY KEY, act TEXT NOT NULL REFERENCES new_acts(id), representative TEXT NOT NULL REFERENCES representatives(id),
    attempt TEXT NOT NULL REFERENCES attempts(id), purpose TEXT NOT NULL, extent TEXT NOT NULL, recipient BLOB NOT NULL,
    granted_at TEXT NOT NULL, expires_at TEXT NOT NULL, ended_at TEXT, viewing TEXT NOT NULL DEFAULT '[]',
    UNIQUE (act, attempt)
  ) STRICT;
  INSERT INTO new_grants
    SELECT id, id, representative, attempt, purpose, 'all', recipient, granted_at, expires_at, ended_at, viewing FROM grants;
  CREATE TABLE standing_grants (
    act TEXT PRIMARY KEY REFERENCES new_acts(id), exam TEXT NOT NULL REFERENCES exams(id), purpose TEXT NOT NULL, extent TEXT NOT NULL,
    recipient BLOB NOT NULL, granted_at TEXT NOT NULL, expires_at TEXT NOT NULL
  ) STRICT;
  CREATE TABLE new_decisions (
    act TEXT PRIMARY KEY REFERENCES new_acts(id), attempt TEXT NOT NULL REFERENCES attempts(id),
    representative TEXT NOT NULL REFERENCES representatives(id),
    outcome TEXT NOT NULL, reason TEXT NOT NULL, decided_at TEXT NOT NULL
  ) STRICT;
  INSERT INTO new_decisions SELECT act, attempt, representative, outcome, reason, decided_at FROM decisions;
  DROP TABLE decisions;
  DROP TABLE grants;
  DROP TABLE acts;
  ALTER TABLE new_acts RENAME TO acts;
  ALTER TABLE new_grants RENAME TO grants;
  ALTER TABLE new_decisions RENAME TO decisions;
  CREATE INDEX grants_by_attempt ON grants (attempt);
  CREATE INDEX acts_open ON acts (expires_at) WHERE status = 'proposed';
  `,
  // How a chapter key is released was one way only, inside the token, and no statement said so: null.
  `
  ALTER TABLE exams ADD COLUMN release_mode TEXT;
  `,
  // A view once covered whatever was registered. What it covers is fixed with it now; views that were open then cover nothing, and end.
  // That one has ended, and that this was entered, are told apart, so that an end which comes with another act is entered after it.
  `
  ALTER TABLE grants ADD COLUMN selection TEXT NOT NULL
    DEFAULT '{"registered":0,"chapters":[],"drawn":[],"incidents":[],"leftOut":[]}';
  ALTER TABLE grants ADD COLUMN ended_because TEXT;
  ALTER TABLE grants ADD COLUMN end_entered INTEGER NOT NULL DEFAULT 0;
  UPDATE grants SET end_entered = 1 WHERE ended_at IS NOT NULL;
  UPDATE grants SET ended_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ended_because = 'expired' WHERE ended_at IS NULL;
  CREATE INDEX grants_open ON grants (representative) WHERE end_entered = 0;
  ALTER TABLE standing_grants ADD COLUMN ended_at TEXT;
  CREATE TABLE incidents (
    attempt TEXT NOT NULL REFERENCES attempts(id), recording TEXT NOT NULL, chapter INTEGER NOT NULL,
    from_second REAL NOT NULL, to_second REAL NOT NULL, kind TEXT NOT NULL,
    statement_digest BLOB NOT NULL, public_key BLOB NOT NULL, entry INTEGER NOT NULL, asserted_at TEXT NOT NULL,
    PRIMARY KEY (attempt, statement_digest)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE draws (
    attempt TEXT NOT NULL REFERENCES attempts(id), viewer TEXT NOT NULL, position INTEGER NOT NULL, chapter INTEGER NOT NULL,
    drawn_at TEXT NOT NULL, PRIMARY KEY (attempt, viewer, position)
  ) STRICT, WITHOUT ROWID;
  `,
  // What test takers are told of an exam was web's alone. Of an exam from before nothing stands here, and nothing more begins in it.
  `
  ALTER TABLE exams ADD COLUMN setup TEXT NOT NULL DEFAULT 'null';
  `,
  // What test takers were told is kept in every version, by when it was published. Exams from before have one.
  `
  CREATE TABLE exam_versions (
    exam TEXT NOT NULL REFERENCES exams(id), version INTEGER NOT NULL, title TEXT NOT NULL, setup TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (exam, version)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO exam_versions SELECT id, 1, title, setup, created_at FROM exams;
  `,
  // What test takers ask to have otherwise, by when it has to be answered, and what was granted.
  `
  CREATE TABLE arrangement_requests (
    id TEXT PRIMARY KEY, exam TEXT NOT NULL REFERENCES exams(id), candidate TEXT NOT NULL, attempt TEXT NOT NULL,
    requested_at TEXT NOT NULL, due_at TEXT NOT NULL, answered_at TEXT, terms TEXT, reason TEXT
  ) STRICT;
  CREATE INDEX arrangement_requests_of ON arrangement_requests (exam, candidate, answered_at);
  CREATE UNIQUE INDEX arrangement_requests_open ON arrangement_requests (exam, candidate) WHERE answered_at IS NULL;
  `,
  // More time for one test taker, or for all.
  `
  CREATE TABLE extensions (
    act TEXT PRIMARY KEY REFERENCES acts(id), exam TEXT NOT NULL REFERENCES exams(id), candidate TEXT, minutes INTEGER NOT NULL,
    at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX extensions_of ON extensions (exam, at);
  `,
  // Reports of a prohibited use.
  `
  CREATE TABLE reports (
    id TEXT PRIMARY KEY, number_digest BLOB NOT NULL UNIQUE, use TEXT NOT NULL, words TEXT NOT NULL, page TEXT NOT NULL,
    language TEXT NOT NULL, exam TEXT, named_exam TEXT, reporter TEXT NOT NULL, candidate TEXT,
    filed_at TEXT NOT NULL, entry INTEGER NOT NULL, holds TEXT NOT NULL, hold TEXT NOT NULL,
    act TEXT REFERENCES acts(id), outcome TEXT, answer TEXT, answered_at TEXT
  ) STRICT;
  CREATE INDEX reports_open ON reports (exam, use) WHERE answered_at IS NULL;
  CREATE INDEX reports_answered ON reports (answered_at) WHERE answered_at IS NOT NULL;
  CREATE INDEX reports_holding ON reports (exam) WHERE hold <> 'ended';
  CREATE INDEX reports_of_exam ON reports (exam, candidate);
  `,
  // What outside witnesses said of the ledger.
  `
  CREATE TABLE cosignatures (
    witness TEXT PRIMARY KEY, size INTEGER NOT NULL REFERENCES ledger_checkpoints(size), line TEXT NOT NULL, cosigned_at INTEGER NOT NULL
  ) STRICT;
  `,
];
