import { listExamsWithKey, markKeyDestroyed } from '../db/custody/exams.ts';
import type { Custody } from './custody.ts';
import { policyOf } from './exams.ts';
import { TokenError } from './token/errors.ts';

const DAY_MS = 86_400_000;

/**
 * Destroys the key of each exam whose retention is over: from then on nobody opens its recordings, wherever copies of them are.
 * The clock starts at the exam's last seal; an attempt that was never sealed counts from its start.
 */
export async function destroyOverdueKeys(custody: Custody): Promise<void> {
  for (const exam of listExamsWithKey(custody.db)) {
    if (!exam.lastAttemptAt) continue;
    const due = Date.parse(exam.lastAttemptAt) + policyOf(exam).retentionDays * DAY_MS;
    if (due > Date.now()) continue;
    // First the key, then the entry: the ledger must never claim a destruction that did not happen. Cut off in between, the next
    // run finds the key gone and enters it.
    try {
      custody.token.destroyExamKey(exam.kid);
    } catch (error) {
      if (!(error instanceof TokenError) || error.code !== 'key-missing') throw error;
    }
    const at = new Date().toISOString();
    const body = { exam: exam.id, kid: exam.kid, lastAttemptAt: exam.lastAttemptAt, due: new Date(due).toISOString() };
    await custody.ledger.append([{ type: 'key-destroyed', body }], () => markKeyDestroyed(custody.db, exam.id, at));
    custody.log.info({ exam: exam.id }, 'retention is over: exam key destroyed');
  }
}
