import { createPublicKey, type KeyObject } from 'node:crypto';
import { TokenError } from './errors.ts';

/** An RSA public key that chapter keys may be wrapped under. */
export interface RecipientKey {
  key: KeyObject;
  /** As PKCS#11 takes it: big-endian, without a leading zero. */
  modulus: Buffer;
  /** Length of the modulus, and of everything wrapped under it. */
  bytes: number;
}

/**
 * Reads the public key that a release is for.
 * @param spki DER SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) with rsaEncryption, exactly as WebCrypto exports it
 * @throws TokenError recipient-refused for any other kind, size or exponent, and for any other encoding of the same key
 */
export function readRecipient(spki: Uint8Array): RecipientKey {
  const bytes = Buffer.from(spki);
  let key;
  try {
    key = createPublicKey({ key: bytes, format: 'der', type: 'spki' });
  } catch {
    throw new TokenError('recipient-refused', 'not a SubjectPublicKeyInfo');
  }
  const { modulusLength: bits = 0, publicExponent } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== 'rsa') throw new TokenError('recipient-refused', `${key.asymmetricKeyType}, not rsa`);
  if (bits < 2048 || bits > 4096) throw new TokenError('recipient-refused', `${bits} bits`);
  if (publicExponent !== 65537n) throw new TokenError('recipient-refused', 'exponent is not 65537');
  if (!bytes.equals(key.export({ format: 'der', type: 'spki' })))
    throw new TokenError('recipient-refused', 'not in the encoding of its kind');
  return { key, modulus: Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url'), bytes: Math.ceil(bits / 8) };
}
