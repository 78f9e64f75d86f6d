import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cosignedMessage, formatCosignature } from '../hsm/ledger/cosignature.ts';
import { createVerifier, formatVerifierKey, parseVerifierKey, type Verifier } from '../hsm/ledger/note.ts';
import { createFile } from './durable-file.ts';
import { WitnessError } from './errors.ts';

/** PKCS#8 in PEM (RFC 8410); nobody else may read it. */
const KEY = 'key';
const VERIFIER_KEY = 'verifier-key';

/** What a witness signs with. */
export interface SigningKey {
  verifier: Verifier;
  /**
   * @param text a checkpoint's note text, which the witness has checked
   * @param at seconds since 1970
   * @returns the cosignature's line, without its newline
   */
  cosign(text: string, at: number): string;
}

/**
 * Makes a witness's key.
 * @param name of the witness (C2SP: a schema-less URL)
 * @throws NoteError when the name can name no key; WitnessError when there is a key
 */
export function createSigningKey(folder: string, name: string): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const signingKey = signWith(privateKey, name);
  try {
    createFile(join(folder, KEY), privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 0o600);
    createFile(join(folder, VERIFIER_KEY), `${formatVerifierKey(signingKey.verifier)}\n`, 0o644);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new WitnessError('There is a witness’s key in this folder already. Take an empty folder for a new witness.');
  }
  return signingKey;
}

/** @throws WitnessError when the key is missing, damaged, or another than the one that was printed */
export function readSigningKey(folder: string): SigningKey {
  let own: SigningKey;
  let printed: string;
  try {
    printed = readFileSync(join(folder, VERIFIER_KEY), 'utf8').trim();
    const { name } = parseVerifierKey(printed, 'cosignature');
    own = signWith(createPrivateKey(readFileSync(join(folder, KEY))), name);
  } catch (cause) {
    throw new WitnessError(
      'The witness’s key is missing in this folder, or cannot be read. Begin a witness with “cloister witness init”, or put ' +
        'the files “key” and “verifier-key” back.',
      { cause },
    );
  }
  if (formatVerifierKey(own.verifier) !== printed)
    throw new WitnessError(
      'The key in this folder is not the one that its verifier key was printed for: one of the two files was replaced. Put the right one back.',
    );
  return own;
}

function signWith(privateKey: KeyObject, name: string): SigningKey {
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const verifier = createVerifier(name, Buffer.from(x, 'base64url'), 'cosignature');
  return {
    verifier,
    cosign: (text, at) =>
      formatCosignature(verifier, at, sign(null, Buffer.from(cosignedMessage(text, at)), privateKey)),
  };
}
