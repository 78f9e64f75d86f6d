import { constants, publicEncrypt } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Cryptoki, Handle } from './connection.ts';
import { TokenError, tokenError } from './errors.ts';
import { inFlight } from './rewrap.ts';
import { CONTENT_KEY_BYTES, OAEP_HASH, oaepMechanism } from './templates.ts';
import type { WrapAlgorithm } from './templates.ts';

export interface HostRelease {
  examKey: Handle;
  wrapped: Uint8Array;
  /** Of the envelope, and under the recipient: the exam key's own. */
  algorithm: WrapAlgorithm;
  recipient: KeyObject;
}

/**
 * A release for tokens that cannot wrap or unwrap: the token decrypts the chapter key, this process wraps it under the recipient and
 * overwrites it. For that moment it lies in this process's memory, and in whatever the module itself keeps of it.
 * @returns the chapter key under the recipient's key, as long as its modulus
 * @throws TokenError envelope-unreadable, key-missing, token-away
 */
export async function releaseThroughHost(library: Cryptoki, session: Handle, job: HostRelease): Promise<Buffer> {
  const envelope = Buffer.from(job.wrapped);
  const room = Buffer.alloc(envelope.length);
  inFlight.add(envelope);
  inFlight.add(room);
  try {
    library.C_DecryptInit(session, oaepMechanism(job.algorithm), job.examKey);
    // Usually a slice of `room`; a module may make it a copy.
    const secret = await library.C_DecryptAsync(session, envelope, room);
    try {
      if (secret.length !== CONTENT_KEY_BYTES)
        throw new TokenError('envelope-unreadable', `the key in it has ${secret.length} bytes`);
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      return publicEncrypt({ key: job.recipient, oaepHash: OAEP_HASH[job.algorithm], padding }, secret);
    } finally {
      secret.fill(0);
    }
  } catch (error) {
    throw tokenError(error, 'unwrap');
  } finally {
    room.fill(0);
    inFlight.delete(envelope);
    inFlight.delete(room);
  }
}
