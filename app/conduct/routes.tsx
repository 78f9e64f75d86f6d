import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { getCookie } from 'hono/cookie';
import { z } from 'zod';
import { prepareTestTakerOfSession } from '../../db/appliance/attempts.ts';
import { findExamByTitle } from '../../db/appliance/exams.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { line } from '../../hsm/acts/wording.ts';
import { ATTEMPT_COOKIE } from '../attempts/session-guard.ts';
import type { TestTaker } from '../attempts/test-taker.ts';
import { digestToken } from '../attempts/token.ts';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { readExam } from '../exams/exam.ts';
import type { RuleBook } from '../exams/rule-book.ts';
import { readContent } from '../http/content.ts';
import { anyForm } from '../http/entries.ts';
import { networkOf } from '../http/network.ts';
import { Pace } from '../http/pace.ts';
import type { Filled } from '../ui/filled.ts';
import { UNFILLED } from '../ui/filled.ts';
import { type Reading, readingOf } from '../words/language.ts';
import { ownReports } from './own-reports.ts';
import { createReportNumber, groupNumber, reportForm, typedNumber } from './report-form.ts';
import { AnswersPage, FiledPage, NewReportPage } from './views.tsx';

const MINUTE = 60_000;
const numberForm = z.strictObject({ number: typedNumber });

type Filing = Parameters<WebCustody['fileReport']>[0];
type Env = { Bindings: Partial<HttpBindings> };

/** What the routes of reports are made of. */
export interface ConductParts {
  db: ApplianceDatabase;
  custody: Pick<WebCustody, 'fileReport' | 'reportAnswer' | 'ownReports'>;
  rules: Pick<RuleBook, 'renew'>;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_EXAM_ORIGIN'>;
}

/**
 * Reporting a prohibited use from any page that a test taker sees, and reading the answer. Nothing of it is kept here: words, person and
 * number pass through to custody.
 */
