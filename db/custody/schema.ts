import { blob, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const exams = sqliteTable('exams', {
  id: text().primaryKey(),
  title: text().notNull(),
  /** JSON; see hsm/policy.ts. */
  policy: text().notNull(),
  /** JSON; see hsm/exam-setup.ts. */
  setup: text().notNull(),
  kid: text().notNull(),
  alg: text({ enum: ['RSA-OAEP', 'RSA-OAEP-256'] }).notNull(),
  /** Fixed when the key was made; see hsm/token/templates.ts. Null of keys made before it was recorded: in the token. */
  releaseMode: text('release_mode', { enum: ['in-token', 'host-transient'] }),
  spki: blob({ mode: 'buffer' }).notNull(),
  signature: blob({ mode: 'buffer' }).notNull(),
  createdAt: text('created_at').notNull(),
  /** When the private half was destroyed: from then on nobody can watch any recording of the exam. */
  keyDestroyedAt: text('key_destroyed_at'),
  /** While it stands nothing of the exam is released and nobody is assigned. Recording goes on. */
  suspendedAt: text('suspended_at'),
});

/** What test takers were told of an exam, from the publication on; the newest stands in `exams` as well. */
export const examVersions = sqliteTable(
  'exam_versions',
  {
    exam: text().notNull(),
    /** From 1. */
    version: integer().notNull(),
    title: text().notNull(),
    /** JSON; see hsm/exam-setup.ts. */
    setup: text().notNull(),
    at: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.exam, table.version] })],
);

/** More time than the exam's setup gives, each by an act. */
export const extensions = sqliteTable('extensions', {
  act: text().primaryKey(),
  exam: text().notNull(),
  /** The roster's code for the test taker; null: everybody. */
  candidate: text(),
  minutes: integer().notNull(),
  at: text().notNull(),
});

/** Faculties, courses, offices: what a representative or an exam belongs to. */
export const units = sqliteTable('units', {
  id: text().primaryKey(),
  name: text().notNull(),
  createdAt: text('created_at').notNull(),
  suspendedAt: text('suspended_at'),
});

export const attempts = sqliteTable('attempts', {
  id: text().primaryKey(),
  exam: text().notNull(),
  /** The roster's code for the test taker; names stay with web. */
  candidate: text().notNull(),
  /** The key of the browser that started it. */
  publicKey: blob('public_key', { mode: 'buffer' }).notNull(),
  startedAt: text('started_at').notNull(),
  sealedAt: text('sealed_at'),
  /** The seal statement as signed; null of an attempt that custody closed without one. */
  seal: text(),
  sealEntry: integer('seal_entry'),
});

