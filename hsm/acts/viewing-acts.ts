import { hash } from 'node:crypto';
import { z } from 'zod';
import { insertDecision } from '../../db/custody/acts.ts';
import { insertGrant, insertStandingGrant } from '../../db/custody/grants.ts';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { policyOf } from '../exams.ts';
import { OUTCOMES, outcome, PURPOSES, purpose } from '../policy.ts';
import type { RepresentativeView } from '../register/representatives.ts';
import { standing, standingOfExam } from '../register/standing.ts';
import { VIEWING_ROLES } from '../roles.ts';
import { readRecipient } from '../token/recipient.ts';
import { defineAct, type Detail } from './act.ts';
import { attemptOf, examDetails, examOf, nameOf, requireScope } from './concerns.ts';
import { paragraph } from './wording.ts';

const GRANT_MINUTES = 60;
const MOST_ATTEMPTS = 50;
const STANDING_DAYS = 366;

const extent = z.enum(['least-view', 'all']);
/** SubjectPublicKeyInfo of an RSA key, base64url. */
const recipient = z.base64url().max(2000);

/** One attempt, or several that are opened together. */
const scope = z.union([
  z.strictObject({ attempt: z.uuid() }),
  z.strictObject({
    batch: z
      .array(z.uuid())
      .min(2)
      .max(MOST_ATTEMPTS)
      .refine((list) => new Set(list).size === list.length, 'names an attempt twice'),
  }),
]);

export const release = defineAct({
  schema: z.strictObject({
    type: z.literal('release'),
    scope,
    extent,
    purpose,
    /** The reviewer's own words; empty only for the least view of an integrity review. */
    justification: paragraph(2000),
    /** The browser's ephemeral key. */
    recipient,
  }),
  roles: VIEWING_ROLES,
  signers: (custody, { scope: asked }) =>
    attemptsIn(asked).some((id) => policyOf(attemptOf(custody, id).exam).dualControl) ? 2 : 1,
  entry: 'granted',
  attempts: ({ scope: asked }) => attemptsIn(asked),
  permit(custody, who, content) {
    for (const id of attemptsIn(content.scope)) {
      const { exam } = attemptOf(custody, id);
      requireStanding(custody, who, exam.id);
      if (!policyOf(exam).purposes.includes(content.purpose))
        throw new CustodyError('purpose-not-allowed', content.purpose);
      if (exam.keyDestroyedAt) throw new CustodyError('key-destroyed');
    }
    const asksForMore = content.purpose !== 'integrity-review' || content.extent === 'all';
    if (asksForMore && !content.justification) throw new CustodyError('justification-missing');
    requireUsable(content.recipient);
  },
  describe(custody, act) {
    const attempts = attemptsIn(act.scope).map((id) => attemptOf(custody, id));
    const [first] = attempts as [(typeof attempts)[0]];
    const name = nameOf(custody, act.representative);
    const whose =
      attempts.length === 1
        ? `the recording of test taker ${first.attempt.candidate} in “${first.exam.title}”`
        : `the recordings of ${attempts.length} test takers in ${titles(attempts.map(({ exam }) => exam.title))}`;
    const part = act.extent === 'all' ? 'all of ' : '';
    return {
      sentence: `${name} may watch ${part}${whose} for ${PURPOSES[act.purpose]}, for ${GRANT_MINUTES} minutes, in this browser only.`,
      details: [
        { term: 'Who', value: name },
        ...attempts.flatMap(({ attempt, exam }) => [
          { term: 'Test taker', value: attempt.candidate },
          { term: 'Exam', value: exam.title },
          { term: 'Attempt', value: attempt.id },
        ]),
        extentDetail(act.extent),
        { term: 'Purpose', value: PURPOSES[act.purpose] },
        { term: 'Justification', value: act.justification || 'None needed for an integrity review' },
        { term: 'This browser’s key', value: fingerprint(act.recipient) },
      ],
    };
  },
  apply(custody, act, at) {
    for (const [index, attempt] of attemptsIn(act.scope).entries()) {
      insertGrant(custody.db, {
        id: grantId(act, index),
        act: act.act,
        representative: act.representative as string,
        attempt,
        purpose: act.purpose,
        extent: act.extent,
        recipient: Buffer.from(act.recipient, 'base64url'),
        grantedAt: at,
        expiresAt: new Date(Date.parse(at) + GRANT_MINUTES * 60_000).toISOString(),
      });
    }
  },
  made: (act) => ({
    grants: attemptsIn(act.scope).map((attempt, index) => ({ attempt, grant: grantId(act, index) })),
  }),
});

