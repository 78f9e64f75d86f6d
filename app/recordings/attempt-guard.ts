import { getCookie } from 'hono/cookie';
import { createMiddleware } from 'hono/factory';
import { prepareAttemptOfSession } from '../../db/appliance/attempts.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import type { AttemptCustody } from '../attempts/attempt.ts';
import { digestToken } from '../attempts/token.ts';
import type { EnvelopeAlgorithm } from '../wire.ts';
import { ATTEMPT_COOKIE, sessionEnded } from '../attempts/session-guard.ts';

/** Sessions looked up lately: the look-up was a third of what storing a small segment costs. Recordings know themselves when they are sealed. */
const REMEMBERED = 10_000;
const REMEMBERED_MS = 10_000;

export interface AttemptEnv {
  Variables: {
    attempt: {
      id: string;
      exam: string;
      examKey: { kid: string; alg: EnvelopeAlgorithm };
      /** SubjectPublicKeyInfo. */
      publicKey: Buffer;
      /** ISO 8601 once sealed. */
      endedAt: string | null;
    };
  };
}

/**
 * Lets only test takers through whose attempt has started, and sets `attempt`. An exam's key never changes, so custody is asked
 * for it once: each segment passes here.
 * @throws AppError not-signed-in, or whatever custody throws
 */
export function requireAttempt(db: ApplianceDatabase, custody: Pick<AttemptCustody, 'exam'>) {
  const attemptOf = prepareAttemptOfSession(db);
  const examKeys = new Map<string, { kid: string; alg: EnvelopeAlgorithm }>();
  const examKeyOf = async (exam: string) => {
    const { examKey } = await custody.exam(exam);
    const key = { kid: examKey.kid, alg: examKey.alg };
    examKeys.set(exam, key);
    return key;
  };
  const remembered = new Map<string, { attempt: AttemptEnv['Variables']['attempt']; until: number }>();
  const lookUp = async (session: string) => {
    const row = attemptOf(digestToken(session), new Date().toISOString());
    if (!row) throw sessionEnded();
    const attempt = {
      id: row.id,
      exam: row.exam,
      examKey: examKeys.get(row.exam) ?? (await examKeyOf(row.exam)),
      publicKey: row.publicKey,
      endedAt: row.endedAt,
    };
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(session, { attempt, until: performance.now() + REMEMBERED_MS });
    return attempt;
  };
  return createMiddleware<AttemptEnv>(async (c, next) => {
    const session = getCookie(c, ATTEMPT_COOKIE);
    if (!session) throw sessionEnded();
    const known = remembered.get(session);
    c.set('attempt', known && known.until > performance.now() ? known.attempt : await lookUp(session));
    await next();
  });
}
