import { randomUUID } from 'node:crypto';
import { findTestTakerByLink, insertTestTaker, insertTestTakerSession } from '../../db/appliance/attempts.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { AppError } from '../errors.ts';
import { createToken, digestToken } from './token.ts';

/** How long a session lasts: longer than any exam. */
export const SESSION_SECONDS = 12 * 60 * 60;

/** Someone on an exam's roster. */
export interface TestTaker {
  id: string;
  exam: string;
  /** Code by which custody and reviewers know this person. */
  candidate: string;
  name: string;
}

/**
 * Puts a test taker on an exam's roster.
 * @returns their id and the token of their personal link (`/i/TOKEN`), which is kept nowhere
 */
export function enterTestTaker(
  db: ApplianceDatabase,
  testTaker: { exam: string; candidate: string; name: string },
): { id: string; token: string } {
  const id = randomUUID();
  const token = createToken();
  insertTestTaker(db, { ...testTaker, id, linkDigest: digestToken(token) });
  return { id, token };
}

/**
 * Begins a session for whoever holds a personal link.
 * @returns the session's token for the cookie; it ends after 12 hours
 * @throws AppError not-found when the link is nobody's
 */
export function openSession(db: ApplianceDatabase, link: string): string {
  const testTaker = findTestTakerByLink(db, digestToken(link));
  if (!testTaker) {
    throw new AppError('not-found', {
      detail: 'personal link',
      sentence:
        'This personal link is not known here. Nothing has been recorded. Copy the whole link from your invitation, to its very end, and open it again; if it still leads here, write to the contact in the invitation.',
    });
  }
  const now = Date.now();
  const session = createToken();
  insertTestTakerSession(
    db,
    {
      tokenDigest: digestToken(session),
      testTaker: testTaker.id,
      expiresAt: new Date(now + SESSION_SECONDS * 1000).toISOString(),
    },
    new Date(now).toISOString(),
  );
  return session;
}
