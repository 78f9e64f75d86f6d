import type { Migration } from '../sqlite.ts';
import { wordsOf } from './roster-words.ts';

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
  // Addresses, search and invitations. Whoever was there before was handed a link when they were entered.
  (sqlite) => {
    sqlite.exec(`
      ALTER TABLE test_takers ADD COLUMN email TEXT;
      CREATE INDEX test_takers_by_name ON test_takers (exam, name, candidate);
      CREATE INDEX test_taker_sessions_of ON test_taker_sessions (test_taker);
      CREATE TABLE roster_words (
        exam TEXT NOT NULL, word TEXT NOT NULL, test_taker TEXT NOT NULL REFERENCES test_takers(id),
        PRIMARY KEY (exam, word, test_taker)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX roster_words_of ON roster_words (test_taker, word);
      CREATE TABLE invitations (
        test_taker TEXT PRIMARY KEY REFERENCES test_takers(id), made_at TEXT NOT NULL, sent_at TEXT, fault TEXT
      ) STRICT;
      INSERT INTO invitations (test_taker, made_at)
        SELECT test_takers.id, created_at FROM test_takers JOIN exams ON exams.id = exam;

      -- Figures that a page would otherwise count anew each time, over all of a roster.
      CREATE TABLE roster_counts (
        exam TEXT PRIMARY KEY REFERENCES exams(id), entered INTEGER NOT NULL, invited INTEGER NOT NULL,
        started INTEGER NOT NULL, ended INTEGER NOT NULL
      ) STRICT;
      INSERT INTO roster_counts
        SELECT exam, count(*), count(*), count(attempts.id), count(ended_at)
        FROM test_takers LEFT JOIN attempts ON test_taker = test_takers.id GROUP BY exam;
      CREATE TRIGGER test_taker_entered AFTER INSERT ON test_takers BEGIN
        INSERT INTO roster_counts VALUES (new.exam, 1, 0, 0, 0) ON CONFLICT DO UPDATE SET entered = entered + 1;
      END;
      CREATE TRIGGER test_taker_removed AFTER DELETE ON test_takers BEGIN
        UPDATE roster_counts SET entered = entered - 1 WHERE exam = old.exam;
      END;
      CREATE TRIGGER test_taker_invited AFTER INSERT ON invitations BEGIN
        UPDATE roster_counts SET invited = invited + 1
          WHERE exam = (SELECT exam FROM test_takers WHERE id = new.test_taker);
      END;
      CREATE TRIGGER invitation_removed AFTER DELETE ON invitations BEGIN
        UPDATE roster_counts SET invited = invited - 1
          WHERE exam = (SELECT exam FROM test_takers WHERE id = old.test_taker);
      END;
      CREATE TRIGGER attempt_started AFTER INSERT ON attempts BEGIN
        UPDATE roster_counts SET started = started + 1, ended = ended + (new.ended_at IS NOT NULL)
          WHERE exam = (SELECT exam FROM test_takers WHERE id = new.test_taker);
      END;
      CREATE TRIGGER attempt_ended AFTER UPDATE OF ended_at ON attempts BEGIN
        UPDATE roster_counts SET ended = ended + (new.ended_at IS NOT NULL) - (old.ended_at IS NOT NULL)
          WHERE exam = (SELECT exam FROM test_takers WHERE id = new.test_taker);
      END;
    `);
    const insert = sqlite.prepare('INSERT INTO roster_words VALUES (?, ?, ?)');
    const before = sqlite.prepare('SELECT id, exam, candidate, name FROM test_takers').all() as Record<
      string,
      string
    >[];
    for (const { id, exam, candidate, name } of before) {
      for (const word of wordsOf(`${name} ${candidate}`)) insert.run(exam, word, id);
    }
  },
  // Invitations that go out by mail. What became of them stands with the mail, and not with the link.
  `
  CREATE TABLE invitation_mails (
    test_taker TEXT PRIMARY KEY REFERENCES test_takers(id), exam TEXT NOT NULL, address TEXT NOT NULL, state TEXT NOT NULL,
    asked_at TEXT NOT NULL, due_at TEXT NOT NULL, tries INTEGER NOT NULL, ended_at TEXT, fault TEXT, reply TEXT
  ) STRICT;
  CREATE INDEX invitation_mails_due ON invitation_mails (due_at) WHERE state = 'waiting';
  CREATE INDEX invitation_mails_of ON invitation_mails (exam, state);
  ALTER TABLE invitations DROP COLUMN sent_at;
  ALTER TABLE invitations DROP COLUMN fault;
  `,
  // What test takers ask to have otherwise. The unit stands in each, so that a list of open ones reads no others.
  `
  CREATE TABLE arrangement_requests (
    id TEXT PRIMARY KEY, test_taker TEXT NOT NULL REFERENCES test_takers(id), exam TEXT NOT NULL REFERENCES exams(id), unit TEXT,
    asked TEXT NOT NULL, words TEXT NOT NULL, requested_at TEXT NOT NULL, due_at TEXT NOT NULL,
    act TEXT, proposed TEXT, unsigned TEXT, answered_at TEXT, terms TEXT, reason TEXT
  ) STRICT;
  CREATE INDEX arrangement_requests_of ON arrangement_requests (test_taker, requested_at);
  CREATE INDEX arrangement_requests_open ON arrangement_requests (due_at, id) WHERE answered_at IS NULL;
  CREATE INDEX arrangement_requests_of_unit ON arrangement_requests (unit, due_at, id) WHERE answered_at IS NULL;
  CREATE TRIGGER arrangement_requests_unit AFTER UPDATE OF unit ON exams WHEN old.unit IS NOT new.unit BEGIN
    UPDATE arrangement_requests SET unit = new.unit WHERE exam = new.id;
  END;
  `,
  // A report names an exam by its title.
  `
  CREATE INDEX exams_by_title ON exams (title COLLATE NOCASE);
  `,
  // What belongs to an exam's place: the password of a page elsewhere; documents that are shown, and what was handed in.
  `
  CREATE TABLE exam_passwords (
    exam TEXT PRIMARY KEY REFERENCES exams(id), password TEXT NOT NULL
  ) STRICT;
  CREATE TABLE documents (
    id TEXT PRIMARY KEY, exam TEXT NOT NULL REFERENCES exams(id), name TEXT NOT NULL, type TEXT NOT NULL,
    bytes INTEGER NOT NULL, digest TEXT NOT NULL, added_at TEXT NOT NULL,
    UNIQUE (exam, digest)
  ) STRICT;
  CREATE TABLE hand_ins (
    id TEXT PRIMARY KEY, attempt TEXT NOT NULL REFERENCES attempts(id), name TEXT NOT NULL,
    bytes INTEGER NOT NULL, digest TEXT NOT NULL, handed_in_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX hand_ins_of ON hand_ins (attempt);
  `,
  // What test takers are told of a published exam is changed in a draft too: its next version.
  `
  ALTER TABLE exam_drafts ADD COLUMN version INTEGER;
  `,
];
