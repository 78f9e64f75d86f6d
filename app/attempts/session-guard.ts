import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { prepareTestTakerOfSession } from '../../db/appliance/attempts.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import type { TestTaker } from './test-taker.ts';
import { digestToken } from './token.ts';
import { AppError } from '../errors.ts';

/** Lax, so that the redirect behind a personal link opened from a mail finds its session. */
export const ATTEMPT_COOKIE = '__Host-attempt';

/** Who is signed in. */
export interface TestTakerEnv {
  Variables: { testTaker: TestTaker };
}

/** @returns the error of a request without a session that is still good */
export function sessionEnded(): AppError {
  return new AppError('not-signed-in', {
    sentence:
      'This page needs your personal link, or your session has ended. Open the link from your invitation again; what was recorded is kept.',
  });
}

/**
 * Lets only test takers with a session through and sets `testTaker`.
 * @throws AppError not-signed-in
 */
export function requireTestTaker(db: ApplianceDatabase) {
  const testTakerOf = prepareTestTakerOfSession(db);
  return createMiddleware<TestTakerEnv>(async (c, next) => {
    const session = getCookie(c, ATTEMPT_COOKIE);
    const testTaker = session && testTakerOf(digestToken(session), new Date().toISOString());
    if (!testTaker) throw sessionEnded();
    c.set('testTaker', testTaker);
    await next();
  });
}
