import { createMiddleware } from 'hono/factory';
import { AppError } from '../errors.ts';
import type { RosterEnv } from '../roster/roster-exam.ts';

/** @returns whether this person looks after a published exam while it is sat: an exam administrator or a privacy officer of its unit */
export function overseesExam({ runs, exam, representative }: RosterEnv['Variables']): boolean {
  if (!exam.rules) return false;
  const { roles, unit } = representative;
  return runs || (roles.includes('privacy-officer') && (unit === null || unit === exam.rules.policy.unit));
}

/** Lets only them through; reviewers see recordings later, and nothing of who sits where now. @throws AppError not-found */
export const requireOversight = createMiddleware<RosterEnv>(async (c, next) => {
  if (!overseesExam(c.var)) throw new AppError('not-found', { detail: 'does not look after this exam' });
  await next();
});