export function conductRoutes({ db, custody, rules, config }: ConductParts) {
  const institution = config.CLOISTER_INSTITUTION;
  const testTakerOf = prepareTestTakerOfSession(db);
  /** Of one test taker, of one network without a link, of all of those; then the same for numbers that are looked up. */
  const filing = {
    testTaker: new Pace(5, 10 * MINUTE),
    network: new Pace(10, MINUTE),
    all: new Pace(100, 5_000),
  };
  const lookup = { network: new Pace(20, 3_000), all: new Pace(300, 50) };

  return new Hono<Env>()
    .get('/reports', async (c) => c.html(await answersPage(c, readAs(c))))
    .get('/reports/new', (c) => {
      const entries = { number: createReportNumber(), page: c.req.query('page') ?? '' };
      return c.html(formPage(c, readAs(c), { ...UNFILLED, entries }));
    })
    .post('/reports', async (c) => {
      const entries = await readContent(c, anyForm);
      const testTaker = signedIn(c);
      const reading = stay(readAs(c));
      const { faults: sentences } = reading.words.conduct;
      const again = (faults: Filled['faults'], status: 400 | 409 | 429 | 503) =>
        c.html(formPage(c, reading, { entries, faults }), status);
      const form = reportForm(reading.words.conduct, testTaker !== undefined).safeParse(entries);
      if (!form.success) {
        const faults: Filled['faults'] = { '': sentences.form };
        for (const { path, message } of form.error.issues) faults[String(path[0] ?? '')] ??= message;
        // Without its number it is no form of ours, and there is nothing that a person could mend.
        if (faults.number) throw new AppError('malformed', { detail: 'number of a report' });
        return again(faults, 400);
      }
      if (!mayFile(c, testTaker)) return again({ '': sentences.soon }, 429);
      const { number, page, use, words, namedExam, as } = form.data;
      const told = { number, page, use, words, language: reading.words.language };
      try {
        const { holds } = await custody.fileReport({ ...told, ...aboutOf(testTaker, namedExam, as) });
        // Web has to know before custody can be away.
        if (holds === 'start' && testTaker) await rules.renew(testTaker.exam);
        return c.html(
          <FiledPage
            {...{ reading, institution, groups: groupNumber(number), number }}
            holds={testTaker ? holds : null}
          />,
          201,
        );
      } catch (error) {
        const [sentence, status] = faultOf(error, as === 'test-taker', sentences);
        return again({ '': sentence }, status);
      }
    })
    .post('/reports/number', async (c) => {
      const { number } = await readContent(c, numberForm);
      const { filed } = readAs(c).words.conduct;
      c.header('content-disposition', `attachment; filename="${filed.fileName}"`);
      return c.text(filed.file(groupNumber(number).join('-'), `${config.CLOISTER_EXAM_ORIGIN}/reports`));
    })
    .post('/reports/answer', async (c) => {
      const entries = await readContent(c, anyForm);
      const reading = stay(readAs(c));
      const { answers } = reading.words.conduct;
      const again = async (fault: string, status: 400 | 404 | 429 | 503) =>
        c.html(await answersPage(c, reading, { filled: { entries, faults: { number: fault } } }), status);
      if (!('number' in entries)) throw new AppError('malformed', { detail: 'number of a report' });
      const form = numberForm.safeParse(entries);
      if (!form.success) return again(answers.numberWrong, 400);
      if (!lookup.network.take(networkOf(addressOf(c))) || !lookup.all.take('')) return again(answers.soon, 429);
      try {
        const report = await custody.reportAnswer(form.data.number);
        return c.html(await answersPage(c, reading, { report }));
      } catch (error) {
        if (!(error instanceof AppError) || (error.code !== 'not-found' && !error.retryable)) throw error;
        return error.retryable ? again(answers.away, 503) : again(answers.unknown, 404);
      }
    });

  function signedIn(c: Context<Env>): TestTaker | undefined {
    const session = getCookie(c, ATTEMPT_COOKIE);
    return session ? testTakerOf(digestToken(session), new Date().toISOString()) : undefined;
  }

  function readAs(c: Context<Env>): Reading {
    const testTaker = signedIn(c);
    return readingOf(c, testTaker && readExam(db, testTaker.exam).setup.language);
  }

  function formPage(c: Context<Env>, reading: Reading, filled: Filled) {
    const testTaker = signedIn(c);
    const exam = testTaker && readExam(db, testTaker.exam);
    return <NewReportPage {...{ reading, institution, filled, exam }} person={testTaker?.name} />;
  }

  async function answersPage(
    c: Context<Env>,
    reading: Reading,
    shown: Pick<Parameters<typeof AnswersPage>[0], 'filled' | 'report'> = {},
  ) {
    const testTaker = signedIn(c);
    const own = testTaker && (await ownReports(custody, testTaker));
    return <AnswersPage {...{ reading, institution, own, ...shown }} person={testTaker?.name} />;
  }

  function mayFile(c: Context<Env>, testTaker: TestTaker | undefined): boolean {
    // Behind one address of a campus there may be a thousand test takers.
    if (testTaker) return filing.testTaker.take(testTaker.id);
    return filing.network.take(networkOf(addressOf(c))) && filing.all.take('');
  }

  /** Whose exam it is about, and who says so. A title counts where one exam alone has it; nobody is told whether one does. */
  function aboutOf(
    testTaker: TestTaker | undefined,
    namedExam: string,
    as: Filing['reporter']['as'],
  ): Pick<Filing, 'exam' | 'namedExam' | 'reporter'> {
    if (testTaker) {
      const reporter =
        as === 'test-taker' ? ({ as, candidate: testTaker.candidate } as const) : ({ as: 'link' } as const);
      return { exam: testTaker.exam, namedExam: null, reporter };
    }
    const named = line(200).safeParse(namedExam).data ?? null;
    const found = named === null ? undefined : findExamByTitle(db, named);
    return { exam: found?.id ?? null, namedExam: named, reporter: { as: 'anybody' } };
  }
}

/** Of a page that a form has led to: in another language it would not come back, and take with it what was typed, or the number. */
function stay(reading: Reading): Reading {
  return { ...reading, path: null };
}

function addressOf(c: Context<Env>): string {
  return c.env?.incoming?.socket.remoteAddress ?? '';
}

/** @returns what the reporter reads, and its status @throws what is nothing that they could wait for or mend */
function faultOf(
  error: unknown,
  named: boolean,
  sentences: Reading['words']['conduct']['faults'],
): [sentence: string, status: 409 | 503] {
  if (!(error instanceof AppError)) throw error;
  if (error.refusal === 'reports-full') return [named ? sentences.fullNamed : sentences.full, 409];
  if (error.refusal === 'already-so') return [sentences.already, 409];
  if (error.retryable) return [sentences.away, 503];
  throw error;
}
