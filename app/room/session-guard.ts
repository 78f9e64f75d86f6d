import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { AppError } from '../errors.ts';
import type { RoomCustody } from '../custody/client.ts';
import type { Representative } from './custody.ts';

/** Its value is custody's session token. Lax, so that links from the staff origin find the representative signed in. */
export const ROOM_COOKIE = '__Host-room';

/** Custody's session token. */
interface SessionEnv {
  Variables: { session: string };
}

/** Custody's session token, and whose it is. */
export interface RoomEnv {
  Variables: SessionEnv['Variables'] & { representative: Representative };
}

/**
 * Lets only requests with a session token through and sets `session`. Whether it is a session's, custody tells with what it is asked
 * next: for requests whose every way leads to custody.
 * @throws AppError not-signed-in
 */
export const requireSession = createMiddleware<SessionEnv>(async (c, next) => {
  const session = getCookie(c, ROOM_COOKIE);
  if (!session) throw new AppError('not-signed-in');
  c.set('session', session);
  return next();
});

/**
 * Lets only signed-in representatives through and sets `session` (the token) and `representative`. A page asked for
 * without a session leads to the sign-in page.
 * @throws AppError not-signed-in for anything but a page; whatever custody throws otherwise
 */
export const requireRepresentative = (custody: Pick<RoomCustody, 'session'>) =>
  createMiddleware<RoomEnv>(async (c, next) => {
    const session = getCookie(c, ROOM_COOKIE);
    const isPage = c.req.method === 'GET' && (c.req.header('accept') ?? '').includes('text/html');
    try {
      if (!session) throw new AppError('not-signed-in');
      const { representative } = await custody.session(session);
      c.set('session', session);
      c.set('representative', representative);
    } catch (error) {
      if (isPage && error instanceof AppError && error.code === 'not-signed-in') return c.redirect('/', 303);
      throw error;
    }
    return next();
  });
