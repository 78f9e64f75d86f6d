import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import type { Verifier } from './note.ts';

/** File of the certificate in the ledger's folder, beside the checkpoint. */
export const CERTIFICATE = 'log-key-certificate';

/** The log key, kept in a file because the token makes no Ed25519 signatures, is not what it has to be. The message names what. */
export class LogKeyError extends Error {
  override readonly name = 'LogKeyError';
}

export interface LogKey {
  /** Ed25519, 32 raw bytes. */
  publicKey: Uint8Array;
  /** @returns Ed25519 over the bytes (RFC 8032), 64 bytes */
  sign: (bytes: Uint8Array) => Promise<Uint8Array>;
}

/**
 * @param path a private key, PKCS#8 in PEM (RFC 8410)
 * @throws LogKeyError
 */
export function readLogKey(path: string): LogKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(readFileSync(path));
  } catch {
    throw new LogKeyError('CLOISTER_LOG_KEY_FILE holds no private key that can be read (PKCS#8 in PEM).');
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new LogKeyError('CLOISTER_LOG_KEY_FILE holds a key of another kind than Ed25519.');
  const { x = '' } = createPublicKey(key).export({ format: 'jwk' });
  return { publicKey: Buffer.from(x, 'base64url'), sign: (bytes) => promisify(sign)(null, Buffer.from(bytes), key) };
}

const certificate = z.strictObject({
  cloister: z.literal('log-key/v1'),
  /** Canonical JSON (RFC 8785) of {type: 'log-key', ledger, logKey}. */
  statement: z.string(),
  /** The token's P-256 key: an uncompressed point (SEC 1 section 2.3.3), base64url. */
  certifier: z.base64url().length(87),
  /** ECDSA with SHA-256 over the statement as r ‖ s, base64url. */
  signature: z.base64url().length(86),
});

/** The token's word for a log key that it cannot hold itself. Stands beside the ledger's files, in its entries and in receipts. */
export type LogKeyCertificate = z.infer<typeof certificate>;

/** @returns what the token signs: that this key signs this ledger's checkpoints */
export function logKeyStatement(ledger: string, publicKey: Uint8Array): string {
  return canonicalize({ type: 'log-key', ledger, logKey: Buffer.from(publicKey).toString('base64url') }) as string;
}

/**
 * Has the token certify a log key.
 * @param certifier the token's P-256 key, as an uncompressed point
 * @param signWithToken gives ECDSA with SHA-256 as r ‖ s
 */
export async function certifyLogKey(
  { name, publicKey }: Verifier,
  certifier: Uint8Array,
  signWithToken: (bytes: Uint8Array) => Promise<Uint8Array>,
): Promise<LogKeyCertificate> {
  const statement = logKeyStatement(name, publicKey);
  const signature = await signWithToken(Buffer.from(statement));
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  return { cloister: 'log-key/v1', statement, certifier: text(certifier), signature: text(signature) };
}

/** @returns the certifying key as an uncompressed point */
export function certifierOf({ certifier }: LogKeyCertificate): Buffer {
  return Buffer.from(certifier, 'base64url');
}

/**
 * Holds a certificate against the key that checkpoints are signed with.
 * @param value parsed JSON of any kind
 * @throws LogKeyError when it is none, is for another key or ledger, or is not signed by the key that it names
 */
export function checkCertificate(value: unknown, { name, publicKey }: Verifier): LogKeyCertificate {
  const parsed = certificate.safeParse(value);
  if (!parsed.success) throw new LogKeyError('it is not of the form that Cloister writes');
  const { statement, signature } = parsed.data;
  if (statement !== logKeyStatement(name, publicKey)) throw new LogKeyError('it speaks of another key or ledger');
  const point = certifierOf(parsed.data);
  let valid: boolean;
  try {
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url'));
    const key = createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: x ?? '', y: y ?? '' } });
    const bytes = Buffer.from(signature, 'base64url');
    valid = verify('sha256', Buffer.from(statement), { key, dsaEncoding: 'ieee-p1363' }, bytes);
  } catch {
    throw new LogKeyError('the key that it names is no P-256 key');
  }
  if (!valid || point[0] !== 0x04) throw new LogKeyError('it is not signed by the key that it names');
  return parsed.data;
}

/** @returns SHA-256 of the certifying point in hexadecimal, for a person to compare */
export function certifierFingerprint(one: LogKeyCertificate): string {
  return hash('sha256', certifierOf(one), 'hex');
}

/** @returns the sentence that a verdict adds where a log key is certified; it says what to compare */
export function certifiedBy(one: LogKeyCertificate): string {
  return (
    ' The key that signs it is kept outside the token and certified by the token’s key with the fingerprint ' +
    `${certifierFingerprint(one)}: compare that one too.`
  );
}
