import { createPublicKey } from 'node:crypto';
import * as rows from '../db/custody/attempts.ts';
import { findExam } from '../db/custody/exams.ts';
import { grantedTo } from './arrangements.ts';
import { takesUntil } from './closing.ts';
import { startHeldSince } from './conduct/holds.ts';
import { type Custody, refuseRegistration } from './custody.ts';
import { CustodyError } from './errors.ts';
import { policyOf } from './exams.ts';

/** Browsers in which one attempt may go on, the first one included. */
const MOST_KEYS = 20;

/**
 * Registers an attempt and its key's public half, until the exam closes. The same again gives the same answer, later too.
 * @param input.publicKey SubjectPublicKeyInfo of an ECDSA P-256 key, base64url
 * @param input.takenAt when web took it, where it had to wait: ISO 8601, UTC. Web's word, bounded by the exam's own times.
 * @throws CustodyError not-found (exam), exam-over, exam-held, malformed (key), attempt-conflict, sits-elsewhere
 */
export async function registerAttempt(
  custody: Custody,
  input: { attempt: string; exam: string; candidate: string; publicKey: string; takenAt?: string | undefined },
): Promise<{ startedAt: string }> {
  const exam = findExam(custody.db, input.exam);
  if (!exam) throw new CustodyError('not-found', 'exam');
  if (exam.keyDestroyedAt) throw new CustodyError('exam-over');
  const publicKey = Buffer.from(input.publicKey, 'base64url');
  importAttemptKey(publicKey);
  const existing =
    rows.findAttempt(custody.db, input.attempt) ?? rows.findAttemptOf(custody.db, input.exam, input.candidate);
  if (existing) {
    const same = existing.id === input.attempt && existing.publicKey.equals(publicKey);
    if (!same)
      await refuseRegistration(custody, 'attempt-conflict', { tried: 'register-attempt', attempt: existing.id });
    return { startedAt: existing.startedAt };
  }
  if (grantedTo(custody, input)?.elsewhere) throw new CustodyError('sits-elsewhere');
  const policy = policyOf(exam);
  const startedAt = momentOf(input.takenAt, exam.createdAt);
  const over = Date.parse(startedAt) > Date.parse(policy.closesAt) || Date.now() > takesUntil(custody, policy);
  if (over) throw new CustodyError('exam-over');
  const heldSince = startHeldSince(custody, input.exam);
  // One that web took before somebody reported goes on.
  if (heldSince !== null && startedAt >= heldSince) throw new CustodyError('exam-held', input.exam);
  const body = { attempt: input.attempt, exam: input.exam, publicKey: input.publicKey, startedAt };
  const row = { id: input.attempt, exam: input.exam, candidate: input.candidate, publicKey, startedAt };
  try {
    await custody.ledger.append([{ type: 'attempt-started', body, concerns: input.attempt }], () => {
      if (rows.findAttempt(custody.db, row.id) ?? rows.findAttemptOf(custody.db, row.exam, row.candidate)) {
        throw new CustodyError('attempt-conflict');
      }
      rows.insertAttempt(custody.db, row);
    });
  } catch (error) {
    // Twice at once: the second finds what the first one registered.
    if (error instanceof CustodyError) return registerAttempt(custody, input);
    throw error;
  }
  return { startedAt };
}

/**
 * Registers the key of another browser in which a test taker goes on, where the exam's rules let them. The entry concerns the
 * attempt, so that they see it: it is the only thing that would show a key which web brought in by itself. The same again gives the
 * same answer.
 * @param input as for {@link registerAttempt}
 * @throws CustodyError not-found, malformed (key), attempt-sealed, attempt-conflict where the rules say one browser, keys-exhausted
 */
export async function resumeAttempt(
  custody: Custody,
  id: string,
  input: { publicKey: string; takenAt?: string | undefined },
): Promise<{ startedAt: string; resumedAt: string }> {
  const attempt = rows.findAttempt(custody.db, id);
  const exam = attempt && findExam(custody.db, attempt.exam);
  if (!attempt || !exam) throw new CustodyError('not-found', 'attempt');
  const publicKey = Buffer.from(input.publicKey, 'base64url');
  importAttemptKey(publicKey);
  const { startedAt } = attempt;
  if (attempt.publicKey.equals(publicKey)) return { startedAt, resumedAt: startedAt };
  const keys = rows.listAttemptKeys(custody.db, id);
  const known = keys.find((key) => key.publicKey.equals(publicKey));
  if (known) return { startedAt, resumedAt: known.resumedAt };
  if (attempt.sealedAt) throw new CustodyError('attempt-sealed');
  if (policyOf(exam).reentry === 'same-browser' && !grantedTo(custody, attempt)?.anyDevice) {
    return refuseRegistration(custody, 'attempt-conflict', { tried: 'resume-attempt', attempt: id });
  }
  if (keys.length + 1 >= MOST_KEYS) throw new CustodyError('keys-exhausted');
  const resumedAt = momentOf(input.takenAt, startedAt);
  const body = { attempt: id, publicKey: input.publicKey, resumedAt };
  try {
    await custody.ledger.append([{ type: 'attempt-resumed', body, concerns: id }], () => {
      const now = rows.listAttemptKeys(custody.db, id);
      const changed = now.length !== keys.length || rows.findAttempt(custody.db, id)?.sealedAt;
      if (changed) throw new CustodyError('attempt-conflict');
      rows.insertAttemptKey(custody.db, { attempt: id, publicKey, resumedAt });
    });
  } catch (error) {
    // Something else came in between: judge again by what stands now.
    if (error instanceof CustodyError) return resumeAttempt(custody, id, input);
    throw error;
  }
  return { startedAt, resumedAt };
}

/** @returns the keys of all browsers of the attempt, as SubjectPublicKeyInfo, the first one's first */
export function keysOf(custody: Custody, attempt: { id: string; publicKey: Buffer }): Buffer[] {
  return [attempt.publicKey, ...rows.listAttemptKeys(custody.db, attempt.id).map(({ publicKey }) => publicKey)];
}

/** @throws CustodyError malformed when the key is no SubjectPublicKeyInfo of P-256 */
export function importAttemptKey(spki: Buffer) {
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Said below.
  }
  throw new CustodyError('malformed', 'attempt key');
}

/** @returns `takenAt`, or now where there is none or it lies before `earliest` or ahead; ISO 8601, UTC */
function momentOf(takenAt: string | undefined, earliest: string): string {
  const now = Date.now();
  const taken = takenAt === undefined ? now : Date.parse(takenAt);
  return new Date(taken >= Date.parse(earliest) && taken < now ? taken : now).toISOString();
}
