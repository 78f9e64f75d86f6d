import type { Cryptoki } from './connection.ts';
import { returnValue } from './errors.ts';

/** CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED, CKR_DEVICE_ERROR: they say nothing of the call, and may be gone the next time. */
const PASSING = [0x05, 0x06, 0x30];
const TRIES = 3;

/** Calls that stand alone and can be made again: neither those in the middle of an operation nor those that make lasting objects. */
const REPEATABLE = new Set<PropertyKey>([
  'C_GetTokenInfo',
  'C_GetSessionInfo',
  'C_GetAttributeValue',
  'C_CreateObject',
  'C_DestroyObject',
  'C_FindObjectsInit',
  'C_SignInit',
  'C_DecryptInit',
  'C_UnwrapKeyAsync',
  'C_WrapKey',
  'C_WrapKeyAsync',
]);

/**
 * Makes a token that fails now and then usable: a call that failed for no reason of its own is made again, twice at most.
 * One that goes on failing, such as the unwrap of an envelope that holds nothing, fails as before.
 */
export function steady(library: Cryptoki): Cryptoki {
  return new Proxy(library, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      const call = member.bind(target) as (...args: unknown[]) => unknown;
      return REPEATABLE.has(name) ? (...args: unknown[]) => again(() => call(...args)) : call;
    },
  });
}

function again(call: () => unknown, tries = TRIES): unknown {
  try {
    const result = call();
    return result instanceof Promise ? result.catch((error: unknown) => retry(error, call, tries)) : result;
  } catch (error) {
    return retry(error, call, tries);
  }
}

function retry(error: unknown, call: () => unknown, tries: number): unknown {
  if (tries === 1 || !PASSING.includes(returnValue(error)?.number ?? -1)) throw error;
  return again(call, tries - 1);
}
