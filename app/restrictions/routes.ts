import { hash } from 'node:crypto';
import { Hono } from 'hono';
import { findAttemptOf } from '../../db/appliance/attempts.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { countQueuedIncidents } from '../../db/appliance/registrations.ts';
import { readOwnExam } from '../arrangements/own-exam.ts';
import type { AttemptKeys } from '../attempts/attempt-keys.ts';
import { checkUpload } from '../attempts/retention.ts';
import { requireTestTaker } from '../attempts/session-guard.ts';
import type { Registrations } from '../custody/registrations.ts';
import { AppError } from '../errors.ts';
import type { RuleBook } from '../exams/rule-book.ts';
import { readContent } from '../http/content.ts';
import { isSignedBy, readIncidentStatement, signedStatement } from '../recordings/records.ts';
import { readOrRefuse } from '../recordings/statements.ts';

/** Incidents of one attempt that wait for custody; it takes as many in all. */
const MOST_WAITING = 100;

/** Where the recorder hands over what it noted of a restriction and signed; custody decides whether it counts. */
export function restrictionRoutes(parts: {
  db: ApplianceDatabase;
  rules: Pick<RuleBook, 'of'>;
  keys: AttemptKeys;
  registrations: Pick<Registrations, 'take'>;
}) {
  const { db, rules, keys, registrations } = parts;
  return new Hono().post('/attempt/incidents', requireTestTaker(db), async (c) => {
    const signed = await readContent(c, signedStatement);
    const { testTaker } = c.var;
    const stated = readOrRefuse(() => readIncidentStatement(signed.statement));
    const attempt = findAttemptOf(db, testTaker.id);
    // Another test taker's link may have been opened in this browser since.
    if (attempt?.id !== stated.attempt) throw new AppError('not-found', { detail: 'another attempt' });
    if (attempt.endedAt) throw new AppError('attempt-sealed');
    checkUpload((await rules.of(testTaker.exam)).policy);
    if (readOwnExam(db, testTaker).setup.restrictions[stated.kind] === undefined) {
      throw new AppError('refused', { status: 409, refusal: 'incident-off', sentence: (errors) => errors.notNoted });
    }
    const ring = [...keys.of(attempt.id).all.values()];
    if (!ring.some((key) => isSignedBy(key.toString('base64url'), signed))) {
      throw new AppError('malformed', { detail: 'an incident of none of the attempt’s keys' });
    }
    if (countQueuedIncidents(db, attempt.id) >= MOST_WAITING) throw new AppError('custody-away');
    const subject = hash('sha256', signed.statement, 'base64url');
    const entered = await registrations.take('incident', attempt.id, subject, signed);
    return c.json({}, entered ? 201 : 202);
  });
}
