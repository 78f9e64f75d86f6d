import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { prepareAttemptOfSession } from '../../db/appliance/attempts.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import type { AttemptKeys, Keyring } from '../attempts/attempt-keys.ts';
import { checkUpload } from '../attempts/retention.ts';
import { digestToken } from '../attempts/token.ts';
import type { RuleBook } from '../exams/rule-book.ts';
import { ATTEMPT_COOKIE, renewSession, sessionEnded } from '../attempts/session-guard.ts';
import { SESSION_SECONDS } from '../attempts/test-taker.ts';
import type { RecordedAttempt } from './recordings.ts';

/** Sessions looked up lately: the look-up was a third of what storing a small segment costs. Recordings know themselves when they are sealed. */
const REMEMBERED = 10_000;
const REMEMBERED_MS = 10_000;

export interface AttemptEnv {
  Variables: {
    /** The attempt of the test taker who is signed in. */
    attempt: RecordedAttempt;
    /** The keys of the browsers in which it was opened. */
    keyring: Keyring;
  };
}

/**
 * Lets only test takers through whose attempt has started, and only while what they recorded can be sent; sets `attempt` and `keyring`.
 * A session of which less than half is left is renewed, so that nobody's ends in the middle of an exam.
 * @throws AppError not-signed-in, upload-closed, what custody throws where it was never asked for the exam's rules
 */
export function requireAttempt(db: ApplianceDatabase, rules: Pick<RuleBook, 'of'>, keys: AttemptKeys) {
  const attemptOf = prepareAttemptOfSession(db);
  const remembered = new Map<string, { attempt: RecordedAttempt; until: number }>();
  const lookUp = async (c: Context, session: string) => {
    const row = attemptOf(digestToken(session), new Date().toISOString());
    if (!row) throw sessionEnded();
    const { expiresAt, ...attempt } = row;
    if (Date.parse(expiresAt) - Date.now() < (SESSION_SECONDS * 1000) / 2) renewSession(db, c);
    const { examKey } = await rules.of(attempt.exam);
    const found = { attempt: { ...attempt, examKey }, until: performance.now() + REMEMBERED_MS };
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(session, found);
    return found;
  };
  return createMiddleware<AttemptEnv>(async (c, next) => {
    const session = getCookie(c, ATTEMPT_COOKIE);
    if (!session) throw sessionEnded();
    const known = remembered.get(session);
    const { attempt } = known && known.until > performance.now() ? known : await lookUp(c, session);
    checkUpload((await rules.of(attempt.exam)).policy);
    c.set('attempt', attempt);
    c.set('keyring', keys.of(attempt.id));
    await next();
  });
}
