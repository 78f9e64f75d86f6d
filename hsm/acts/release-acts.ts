import { hash } from 'node:crypto';
import { z } from 'zod';
import type { ExamRow } from '../../db/custody/exams.ts';
import { insertGrant, insertStandingGrant } from '../../db/custody/grants.ts';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { policyOf } from '../exams.ts';
import { type Selection, selectChapters, showsAnything } from '../grants/selection.ts';
import { PURPOSES, purpose } from '../policy.ts';
import { standingOfExam } from '../register/standing.ts';
import { VIEWING_ROLES } from '../roles.ts';
import { readRecipient } from '../token/recipient.ts';
import { defineAct } from './act.ts';
import { attemptOf, degradedRelease, examDetails, examOf, nameOf, requireScope, requireStanding } from './concerns.ts';
import { type Detail, paragraph, wordLeastView, wordMoment } from './wording.ts';

const GRANT_MINUTES = 60;
const MOST_ATTEMPTS = 50;
/** Chapters that one release names at most, in all its attempts: each of them stands in an entry. */
const MOST_CHAPTERS = 20_000;
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

/** A view that a release opens. */
interface Opened {
  attempt: string;
  grant: string;
  expiresAt: string;
  selection: Selection;
  /** The rules that it was selected by, as they are kept. */
  rules: string;
}

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
  foresee: requireUsable,
  permit(custody, who, content) {
    const attempts = attemptsIn(content.scope).map((id) => attemptOf(custody, id));
    for (const { exam } of attempts) {
      requireStanding(custody, who, exam.id);
      if (!policyOf(exam).purposes.includes(content.purpose))
        throw new CustodyError('purpose-not-allowed', content.purpose);
      if (exam.keyDestroyedAt) throw new CustodyError('key-destroyed');
    }
    const asksForMore = content.purpose !== 'integrity-review' || content.extent === 'all';
    if (asksForMore && !content.justification) throw new CustodyError('justification-missing');
    const shows = ({ attempt, exam }: ReturnType<typeof attemptOf>) =>
      content.extent === 'all' || showsAnything(custody, attempt.id, policyOf(exam).leastView);
    if (!attempts.some(shows)) throw new CustodyError('nothing-to-release');
  },
  describe(custody, act) {
    const attempts = attemptsIn(act.scope).map((id) => attemptOf(custody, id));
    const [first] = attempts as [(typeof attempts)[0]];
    const name = nameOf(custody, act.representative);
    const whose =
      attempts.length === 1
        ? `the recording of test taker ${first.attempt.candidate} in “${first.exam.title}”`
        : `the recordings of ${attempts.length} test takers in ${titles(attempts.map(({ exam }) => exam.title))}`;
    const part = act.extent === 'all' ? 'all of' : 'parts of';
    const degraded = degradedRelease(...attempts.map(({ exam }) => exam.releaseMode));
    return {
      sentence: `${name} may watch ${part} ${whose} for ${PURPOSES[act.purpose]}, for ${GRANT_MINUTES} minutes, in this browser only.${degraded.also}`,
      details: [
        { term: 'Who', value: name },
        ...attempts.flatMap(({ attempt, exam }) => [
          { term: 'Test taker', value: attempt.candidate },
          { term: 'Exam', value: exam.title },
          { term: 'Attempt', value: attempt.id },
        ]),
        extentDetail(
          act.extent,
          attempts.map(({ exam }) => exam),
        ),
        ...degraded.details,
        { term: 'Purpose', value: PURPOSES[act.purpose] },
        { term: 'Justification', value: act.justification || 'None needed for this' },
        { term: 'This browser’s key', value: fingerprint(act.recipient) },
      ],
    };
  },
  // What each view covers is fixed by now: of what is recorded later, nothing is in it.
  async prepare(custody, act): Promise<Opened[]> {
    const expiresAt = new Date(Date.now() + GRANT_MINUTES * 60_000).toISOString();
    const opening = grantsOf(act).map(async ({ attempt, grant }) => {
      const { exam } = attemptOf(custody, attempt);
      const { leastView } = policyOf(exam);
      const occasion = { attempt, extent: act.extent, viewer: act.representative as string, leastView };
      return { attempt, grant, expiresAt, selection: await selectChapters(custody, occasion), rules: exam.policy };
    });
    const opened = await Promise.all(opening);
    const chapters = opened.reduce((sum, { selection }) => sum + selection.chapters.length, 0);
    if (chapters > MOST_CHAPTERS) throw new CustodyError('too-large', 'chapters');
    return opened;
  },
  facts(opened, attempt) {
    const own = opened.find((one) => one.attempt === attempt);
    return own ? { grant: own.grant, expiresAt: own.expiresAt, ...own.selection } : {};
  },
  apply(custody, act, at, opened) {
    for (const { attempt, grant, expiresAt, selection, rules } of opened) {
      if (attemptOf(custody, attempt).exam.policy !== rules) throw new CustodyError('act-expired', 'the rules changed');
      insertGrant(custody.db, {
        id: grant,
        act: act.act,
        representative: act.representative as string,
        attempt,
        purpose: act.purpose,
        extent: act.extent,
        recipient: Buffer.from(act.recipient, 'base64url'),
        grantedAt: at,
        expiresAt,
        selection: JSON.stringify(selection),
      });
    }
  },
  made: (act) => ({ grants: grantsOf(act) }),
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
  foresee: requireUsable,
  permit(custody, who, { exam, purpose: asked, until }) {
    const row = examOf(custody, exam);
    requireScope(who, policyOf(row).unit);
    const barred = standingOfExam(custody, exam);
    if (barred) throw new CustodyError(barred, 'standing-grant');
    if (row.keyDestroyedAt) throw new CustodyError('key-destroyed');
    if (!policyOf(row).purposes.includes(asked)) throw new CustodyError('purpose-not-allowed', asked);
    const left = Date.parse(until) - Date.now();
    if (left <= 0 || left > STANDING_DAYS * 86_400_000) throw new CustodyError('malformed', 'until');
  },
  describe(custody, act) {
    const row = examOf(custody, act.exam);
    return {
      sentence: `The program that holds the key ${fingerprint(act.recipient)} may open recordings of “${row.title}” by itself for ${PURPOSES[act.purpose]}, until ${wordMoment(act.until)}.${degradedRelease(row.releaseMode).also}`,
      details: [
        ...examDetails(custody, row),
        extentDetail(act.extent, [row]),
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

function attemptsIn(asked: z.output<typeof scope>): string[] {
  return 'attempt' in asked ? [asked.attempt] : asked.batch;
}

/** @returns the views that a release opens, by their attempts */
export function grantsOf(act: { act: string; scope: z.output<typeof scope> }): { attempt: string; grant: string }[] {
  return attemptsIn(act.scope).map((attempt, index) => ({ attempt, grant: grantId(act, index) }));
}

/** The act's own id for one attempt; for several, ids that follow from it (RFC 9562 section 5.8). */
function grantId({ act, scope: asked }: { act: string; scope: z.output<typeof scope> }, index: number): string {
  if ('attempt' in asked) return act;
  const hex = hash('sha256', `${act} ${index}`, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** @throws CustodyError recipient-unusable for a key that the token would not wrap for */
function requireUsable(_custody: Custody, content: { recipient: string }): void {
  try {
    readRecipient(Buffer.from(content.recipient, 'base64url'));
  } catch {
    throw new CustodyError('recipient-unusable');
  }
}

function extentDetail(asked: z.output<typeof extent>, exams: readonly ExamRow[]): Detail {
  const least = exams.map((exam) => `The least. ${wordLeastView(policyOf(exam).leastView)}`);
  const value = asked === 'all' ? 'All chapters that are registered when it is signed' : [...new Set(least)].join('; ');
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
