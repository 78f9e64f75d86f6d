import { createHash, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import * as rows from '../db/custody/attempts.ts';
import { findExam } from '../db/custody/exams.ts';
import { type Custody, refuse } from './custody.ts';
import { CustodyError } from './errors.ts';
import { readEnvelope } from './envelope.ts';
import { policyOf } from './exams.ts';
import type { Receipt } from './ledger/receipt.ts';

/**
 * Registers an attempt and its key's public half, until the exam closes. The same again gives the same answer, later too.
 * @param input.publicKey SubjectPublicKeyInfo of an ECDSA P-256 key, base64url
 * @throws CustodyError not-found (exam), exam-over, malformed (key), attempt-conflict
 */
export async function registerAttempt(
  custody: Custody,
  input: { attempt: string; exam: string; candidate: string; publicKey: string },
): Promise<{ startedAt: string }> {
  const exam = findExam(custody.db, input.exam);
  if (!exam) throw new CustodyError('not-found', 'exam');
  if (exam.keyDestroyedAt) throw new CustodyError('exam-over');
  const publicKey = Buffer.from(input.publicKey, 'base64url');
  importAttemptKey(publicKey);
  const existing =
    rows.findAttempt(custody.db, input.attempt) ?? rows.findAttemptOf(custody.db, input.exam, input.candidate);
  if (existing) {
    const same = existing.id === input.attempt && existing.publicKey.equals(publicKey);
    if (!same) await refuse(custody, 'attempt-conflict', { tried: 'register-attempt', attempt: existing.id });
    return { startedAt: existing.startedAt };
  }
  const startedAt = new Date().toISOString();
  if (Date.parse(startedAt) > Date.parse(policyOf(exam).closesAt)) throw new CustodyError('exam-over');
  const body = { attempt: input.attempt, exam: input.exam, publicKey: input.publicKey };
  const row = { id: input.attempt, exam: input.exam, candidate: input.candidate, publicKey, startedAt };
  try {
    await custody.ledger.append([{ type: 'attempt-started', body, concerns: input.attempt }], () => {
      if (rows.findAttempt(custody.db, row.id) ?? rows.findAttemptOf(custody.db, row.exam, row.candidate)) {
        throw new CustodyError('attempt-conflict');
      }
      rows.insertAttempt(custody.db, row);
    });
  } catch (error) {
    // Twice at once: the second finds what the first one registered.
    if (error instanceof CustodyError) return registerAttempt(custody, input);
    throw error;
  }
  return { startedAt };
}

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

const sealStatement = z.strictObject({
  type: z.literal('seal'),
  exam: z.uuid(),
  attempt: z.uuid(),
  recordings: z
    .array(
      z.strictObject({
        recording: z.uuid(),
        chapters: z.int().nonnegative(),
        segments: z.int().nonnegative(),
        digest: z.string().length(43),
      }),
    )
    .max(16),
  endedAt: z.iso.datetime(),
});

/**
 * Seals an attempt: verifies the statement against the attempt key and the registered chapters, and enters it in the ledger.
 * The same statement again gives the receipt again.
 * @param input.statement canonical JSON of a SealStatement
 * @param input.signature ECDSA P-256 SHA-256, IEEE P1363, base64url
 * @throws CustodyError not-found, malformed, seal-refused, attempt-sealed
 */
export async function sealAttempt(
  custody: Custody,
  id: string,
  input: { statement: string; signature: string },
): Promise<Receipt> {
  const attempt = rows.findAttempt(custody.db, id);
  if (!attempt) throw new CustodyError('not-found', 'attempt');
  if (attempt.sealedAt) {
    if (attempt.seal !== input.statement || attempt.sealEntry === null) throw new CustodyError('attempt-sealed');
    return custody.ledger.receipt(attempt.sealEntry);
  }
  const statement = parseSeal(input.statement);
  const registered = rows.countChapters(custody.db, id);
  const fits =
    statement.attempt === id &&
    statement.exam === attempt.exam &&
    statement.recordings.every(
      (one) => one.chapters <= (registered.find((row) => row.recording === one.recording)?.chapters ?? 0),
    );
  const signed = verify(
    'sha256',
    Buffer.from(input.statement),
    { key: importAttemptKey(attempt.publicKey), dsaEncoding: 'ieee-p1363' },
    Buffer.from(input.signature, 'base64url'),
  );
  if (!fits || !signed) return refuse(custody, 'seal-refused', { tried: 'seal', attempt: id, fits, signed });
  const sealedAt = new Date().toISOString();
  const body = {
    attempt: id,
    statement: input.statement,
    signature: input.signature,
    statementDigest: createHash('sha256').update(input.statement).digest('base64url'),
  };
  try {
    const [entry] = await custody.ledger.append([{ type: 'attempt-sealed', body, concerns: id }], ([number]) => {
      const seal = { sealedAt, seal: input.statement, sealEntry: number as number };
      if (!rows.markSealed(custody.db, id, seal)) throw new CustodyError('attempt-sealed');
    });
    return await custody.ledger.receipt((entry as { number: number }).number);
  } catch (error) {
    // Twice at once: the second gets the receipt of the first, if it is the same seal.
    if (error instanceof CustodyError && error.refusal === 'attempt-sealed') return sealAttempt(custody, id, input);
    throw error;
  }
}

/**
 * Gives an attempt's seal again, for a web process that was interrupted between custody's word and its own.
 * @throws CustodyError not-found when there is no such attempt or it is not sealed
 */
export async function readSeal(
  custody: Custody,
  id: string,
): Promise<{ statement: string; signature: string; receipt: Receipt }> {
  const sealEntry = rows.findAttempt(custody.db, id)?.sealEntry;
  if (typeof sealEntry !== 'number') throw new CustodyError('not-found', 'seal');
  const receipt = await custody.ledger.receipt(sealEntry);
  const { statement, signature } = JSON.parse(receipt.entry.body) as { statement: string; signature: string };
  return { statement, signature, receipt };
}

function parseSeal(text: string): z.infer<typeof sealStatement> {
  try {
    const value = sealStatement.parse(JSON.parse(text));
    if (canonicalize(value) === text) return value;
  } catch {
    // Said below, as for text that is not canonical.
  }
  throw new CustodyError('malformed', 'seal statement');
}

function importAttemptKey(spki: Buffer) {
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Said below.
  }
  throw new CustodyError('malformed', 'attempt key');
}

/** An exam key's modulus, big endian. */
function modulusOf(spki: Buffer): Buffer {
  const { n } = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  return Buffer.from(n as string, 'base64url');
}
