import { Hono } from 'hono';
import { z } from 'zod';
import { findAttemptOf } from '../../db/appliance/attempts.ts';
import { findQueuedSeal } from '../../db/appliance/registrations.ts';
import { ownReports } from '../conduct/own-reports.ts';
import type { WebConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { grantedTo, readOwnExam, reentryOf, requireSittingHere } from '../arrangements/own-exam.ts';
import { settleRequestsOf } from '../arrangements/request.ts';
import { leaveForLater } from '../exams/publication.ts';
import { readContent } from '../http/content.ts';
import { frameOwnFiles } from '../http/security-headers.ts';
import { keepSession, renewSession, requireTestTaker } from './session-guard.ts';
import { describeHandIns } from '../place/hand-in.ts';
import { readingOf } from '../words/language.ts';
import { signedStatement } from '../recordings/records.ts';
import { KEY_HEADER } from '../recordings/routes.ts';
import { type Access, attemptIdOf, type AttemptParts, checkOwn, resumeAttempt, startAttempt } from './attempt.ts';
import { readChapterTimes } from './chapter-times.ts';
import { findAttempt, readReceipt, sealAttempt } from './ending.ts';
import { EntryOverPage } from './entry-views.tsx';
import { NoticePage } from './notice-view.tsx';
import { RecorderPage } from './recorder-view.tsx';
import { ownTermsOf } from './own-terms.ts';
import { keptUntil, uploadBy } from './retention.ts';
import { entryAt } from './terms.ts';
import { openSession } from './test-taker.ts';
import { EndedPage, RunningPage, SealWaitsPage } from './views.tsx';

const startRequest = z.strictObject({ attempt: z.uuid(), publicKey: z.base64url().max(200) });

/** Everything that a test taker opens from their personal link on, except the recordings themselves. */
export function attemptRoutes({
  config,
  ...parts
}: AttemptParts & { config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_RECORDINGS'> }) {
  const { db, custody, rules } = parts;
  const institution = config.CLOISTER_INSTITUTION;
  const signedIn = requireTestTaker(db);

  return new Hono()
    .get('/i/:token', (c) => {
      keepSession(c, openSession(db, c.req.param('token')));
      return c.redirect('/attempt', 303);
    })
    .get('/attempt', signedIn, async (c) => {
      const { testTaker } = c.var;
      await settleRequestsOf(parts, testTaker.id).catch(leaveForLater);
      const exam = readOwnExam(db, testTaker);
      const arrangement = grantedTo(db, testTaker.id);
      const attempt = await findAttempt(parts, testTaker);
      const shared = { reading: readingOf(c, exam.setup.language), institution, name: testTaker.name, exam };
      const { policy: everybodys, ...told } = await rules.of(exam.id);
      const policy = { ...everybodys, reentry: reentryOf(everybodys, arrangement) };
      if (!attempt) {
        const terms = ownTermsOf(db, { policy, ...told }, testTaker);
        const now = Date.now();
        if (entryAt(terms, now) === 'late') return c.html(<EntryOverPage {...shared} terms={terms} />);
        const reports = await ownReports(custody, testTaker);
        return c.html(<NoticePage {...shared} rules={{ policy, ...told }} {...{ arrangement, terms, reports, now }} />);
      }
      const [accesses, reports, timesOf] = await Promise.all([
        accessesOf(attempt.id),
        ownReports(custody, testTaker),
        readChapterTimes(config.CLOISTER_RECORDINGS, attempt.id),
      ]);
      const handed = exam.setup.place.kind === 'document';
      const handIns = handed ? { attempt: attempt.id, handIns: describeHandIns(db, attempt.id) } : null;
      const page = { ...shared, startedAt: attempt.startedAt, accesses, reports, timesOf, handIns };
      const { endedAt, receipt } = attempt;
      if (!endedAt) return c.html(<RunningPage {...page} uploadBy={uploadBy(policy)} />);
      const queued = findQueuedSeal(db, attempt.id);
      if (!receipt) {
        const refused = queued !== undefined && queued.refusal !== null;
        return c.html(<SealWaitsPage {...page} endedAt={endedAt} refused={refused} />);
      }
      const ended = { endedAt, receipt: readReceipt(db, testTaker), kept: keptUntil(policy) };
      return c.html(<EndedPage {...page} attempt={attempt.id} {...ended} finishedAt={queued?.queuedAt} />);
    })
    .get('/attempt/recorder', signedIn, async (c) => {
      const { testTaker } = c.var;
      await settleRequestsOf(parts, testTaker.id).catch(leaveForLater);
      const known = findAttemptOf(db, testTaker.id);
      // Before the exam opens, and after its last entry, there is nothing to begin; the page there says so.
      const terms = ownTermsOf(db, await rules.of(testTaker.exam), testTaker);
      const open = known ? !known.endedAt : entryAt(terms, Date.now()) === 'open';
      if (!open) return c.redirect('/attempt', 303);
      requireSittingHere(grantedTo(db, testTaker.id));
      const exam = readOwnExam(db, testTaker);
      const reading = readingOf(c, exam.setup.language);
      if (exam.setup.place.kind === 'document') frameOwnFiles(c);
      const about = { reading, institution, name: testTaker.name, exam, attempt: attemptIdOf(testTaker.id) };
      return c.html(<RecorderPage {...about} resumed={known !== undefined} />);
    })
    .post('/attempt', signedIn, async (c) => {
      const { attempt, publicKey } = await readContent(c, startRequest);
      checkOwn(c.var.testTaker, attempt);
      renewSession(db, c);
      await settleRequestsOf(parts, c.var.testTaker.id).catch(leaveForLater);
      const { start, created } = await startAttempt(parts, c.var.testTaker, publicKey);
      return c.json(start, created ? 201 : 200);
    })
    .get('/attempt/start', signedIn, async (c) => {
      checkOwn(c.var.testTaker, c.req.query('attempt'));
      const { start, key } = await resumeAttempt(parts, c.var.testTaker);
      c.header(KEY_HEADER, key);
      return c.json(start);
    })
    .post('/attempt/seal', signedIn, async (c) => {
      const seal = await readContent(c, signedStatement);
      const receipt = await sealAttempt(parts, c.var.testTaker, seal);
      renewSession(db, c);
      return receipt ? c.json(receipt) : c.json({}, 202);
    })
    .get('/attempt/receipt', signedIn, (c) => {
      const receipt = readReceipt(db, c.var.testTaker);
      c.header('content-disposition', 'attachment; filename="cloister-receipt.json"');
      return c.json(receipt);
    });

  /** @returns null where custody is away and cannot tell */
  async function accessesOf(attempt: string): Promise<Access[] | null> {
    try {
      return (await custody.accesses(attempt)).accesses;
    } catch (error) {
      if (error instanceof AppError && error.retryable) return null;
      throw error;
    }
  }
}
