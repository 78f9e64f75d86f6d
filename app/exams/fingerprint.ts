import { createHash } from 'node:crypto';

const digestOf = (applianceKey: string) => createHash('sha256').update(Buffer.from(applianceKey, 'base64url'));

/**
 * The appliance key's fingerprint for comparing by eye: invitations and the notice show it in this one form.
 * @param applianceKey Ed25519 public key: 32 raw bytes, base64url
 * @returns SHA-256 of the raw bytes in hexadecimal, in groups of four
 */
export function fingerprintOf(applianceKey: string): string {
  return digestOf(applianceKey)
    .digest('hex')
    .replace(/.{4}(?!$)/g, '$& ');
}

/**
 * The same fingerprint for the recorder, which compares it before it starts an attempt.
 * @param applianceKey as above
 * @returns what follows `#` in a personal link
 */
export function fragmentOf(applianceKey: string): string {
  return `key=${digestOf(applianceKey).digest('base64url')}`;
}
