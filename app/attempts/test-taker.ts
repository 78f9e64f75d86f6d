import { findTestTakerByLink, insertTestTakerSession, setSessionExpiry } from '../../db/appliance/attempts.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { enterOnRoster, keepInvitations } from '../../db/appliance/roster.ts';
import { candidateCode } from '../../hsm/acts/wording.ts';
import { AppError } from '../errors.ts';
import { deriveId } from './derived-id.ts';
import { createToken, digestToken } from './token.ts';

/**
 * How long a session lasts from its last renewal. A recorder's is renewed once half of it is gone: so what is left in a browser
 * can be sent for a day at least after its last request, over a night in which the computer slept.
 */
export const SESSION_SECONDS = 48 * 60 * 60;

/** Someone on an exam's roster. */
export interface TestTaker {
  id: string;
  exam: string;
  /** Code by which custody and reviewers know this person. */
  candidate: string;
  name: string;
}

/**
 * Puts a test taker on an exam's roster. A code that custody would refuse when they start is refused now.
 * @returns their id and the token of their personal link (`/i/TOKEN`), which is kept nowhere
 * @throws AppError malformed for such a code
 */
export function enterTestTaker(
  db: ApplianceDatabase,
  testTaker: { exam: string; candidate: string; name: string },
): { id: string; token: string } {
  const candidate = candidateCode.safeParse(testTaker.candidate);
  if (!candidate.success) {
    throw new AppError('malformed', {
      detail: 'candidate code',
      sentence:
        'The key custody does not take this code of a test taker: it is empty, longer than 64 characters, or holds characters that are not shown. Nobody was entered; give another code.',
    });
  }
  const id = testTakerIdOf(testTaker.exam, candidate.data);
  const token = createToken();
  const linkDigest = digestToken(token);
  enterOnRoster(db, [{ ...testTaker, candidate: candidate.data, email: null, id, linkDigest }]);
  // Whoever gets the token hands it out: another link would end it.
  keepInvitations(db, [{ testTaker: id, linkDigest }], new Date().toISOString());
  return { id, token };
}

/**
 * @returns the id of whoever has this code in an exam. Somebody who was taken off the roster and is added again has it again: if a
 *   start of theirs got as far as custody, and no further, it goes on as that attempt instead of being a second one under the same code.
 */
export function testTakerIdOf(exam: string, candidate: string): string {
  return deriveId(`cloister test taker ${exam} ${candidate}`);
}

/**
 * Begins a session for whoever holds a personal link.
 * @returns the session's token for the cookie; it ends after {@link SESSION_SECONDS}
 * @throws AppError not-found when the link is nobody's
 */
export function openSession(db: ApplianceDatabase, link: string): string {
  const testTaker = findTestTakerByLink(db, digestToken(link));
  if (!testTaker) {
    throw new AppError('not-found', {
      detail: 'personal link',
      sentence: ({ linkUnknown }) => linkUnknown,
    });
  }
  const session = createToken();
  insertTestTakerSession(
    db,
    { tokenDigest: digestToken(session), testTaker: testTaker.id, expiresAt: expiry() },
    new Date().toISOString(),
  );
  return session;
}

/** Lets a session last as long as if it began now. @param session its token */
export function extendSession(db: ApplianceDatabase, session: string): void {
  setSessionExpiry(db, digestToken(session), expiry());
}

const expiry = () => new Date(Date.now() + SESSION_SECONDS * 1000).toISOString();
