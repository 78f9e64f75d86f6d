import { z } from 'zod';
import { NoteError, parseVerifierKey, type Verifier } from '../../hsm/ledger/note.ts';

/** A witness that is asked to cosign the ledger. */
export interface AskedWitness {
  verifier: Verifier;
  /** Where it takes checkpoints (C2SP tlog-witness, "add-checkpoint"). */
  address: string;
}

/** Reads pairs of a witness's verifier key and the URL below which it answers, a space within a pair and a comma between pairs. */
export const witnessList = z.string().transform((text, context): AskedWitness[] => {
  const witnesses: AskedWitness[] = [];
  for (const [index, pair] of text.split(',').entries()) {
    const [key = '', url = '', ...rest] = pair.trim().split(/\s+/);
    const address = rest.length === 0 ? addressBelow(url) : undefined;
    if (address === undefined) {
      // Not as it stands: it may hold a password.
      context.addIssue(
        `is not, in pair ${index + 1}, a witness’s key, a space and the http or https address below which it answers`,
      );
      continue;
    }
    try {
      const verifier = parseVerifierKey(key, 'cosignature');
      if (witnesses.some((one) => one.verifier.name === verifier.name)) {
        context.addIssue(`names ${verifier.name} twice`);
      }
      witnesses.push({ verifier, address });
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      context.addIssue(`holds ${JSON.stringify(key)}, which is no witness’s key: ${error.message}`);
    }
  }
  return witnesses;
});

/** @returns where checkpoints are sent; undefined for what is no address, or holds a password or a question */
function addressBelow(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
    return undefined;
  return `${url.href.replace(/\/$/, '')}/add-checkpoint`;
}
