import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { SignInPage } from './views.tsx';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';

/**
 * Its value is custody's session token. Lax and not Strict: the session begins with a post from the room's origin, and the
 * redirect behind it, as every link from the room, would arrive without a Strict cookie. Posts check their origin.
 */
export const STAFF_COOKIE = '__Host-staff';

/** Who is signed in, the ids of the exams that they are assigned to, and for privacy officers which reports wait. */
export interface StaffEnv {
  Variables: Awaited<ReturnType<WebCustody['staffSession']>>;
}

/**
 * Lets only representatives with a session through and sets `representative` and `exams`; everybody else gets the page that
 * tells where to sign in.
 * @throws whatever custody throws, except not-signed-in
 */
export function requireStaff(
  custody: Pick<WebCustody, 'staffSession'>,
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN'>,
) {
  return createMiddleware<StaffEnv>(async (c, next) => {
    const session = getCookie(c, STAFF_COOKIE);
    const known = session ? await custody.staffSession(session).catch(nobody) : undefined;
    if (!known) {
      const page = <SignInPage institution={config.CLOISTER_INSTITUTION} roomOrigin={config.CLOISTER_ROOM_ORIGIN} />;
      return c.html(page, 401);
    }
    c.set('representative', known.representative);
    c.set('exams', known.exams);
    c.set('reports', known.reports);
    await next();
    return undefined;
  });
}

function nobody(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'not-signed-in') return undefined;
  throw error;
}
