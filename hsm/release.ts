import { createHash, timingSafeEqual } from 'node:crypto';
import * as rows from '../db/custody/grants.ts';
import { findChapter, listChapters } from '../db/custody/attempts.ts';
import { transact } from '../db/custody/open.ts';
import { type Custody, refuse } from './custody.ts';
import { CustodyError } from './errors.ts';
import type { RepresentativeView } from './register/representatives.ts';
import { standing } from './register/standing.ts';
import { TokenError } from './token/errors.ts';
import { type Interval, uniteIntervals } from './viewing.ts';

type Grant = NonNullable<ReturnType<typeof rows.findGrant>>;

/** A grant as its holder's room may show it. */
export interface GrantView {
  grant: string;
  attempt: string;
  exam: string;
  title: string;
  candidate: string;
  purpose: string;
  /** SubjectPublicKeyInfo, base64url. */
  recipient: string;
  representative: { id: string; name: string };
  expiresAt: string;
  endedAt: string | null;
  chapters: { recording: string; chapter: number }[];
}

/** A chapter that a release asks for. */
export interface ChapterRequest {
  recording: string;
  chapter: number;
  /** The envelope's canonical JSON, as it stands in the recording. */
  envelope: string;
}

/** @throws CustodyError not-found when the grant does not exist or is somebody else's */
export function viewGrant(custody: Custody, representative: RepresentativeView, id: string): GrantView {
  const grant = ownGrant(custody, representative, id);
  return {
    grant: grant.id,
    attempt: grant.attempt,
    exam: grant.exam,
    title: grant.title,
    candidate: grant.candidate,
    purpose: grant.purpose,
    recipient: grant.recipient.toString('base64url'),
    representative: { id: grant.representative, name: grant.name },
    expiresAt: grant.expiresAt,
    endedAt: grant.endedAt ?? (isLive(grant) ? null : grant.expiresAt),
    chapters: listChapters(custody.db, grant.attempt),
  };
}

/**
 * The only path to a chapter key. Checks the grant, the person, the assignment, the recipient and each envelope; re-wraps the
 * chapter keys inside the token under the reviewer's ephemeral key; returns once the release stands in a signed checkpoint.
 * @param request.recipient SHA-256 of the recipient key's SubjectPublicKeyInfo, base64url
 * @returns for each chapter its key under the recipient key (RSA-OAEP as in `alg`), base64url
 * @throws CustodyError not-found, grant-ended, what `standing` says, recipient-differs,
 *   chapter-unregistered, envelope-differs, envelope-foreign; envelope-unreadable with facts {recording, chapter}, to ask again
 *   without that one; TokenError
 */
export async function releaseChapters(
  custody: Custody,
  representative: RepresentativeView,
  id: string,
  request: { recipient: string; chapters: ChapterRequest[] },
) {
  const grant = ownGrant(custody, representative, id);
  const facts = { tried: 'release', attempt: grant.attempt, grant: id, representative: representative.id };
  if (!isLive(grant)) return refuse(custody, 'grant-ended', facts);
  if (grant.keyDestroyedAt) throw new CustodyError('key-destroyed');
  const barred = standing(custody, representative.id, grant.exam);
  if (barred) return refuse(custody, barred, facts);
  const recipientDigest = sha256(grant.recipient);
  if (!equal(recipientDigest, Buffer.from(request.recipient, 'base64url'))) {
    return refuse(custody, 'recipient-differs', facts);
  }
  const wrapped: { recording: string; chapter: number; key: Buffer }[] = [];
  for (const one of request.chapters) wrapped.push(await checkEnvelope(custody, grant, one, facts));

  const recipient = await openRecipient(custody, grant);
  const tries = await Promise.allSettled(wrapped.map(({ key }) => custody.token.rewrap(grant.kid, key, recipient)));
  const keys = [];
  for (const [index, tried] of tries.entries()) {
    const { recording, chapter } = wrapped[index] as (typeof wrapped)[number];
    if (tried.status === 'rejected') {
      if (!(tried.reason instanceof TokenError) || tried.reason.code !== 'envelope-unreadable') throw tried.reason;
      // The bytes came from a test taker's browser: any of the right length could be registered.
      const where = { recording, chapter };
      return refuse(custody, 'envelope-unreadable', { ...facts, ...where }, where);
    }
    const key = Buffer.from(tried.value).toString('base64url');
    keys.push({ recording, chapter, key, alg: custody.token.algorithm });
  }
  const body = {
    grant: id,
    attempt: grant.attempt,
    representative: representative.id,
    purpose: grant.purpose,
    recipient: recipientDigest.toString('base64url'),
    chapters: wrapped.map(({ recording, chapter }) => ({ recording, chapter })),
  };
  await custody.ledger.append([{ type: 'released', body, concerns: grant.attempt }], () => {
    // Ended or suspended while the token worked: the keys stay here.
    const now = rows.findGrant(custody.db, id);
    if (!now || !isLive(now)) throw new CustodyError('grant-ended');
    const barredNow = standing(custody, representative.id, grant.exam);
    if (barredNow) throw new CustodyError(barredNow, 'while the token worked');
  });
  return { keys };
}

