import { type ExamRow, listExamsWithKey, markKeyDestroyed } from '../db/custody/exams.ts';
import type { Custody } from './custody.ts';
import { policyOf } from './exams.ts';
import type { Policy } from './policy.ts';
import { TokenError } from './token/errors.ts';

const DAY_MS = 86_400_000;

/**
 * Destroys the key of each exam whose retention is over: from then on nobody opens its recordings, wherever copies of them are.
 * The clock starts when the exam closes, which its rules say from the beginning: nothing that web registers can put it off. One
 * exam that fails is logged and tried again at the next run; the others go on.
 */
export async function destroyOverdueKeys(custody: Custody): Promise<void> {
  for (const exam of listExamsWithKey(custody.db)) {
    try {
      await destroyIfDue(custody, exam);
    } catch (err) {
      custody.log.error({ err, exam: exam.id }, 'destroying an exam key failed');
    }
  }
}

/** @returns when the key of an exam with these rules is destroyed; milliseconds of the clock */
export function keyDueAt({ closesAt, retentionDays }: Policy): number {
  return Date.parse(closesAt) + retentionDays * DAY_MS;
}

/** Destroys an exam's key in the token; one that is gone is no fault. @throws TokenError */
export async function destroyKey(custody: Custody, kid: string): Promise<void> {
  try {
    await custody.token.destroyExamKey(kid);
  } catch (error) {
    if (!(error instanceof TokenError) || error.code !== 'key-missing') throw error;
  }
}

async function destroyIfDue(custody: Custody, exam: ExamRow): Promise<void> {
  const rules = policyOf(exam);
  const { closesAt } = rules;
  const due = keyDueAt(rules);
  if (due > Date.now()) return;
  // First the key, then the entry: the ledger must never claim a destruction that did not happen. Cut off in between, the next
  // run finds the key gone and enters it.
  await destroyKey(custody, exam.kid);
  const at = new Date().toISOString();
  const body = { exam: exam.id, kid: exam.kid, closesAt, due: new Date(due).toISOString() };
  await custody.ledger.append([{ type: 'key-destroyed', body }], () => markKeyDestroyed(custody.db, exam.id, at));
  custody.log.info({ exam: exam.id }, 'retention is over: exam key destroyed');
}
