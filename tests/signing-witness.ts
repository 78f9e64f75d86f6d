import { generateKeyPairSync, sign } from 'node:crypto';
import { cosignedMessage, formatCosignature } from '../hsm/ledger/cosignature.ts';
import { createVerifier, formatVerifierKey, splitNote } from '../hsm/ledger/note.ts';

/** A witness that signs whatever it is told to, at whatever time it is told to. */
export function signingWitness(name: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
  const verifier = createVerifier(name, raw, 'cosignature');
  return {
    name,
    verifier,
    key: formatVerifierKey(verifier),
    /** @param note a checkpoint @param at seconds since 1970 @returns the line below it, without its newline */
    cosign(note: string, at = Math.floor(Date.now() / 1000)): string {
      const message = cosignedMessage(splitNote(note).text, at);
      return formatCosignature(verifier, at, sign(null, Buffer.from(message), privateKey));
    },
  };
}
