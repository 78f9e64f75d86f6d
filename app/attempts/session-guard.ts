import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { prepareTestTakerOfSession } from '../../db/appliance/attempts.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { extendSession, SESSION_SECONDS, type TestTaker } from './test-taker.ts';
import { digestToken } from './token.ts';
import { AppError } from '../errors.ts';

/** Lax, so that the redirect behind a personal link opened from a mail finds its session. */
export const ATTEMPT_COOKIE = '__Host-attempt';

/** Who is signed in. */
export interface TestTakerEnv {
  Variables: { testTaker: TestTaker };
}

/** Has the browser keep a session as long as it lasts. @param session its token */
export function keepSession(c: Context, session: string): void {
  setCookie(c, ATTEMPT_COOKIE, session, {
    path: '/',
    httpOnly: true,
    secure: true,
    sameSite: 'Lax',
    maxAge: SESSION_SECONDS,
  });
}

/** Lets the session of a request, which is good, last as long as if it began now, here and in the browser. */
export function renewSession(db: ApplianceDatabase, c: Context): void {
  const session = getCookie(c, ATTEMPT_COOKIE) ?? '';
  extendSession(db, session);
  keepSession(c, session);
}

/** @returns the error of a request without a session that is still good */
export function sessionEnded(): AppError {
  return new AppError('not-signed-in', { sentence: (errors) => errors.sessionEnded });
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
