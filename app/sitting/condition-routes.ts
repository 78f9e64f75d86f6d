import { Hono } from 'hono';
import { findAttemptOf } from '../../db/appliance/attempts.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { breakMinutesOf, ownTermsOf } from '../attempts/own-terms.ts';
import { requireTestTaker } from '../attempts/session-guard.ts';
import { endOf } from '../attempts/terms.ts';
import { AppError } from '../errors.ts';
import { LIVE_MS, type RuleBook } from '../exams/rule-book.ts';
import { readContent } from '../http/content.ts';
import type { OwnTime } from '../wire.ts';
import { condition, type Conditions } from './condition.ts';

/** Where a recorder says every few seconds how it stands, and hears when its test taker's time is over. */
export function conditionRoutes(parts: { db: ApplianceDatabase; rules: Pick<RuleBook, 'of'>; conditions: Conditions }) {
  const { db, rules, conditions } = parts;
  return new Hono().put('/attempt/condition', requireTestTaker(db), async (c) => {
    const said = await readContent(c, condition);
    const { testTaker } = c.var;
    const attempt = findAttemptOf(db, testTaker.id);
    // Another test taker's link may have been opened in this browser since.
    if (attempt?.id !== said.attempt) throw new AppError('not-found', { detail: 'another attempt' });
    if (attempt.endedAt) throw new AppError('attempt-sealed');
    const now = Date.now();
    conditions.note(said, now);
    const published = await rules.of(testTaker.exam, LIVE_MS);
    const terms = ownTermsOf(db, published, testTaker);
    const told: OwnTime = {
      now: new Date(now).toISOString(),
      endsAt: endOf(terms, attempt.startedAt),
      breakMinutes: breakMinutesOf(db, published.setup, testTaker),
    };
    return c.json(told);
  });
}
