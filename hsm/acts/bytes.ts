import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { CustodyError } from '../errors.ts';
import { type Act, actSchema } from './definitions.ts';

/** @returns the act's canonical JSON (RFC 8785): the bytes, in UTF-8, whose SHA-256 the passkeys sign */
export function encodeAct(act: Act): string {
  return canonicalize(act) as string;
}

/**
 * Reads an act from its bytes, strictly: of every act there is one form only.
 * @throws CustodyError malformed for anything that `encodeAct` did not give
 */
export function decodeAct(bytes: string): Act {
  try {
    const act = actSchema.parse(JSON.parse(bytes));
    if (encodeAct(act) === bytes) return act;
  } catch {
    // Said below, as for bytes that are not canonical.
  }
  throw new CustodyError('malformed', 'act');
}

/** @returns the WebAuthn challenge that stands for the act: SHA-256 of its bytes, base64url */
export function challengeOf(bytes: string): string {
  return hash('sha256', bytes, 'base64url');
}
