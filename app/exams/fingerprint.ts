import { createHash } from 'node:crypto';

/**
 * @param applianceKey Ed25519 public key: 32 raw bytes, base64url
 * @returns SHA-256 of the raw bytes in hexadecimal, in groups of four, as invitations print it
 */
export function fingerprintOf(applianceKey: string): string {
  const digest = createHash('sha256').update(Buffer.from(applianceKey, 'base64url')).digest('hex');
  return digest.replace(/.{4}(?!$)/g, '$& ');
}
