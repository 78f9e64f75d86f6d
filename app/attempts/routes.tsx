import { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { z } from 'zod';
import { findAttemptOf } from '../../db/appliance/attempts.ts';
import type { WebConfig } from '../config.ts';
import { readExam } from '../exams/exam.ts';
import { readContent } from '../http/content.ts';
import { ATTEMPT_COOKIE, requireTestTaker } from './session-guard.ts';
import { signedStatement } from '../recordings/records.ts';
import { findAttempt, readReceipt, resumeAttempt, sealAttempt, startAttempt, type AttemptParts } from './attempt.ts';
import { readChapterTimes } from './chapter-times.ts';
import { NoticePage } from './notice-view.tsx';
import { RecorderPage } from './recorder-view.tsx';
import { keptUntil } from './retention.ts';
import { SESSION_SECONDS, openSession } from './test-taker.ts';
import { EndedPage, RunningPage } from './views.tsx';

const startRequest = z.strictObject({ publicKey: z.base64url().max(200) });

/** Everything that a test taker opens from their personal link on, except the recordings themselves. */
export function attemptRoutes({
  config,
  ...parts
}: AttemptParts & { config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_RECORDINGS'> }) {
  const { db, custody } = parts;
  const institution = config.CLOISTER_INSTITUTION;
  const signedIn = requireTestTaker(db);

  return new Hono()
    .get('/i/:token', (c) => {
      setCookie(c, ATTEMPT_COOKIE, openSession(db, c.req.param('token')), {
        path: '/',
        httpOnly: true,
        secure: true,
        sameSite: 'Lax',
        maxAge: SESSION_SECONDS,
      });
      return c.redirect('/attempt', 303);
    })
    .get('/attempt', signedIn, async (c) => {
      const { testTaker } = c.var;
      const exam = readExam(db, testTaker.exam);
      const attempt = await findAttempt(parts, testTaker);
      const shared = { institution, name: testTaker.name, exam };
      if (!attempt) return c.html(<NoticePage {...shared} rules={await custody.exam(exam.id)} />);
      const [{ policy }, { accesses }, timesOf] = await Promise.all([
        custody.exam(exam.id),
        custody.accesses(attempt.id),
        readChapterTimes(config.CLOISTER_RECORDINGS, attempt.id),
      ]);
      const watched = { accesses, timesOf };
      if (!attempt.endedAt) return c.html(<RunningPage {...shared} {...watched} startedAt={attempt.startedAt} />);
      return c.html(
        <EndedPage
          {...shared}
          {...watched}
          startedAt={attempt.startedAt}
          endedAt={attempt.endedAt}
          receipt={readReceipt(db, testTaker)}
          kept={keptUntil(policy)}
        />,
      );
    })
    .get('/attempt/recorder', signedIn, (c) => {
      const { testTaker } = c.var;
      if (findAttemptOf(db, testTaker.id)?.endedAt) return c.redirect('/attempt', 303);
      const exam = readExam(db, testTaker.exam);
      return c.html(<RecorderPage institution={institution} name={testTaker.name} exam={exam} />);
    })
    .post('/attempt', signedIn, async (c) => {
      const { publicKey } = await readContent(c, startRequest);
      const { start, created } = await startAttempt(parts, c.var.testTaker, publicKey);
      return c.json(start, created ? 201 : 200);
    })
    .get('/attempt/start', signedIn, async (c) => c.json(await resumeAttempt(parts, c.var.testTaker)))
    .post('/attempt/seal', signedIn, async (c) => {
      const seal = await readContent(c, signedStatement);
      return c.json(await sealAttempt(parts, c.var.testTaker, seal));
    })
    .get('/attempt/receipt', signedIn, (c) => {
      const receipt = readReceipt(db, c.var.testTaker);
      c.header('content-disposition', 'attachment; filename="cloister-receipt.json"');
      return c.json(receipt);
    });
}
