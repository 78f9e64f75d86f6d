import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { TokenError, tokenError } from './errors.ts';
import { inFlight } from './rewrap.ts';
import { CKA, CKM, flagType } from './templates.ts';
import type { Attribute, Flag, Flags } from './templates.ts';
import type { Cryptoki, Handle } from './token.ts';

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
export function assertFlags(library: Cryptoki, session: Handle, object: Handle, asked: Flags): void {
  const found = readFlags(library, session, object, Object.keys(asked) as Flag[]);
  const differing = Object.entries(asked).filter(([flag, value]) => found[flag as Flag] !== value);
  if (differing.length > 0)
    throw new TokenError(
      'template-refused',
      `differs from what was asked: ${differing.map(([flag]) => flag).join(', ')}`,
    );
}

export function rsaPublicKey(library: Cryptoki, session: Handle, object: Handle): KeyObject {
  const [n, e] = readValues(library, session, object, [CKA.modulus, CKA.publicExponent]).map((value) =>
    value.toString('base64url'),
  );
  return createPublicKey({ key: { kty: 'RSA', n: n ?? '', e: e ?? '' }, format: 'jwk' });
}

/** The 32 bytes of RFC 8032. Tokens give the point as a DER OCTET STRING (PKCS#11 v3.0 section 2.3.5), some bare. */
export function edwardsPublicKey(library: Cryptoki, session: Handle, object: Handle): Uint8Array {
  const [point] = readValues(library, session, object, [CKA.ecPoint]);
  const bare = point?.length === 34 && point[0] === 0x04 && point[1] === 32 ? point.subarray(2) : point;
  if (bare?.length !== 32) throw new TokenError('template-refused', 'the Ed25519 public key has another form');
  return Uint8Array.from(bare);
}

/** One Ed25519 signature, 64 bytes; the session has to be the caller's alone until it is done. */
export async function signEdwards(library: Cryptoki, session: Handle, key: Handle, bytes: Uint8Array): Promise<Buffer> {
  const message = Buffer.from(bytes);
  inFlight.add(message);
  try {
    library.C_SignInit(session, { mechanism: CKM.eddsa }, key);
    return await library.C_SignAsync(session, message, Buffer.alloc(64));
  } catch (error) {
    throw tokenError(error, 'sign');
  } finally {
    inFlight.delete(message);
  }
}
