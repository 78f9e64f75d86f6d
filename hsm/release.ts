import { createHash, timingSafeEqual } from 'node:crypto';
import { findChapter } from '../db/custody/attempts.ts';
import * as rows from '../db/custody/grants.ts';
import { type Custody, refuse } from './custody.ts';
import { CustodyError, type Refusal } from './errors.ts';
import { barredFrom, coverOf, isLive, ownGrant, selectionOf } from './grants/grant.ts';
import type { RepresentativeView } from './register/representatives.ts';
import type { Recipient } from './token/client.ts';
import { TokenError } from './token/errors.ts';

/** A chapter that a release asks for. */
export interface ChapterRequest {
  recording: string;
  chapter: number;
  /** The envelope's canonical JSON, as it stands in the recording. */
  envelope: string;
}

/** What a release rests on: a person's grant, or a standing one. */
export interface Ground {
  grant: string;
  attempt: string;
  /** SubjectPublicKeyInfo. */
  recipient: Buffer;
  examKey: Pick<NonNullable<ReturnType<typeof rows.findGrant>>, 'kid' | 'alg' | 'releaseMode' | 'keyDestroyedAt'>;
  /** What refusals of it say. */
  facts: Record<string, unknown>;
  /** What its entries say beside grant, attempt, recipient and chapters. */
  body: Record<string, unknown>;
  covers(recording: string, chapter: number): boolean;
  /** Why nothing may be released on it at this moment. Asked again in the transaction that enters the release. */
  barred(): Refusal | undefined;
}

/**
 * Releases chapters of a person's view.
 * @param request.recipient SHA-256 of the recipient key's SubjectPublicKeyInfo, base64url
 * @throws CustodyError not-found, what `standing` says, and as {@link releaseOn}
 */
export async function releaseChapters(
  custody: Custody,
  representative: RepresentativeView,
  id: string,
  request: { recipient: string; chapters: ChapterRequest[] },
) {
  const grant = ownGrant(custody, representative, id);
  const ground: Ground = {
    grant: id,
    attempt: grant.attempt,
    recipient: grant.recipient,
    examKey: grant,
    facts: { representative: representative.id },
    body: { representative: representative.id, purpose: grant.purpose },
    covers: coverOf(selectionOf(grant).chapters),
    barred() {
      const life = rows.findLife(custody.db, id);
      const barred = barredFrom(custody, grant);
      return barred ?? (life && isLive(life) ? undefined : 'grant-ended');
    },
  };
  return releaseOn(custody, ground, request);
}

/**
 * The only path to a chapter key. Checks what the release rests on, the recipient, and each chapter and envelope; re-wraps the
 * chapter keys inside the token under the recipient's key; returns once the release stands in a signed checkpoint.
 * @returns for each chapter its key under the recipient key (RSA-OAEP as in `alg`), base64url
 * @throws CustodyError grant-ended, what bars the ground, key-destroyed, recipient-differs, chapter-unregistered, envelope-foreign,
 *   chapter-not-granted, envelope-differs; envelope-unreadable with facts {recording, chapter}, to ask again without that one; TokenError
 */
export async function releaseOn(
  custody: Custody,
  ground: Ground,
  request: { recipient: string; chapters: ChapterRequest[] },
) {
  const { grant, attempt, examKey } = ground;
  const facts = { tried: 'release', attempt, grant, ...ground.facts };
  const barred = ground.barred();
  if (barred) return refuse(custody, barred, facts);
  if (examKey.keyDestroyedAt) throw new CustodyError('key-destroyed');
  const recipientDigest = sha256(ground.recipient);
  if (!equal(recipientDigest, Buffer.from(request.recipient, 'base64url'))) {
    return refuse(custody, 'recipient-differs', facts);
  }
  const wrapped: { recording: string; chapter: number; key: Buffer }[] = [];
  for (const one of request.chapters) wrapped.push(await checkEnvelope(custody, ground, one, facts));

  const recipient = recipientOf(custody, ground);
  const key = { kid: examKey.kid, alg: examKey.alg, releaseMode: examKey.releaseMode ?? 'in-token' } as const;
  const tries = await Promise.allSettled(wrapped.map(({ key: bytes }) => custody.token.rewrap(key, bytes, recipient)));
  const keys = [];
  for (const [index, tried] of tries.entries()) {
    const { recording, chapter } = wrapped[index] as (typeof wrapped)[number];
    if (tried.status === 'rejected') {
      if (!(tried.reason instanceof TokenError) || tried.reason.code !== 'envelope-unreadable') throw tried.reason;
      // The bytes came from a test taker's browser: any of the right length could be registered.
      const where = { recording, chapter };
      return refuse(custody, 'envelope-unreadable', { ...facts, ...where }, where);
    }
    keys.push({ recording, chapter, key: Buffer.from(tried.value).toString('base64url'), alg: examKey.alg });
  }
  const body = {
    ...{ grant, attempt, ...ground.body },
    releaseMode: key.releaseMode,
    recipient: recipientDigest.toString('base64url'),
    chapters: wrapped.map(({ recording, chapter }) => ({ recording, chapter })),
  };
  await custody.ledger.append([{ type: 'released', body, concerns: attempt }], () => {
    // Ended or suspended while the token worked: the keys stay here.
    const now = ground.barred();
    if (now) throw new CustodyError(now, 'while the token worked');
  });
  return { keys };
}

async function checkEnvelope(
  custody: Custody,
  ground: Ground,
  request: ChapterRequest,
  facts: { tried: string; attempt: string; [name: string]: unknown },
) {
  const { recording, chapter } = request;
  const where = { ...facts, recording, chapter };
  const registered = findChapter(custody.db, recording, chapter);
  if (!registered) return refuse(custody, 'chapter-unregistered', where);
  if (registered.attempt !== ground.attempt) return refuse(custody, 'envelope-foreign', where);
  if (!ground.covers(recording, chapter)) return refuse(custody, 'chapter-not-granted', where, { recording, chapter });
  if (!equal(registered.envelopeDigest, sha256(request.envelope))) return refuse(custody, 'envelope-differs', where);
  // These very bytes were read and checked when they were registered.
  const { key } = JSON.parse(request.envelope) as { key: string };
  return { recording, chapter, key: Buffer.from(key, 'base64url') };
}

function recipientOf(custody: Custody, { grant, recipient: spki }: Ground): Recipient {
  const recipient = custody.recipients.get(grant) ?? custody.token.nameRecipient(spki);
  custody.recipients.set(grant, recipient);
  return recipient;
}

function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
