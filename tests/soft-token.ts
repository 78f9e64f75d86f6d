import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provisionSoftToken } from '../hsm/token/provision.ts';

export const MODULE = '/usr/lib/softhsm/libsofthsm2.so';
export const LABEL = 'cloister test';
export const PIN = 'pin-of-the-test';
export const SO_PIN = 'officer-of-the-test';

/** A fresh SoftHSM token in a folder of its own, which this process's module will find. Gives the folder. */
export async function makeSoftToken(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cloister-token-'));
  const { configuration } = await provisionSoftToken({ folder, label: LABEL, pin: PIN, soPin: SO_PIN });
  process.env.SOFTHSM2_CONF = configuration;
  return folder;
}

/** What a browser does: seals a chapter key to an exam key, or makes a pair to receive one. */
export async function seal(spki: Uint8Array, secret: Uint8Array, hash: string): Promise<Uint8Array> {
  const algorithm = { name: 'RSA-OAEP', hash };
  const key = await crypto.subtle.importKey('spki', Uint8Array.from(spki), algorithm, false, ['encrypt']);
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, key, Uint8Array.from(secret)));
}

export interface Reviewer {
  spki: Uint8Array;
  open(wrapped: Uint8Array): Promise<Buffer>;
}

export async function makeReviewer(hash: string, modulusLength = 2048): Promise<Reviewer> {
  const algorithm = { name: 'RSA-OAEP', hash, modulusLength, publicExponent: Uint8Array.from([1, 0, 1]) };
  const pair = await crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
  return {
    spki: new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey)),
    open: async (wrapped) =>
      Buffer.from(await crypto.subtle.decrypt(algorithm, pair.privateKey, Uint8Array.from(wrapped))),
  };
}

/** The hash of an algorithm, as WebCrypto calls it. */
export const hashOf = (algorithm: string) => (algorithm === 'RSA-OAEP-256' ? 'SHA-256' : 'SHA-1');