export const standingGrant = defineAct({
  schema: z.strictObject({
    type: z.literal('standing-grant'),
    exam: z.uuid(),
    extent,
    purpose,
    justification: paragraph(2000).min(1),
    /** The program's key, which it keeps. */
    recipient,
    until: z.iso.datetime(),
  }),
  roles: ['exam-administrator', 'privacy-officer'],
  signers: 2,
  entry: 'standing-granted',
  permit(custody, who, { exam, purpose: asked, recipient: key, until }) {
    const row = examOf(custody, exam);
    requireScope(who, policyOf(row).unit);
    const barred = standingOfExam(custody, exam);
    if (barred) throw new CustodyError(barred, 'standing-grant');
    if (row.keyDestroyedAt) throw new CustodyError('key-destroyed');
    if (!policyOf(row).purposes.includes(asked)) throw new CustodyError('purpose-not-allowed', asked);
    const left = Date.parse(until) - Date.now();
    if (left <= 0 || left > STANDING_DAYS * 86_400_000) throw new CustodyError('malformed', 'until');
    requireUsable(key);
  },
  describe(custody, act) {
    const row = examOf(custody, act.exam);
    return {
      sentence: `The program that holds the key ${fingerprint(act.recipient)} may open recordings of “${row.title}” by itself for ${PURPOSES[act.purpose]}, until ${act.until}.`,
      details: [
        ...examDetails(custody, row),
        extentDetail(act.extent),
        { term: 'Purpose', value: PURPOSES[act.purpose] },
        { term: 'Justification', value: act.justification },
        { term: 'The program’s key', value: fingerprint(act.recipient) },
        { term: 'Ends', value: act.until },
      ],
    };
  },
  apply: (custody, act, at) =>
    insertStandingGrant(custody.db, {
      act: act.act,
      exam: act.exam,
      purpose: act.purpose,
      extent: act.extent,
      recipient: Buffer.from(act.recipient, 'base64url'),
      grantedAt: at,
      expiresAt: act.until,
    }),
});

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

function attemptsIn(asked: z.output<typeof scope>): string[] {
  return 'attempt' in asked ? [asked.attempt] : asked.batch;
}

/** The act's own id for one attempt; for several, ids that follow from it (RFC 9562 section 5.8). */
function grantId({ act, scope: asked }: { act: string; scope: z.output<typeof scope> }, index: number): string {
  if ('attempt' in asked) return act;
  const hex = hash('sha256', `${act} ${index}`, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** @throws CustodyError what keeps this person from the exam's recordings */
function requireStanding(custody: Custody, who: RepresentativeView, exam: string): void {
  const barred = standing(custody, who.id, exam);
  if (barred) throw new CustodyError(barred, exam);
}

/** @throws CustodyError recipient-unusable for a key that the token would not wrap for */
function requireUsable(spki: string): void {
  try {
    readRecipient(Buffer.from(spki, 'base64url'));
  } catch {
    throw new CustodyError('recipient-unusable');
  }
}

function extentDetail(asked: z.output<typeof extent>): Detail {
  const value = asked === 'all' ? 'The whole recording' : 'What the exam’s rules show by themselves';
  return { term: 'How much', value };
}

function titles(list: readonly string[]): string {
  const different = [...new Set(list)];
  return different.length === 1 ? `“${different[0]}”` : `${different.length} exams`;
}

/** SHA-256 of the key in groups of four, as people compare it. */
function fingerprint(spki: string): string {
  const hex = hash('sha256', Buffer.from(spki, 'base64url'), 'hex').slice(0, 32);
  return (hex.match(/.{4}/g) as string[]).join(' ');
}
