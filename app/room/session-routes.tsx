import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { readContent } from '../http/content.ts';
import type { RoomParts } from './routes.tsx';
import { ROOM_COOKIE } from './session-guard.ts';
import { EnrolmentPage, SignInPage } from './sign-in-views.tsx';

const token = z.string().min(1).max(200);
/** WebAuthn's answers pass to custody, which reads them strictly. */
const answer = z.record(z.string(), z.unknown());

/** Coming in with a passkey, enrolling one, and leaving. */
export function sessionRoutes({ custody, config }: Pick<RoomParts, 'custody' | 'config'>) {
  return new Hono()
    .get('/', async (c) => {
      // Asked for everybody: while it is sealed, custody answers with who has to come.
      const known = await custody.session(getCookie(c, ROOM_COOKIE) ?? '').catch(unlessSignedOut);
      if (known) return c.redirect('/desk', 303);
      const { state } = await custody.state();
      return c.html(<SignInPage institution={config.CLOISTER_INSTITUTION} tokenAway={state === 'token-away'} />);
    })
    .get('/enrolments/:token', async (c) => {
      const { representative } = await custody.enrolmentOptions(c.req.param('token'));
      return c.html(<EnrolmentPage token={c.req.param('token')} representative={representative} />);
    })
    .post('/enrolments/options', async (c) => {
      const { options } = await custody.enrolmentOptions((await readContent(c, z.strictObject({ token }))).token);
      return c.json({ options });
    })
    .post('/enrolments', async (c) => {
      const enrolment = await readContent(c, z.strictObject({ token, response: answer }));
      return enter(c, await custody.enrol(enrolment.token, enrolment.response));
    })
    .post('/sign-ins', async (c) => c.json({ options: (await custody.signInOptions()).options }))
    .post('/session', async (c) => {
      const { response } = await readContent(c, z.strictObject({ response: answer }));
      return enter(c, await custody.signIn(response));
    })
    .post('/session/end', async (c) => {
      const session = getCookie(c, ROOM_COOKIE);
      if (session) await custody.endSession(session);
      deleteCookie(c, ROOM_COOKIE, { path: '/', secure: true });
      return c.redirect('/', 303);
    });
}

function enter(c: Context, { session }: { session: string }) {
  setCookie(c, ROOM_COOKIE, session, { path: '/', httpOnly: true, secure: true, sameSite: 'Lax' });
  return c.json({ location: '/desk' });
}

function unlessSignedOut(error: unknown): undefined {
  if (!(error instanceof AppError) || error.code !== 'not-signed-in') throw error;
}
