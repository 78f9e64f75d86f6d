import { reasonOf, TokenError, tokenError } from './errors.ts';
import type { Cryptoki, Handle } from './connection.ts';
import { CKA, CKM, CONTENT_KEY_BYTES, contentKeyTemplate, flagType, oaepMechanism } from './templates.ts';
import type { KeyType, WrapAlgorithm } from './templates.ts';

/** How this token does a release, found out by trying when it is opened. */
export interface RewrapForm {
  /** Of the envelope, and under the recipient: the exam key's own. */
  algorithm: WrapAlgorithm;
  keyType: KeyType;
  /** See RULER_TEMPLATE; undefined where the token has no AES key wrap. */
  ruler: Handle | undefined;
}

export interface RewrapJob {
  examKey: Handle;
  wrapped: Uint8Array;
  recipient: { handle: Handle; bytes: number };
}

/** pkcs11js hands the addresses of input buffers to another thread and keeps no reference: whatever is on its way is kept alive here. */
export const inFlight = new Set<Buffer>();

/**
 * Unwraps an envelope into a sensitive session object, wraps that under the recipient and destroys it. The key's value
 * never leaves the token in the clear.
 * @returns the chapter key under the recipient's key, as long as its modulus
 * @throws TokenError envelope-unreadable, recipient-refused, template-refused, key-missing, token-away
 */
export async function rewrapKey(library: Cryptoki, session: Handle, form: RewrapForm, job: RewrapJob): Promise<Buffer> {
  const key = await unwrapContentKey(library, session, form, job.examKey, job.wrapped);
  try {
    assertContentKey(library, session, form, key);
    const { handle, bytes } = job.recipient;
    return await library.C_WrapKeyAsync(session, oaepMechanism(form.algorithm), handle, key, Buffer.alloc(bytes));
  } catch (error) {
    throw tokenError(error, 'wrap');
  } finally {
    library.C_DestroyObject(session, key);
  }
}

/** Unwraps into a session object of this session; the caller destroys it. */
export async function unwrapContentKey(
  library: Cryptoki,
  session: Handle,
  form: Pick<RewrapForm, 'algorithm' | 'keyType'>,
  examKey: Handle,
  wrapped: Uint8Array,
): Promise<Handle> {
  const envelope = Buffer.from(wrapped);
  const template = contentKeyTemplate(form.keyType);
  inFlight.add(envelope);
  try {
    return await library.C_UnwrapKeyAsync(session, oaepMechanism(form.algorithm), examKey, envelope, template);
  } catch (error) {
    throw tokenError(error, 'unwrap');
  } finally {
    inFlight.delete(envelope);
  }
}

/**
 * Asks the token whether the unwrapped object is what a release may handle. Done for each release: it costs some
 * 30 µs beside more than a millisecond of RSA, and no cache can go stale.
 */
export function assertContentKey(library: Cryptoki, session: Handle, form: RewrapForm, key: Handle): void {
  const [sensitive, length] = library.C_GetAttributeValue(session, key, [
    { type: flagType('sensitive') },
    { type: CKA.valueLength },
  ]);
  if (sensitive?.value?.[0] !== 1) throw new TokenError('template-refused', 'unwrapped keys are not sensitive');
  // SoftHSM 2.6.1 says 0 for every unwrapped key.
  const told = length?.value?.length ? length.value.readUInt32LE(0) : 0;
  const bytes = told || measureKey(library, session, form.ruler, key);
  if (bytes !== CONTENT_KEY_BYTES) throw new TokenError('envelope-unreadable', `the key in it has ${bytes} bytes`);
}

/** RFC 3394: the wrap is eight bytes longer than the key; lengths that are no multiple of eight are refused. */
function measureKey(library: Cryptoki, session: Handle, ruler: Handle | undefined, key: Handle): number {
  if (!ruler) throw new TokenError('template-refused', 'the token does not tell the length of an unwrapped key');
  try {
    return library.C_WrapKey(session, { mechanism: CKM.aesKeyWrap }, ruler, key, Buffer.alloc(1024)).length - 8;
  } catch (error) {
    throw new TokenError('envelope-unreadable', `the length of the key in it cannot be measured: ${reasonOf(error)}`);
  }
}
