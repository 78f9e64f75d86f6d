import { keptUntil, uploadBy } from '../attempts/retention.ts';
import type { ExamRules } from './rule-book.ts';

/** How far an exam has come. `from` and `until` are ISO 8601, UTC. */
export type Stage =
  | { name: 'draft' }
  | { name: 'waits-for-signature' }
  | { name: 'published'; opensAt: string }
  | { name: 'running'; closesAt: string }
  /** What was recorded is still taken in. */
  | { name: 'closed'; closesAt: string }
  | { name: 'retained'; keptUntil: string }
  | { name: 'key-destroyed'; keptUntil: string };

/** @param exam.rules what custody said of it; undefined before it is published @param exam.act its publication, while it is proposed */
export function stageOf(exam: { rules: ExamRules | undefined; act: string | null }, now: number): Stage {
  const { rules, act } = exam;
  if (!rules) return { name: act === null ? 'draft' : 'waits-for-signature' };
  const { policy, setup } = rules;
  const { closesAt } = policy;
  const kept = keptUntil(policy);
  if (Date.parse(kept) <= now) return { name: 'key-destroyed', keptUntil: kept };
  if (Date.parse(uploadBy(policy)) <= now) return { name: 'retained', keptUntil: kept };
  if (Date.parse(closesAt) <= now) return { name: 'closed', closesAt };
  if (setup.opensAt !== null && Date.parse(setup.opensAt) > now) return { name: 'published', opensAt: setup.opensAt };
  return { name: 'running', closesAt };
}
