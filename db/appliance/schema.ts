import { blob, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const exams = sqliteTable('exams', {
  id: text().primaryKey(),
  title: text().notNull(),
  /** JSON; see app/exams/notice.ts. */
  notice: text().notNull(),
  /** Address of the exam itself, opened in a new window. */
  examPage: text('exam_page').notNull(),
  createdAt: text('created_at').notNull(),
});

export const testTakers = sqliteTable('test_takers', {
  id: text().primaryKey(),
  exam: text().notNull(),
  /** Code by which custody and reviewers know this person. */
  candidate: text().notNull(),
  name: text().notNull(),
  /** SHA-256 of the personal link's token. */
  linkDigest: blob('link_digest', { mode: 'buffer' }).notNull(),
});

export const testTakerSessions = sqliteTable('test_taker_sessions', {
  tokenDigest: blob('token_digest', { mode: 'buffer' }).primaryKey(),
  testTaker: text('test_taker').notNull(),
  expiresAt: text('expires_at').notNull(),
});

export const attempts = sqliteTable('attempts', {
  id: text().primaryKey(),
  testTaker: text('test_taker').notNull(),
  /** The attempt key's public half, SubjectPublicKeyInfo. */
  publicKey: blob('public_key', { mode: 'buffer' }).notNull(),
  startedAt: text('started_at').notNull(),
  endedAt: text('ended_at'),
  /** The seal's receipt as JSON. */
  receipt: text(),
});

export const recordings = sqliteTable('recordings', {
  id: text().primaryKey(),
  attempt: text().notNull(),
  source: text({ enum: ['camera', 'screen'] }).notNull(),
  mimeType: text('mime_type').notNull(),
  startedAt: text('started_at').notNull(),
});
