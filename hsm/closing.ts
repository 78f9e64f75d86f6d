import { isDeepStrictEqual } from 'node:util';
import { countChapters, listUnsealedAttempts, listUnsealedExams, markSealed } from '../db/custody/attempts.ts';
import type { Custody } from './custody.ts';
import { CustodyError } from './errors.ts';
import { policyOf } from './exams.ts';
import type { Policy } from './policy.ts';

const HOUR_MS = 3_600_000;
/**
 * What web had taken in time may still be on its way for so long: after the deadline, and after custody was away itself. A day, so that
 * web may be down for a night; a chapter that is handed over late opens nothing new.
 */
const GRACE_MS = 24 * HOUR_MS;
/** So long after the deadline an hour of custody's being there is enough: one that is restarted every night comes to an end as well. */
const LAST_MS = 7 * GRACE_MS;
/** A sweep that comes so much later than the one before says that this process, or its machine, stood still for much of that time. */
const STANDSTILL_MS = HOUR_MS / 2;

/**
 * Until when custody takes what belongs to attempts of an exam. What it is handed carries no time that custody could trust; so the
 * gate is the closing of the attempt, and that waits until web has had time to hand over what it holds.
 * @returns milliseconds of the clock; it moves on whenever custody was away
 */
export function takesUntil({ takingSince }: Pick<Custody, 'takingSince'>, { closesAt, uploadHours }: Policy): number {
  const deadline = Date.parse(closesAt) + uploadHours * HOUR_MS;
  const unbroken = Math.max(deadline, takingSince) + GRACE_MS;
  return Math.min(unbroken, Math.max(deadline + LAST_MS, takingSince + HOUR_MS));
}

/**
 * Ends the attempts that no browser sealed in time, so that nothing can be added to them any more, and enters how many chapters of
 * each recording are registered. Called every few seconds. An exam that fails is logged and tried again; where the ledger could not
 * be written, the time to hand things over begins anew.
 */
export async function closeOverdueAttempts(custody: Custody): Promise<void> {
  const now = Date.now();
  if (now - custody.sweptAt > STANDSTILL_MS) custody.takingSince = now;
  custody.sweptAt = now;
  for (const exam of listUnsealedExams(custody.db)) {
    try {
      if (now <= takesUntil(custody, policyOf(exam))) continue;
      for (const attempt of listUnsealedAttempts(custody.db, exam.id)) await close(custody, attempt);
    } catch (err) {
      custody.log.error({ err, exam: exam.id }, 'closing overdue attempts failed');
    }
  }
}

async function close(custody: Custody, attempt: string): Promise<void> {
  const sealedAt = new Date().toISOString();
  const recordings = countChapters(custody.db, attempt);
  const body = { attempt, recordings, reason: 'upload-deadline' };
  try {
    await custody.ledger.append([{ type: 'attempt-closed', body, concerns: attempt }], ([number]) => {
      // A chapter came in meanwhile: the next sweep counts it.
      if (!isDeepStrictEqual(countChapters(custody.db, attempt), recordings))
        throw new CustodyError('attempt-conflict');
      const seal = { sealedAt, seal: null, sealEntry: number as number };
      if (!markSealed(custody.db, attempt, seal)) throw new CustodyError('attempt-sealed');
    });
    custody.log.info({ attempt }, 'closed without a seal of the browser');
  } catch (error) {
    if (error instanceof CustodyError) return;
    custody.takingSince = Date.now();
    throw error;
  }
}
