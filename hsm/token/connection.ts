import { existsSync } from 'node:fs';
import { Crypto as Provider } from 'node-webcrypto-p11';
import pkcs11 from 'pkcs11js';
import type { Handle, KeyPair, PKCS11 } from 'pkcs11js';
import { reasonOf, TokenError, tokenError } from './errors.ts';
import { steady } from './steady.ts';

export type { Handle, KeyPair };
/** The raw PKCS#11 calls; the other files of this folder know them by this type only. */
export type Cryptoki = PKCS11;

export interface TokenOptions {
  /** Path of the PKCS#11 module. */
  module: string;
  /** What some modules want to be told at C_Initialize instead of in a file of their own; NSS does. */
  parameters?: string | undefined;
  label: string;
  pin: string;
  /** How many operations the token does at the same time. */
  sessions?: number;
}

/** A token that is open and logged in. */
export interface Connection {
  library: Cryptoki;
  provider: Provider;
  /** Session of the provider: synchronous calls only, so that it never is in use twice. */
  main: Handle;
  sessions: Handle[];
  /** Closes every session, which logs out; the last token of a module ends the module. */
  end(): void;
}

const SESSIONS = 8;
/** Without it a module may assume one thread and go without locks, while the async calls run on several (PKCS#11 v3.0 section 5.4). */
const CKF_OS_LOCKING_OK = 2;
const CKF_RW_SERIAL_SESSION = 6;
const CKF_TOKEN_INITIALIZED = 0x400;

interface Module {
  library: Cryptoki;
  labels: Set<string>;
}

/** Modules of this process and the tokens open in them: C_Initialize and C_Finalize count per process, not per token. */
const modules = new Map<string, Module>();

/**
 * Opens a token without trying anything; `Token.open` is what custody uses, this is for the probe.
 * @throws TokenError module-missing, module-unusable, token-missing, token-ambiguous, token-away, pin-wrong, pin-locked
 */
export function connect({ module, parameters, label, pin, sessions = SESSIONS }: TokenOptions): Connection {
  const { library, labels } = modules.get(module) ?? startModule(module, parameters);
  const opened: Handle[] = [];
  const end = (): void => {
    try {
      for (const session of opened) library.C_CloseSession(session);
    } finally {
      endModuleIfIdle(module);
    }
  };
  try {
    // A second login would succeed whatever the PIN.
    if (labels.has(label)) throw new TokenError('failed', 'this process has the token open already');
    const provider = new Provider({
      library: module,
      slot: slotIndex(library, label),
      readWrite: true,
      ...(parameters && { libraryParameters: parameters }),
    });
    const main = provider.session.handle;
    opened.push(main);
    if (provider.token.label.trim() !== label) throw new TokenError('token-missing', 'it was exchanged meanwhile');
    provider.login(pin);
    const { handle } = provider.slot;
    for (let made = 0; made < sessions; made++) opened.push(library.C_OpenSession(handle, CKF_RW_SERIAL_SESSION));
    labels.add(label);
    return { library, provider, main, sessions: opened.slice(1), end: () => (labels.delete(label), end()) };
  } catch (error) {
    try {
      end();
    } catch {
      // A token that is away cannot be closed either; why it could not be opened says more.
    }
    throw tokenError(error, 'open');
  }
}

/** The library opens by index, so the index is looked up here by label, and the label is checked again afterwards. */
function slotIndex(library: Cryptoki, label: string): number {
  const matching = library.C_GetSlotList(true).flatMap((slot, index) => {
    const info = library.C_GetTokenInfo(slot);
    return info.flags & CKF_TOKEN_INITIALIZED && info.label.trim() === label ? [index] : [];
  });
  const [index] = matching;
  if (index === undefined) throw new TokenError('token-missing', label);
  if (matching.length > 1) throw new TokenError('token-ambiguous', label);
  return index;
}

function startModule(module: string, parameters: string | undefined): Module {
  if (!existsSync(module)) throw new TokenError('module-missing', module);
  const library = new pkcs11.PKCS11();
  try {
    library.load(module);
    library.C_Initialize({ flags: CKF_OS_LOCKING_OK, ...(parameters && { libraryParameters: parameters }) });
  } catch (error) {
    const known = tokenError(error, 'start');
    throw known instanceof TokenError ? known : new TokenError('module-unusable', reasonOf(error));
  }
  const started = { library: steady(library), labels: new Set<string>() };
  modules.set(module, started);
  return started;
}

function endModuleIfIdle(module: string): void {
  const started = modules.get(module);
  if (!started || started.labels.size > 0) return;
  modules.delete(module);
  started.library.C_Finalize();
  started.library.close();
}
