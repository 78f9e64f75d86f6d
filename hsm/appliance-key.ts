import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CustodyConfig } from './config.ts';
import { replaceDurably, VERIFIER_KEY } from './ledger/folder.ts';
import {
  CERTIFICATE,
  certifierOf,
  certifyLogKey,
  checkCertificate,
  type LogKey,
  type LogKeyCertificate,
  LogKeyError,
  readLogKey,
} from './ledger/log-key.ts';
import { createVerifier, parseVerifierKey } from './ledger/note.ts';
import type { TokenClient } from './token/client.ts';
import type { SigningKind } from './token/templates.ts';

/** What is known of the appliance key before the token is there. */
export interface KnownAppliance {
  /** With what the token signs: as the appliance key, or only to certify the one in the file. */
  kind: SigningKind;
  /** The public half that the token has to have. Undefined at the very first start, which needs the token. */
  inToken: Uint8Array | undefined;
  /** Under which the ledger was begun; 32 raw bytes of Ed25519. */
  begun: Uint8Array | undefined;
  logKey: LogKey | undefined;
  certificate: LogKeyCertificate | undefined;
}

/** The appliance key, wherever it lies. */
export interface ApplianceKey {
  /** 32 raw bytes of Ed25519. */
  publicKey: Uint8Array;
  /** @returns Ed25519 over the bytes (RFC 8032), 64 bytes */
  sign: (bytes: Uint8Array) => Promise<Uint8Array>;
  certificate: LogKeyCertificate | undefined;
}

/**
 * Reads what the ledger's folder and the settings tell of the appliance key, so that custody can start while the token is away.
 * @throws LogKeyError when the log key, or the token's certificate for it, does not hold; NoteError when the verifier key does not
 */
export function readAppliance(folder: string, config: CustodyConfig): KnownAppliance {
  const verifierKey = read(join(folder, VERIFIER_KEY));
  const begun = verifierKey === undefined ? undefined : parseVerifierKey(verifierKey.trim()).publicKey;
  if (config.CLOISTER_LOG_KEY_FILE === undefined) {
    return { kind: 'Ed25519', inToken: begun, begun, logKey: undefined, certificate: undefined };
  }
  const logKey = readLogKey(config.CLOISTER_LOG_KEY_FILE);
  const text = read(join(folder, CERTIFICATE));
  const verifier = createVerifier(config.CLOISTER_LEDGER_ORIGIN, logKey.publicKey);
  const certificate = text === undefined ? undefined : checkOwn(() => checkCertificate(JSON.parse(text), verifier));
  return { kind: 'P-256', inToken: certificate && certifierOf(certificate), begun, logKey, certificate };
}

/**
 * Joins what is known with the token: its own key, or the log key, which it certifies once.
 * @throws TokenError token-away at a first start without the token
 */
export async function bindAppliance(
  known: KnownAppliance,
  token: TokenClient,
  folder: string,
  ledger: string,
): Promise<ApplianceKey> {
  const { logKey, begun } = known;
  if (!logKey) {
    return { publicKey: begun ?? token.publicKey, sign: (bytes) => token.sign(bytes), certificate: undefined };
  }
  let { certificate } = known;
  if (!certificate) {
    const verifier = createVerifier(ledger, logKey.publicKey);
    certificate = await certifyLogKey(verifier, token.publicKey, (bytes) => token.sign(bytes));
    await replaceDurably(folder, CERTIFICATE, JSON.stringify(certificate));
  }
  return { publicKey: logKey.publicKey, sign: logKey.sign, certificate };
}

function checkOwn(check: () => LogKeyCertificate): LogKeyCertificate {
  try {
    return check();
  } catch (error) {
    const why = error instanceof LogKeyError ? error.message : 'it is no JSON';
    throw new LogKeyError(
      `The certificate of the log key in the ledger’s folder does not hold: ${why}. Give custody the log key and the ledger that belong ` +
        'together; a ledger cannot change its key.',
      { cause: error },
    );
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
