import { createPublicKey, timingSafeEqual } from 'node:crypto';
import * as rows from '../db/custody/attempts.ts';
import { findExam } from '../db/custody/exams.ts';
import { transact } from '../db/custody/open.ts';
import { type Custody, enterRefusal, refuseRegistration, type RegistrationTry } from './custody.ts';
import { CustodyError, type Refusal, sentenceOf } from './errors.ts';
import { readEnvelope } from './envelope.ts';

/** How a registration went: when it was registered, or why not and what the ledger has to say of the try. */
type Outcome = { registeredAt: string } | { refusal: Refusal; tried?: RegistrationTry };

/**
 * Registers a chapter's envelope before its first segment is acknowledged; durable when this returns. A release refuses any
 * other envelope for this chapter, and the same wrapped key under any other chapter: otherwise whoever can write envelopes could
 * have one test taker's key released in the name of another.
 * @param text the envelope's canonical JSON
 * @throws CustodyError not-found, malformed, attempt-sealed, envelope-conflict, envelope-foreign
 */
export async function registerChapter(custody: Custody, text: string): Promise<{ registeredAt: string }> {
  const outcome = register(custody, text);
  if ('registeredAt' in outcome) return outcome;
  if (outcome.tried) return refuseRegistration(custody, outcome.refusal, outcome.tried);
  throw new CustodyError(outcome.refusal, 'envelope');
}

/**
 * Registers what had waited with web, in one transaction; durable when this returns.
 * @param texts envelopes as for {@link registerChapter}
 * @returns for each its sentence where it was refused, else null
 */
export async function registerChapters(custody: Custody, texts: string[]): Promise<{ refusals: (string | null)[] }> {
  const outcomes = transact(custody.db, () => texts.map((text) => register(custody, text)));
  for (const outcome of outcomes) {
    if ('refusal' in outcome && outcome.tried) await enterRefusal(custody, outcome.refusal, outcome.tried);
  }
  return { refusals: outcomes.map((outcome) => ('refusal' in outcome ? sentenceOf(outcome.refusal) : null)) };
}

function register(custody: Custody, text: string): Outcome {
  const envelope = readEnvelope(text);
  if (!envelope) return { refusal: 'malformed' };
  const { recording, chapter } = envelope;
  const attempt = rows.findAttempt(custody.db, envelope.attempt);
  const exam = attempt && findExam(custody.db, attempt.exam);
  if (!attempt || !exam) return { refusal: 'not-found' };
  const tried = { tried: 'register-chapter' as const, attempt: attempt.id, recording, chapter };
  const existing = rows.findChapter(custody.db, recording, chapter);
  if (existing) {
    const same = existing.attempt === attempt.id && timingSafeEqual(existing.envelopeDigest, envelope.digest);
    return same ? { registeredAt: existing.registeredAt } : { refusal: 'envelope-conflict', tried };
  }
  if (attempt.sealedAt) return { refusal: 'attempt-sealed' };
  const holder = rows.findAttemptOfRecording(custody.db, recording);
  const fits = envelope.exam === exam.id && envelope.kid === exam.kid && envelope.alg === exam.alg;
  // A wrapped key that is not below the modulus would be the same key again under other bytes.
  const reduced = envelope.key.length === modulusOf(exam.spki).length && envelope.key.compare(modulusOf(exam.spki)) < 0;
  if (!fits || !reduced || (holder && holder !== attempt.id) || rows.findChapterOfKey(custody.db, envelope.keyDigest)) {
    return { refusal: 'envelope-foreign', tried };
  }
  const registeredAt = new Date().toISOString();
  rows.insertChapter(custody.db, {
    attempt: attempt.id,
    recording,
    chapter,
    envelopeDigest: envelope.digest,
    wrappedKeyDigest: envelope.keyDigest,
    registeredAt,
  });
  return { registeredAt };
}

/** An exam key's modulus, big endian. */
function modulusOf(spki: Buffer): Buffer {
  const { n } = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  return Buffer.from(n as string, 'base64url');
}
