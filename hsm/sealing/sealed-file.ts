import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { combine } from 'shamir-secret-sharing';
import { z } from 'zod';
import { openShare } from './share.ts';

/** File in custody's folder that holds the token's PIN, encrypted under the key that the custodians share. */
export const SEALED_FILE = 'sealed-pin.json';
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A threshold of one would be no sharing; the library splits into 255 at most. */
const MOST_CUSTODIANS = 255;

const header = {
  cloister: z.literal('sealed-pin/v1'),
  /** Six hexadecimal digits; see share.ts. */
  sealing: z.string().regex(/^[0-9A-F]{6}$/),
  /** How many custodians it takes. */
  threshold: z.int().min(2).max(MOST_CUSTODIANS),
  /** In the order in which they got their shares. */
  custodians: z
    .array(z.strictObject({ name: z.string().min(1), digest: z.base64url().length(43) }))
    .min(2)
    .max(MOST_CUSTODIANS),
  /** ISO 8601, UTC. */
  sealedAt: z.iso.datetime(),
};

const sealedPin = z.strictObject({
  ...header,
  nonce: z.base64url().length(16),
  /** AES-256-GCM over the PIN, followed by the tag; everything above is authenticated with it. */
  ciphertext: z.base64url(),
});

export type SealedPin = z.infer<typeof sealedPin>;
export type SealedHeader = Omit<SealedPin, 'nonce' | 'ciphertext'>;

/** The sealed PIN cannot be opened or used. The message says what happened and what to do. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** @param folder custody's own */
export function isSealed(folder: string): boolean {
  return existsSync(join(folder, SEALED_FILE));
}

/**
 * @returns what lies sealed in custody's folder; undefined where nothing does
 * @throws SealError when it is not of the form that custody writes
 */
export function readSealedPin(folder: string): SealedPin | undefined {
  if (!isSealed(folder)) return undefined;
  try {
    return sealedPin.parse(JSON.parse(readFileSync(join(folder, SEALED_FILE), 'utf8')));
  } catch (cause) {
    throw new SealError(
      `The sealed PIN in ${join(folder, SEALED_FILE)} is damaged. Put its newest copy back from a backup; the custodians’ shares stay good.`,
      { cause },
    );
  }
}

/**
 * Encrypts a PIN (NIST SP 800-38D, a fresh key for each sealing).
 * @param key 32 bytes, used for this and nothing else
 */
export function sealPin(named: SealedHeader, key: Uint8Array, pin: Uint8Array): SealedPin {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(authenticated(named));
  const ciphertext = Buffer.concat([cipher.update(pin), cipher.final(), cipher.getAuthTag()]);
  return { ...named, nonce: nonce.toString('base64url'), ciphertext: ciphertext.toString('base64url') };
}

/**
 * @param shares of as many custodians as it takes, 40 bytes each; they stay the caller's to be zeroed
 * @returns the PIN, to be zeroed by the caller
 * @throws SealError when these shares do not open it
 */
export async function openSealedPin(file: SealedPin, shares: readonly Uint8Array[]): Promise<Buffer> {
  const { nonce, ciphertext, ...named } = file;
  const sealed = Buffer.from(ciphertext, 'base64url');
  // The library takes plain arrays only, and would refuse a Buffer.
  const points = shares.map((share) => Uint8Array.from(openShare(share).point));
  const key = await combine(points);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(authenticated(named)).setAuthTag(sealed.subarray(-TAG_BYTES));
    const opened = decipher.update(sealed.subarray(0, -TAG_BYTES));
    try {
      decipher.final();
    } catch (cause) {
      opened.fill(0);
      throw new SealError(
        'The shares are the right ones, but the sealed PIN does not open with them: the file was changed. Put its copy back from a backup.',
        { cause },
      );
    }
    return opened;
  } finally {
    for (const secret of [key, ...points]) secret.fill(0);
  }
}

function authenticated(named: SealedHeader): Buffer {
  return Buffer.from(canonicalize(named) as string);
}
