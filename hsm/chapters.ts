import { createPublicKey, timingSafeEqual } from 'node:crypto';
import * as rows from '../db/custody/attempts.ts';
import { findExam } from '../db/custody/exams.ts';
import { type Custody, refuse } from './custody.ts';
import { CustodyError } from './errors.ts';
import { readEnvelope } from './envelope.ts';

/**
 * Registers a chapter's envelope before its first segment is acknowledged; durable when this returns. A release refuses any
 * other envelope for this chapter, and the same wrapped key under any other chapter: otherwise whoever can write envelopes could
 * have one test taker's key released in the name of another.
 * @param text the envelope's canonical JSON
 * @throws CustodyError not-found, malformed, attempt-sealed, envelope-conflict, envelope-foreign
 */
export async function registerChapter(custody: Custody, text: string): Promise<{ registeredAt: string }> {
  const envelope = readEnvelope(text);
  if (!envelope) throw new CustodyError('malformed', 'envelope');
  const { recording, chapter } = envelope;
  const attempt = rows.findAttempt(custody.db, envelope.attempt);
  const exam = attempt && findExam(custody.db, attempt.exam);
  if (!attempt || !exam) throw new CustodyError('not-found', 'attempt');
  const facts = { tried: 'register-chapter', attempt: attempt.id, recording, chapter };
  const existing = rows.findChapter(custody.db, recording, chapter);
  if (existing) {
    const same = existing.attempt === attempt.id && timingSafeEqual(existing.envelopeDigest, envelope.digest);
    if (!same) await refuse(custody, 'envelope-conflict', facts);
    return { registeredAt: existing.registeredAt };
  }
  if (attempt.sealedAt) throw new CustodyError('attempt-sealed');
  const holder = rows.findAttemptOfRecording(custody.db, recording);
  const fits = envelope.exam === exam.id && envelope.kid === exam.kid && envelope.alg === exam.alg;
  // A wrapped key that is not below the modulus would be the same key again under other bytes.
  const reduced = envelope.key.length === modulusOf(exam.spki).length && envelope.key.compare(modulusOf(exam.spki)) < 0;
  if (!fits || !reduced || (holder && holder !== attempt.id) || rows.findChapterOfKey(custody.db, envelope.keyDigest)) {
    await refuse(custody, 'envelope-foreign', facts);
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
