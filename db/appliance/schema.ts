import { blob, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const exams = sqliteTable('exams', {
  id: text().primaryKey(),
  title: text().notNull(),
  createdAt: text('created_at').notNull(),
  /** Custody's id of the unit whose exam it is; null: the whole institution's. */
  unit: text(),
});

/** What is being set up: an exam that is not published yet, or what test takers are to be told of a published one. */
export const examDrafts = sqliteTable('exam_drafts', {
  exam: text().primaryKey(),
  /** JSON; see app/exams/draft.ts. */
  draft: text().notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: text('created_at').notNull(),
  updatedAt: text('updated_at').notNull(),
  /** Of a published exam, the version that it shall follow; null of an exam that is not published yet. */
  version: integer(),
  /** The proposed publication, while it waits for its signature: then the draft stays as it is. */
  act: text(),
  /** What became of the last one, where it was not signed. */
  unsigned: text({ enum: ['withdrawn', 'expired'] }),
});

/** The password of the page that an exam is on, where it asks for one. Part of no draft, and nothing that custody knows. */
export const examPasswords = sqliteTable('exam_passwords', {
  exam: text().primaryKey(),
  password: text().notNull(),
});

/** The files that an exam is on. Their bytes are in web's folder of files, under their ids. */
export const documents = sqliteTable('documents', {
  id: text().primaryKey(),
  exam: text().notNull(),
  name: text().notNull(),
  type: text({ enum: ['application/pdf', 'image/png', 'image/jpeg', 'text/plain'] }).notNull(),
  bytes: integer().notNull(),
  /** SHA-256, base64url. */
  digest: text().notNull(),
  addedAt: text('added_at').notNull(),
});

/** What test takers handed in. The bytes are in web's folder of files, under their ids; of those of one name the last counts. */
export const handIns = sqliteTable('hand_ins', {
  id: text().primaryKey(),
  attempt: text().notNull(),
  name: text().notNull(),
  bytes: integer().notNull(),
  /** SHA-256, base64url. */
  digest: text().notNull(),
  handedInAt: text('handed_in_at').notNull(),
});

/** What custody said of an exam: its rules, and its key with the appliance key's word. */
export const examRules = sqliteTable('exam_rules', {
  exam: text().primaryKey(),
  /** JSON; see app/exams/rule-book.ts. */
  rules: text().notNull(),
});

export const testTakers = sqliteTable('test_takers', {
  id: text().primaryKey(),
  exam: text().notNull(),
  /** Code by which custody and reviewers know this person. */
  candidate: text().notNull(),
  name: text().notNull(),
  /** SHA-256 of the personal link's token; nobody knows the token until an invitation was made. */
  linkDigest: blob('link_digest', { mode: 'buffer' }).notNull(),
  email: text(),
});

/** The words of names and codes by which somebody is found on a roster; see roster-words.ts. */
export const rosterWords = sqliteTable(
  'roster_words',
  { exam: text().notNull(), word: text().notNull(), testTaker: text('test_taker').notNull() },
  (table) => [primaryKey({ columns: [table.exam, table.word, table.testTaker] })],
);

/** How many stand on each roster; triggers keep it. */
export const rosterCounts = sqliteTable('roster_counts', {
  exam: text().primaryKey(),
  entered: integer().notNull(),
  /** Were given a personal link. */
  invited: integer().notNull(),
  started: integer().notNull(),
  ended: integer().notNull(),
});

/** The personal link that is good now, of those who were given one. The link itself is kept nowhere. */
export const invitations = sqliteTable('invitations', {
  testTaker: text('test_taker').primaryKey(),
  madeAt: text('made_at').notNull(),
});

/** The last invitation of each test taker that somebody asked to have sent by mail. Its link is made when it is sent, and kept nowhere. */
export const invitationMails = sqliteTable('invitation_mails', {
  testTaker: text('test_taker').primaryKey(),
  exam: text().notNull(),
  /** Where it goes; as long as it waits, where it would have gone when it was asked for. */
  address: text().notNull(),
  /** `sending` only while it is handed over, `uncertain` where that broke off so that nobody knows whether it was taken. */
  state: text({ enum: ['waiting', 'sending', 'sent', 'refused', 'uncertain'] }).notNull(),
  askedAt: text('asked_at').notNull(),
  /** When it is tried next, as long as it waits. */
  dueAt: text('due_at').notNull(),
  tries: integer().notNull(),
  /** When the mail server took it, or it was given up. */
  endedAt: text('ended_at'),
  /** Why it was not taken, the last time that it was tried. */
  fault: text({ enum: ['address', 'message', 'later', 'closed', 'ended'] }),
  /** What the mail server said then, on one line. */
  reply: text(),
});

/** What test takers asked to have otherwise, and the answers. */
export const arrangementRequests = sqliteTable('arrangement_requests', {
  id: text().primaryKey(),
  testTaker: text('test_taker').notNull(),
  exam: text().notNull(),
  /** The exam's unit; a trigger keeps it. */
  unit: text(),
  /** JSON; see app/arrangements/request-form.ts. */
  asked: text().notNull(),
  /** The test taker's own words; they can take them back. */
  words: text().notNull(),
  requestedAt: text('requested_at').notNull(),
  dueAt: text('due_at').notNull(),
  /** The proposed answer, while it waits for its signatures, and which one it is. */
  act: text(),
  proposed: text({ enum: ['grant', 'refusal'] }),
  /** What became of the last one, where it was not signed. */
  unsigned: text({ enum: ['withdrawn', 'expired'] }),
  answeredAt: text('answered_at'),
  /** JSON of what was granted; see hsm/arrangement.ts. */
  terms: text(),
  /** Why it was refused. */
  reason: text(),
});

export const testTakerSessions = sqliteTable('test_taker_sessions', {
  tokenDigest: blob('token_digest', { mode: 'buffer' }).primaryKey(),
  testTaker: text('test_taker').notNull(),
  expiresAt: text('expires_at').notNull(),
});

export const attempts = sqliteTable('attempts', {
  id: text().primaryKey(),
  testTaker: text('test_taker').notNull(),
  /** The attempt key of the browser that opened the attempt last: SubjectPublicKeyInfo. */
  publicKey: blob('public_key', { mode: 'buffer' }).notNull(),
  startedAt: text('started_at').notNull(),
  /** When the seal was taken, or custody closed the attempt. */
  endedAt: text('ended_at'),
  /** The receipt of the seal or of the closing, as JSON; null until custody gave it. */
  receipt: text(),
});

/** The keys of all browsers that an attempt was opened in. */
export const attemptKeys = sqliteTable(
  'attempt_keys',
  { attempt: text().notNull(), publicKey: blob('public_key', { mode: 'buffer' }).notNull() },
  (table) => [primaryKey({ columns: [table.attempt, table.publicKey] })],
);

export const recordings = sqliteTable('recordings', {
  id: text().primaryKey(),
  attempt: text().notNull(),
  source: text({ enum: ['camera', 'screen'] }).notNull(),
  /** The key of the browser that makes it. */
  attemptKey: blob('attempt_key', { mode: 'buffer' }).notNull(),
  mimeType: text('mime_type').notNull(),
  startedAt: text('started_at').notNull(),
});

/** What custody has not taken yet, or refused when it was handed over. */
export const registrations = sqliteTable('registrations', {
  /** Order in which custody gets what belongs to an attempt. */
  number: integer().primaryKey({ autoIncrement: true }),
  attempt: text().notNull(),
  kind: text({ enum: ['start', 'key', 'chapter', 'incident', 'seal'] }).notNull(),
  /** What there can be one of: the key, the chapter or the incident's statement. */
  subject: text().notNull(),
  /** JSON, as custody takes it. */
  body: text().notNull(),
  queuedAt: text('queued_at').notNull(),
  /** Custody's sentence, where it refused. */
  refusal: text(),
});
