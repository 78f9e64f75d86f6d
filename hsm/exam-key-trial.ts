import {
  constants,
  createPublicKey,
  generateKeyPair,
  hash,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { promisify } from 'node:util';
import type { Custody } from './custody.ts';
import { OAEP_HASH } from './token/templates.ts';
import type { ExamKeyAttributes, ReleaseMode, WrapAlgorithm } from './token/token.ts';

/** Keys of trials that were cut off are found by it and destroyed by the next one. */
const TRIAL = 'trial-';
const CHAPTER_KEY_BYTES = 32;

/** What came of a key made as every exam's is, used once and destroyed. */
export interface ExamKeyTrial {
  algorithm: WrapAlgorithm;
  releaseMode: ReleaseMode;
  attributes: ExamKeyAttributes;
  /** SHA-256 of the public half (SubjectPublicKeyInfo), hexadecimal. */
  fingerprint: string;
  /** Whether a chapter key came out of its envelope and under the recipient's key as the same bytes. */
  released: boolean;
  /** Whether the token holds nothing of it any more. */
  destroyed: boolean;
}

/**
 * Makes an exam key in the token, reads its attributes back, releases one chapter key through it to a recipient of its own, as a reviewer's
 * browser would have it, and destroys it.
 * @throws TokenError as making and releasing do; nothing stays in the token
 */
export async function tryExamKey({ token }: Pick<Custody, 'token'>): Promise<ExamKeyTrial> {
  for (const kid of await token.examKeyIds()) if (kid.startsWith(TRIAL)) await token.destroyExamKey(kid);
  const kid = `${TRIAL}${randomUUID()}`;
  const { spki, alg, releaseMode } = await token.createExamKey(kid);
  let tried: Omit<ExamKeyTrial, 'destroyed'>;
  try {
    const attributes = await token.examKeyAttributes(kid);
    const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: OAEP_HASH[alg] };
    const chapterKey = randomBytes(CHAPTER_KEY_BYTES);
    const examKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    const recipient = token.nameRecipient(pair.publicKey.export({ format: 'der', type: 'spki' }));
    try {
      const wrapped = publicEncrypt({ key: examKey, ...oaep }, chapterKey);
      const released = await token.rewrap({ kid, alg, releaseMode }, wrapped, recipient);
      const received = privateDecrypt({ key: pair.privateKey, ...oaep }, Buffer.from(released));
      const fingerprint = hash('sha256', spki, 'hex');
      tried = { algorithm: alg, releaseMode, attributes, fingerprint, released: received.equals(chapterKey) };
    } finally {
      await token.closeRecipient(recipient);
    }
  } finally {
    await token.destroyExamKey(kid);
  }
  return { ...tried, destroyed: !(await token.examKeyIds()).includes(kid) };
}
