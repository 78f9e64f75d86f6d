import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { getCookie } from 'hono/cookie';
import { findAttemptOf, prepareTestTakerOfSession } from '../../db/appliance/attempts.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { ATTEMPT_COOKIE, requireTestTaker, type TestTakerEnv } from '../attempts/session-guard.ts';
import { digestToken } from '../attempts/token.ts';
import type { WebConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { readOwnExam } from '../arrangements/own-exam.ts';
import { boundsSchema } from '../../hsm/exam-setup.ts';
import { kindsOf } from '../exams/recorded-kinds.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { RecordedKinds } from '../wire.ts';
import { readingOf } from '../words/language.ts';
import { CheckPage } from './check-view.tsx';
import { PracticePage } from './practice-view.tsx';
import { PracticeSink } from './sink.ts';

/** What an exam records at most where its notice says nothing else. */
const ANY_EXAM: RecordedKinds = { sources: ['camera', 'screen'], sound: true, bounds: boundsSchema.parse(undefined) };

/** Trying out before the exam: the system check, the practice run, and where what they send is thrown away. */
export function practiceRoutes({
  db,
  recordings,
  config,
}: {
  db: ApplianceDatabase;
  recordings: Pick<Recordings, 'intake' | 'segmentLimit'>;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION'>;
}) {
  const institution = config.CLOISTER_INSTITUTION;
  const signedIn = requireTestTaker(db);
  const testTakerOf = prepareTestTakerOfSession(db);
  const sink = new PracticeSink(recordings.intake, recordings.segmentLimit);

  return new Hono<{ Bindings: HttpBindings } & TestTakerEnv>()
    .get('/check', (c) => c.html(<CheckPage reading={readingOf(c)} institution={institution} kinds={ANY_EXAM} />))
    .get('/attempt/check', signedIn, (c) => {
      const exam = readOwnExam(db, c.var.testTaker);
      const reading = readingOf(c, exam.setup.language);
      const own = { name: c.var.testTaker.name, exam };
      return c.html(<CheckPage reading={reading} institution={institution} kinds={kindsOf(exam.setup)} own={own} />);
    })
    .get('/attempt/practice', signedIn, (c) => {
      const { id, name } = c.var.testTaker;
      const practised = readOwnExam(db, c.var.testTaker);
      const reading = readingOf(c, practised.setup.language);
      const attempt = findAttemptOf(db, id);
      if (attempt?.endedAt) return c.redirect('/attempt', 303);
      if (attempt) throw new AppError('already-done', { sentence: (errors) => errors.practiceOverWayBack });
      return c.html(<PracticePage reading={reading} institution={institution} name={name} exam={practised} />);
    })
    .put('/practice/segments/:number', async (c) => {
      const { incoming } = c.env;
      try {
        if (!/^\d{1,9}$/.test(c.req.param('number'))) throw new AppError('not-found');
        if (incoming.headers['content-type'] !== 'application/octet-stream') throw new AppError('not-supported');
        const bytes = sink.expect(incoming);
        const session = getCookie(c, ATTEMPT_COOKIE);
        const testTaker = session && testTakerOf(digestToken(session), new Date().toISOString());
        if (testTaker && isRunning(testTaker.id))
          throw new AppError('already-done', { sentence: (errors) => errors.practiceOver });
        const sender = testTaker ? { testTaker: testTaker.id } : { address: incoming.socket.remoteAddress ?? '' };
        await sink.swallow(incoming, bytes, sender);
        return c.body(null, 201, { 'cloister-load': sink.load.toFixed(3) });
      } catch (error) {
        c.header('cloister-load', sink.load.toFixed(3));
        throw error;
      }
    });

  function isRunning(testTaker: string): boolean {
    const attempt = findAttemptOf(db, testTaker);
    return attempt !== undefined && attempt.endedAt === null;
  }
}
