import { ownTermsOf } from '../attempts/own-terms.ts';
import { type Context, Hono } from 'hono';
import { findAttemptOf } from '../../db/appliance/attempts.ts';
import { listRequestsOf, removeWords } from '../../db/appliance/arrangements.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import type { RecordedKind } from '../../hsm/arrangement.ts';
import { requireTestTaker, type TestTakerEnv } from '../attempts/session-guard.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { readExam } from '../exams/exam.ts';
import { leaveForLater } from '../exams/publication.ts';
import type { ExamRules, RuleBook } from '../exams/rule-book.ts';
import { idOf } from '../http/address.ts';
import { readContent } from '../http/content.ts';
import { anyForm } from '../http/entries.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { type Reading, readingOf } from '../words/language.ts';
import { askForArrangement, settleRequestsOf } from './request.ts';
import { readRequestForm } from './request-form.ts';
import { ArrangementsPage } from './views.tsx';

/** The exam origin's page on which a test taker asks for an arrangement and reads the answer. */
export function arrangementRoutes(parts: {
  db: ApplianceDatabase;
  custody: Pick<WebCustody, 'requestArrangement' | 'arrangement' | 'proposal'>;
  rules: Pick<RuleBook, 'of'>;
}) {
  const { db, rules: book } = parts;
  const signedIn = requireTestTaker(db);

  return new Hono<TestTakerEnv>()
    .get('/attempt/arrangements', signedIn, async (c) => {
      await settleRequestsOf(parts, c.var.testTaker.id).catch(leaveForLater);
      const rules = await book.of(c.var.testTaker.exam);
      return c.html(page(c, readingOf(c, rules.setup.language), rules, UNFILLED));
    })
    .post('/attempt/arrangements', signedIn, async (c) => {
      const { testTaker } = c.var;
      const rules = await book.of(testTaker.exam);
      // The form stands at the same address, where another language leads to.
      const reading = { ...readingOf(c, rules.setup.language), path: '/attempt/arrangements' };
      const entries = await readContent(c, anyForm);
      if (!isOpen(testTaker.id)) {
        throw new AppError('already-done', { sentence: (errors) => errors.arrangementsOver });
      }
      const read = readRequestForm(entries, recordedBy(rules), reading.words);
      if ('filled' in read) return c.html(page(c, reading, rules, read.filled), 400);
      try {
        await askForArrangement(parts, testTaker, read.request);
      } catch (error) {
        if (!(error instanceof AppError) || (error.code !== 'refused' && error.code !== 'custody-away')) throw error;
        const fault = reading.words.arrangement.notTaken[error.refusal ?? ''] ?? error.sentenceIn(reading.words);
        return c.html(page(c, reading, rules, { entries, faults: { '': fault } }), error.status);
      }
      return c.redirect('/attempt/arrangements', 303);
    })
    .post('/attempt/arrangements/:request/words/removal', signedIn, (c) => {
      if (!removeWords(db, c.var.testTaker.id, idOf(c, 'request'))) throw new AppError('not-found');
      return c.redirect('/attempt/arrangements', 303);
    });

  function isOpen(testTaker: string): boolean {
    return (findAttemptOf(db, testTaker)?.endedAt ?? null) === null;
  }

  function page(c: Context<TestTakerEnv>, reading: Reading, rules: ExamRules, filled: Filled) {
    const { testTaker } = c.var;
    const { id, name, exam } = testTaker;
    // Read as strictly as it was published.
    const told = { ...rules, ...readExam(db, exam) };
    const time = ownTermsOf(db, told, testTaker);
    const about = { reading, name, rules: told, time, recorded: recordedBy(told), filled, open: isOpen(id) };
    return <ArrangementsPage {...about} requests={listRequestsOf(db, id)} />;
  }
}

function recordedBy({ setup: { necessity } }: Pick<ExamRules, 'setup'>): RecordedKind[] {
  return (['camera', 'microphone', 'screen'] as const).filter((kind) => necessity[kind] !== undefined);
}
