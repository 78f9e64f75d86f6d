import { createHash, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { TokenError, tokenError } from './errors.ts';
import { inFlight } from './rewrap.ts';
import { CKA, flagType, SIGNING } from './templates.ts';
import type { Attribute, Flag, Flags, SigningKind } from './templates.ts';
import type { Cryptoki, Handle } from './connection.ts';

/** All objects that match, at most `limit`. Synchronous, so that no other search can begin on the session meanwhile. */
export function findObjects(library: Cryptoki, session: Handle, template: Attribute[], limit: number): Handle[] {
  try {
    library.C_FindObjectsInit(session, template);
    try {
      return library.C_FindObjects(session, limit);
    } finally {
      library.C_FindObjectsFinal(session);
    }
  } catch (error) {
    throw tokenError(error, 'find');
  }
}

/** Reads attributes that every object of its kind has. */
export function readValues(library: Cryptoki, session: Handle, object: Handle, types: number[]): Buffer[] {
  const template = types.map((type) => ({ type }));
  try {
    return library.C_GetAttributeValue(session, object, template).map(({ value }) => value);
  } catch (error) {
    throw tokenError(error, 'find');
  }
}

/** Reads boolean attributes one by one: some tokens do not know all, and one unknown would spoil a common call. */
export function readFlags(library: Cryptoki, session: Handle, object: Handle, flags: Flag[]): Flags {
  return Object.fromEntries(
    flags.flatMap((flag) => {
      try {
        const value = library.C_GetAttributeValue(session, object, [{ type: flagType(flag) }])[0]?.value;
        return value?.length ? [[flag, value[0] === 1]] : [];
      } catch {
        return [];
      }
    }),
  );
}

/** @throws TokenError template-refused naming what the token holds otherwise than asked */
export function assertFlags(library: Cryptoki, session: Handle, object: Handle, wanted: Flags): void {
  const differing = differingFlags(library, session, object, wanted);
  if (differing.length > 0)
    throw new TokenError('template-refused', `differs from what was asked: ${differing.join(', ')}`);
}

/** @returns what the token holds otherwise than asked, or does not tell */
export function differingFlags(library: Cryptoki, session: Handle, object: Handle, wanted: Flags): Flag[] {
  const flags = Object.keys(wanted) as Flag[];
  const found = readFlags(library, session, object, flags);
  return flags.filter((flag) => found[flag] !== wanted[flag]);
}

export function rsaPublicKey(library: Cryptoki, session: Handle, object: Handle): KeyObject {
  const [n, e] = readValues(library, session, object, [CKA.modulus, CKA.publicExponent]).map((value) =>
    value.toString('base64url'),
  );
  return createPublicKey({ key: { kty: 'RSA', n: n ?? '', e: e ?? '' }, format: 'jwk' });
}

/**
 * The public half of a signing key. Tokens give the point as a DER OCTET STRING (PKCS#11 v3.0 section 2.3.5), some bare.
 * @returns Ed25519: the 32 bytes of RFC 8032; P-256: the 65 bytes of an uncompressed point (SEC 1 section 2.3.3)
 */
export function signingPublicKey(library: Cryptoki, session: Handle, object: Handle, kind: SigningKind): Uint8Array {
  const bytes = kind === 'Ed25519' ? 32 : 65;
  const [point] = readValues(library, session, object, [CKA.ecPoint]);
  const wrapped = point?.length === bytes + 2 && point[0] === 0x04 && point[1] === bytes;
  const bare = wrapped ? point.subarray(2) : point;
  if (bare?.length !== bytes || (kind === 'P-256' && bare[0] !== 0x04))
    throw new TokenError('template-refused', `the ${kind} public key has another form`);
  return Uint8Array.from(bare);
}

/**
 * One signature of 64 bytes: Ed25519 over the bytes (RFC 8032), or ECDSA over their SHA-256 as r ‖ s (PKCS#11 v3.0 section
 * 2.3.1). The session has to be the caller's alone until it is done.
 */
export async function signWith(
  library: Cryptoki,
  session: Handle,
  key: Handle,
  kind: SigningKind,
  bytes: Uint8Array,
): Promise<Buffer> {
  const message = kind === 'Ed25519' ? Buffer.from(bytes) : createHash('sha256').update(bytes).digest();
  inFlight.add(message);
  try {
    library.C_SignInit(session, { mechanism: SIGNING[kind].mechanism }, key);
    return await library.C_SignAsync(session, message, Buffer.alloc(64));
  } catch (error) {
    throw tokenError(error, 'sign');
  } finally {
    inFlight.delete(message);
  }
}
