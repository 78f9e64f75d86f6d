import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { z } from 'zod';
import { SignInPage } from './views.tsx';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';

/**
 * Its value is custody's session token. Lax and not Strict: the session begins with a post from the room's origin, and the
 * redirect behind it, as every link from the room, would arrive without a Strict cookie. Posts check their origin.
 */
export const STAFF_COOKIE = '__Host-staff';

/** Who is signed in, ids of the exams that they are assigned to, whether they see the published exam of the address, and for privacy officers which reports wait. */
export interface StaffEnv {
  Variables: Awaited<ReturnType<WebCustody['staffSession']>>;
}

/**
 * Lets only representatives with a session through and sets what custody says of them; everybody else gets the page that
 * tells where to sign in.
 * @throws whatever custody throws, except not-signed-in
 */
export function requireStaff(
  custody: Pick<WebCustody, 'staffSession'>,
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN'>,
) {
  return createMiddleware<StaffEnv>(async (c, next) => {
    const session = getCookie(c, STAFF_COOKIE);
    const exam = z.uuid().safeParse(c.req.param('exam')).data;
    const known = session ? await custody.staffSession(session, exam).catch(nobody) : undefined;
    if (!known) {
      const page = <SignInPage institution={config.CLOISTER_INSTITUTION} roomOrigin={config.CLOISTER_ROOM_ORIGIN} />;
      return c.html(page, 401);
    }
    c.set('representative', known.representative);
    c.set('assigned', known.assigned);
    c.set('sees', known.sees);
    c.set('reports', known.reports);
    await next();
    return undefined;
  });
}

function nobody(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'not-signed-in') return undefined;
  throw error;
}
