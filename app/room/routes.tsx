import { createHash } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import type { RoomConfig } from '../config.ts';
import type { RoomCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { ActPage, TicketPage } from './act-views.tsx';
import { AttemptPage, QueuePage } from './attempt-views.tsx';
import { requireRepresentative, ROOM_COOKIE, type RoomEnv } from './session-guard.ts';
import { readContent } from '../http/content.ts';
import type { Outcome, Purpose } from './custody.ts';
import { grantRoutes } from './grant-routes.tsx';
import type { Shelf } from './shelf.ts';
import { EnrolmentPage, SignInPage } from './sign-in-views.tsx';
import { OUTCOMES, PURPOSES } from './words.ts';

/** What the room's routes are made of. */
export interface RoomParts {
  custody: RoomCustody;
  shelf: Shelf;
  config: Pick<RoomConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_STAFF_ORIGIN'>;
}

const token = z.string().min(1).max(200);
/** WebAuthn's answers pass to custody, which reads them strictly. */
const answer = z.record(z.string(), z.unknown());
const text = z.string().trim().max(4000);
/** Custody's codes, as the table that words them lists them. */
const codesOf = <Code extends string>(words: Record<string, string>) => z.enum(Object.keys(words) as Code[]);
const proposal = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('release'),
    scope: z.strictObject({ attempt: z.uuid() }),
    extent: z.enum(['least-view', 'all']),
    purpose: codesOf<Purpose>(PURPOSES),
    justification: text,
    recipient: z.base64url().max(2000),
  }),
  z.strictObject({
    type: z.literal('decide'),
    attempt: z.uuid(),
    outcome: codesOf<Outcome>(OUTCOMES),
    reason: text.min(1),
  }),
]);

/** Every page of the reading room, and what its scripts ask. Who is not signed in reaches sign-in and enrolment only. */
export function roomRoutes({ custody, shelf, config }: RoomParts) {
  const signedIn = requireRepresentative(custody);
  const institution = config.CLOISTER_INSTITUTION;
  const staffOrigin = config.CLOISTER_STAFF_ORIGIN;

  return new Hono<RoomEnv>()
    .get('/', async (c) => {
      const session = getCookie(c, ROOM_COOKIE);
      const known = session && (await custody.session(session).catch(unlessSignedOut));
      return known ? c.redirect('/attempts', 303) : c.html(<SignInPage institution={institution} />);
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
    })
    .get('/attempts', signedIn, async (c) => {
      const { attempts } = await custody.attempts(c.var.session);
      const lengths = await Promise.all(attempts.map((one) => shelf.recordedSeconds(one.attempt)));
      const recorded = new Map(
        attempts.flatMap(({ attempt }, i) => (lengths[i] ? [[attempt, lengths[i]] as const] : [])),
      );
      return c.html(<QueuePage representative={c.var.representative} attempts={attempts} recorded={recorded} />);
    })
    .get('/attempts/:attempt', signedIn, async (c) => {
      const attempt = await custody.attempt(c.var.session, idOf(c, 'attempt'));
      const [recorded, stored] = await Promise.all([
        shelf.recordedSeconds(attempt.attempt),
        shelf.storedChapters(attempt.attempt),
      ]);
      const { representative } = c.var;
      return c.html(<AttemptPage {...{ representative, attempt, recorded, stored }} />);
    })
    .post('/acts', signedIn, async (c) => {
      const act = await custody.proposeAct(c.var.session, await readContent(c, proposal));
      if (isForm(c)) return c.redirect(`/acts/${act.act}`, 303);
      return c.json(act, 201);
    })
    .get('/acts/:act', signedIn, async (c) => {
      const act = await custody.act(c.var.session, idOf(c, 'act'));
      const digest = createHash('sha256').update(act.bytes).digest('base64url');
      return c.html(<ActPage representative={c.var.representative} act={act} digest={digest} />);
    })
    .post('/acts/:act/signature', signedIn, async (c) => {
      const { response } = await readContent(c, z.strictObject({ response: answer }));
      const { attempts, made } = await custody.signAct(c.var.session, idOf(c, 'act'), response);
      const [grant, attempt] = [made.grants?.[0]?.grant, attempts[0]];
      return c.json({ location: grant ? `/grants/${grant}` : `/attempts${attempt ? `/${attempt}` : ''}` });
    })
    .get('/tickets', signedIn, (c) =>
      c.html(<TicketPage representative={c.var.representative} staffOrigin={staffOrigin} />),
    )
    .post('/tickets', signedIn, async (c) => {
      const { ticket } = await custody.ticket(c.var.session);
      return c.html(<TicketPage representative={c.var.representative} staffOrigin={staffOrigin} ticket={ticket} />);
    })
    .route('/grants/:grant', grantRoutes({ custody, shelf }));
}

function enter(c: Context, { session }: { session: string }) {
  setCookie(c, ROOM_COOKIE, session, { path: '/', httpOnly: true, secure: true, sameSite: 'Lax' });
  return c.json({ location: '/attempts' });
}

function unlessSignedOut(error: unknown): undefined {
  if (!(error instanceof AppError) || error.code !== 'not-signed-in') throw error;
}

function isForm(c: Context): boolean {
  return (c.req.header('content-type') ?? '').startsWith('application/x-www-form-urlencoded');
}

/** @throws AppError not-found when the address has no id there */
function idOf(c: Context, name: string): string {
  const id = z.uuid().safeParse(c.req.param(name));
  if (!id.success) throw new AppError('not-found');
  return id.data;
}
