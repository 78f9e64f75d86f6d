import { createHash, randomBytes } from 'node:crypto';

/** @returns 32 random bytes as base64url: what a personal link or a session cookie carries */
export function createToken(): string {
  return randomBytes(32).toString('base64url');
}

/** @returns SHA-256 of the token's text: all that the database keeps of it */
export function digestToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
