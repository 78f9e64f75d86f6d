import canonicalize from 'canonicalize';
import { type AttemptStart, type Envelope, type ExamKey, fromBase64url, toBase64url } from '../../wire.ts';
import { Stop } from './messages.ts';
import { words } from '../words/sending.ts';

/**
 * Checks that the exam key is the one that the institution's appliance made for this exam.
 * @param fingerprint base64url SHA-256 of the appliance key, from the personal link; null where the link carried none
 * @throws Stop with a sentence when the key is not that, or cannot be checked here
 */
export async function checkExamKey(start: AttemptStart, fingerprint: string | null): Promise<void> {
  const { kid, alg, spki, signature, applianceKey, releaseMode } = start.examKey;
  const appliance = fromBase64url(applianceKey);
  if (fingerprint !== null && fingerprint !== toBase64url(await sha256(appliance))) {
    throw new Stop(words.otherKey);
  }
  let valid: boolean;
  try {
    const key = await crypto.subtle.importKey('raw', appliance, 'Ed25519', false, ['verify']);
    const mode = releaseMode ? { releaseMode } : {};
    const statement = canonicalize({ type: 'exam-key', exam: start.exam, kid, alg, ...mode, spki }) ?? '';
    valid = await crypto.subtle.verify('Ed25519', key, fromBase64url(signature), new TextEncoder().encode(statement));
  } catch {
    throw new Stop(words.keyUnchecked);
  }
  if (!valid) {
    throw new Stop(words.keyUnsigned);
  }
}

/**
 * Wraps a chapter key under the exam key (RSA-OAEP, RFC 8017 section 7.1).
 * @returns the envelope's canonical JSON
 */
export async function wrapChapterKey(
  examKey: ExamKey,
  place: { exam: string; attempt: string; recording: string; chapter: number },
  base: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const { kid, alg, spki } = examKey;
  const hash = alg === 'RSA-OAEP-256' ? 'SHA-256' : 'SHA-1';
  const key = await crypto.subtle.importKey('spki', fromBase64url(spki), { name: 'RSA-OAEP', hash }, false, [
    'encrypt',
  ]);
  const wrapped = new Uint8Array(await crypto.subtle.encrypt('RSA-OAEP', key, base));
  const { exam, attempt, recording, chapter } = place;
  const envelope: Envelope = { v: 1, alg, exam, attempt, recording, chapter, kid, key: toBase64url(wrapped) };
  return canonicalize(envelope) ?? '';
}

/** @returns 32 bytes (FIPS 180-4) */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}