/**
 * Keeps what the player says was really shown, together with what it said before; it is entered once, when the grant ends.
 * @throws CustodyError not-found, malformed for a recording of another attempt, grant-ended
 */
export function reportViewing(
  custody: Custody,
  representative: RepresentativeView,
  id: string,
  intervals: Interval[],
): void {
  transact(custody.db, (): void => {
    const grant = ownGrant(custody, representative, id);
    if (grant.endedAt || custody.endings.has(id)) throw new CustodyError('grant-ended');
    const known = new Set(listChapters(custody.db, grant.attempt).map(({ recording }) => recording));
    if (!intervals.every(({ recording }) => known.has(recording))) throw new CustodyError('malformed', 'recording');
    rows.setViewing(custody.db, id, JSON.stringify(uniteIntervals(JSON.parse(grant.viewing), intervals)));
  });
}

/** Enters that a player refused a segment of the recording. */
export async function reportFault(
  custody: Custody,
  representative: RepresentativeView,
  id: string,
  fault: { recording: string; segment: number; fault: string },
): Promise<void> {
  const grant = ownGrant(custody, representative, id);
  if (!isLive(grant)) throw new CustodyError('grant-ended');
  const body = { ...fault, grant: id, attempt: grant.attempt, representative: representative.id };
  await custody.ledger.append([{ type: 'segment-refused', body, concerns: grant.attempt }]);
}

/** Ends a grant and enters what was viewed under it. Ending it again changes nothing. */
export async function endGrant(custody: Custody, representative: RepresentativeView, id: string): Promise<void> {
  const grant = ownGrant(custody, representative, id);
  if (!grant.endedAt) await close(custody, grant);
}

/** Ends the grants whose time is over; called every few seconds. */
export async function endExpiredGrants(custody: Custody): Promise<void> {
  for (const id of rows.listExpiredGrants(custody.db, new Date().toISOString())) {
    const grant = rows.findGrant(custody.db, id);
    if (grant && !grant.endedAt) await close(custody, grant);
  }
}

/** Two ends at once are one. Begun without a pause after the grant was read, so that no report comes in between. */
function close(custody: Custody, grant: Grant): Promise<void> {
  let ending = custody.endings.get(grant.id);
  if (!ending) {
    ending = enterEnd(custody, grant).finally(() => custody.endings.delete(grant.id));
    custody.endings.set(grant.id, ending);
  }
  return ending;
}

async function enterEnd(custody: Custody, grant: Grant): Promise<void> {
  const body = {
    grant: grant.id,
    attempt: grant.attempt,
    representative: grant.representative,
    purpose: grant.purpose,
    intervals: JSON.parse(grant.viewing),
  };
  const endedAt = new Date().toISOString();
  await custody.ledger.append([{ type: 'viewed', body, concerns: grant.attempt }], () => {
    if (!rows.markEnded(custody.db, grant.id, endedAt)) throw new CustodyError('grant-ended');
  });
  const recipient = custody.recipients.get(grant.id);
  custody.recipients.delete(grant.id);
  if (recipient) await custody.token.closeRecipient(await recipient);
}

async function checkEnvelope(
  custody: Custody,
  grant: Grant,
  request: ChapterRequest,
  facts: { tried: string; attempt: string; [name: string]: unknown },
) {
  const { recording, chapter } = request;
  const where = { ...facts, recording, chapter };
  const registered = findChapter(custody.db, recording, chapter);
  if (!registered) return refuse(custody, 'chapter-unregistered', where);
  if (registered.attempt !== grant.attempt) return refuse(custody, 'envelope-foreign', where);
  if (!equal(registered.envelopeDigest, sha256(request.envelope))) return refuse(custody, 'envelope-differs', where);
  // These very bytes were read and checked when they were registered.
  const { key } = JSON.parse(request.envelope) as { key: string };
  return { recording, chapter, key: Buffer.from(key, 'base64url') };
}

function openRecipient(custody: Custody, grant: Grant) {
  let recipient = custody.recipients.get(grant.id);
  if (!recipient) {
    recipient = custody.token.openRecipient(grant.recipient);
    custody.recipients.set(grant.id, recipient);
    recipient.catch(() => custody.recipients.delete(grant.id));
  }
  return recipient;
}

function ownGrant(custody: Custody, representative: RepresentativeView, id: string): Grant {
  const grant = rows.findGrant(custody.db, id);
  if (!grant || grant.representative !== representative.id) throw new CustodyError('not-found', 'grant');
  return grant;
}

function isLive(grant: { endedAt: string | null; expiresAt: string }): boolean {
  return grant.endedAt === null && grant.expiresAt > new Date().toISOString();
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
