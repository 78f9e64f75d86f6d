import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Context } from 'hono';
import { z } from 'zod';
import { listAttempts, viewAttempt } from '../accesses.ts';
import { proposal } from '../acts/definitions.ts';
import { listActs, proposeAct, signAct, viewAct, withdrawAct } from '../acts/engine.ts';
import { countWaiting, findReport, listReports } from '../conduct/reports.ts';
import type { Custody } from '../custody.ts';
import { listExams } from '../exams.ts';
import { endGrant, leaveRoom } from '../grants/endings.ts';
import { viewGrant } from '../grants/grant.ts';
import { reportFault, reportViewing } from '../grants/reports.ts';
import { enrolmentOptions, enrolPasskey } from '../register/enrolments.ts';
import { listRepresentatives, viewUnits } from '../register/representatives.ts';
import { issueTicket, sessionHolder, signIn, signInOptions } from '../register/sessions.ts';
import { releaseChapters } from '../release.ts';
import { MOST_INTERVALS } from '../viewing.ts';
import { viewState } from '../state.ts';
import { chapterRequests, json, SESSION_HEADER, socketApp } from './socket-app.ts';

const base64url = z
  .string()
  .regex(/^[\w-]*$/)
  .max(20_000);
const token = z.strictObject({ token: z.string().max(200) });
const registration = z
  .looseObject({
    id: base64url,
    rawId: base64url,
    type: z.literal('public-key'),
    response: z.looseObject({ clientDataJSON: base64url, attestationObject: base64url }),
    clientExtensionResults: z.looseObject({}),
  })
  .transform((value) => value as unknown as RegistrationResponseJSON);
const assertion = z
  .looseObject({
    id: base64url,
    rawId: base64url,
    type: z.literal('public-key'),
    response: z.looseObject({ clientDataJSON: base64url, authenticatorData: base64url, signature: base64url }),
    clientExtensionResults: z.looseObject({}),
  })
  .transform((value) => value as unknown as AuthenticationResponseJSON);
const release = z.strictObject({ recipient: z.string().length(43), chapters: chapterRequests });
const seconds = z.number().nonnegative().max(1e6);
const viewing = z.strictObject({
  intervals: z
    .array(z.strictObject({ recording: z.uuid(), from: seconds, to: seconds }).refine(({ from, to }) => from <= to))
    .max(MOST_INTERVALS),
});
const fault = z.strictObject({
  recording: z.uuid(),
  segment: z.int().nonnegative(),
  fault: z.enum(['altered', 'misplaced', 'foreign-recording', 'foreign-chapter', 'unreadable']),
});

/** What the room may ask, each time for the representative whose session it passes along. */
export function roomProtocol(custody: Custody) {
  const who = (c: Context) => sessionHolder(custody, c.req.header(SESSION_HEADER), 'room');
  return socketApp(custody, 'room')
    .get('/state', (c) => c.json(viewState(custody)))
    .post('/enrolments/options', json(token), async (c) =>
      c.json(await enrolmentOptions(custody, c.req.valid('json').token)),
    )
    .post('/enrolments', json(token.extend({ response: registration })), async (c) => {
      const { token: link, response } = c.req.valid('json');
      return c.json(await enrolPasskey(custody, link, response));
    })
    .post('/sign-ins', async (c) => c.json({ options: await signInOptions(custody) }))
    .post('/sessions', json(z.strictObject({ response: assertion })), async (c) =>
      c.json(await signIn(custody, c.req.valid('json').response)),
    )
    .get('/session', (c) => {
      const representative = who(c);
      return c.json({ representative: { ...representative, reports: countWaiting(custody, representative) } });
    })
    .delete('/session', async (c) => {
      await leaveRoom(custody, c.req.header(SESSION_HEADER));
      return c.body(null, 204);
    })
    .post('/tickets', (c) => c.json({ ticket: issueTicket(custody, who(c)) }))
    .get('/attempts', (c) => c.json({ attempts: listAttempts(custody, who(c)) }))
    .get('/attempts/:attempt', (c) => c.json(viewAttempt(custody, who(c), c.req.param('attempt'))))
    .post('/acts', json(proposal), async (c) => c.json(await proposeAct(custody, who(c), c.req.valid('json'))))
    .get('/acts', (c) => c.json({ acts: listActs(custody, who(c)) }))
    .get('/acts/:act', (c) => c.json(viewAct(custody, who(c), c.req.param('act'))))
    .post('/acts/:act/signature', json(z.strictObject({ response: assertion })), async (c) =>
      c.json(await signAct(custody, who(c), c.req.param('act'), c.req.valid('json').response)),
    )
    .post('/acts/:act/withdrawal', async (c) => {
      await withdrawAct(custody, who(c), c.req.param('act'));
      return c.body(null, 204);
    })
    .get('/representatives', (c) => c.json({ representatives: listRepresentatives(custody, who(c)) }))
    .get('/units', (c) => c.json({ units: viewUnits(custody, who(c)) }))
    .get('/exams', (c) => c.json({ exams: listExams(custody, who(c)) }))
    .get('/reports', (c) => c.json({ reports: listReports(custody, who(c)) }))
    .get('/reports/:report', (c) => c.json(findReport(custody, who(c), c.req.param('report'))))
    .get('/grants/:grant', (c) => c.json(viewGrant(custody, who(c), c.req.param('grant'))))
    .post('/grants/:grant/releases', json(release), async (c) =>
      c.json(await releaseChapters(custody, who(c), c.req.param('grant'), c.req.valid('json'))),
    )
    .put('/grants/:grant/viewing', json(viewing), (c) => {
      reportViewing(custody, who(c), c.req.param('grant'), c.req.valid('json').intervals);
      return c.body(null, 204);
    })
    .post('/grants/:grant/faults', json(fault), async (c) => {
      await reportFault(custody, who(c), c.req.param('grant'), c.req.valid('json'));
      return c.body(null, 204);
    })
    .post('/grants/:grant/end', async (c) => {
      await endGrant(custody, who(c), c.req.param('grant'));
      return c.body(null, 204);
    });
}

export type RoomProtocol = ReturnType<typeof roomProtocol>;