/** The keys of further browsers in which an attempt went on. */
export const attemptKeys = sqliteTable(
  'attempt_keys',
  {
    attempt: text().notNull(),
    publicKey: blob('public_key', { mode: 'buffer' }).notNull(),
    resumedAt: text('resumed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.attempt, table.publicKey] })],
);

export const chapters = sqliteTable(
  'chapters',
  {
    attempt: text().notNull(),
    recording: text().notNull(),
    chapter: integer().notNull(),
    envelopeDigest: blob('envelope_digest', { mode: 'buffer' }).notNull(),
    /** SHA-256 of the wrapped key: one wrapped key belongs to one chapter, whatever envelope it is put into. */
    wrappedKeyDigest: blob('wrapped_key_digest', { mode: 'buffer' }).notNull(),
    registeredAt: text('registered_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.recording, table.chapter] })],
);

export const representatives = sqliteTable('representatives', {
  id: text().primaryKey(),
  name: text().notNull(),
  /** JSON array; see hsm/roles.ts. */
  roles: text().notNull(),
  /** Null: the whole institution. */
  unit: text(),
  status: text({ enum: ['invited', 'approved', 'suspended'] }).notNull(),
  createdAt: text('created_at').notNull(),
});

export const enrolments = sqliteTable('enrolments', {
  tokenDigest: blob('token_digest', { mode: 'buffer' }).primaryKey(),
  representative: text().notNull(),
  challenge: text(),
  expiresAt: text('expires_at').notNull(),
  usedAt: text('used_at'),
});

export const passkeys = sqliteTable('passkeys', {
  /** Credential id, base64url. */
  id: text().primaryKey(),
  representative: text().notNull(),
  /** COSE key. */
  publicKey: blob('public_key', { mode: 'buffer' }).notNull(),
  counter: integer().notNull(),
  /** Whether it may be copied to other devices (WebAuthn level 3, section 6.1.3); it can never change. */
  backupEligible: integer('backup_eligible', { mode: 'boolean' }).notNull(),
  /** JSON array. */
  transports: text().notNull(),
  enrolledAt: text('enrolled_at').notNull(),
});

export const signIns = sqliteTable('sign_ins', {
  challenge: text().primaryKey(),
  expiresAt: text('expires_at').notNull(),
});

export const sessions = sqliteTable('sessions', {
  tokenDigest: blob('token_digest', { mode: 'buffer' }).primaryKey(),
  representative: text().notNull(),
  place: text({ enum: ['room', 'staff'] }).notNull(),
  expiresAt: text('expires_at').notNull(),
});

export const tickets = sqliteTable('tickets', {
  tokenDigest: blob('token_digest', { mode: 'buffer' }).primaryKey(),
  representative: text().notNull(),
  expiresAt: text('expires_at').notNull(),
});

export const assignments = sqliteTable(
  'assignments',
  { exam: text().notNull(), representative: text().notNull() },
  (table) => [primaryKey({ columns: [table.exam, table.representative] })],
);

export const acts = sqliteTable('acts', {
  id: text().primaryKey(),
  /** See hsm/acts/definitions.ts. */
  type: text().notNull(),
  /** Canonical JSON, the bytes whose hash the passkeys sign. */
  bytes: text().notNull(),
  /** Who proposed it; null where web did, for whoever may sign it. */
  representative: text(),
  /** How many different people sign. */
  signers: integer().notNull(),
  proposedAt: text('proposed_at').notNull(),
  expiresAt: text('expires_at').notNull(),
  status: text({ enum: ['proposed', 'applied', 'withdrawn'] }).notNull(),
});

export const actSignatures = sqliteTable(
  'act_signatures',
  {
    act: text().notNull(),
    representative: text().notNull(),
    passkey: text().notNull(),
    /** As the passkey's browser gave them, base64url. */
    clientData: text('client_data').notNull(),
    authenticatorData: text('authenticator_data').notNull(),
    signature: text().notNull(),
    signedAt: text('signed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.act, table.representative] })],
);

export const grants = sqliteTable('grants', {
  /** The act's id where it opens one attempt. */
  id: text().primaryKey(),
  act: text().notNull(),
  representative: text().notNull(),
  attempt: text().notNull(),
  purpose: text().notNull(),
  extent: text({ enum: ['least-view', 'all'] }).notNull(),
  /** The reviewer's ephemeral RSA public key, SubjectPublicKeyInfo. */
  recipient: blob({ mode: 'buffer' }).notNull(),
  grantedAt: text('granted_at').notNull(),
  expiresAt: text('expires_at').notNull(),
  /** JSON: the chapters that it covers and how they came about; see hsm/grants/selection.ts. */
  selection: text().notNull(),
  endedAt: text('ended_at'),
  /** See hsm/grants/endings.ts. */
  endedBecause: text('ended_because'),
  /** Whether the entry of what was viewed is written; it follows the end. */
  endEntered: integer('end_entered', { mode: 'boolean' }).notNull().default(false),
  /** JSON: intervals that the player reported so far. */
  viewing: text().notNull().default('[]'),
});

/** What a program may open without a person beside it: of one exam, for a key bound to it. */
export const standingGrants = sqliteTable('standing_grants', {
  act: text().primaryKey(),
  exam: text().notNull(),
  purpose: text().notNull(),
  extent: text({ enum: ['least-view', 'all'] }).notNull(),
  /** The program's RSA public key, SubjectPublicKeyInfo. */
  recipient: blob({ mode: 'buffer' }).notNull(),
  grantedAt: text('granted_at').notNull(),
  expiresAt: text('expires_at').notNull(),
  endedAt: text('ended_at'),
});

/** What a browser of the test taker noted and signed, of a chapter that is registered. */
export const incidents = sqliteTable(
  'incidents',
  {
    attempt: text().notNull(),
    recording: text().notNull(),
    chapter: integer().notNull(),
    /** Seconds on the recording's timeline. */
    from: real('from_second').notNull(),
    to: real('to_second').notNull(),
    kind: text().notNull(),
    /** SHA-256 of the statement as signed. */
    statementDigest: blob('statement_digest', { mode: 'buffer' }).notNull(),
    /** Of the attempt's keys the one that signed it, SubjectPublicKeyInfo. */
    publicKey: blob('public_key', { mode: 'buffer' }).notNull(),
    /** Index of its entry in the ledger. */
    entry: integer().notNull(),
    assertedAt: text('asserted_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.attempt, table.statementDigest] })],
);

/** What test takers asked to have otherwise. What they asked for, and in which words, stays with web. */
export const arrangementRequests = sqliteTable('arrangement_requests', {
  id: text().primaryKey(),
  exam: text().notNull(),
  /** The roster's code, by which the attempt is found once it is registered. */
  candidate: text().notNull(),
  /** The id that the attempt has or will have. */
  attempt: text().notNull(),
  requestedAt: text('requested_at').notNull(),
  /** By when it has to be answered. */
  dueAt: text('due_at').notNull(),
  answeredAt: text('answered_at'),
  /** Of a granted one: JSON; see hsm/arrangement.ts. */
  terms: text(),
  /** Of a refused one, in words for the test taker. */
  reason: text(),
});

/** Chapter numbers of an attempt that were drawn for somebody, in the order of drawing. They stand for good. */
export const draws = sqliteTable(
  'draws',
  {
    attempt: text().notNull(),
    /** A representative, or a standing grant. */
    viewer: text().notNull(),
    position: integer().notNull(),
    chapter: integer().notNull(),
    drawnAt: text('drawn_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.attempt, table.viewer, table.position] })],
);

export const decisions = sqliteTable('decisions', {
  act: text().primaryKey(),
  attempt: text().notNull(),
  representative: text().notNull(),
  outcome: text().notNull(),
  reason: text().notNull(),
  decidedAt: text('decided_at').notNull(),
});

/** Reports of a prohibited use, and their answers. */
export const reports = sqliteTable('reports', {
  id: text().primaryKey(),
  /** SHA-256 of the number by which the reporter finds the answer. */
  numberDigest: blob('number_digest', { mode: 'buffer' }).notNull(),
  /** See hsm/conduct/report.ts, as for the next ones. */
  use: text({
    enum: ['payment', 'no-alternative', 'appearance', 'personal-use', 'decrypted-traffic', 'other'],
  }).notNull(),
  words: text().notNull(),
  page: text().notNull(),
  language: text({ enum: ['en', 'de'] }).notNull(),
  /** No reference: it may be one that is not published. */
  exam: text(),
  namedExam: text('named_exam'),
  reporter: text({ enum: ['test-taker', 'link', 'anybody'] }).notNull(),
  candidate: text(),
  filedAt: text('filed_at').notNull(),
  /** Index of its entry in the ledger. */
  entry: integer().notNull(),
  /** What it stops, fixed when it was filed, and whether it still does: see hsm/conduct/holds.ts. */
  holds: text({ enum: ['nothing', 'publication', 'start'] }).notNull(),
  hold: text({ enum: ['standing', 'until-revised', 'ended'] }).notNull(),
  act: text(),
  outcome: text({ enum: ['upheld', 'dismissed'] }),
  answer: text(),
  answeredAt: text('answered_at'),
});

export const ledgerEntries = sqliteTable('ledger_entries', {
  /** Index in the ledger, from 0. */
  number: integer().primaryKey(),
  type: text().notNull(),
  /** 32 bytes; null once erased, as the body. */
  salt: blob({ mode: 'buffer' }),
  /** Canonical JSON. */
  body: text(),
  leafHash: blob('leaf_hash', { mode: 'buffer' }).notNull(),
  /** The attempt that the entry is about, whose test taker may see it opened. */
  concerns: text(),
  enteredAt: text('entered_at').notNull(),
});

export const ledgerCheckpoints = sqliteTable('ledger_checkpoints', {
  size: integer().primaryKey(),
  note: text().notNull(),
});

/** What each witness cosigned last; see hsm/witnesses.ts. */
export const cosignatures = sqliteTable('cosignatures', {
  /** Its verifier key. */
  witness: text().primaryKey(),
  /** Entries under the checkpoint that it cosigned. */
  size: integer().notNull(),
  /** As it stands below the checkpoint, without its newline. */
  line: text().notNull(),
  /** By the witness's clock; seconds since 1970. */
  cosignedAt: integer('cosigned_at').notNull(),
});
