import { z } from 'zod';
import { insertDecision } from '../../db/custody/acts.ts';
import { OUTCOMES, outcome } from '../policy.ts';
import { VIEWING_ROLES } from '../roles.ts';
import { defineAct } from './act.ts';
import { attemptOf, nameOf, requireStanding } from './concerns.ts';
import { paragraph } from './wording.ts';

export const decide = defineAct({
  schema: z.strictObject({ type: z.literal('decide'), attempt: z.uuid(), outcome, reason: paragraph(4000).min(1) }),
  roles: VIEWING_ROLES,
  signers: 1,
  entry: 'decided',
  attempts: ({ attempt }) => [attempt],
  permit: (custody, who, { attempt }) => requireStanding(custody, who, attemptOf(custody, attempt).exam.id),
  describe(custody, act) {
    const { attempt, exam } = attemptOf(custody, act.attempt);
    const name = nameOf(custody, act.representative);
    return {
      sentence: `${name} decides on the attempt of test taker ${attempt.candidate} in “${exam.title}”: ${OUTCOMES[act.outcome]}.`,
      details: [
        { term: 'Who', value: name },
        { term: 'Test taker', value: attempt.candidate },
        { term: 'Exam', value: exam.title },
        { term: 'Attempt', value: attempt.id },
        { term: 'Decision', value: OUTCOMES[act.outcome] },
        { term: 'Reason', value: act.reason },
      ],
    };
  },
  apply: (custody, act, at) =>
    insertDecision(custody.db, {
      act: act.act,
      attempt: act.attempt,
      representative: act.representative as string,
      outcome: act.outcome,
      reason: act.reason,
      decidedAt: at,
    }),
});
