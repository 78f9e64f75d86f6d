import { findAttempt, listChapters } from '../../db/custody/attempts.ts';
import * as rows from '../../db/custody/grants.ts';
import type { RecordedKind } from '../arrangement.ts';
import { grantedTo } from '../arrangements.ts';
import type { Custody } from '../custody.ts';
import { CustodyError, type Refusal, sentenceOf } from '../errors.ts';
import { listCounting } from '../incidents.ts';
import type { RepresentativeView } from '../register/representatives.ts';
import { standing } from '../register/standing.ts';
import type { Chapter, Selection } from './selection.ts';

export type Grant = NonNullable<ReturnType<typeof rows.findGrant>>;

/** Ends of which its holder needs no telling: they closed the view, signed out, or its time was over. */
const UNFORCED: readonly string[] = ['closed', 'signed-out', 'expired'];

/** A grant as its holder's room may show it. */
export interface GrantView {
  grant: string;
  attempt: string;
  exam: string;
  title: string;
  candidate: string;
  purpose: string;
  extent: Grant['extent'];
  /** JOSE name of what the recording's chapter keys are wrapped with. */
  alg: Grant['alg'];
  /** Whether its keys stay inside the token; null of keys from before there was another way: they do. */
  releaseMode: Grant['releaseMode'];
  /** SubjectPublicKeyInfo, base64url. */
  recipient: string;
  representative: { id: string; name: string };
  expiresAt: string;
  endedAt: string | null;
  /** What ended it, as a sentence; null where its holder did, or its time was over, or it lives. */
  endedBecause: string | null;
  /** What it covers. */
  chapters: Chapter[];
  /** What is registered of the attempt and not part of this release. */
  withheld: Chapter[];
  /** What the exam records of others and was not to be recorded in this attempt. Why is nothing that its holder is told. */
  unrecorded: RecordedKind[];
  /** What the test taker's browser noted and signed, in order; without what an arrangement switched off. Seconds on the recording's timeline. */
  incidents: { recording: string; chapter: number; from: number; to: number; kind: string }[];
}

/** @throws CustodyError not-found when the grant does not exist or is somebody else's */
export function viewGrant(custody: Custody, representative: RepresentativeView, id: string): GrantView {
  const grant = ownGrant(custody, representative, id);
  const barred = barredFrom(custody, grant);
  const { chapters } = selectionOf(grant);
  const covered = coverOf(chapters);
  const attempt = findAttempt(custody.db, grant.attempt);
  const because = grant.endedBecause ?? barred;
  return {
    grant: grant.id,
    attempt: grant.attempt,
    exam: grant.exam,
    title: grant.title,
    candidate: grant.candidate,
    purpose: grant.purpose,
    extent: grant.extent,
    alg: grant.alg,
    releaseMode: grant.releaseMode,
    recipient: grant.recipient.toString('base64url'),
    representative: { id: grant.representative, name: grant.name },
    expiresAt: grant.expiresAt,
    endedAt: grant.endedAt ?? (barred ? new Date().toISOString() : isLive(grant) ? null : grant.expiresAt),
    endedBecause: because && !UNFORCED.includes(because) ? sentenceOf(because) : null,
    chapters,
    withheld: listChapters(custody.db, grant.attempt).filter((one) => !covered(one.recording, one.chapter)),
    incidents: listCounting(custody, grant.attempt).map(({ recording, chapter, from, to, kind }) => ({
      ...{ recording, chapter, from, to, kind },
    })),
    unrecorded: (attempt && grantedTo(custody, attempt)?.leftOut) ?? [],
  };
}

/** @throws CustodyError not-found when the grant does not exist or is somebody else's */
export function ownGrant(custody: Custody, representative: RepresentativeView, id: string): Grant {
  const grant = rows.findGrant(custody.db, id);
  if (!grant || grant.representative !== representative.id) throw new CustodyError('not-found', 'grant');
  return grant;
}

/** @returns whether it was not ended and its time is not over */
export function isLive(grant: { endedAt: string | null; expiresAt: string }): boolean {
  return grant.endedAt === null && grant.expiresAt > new Date().toISOString();
}

/** @returns why its holder may open nothing of its exam right now; undefined when they may */
export function barredFrom(custody: Custody, grant: Pick<Grant, 'representative' | 'exam'>): Refusal | undefined {
  return standing(custody, grant.representative, grant.exam);
}

export function selectionOf({ selection }: Pick<Grant, 'selection'>): Selection {
  return JSON.parse(selection) as Selection;
}

/** @returns a function that tells whether a chapter is among these */
export function coverOf(chapters: readonly Chapter[]): (recording: string, chapter: number) => boolean {
  const names = new Set(chapters.map(({ recording, chapter }) => `${recording} ${chapter}`));
  return (recording, chapter) => names.has(`${recording} ${chapter}`);
}
