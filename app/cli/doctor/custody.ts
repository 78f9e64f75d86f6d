import type { WitnessView } from '../../../hsm/witnesses.ts';
import { connectOperator, type OperatorCustody } from '../../custody/client.ts';
import type { Examination } from './examination.ts';

/** A look at it reads what it has in memory. */
const PATIENCE_MS = 10_000;

/**
 * Asks custody how it stands: its token, how keys are released, its ledger.
 * @param socket of its operator
 * @param log where custody writes what it says
 */
export async function examineCustody(socket: string, log: string): Promise<Examination[]> {
  const custody = connectOperator(socket, PATIENCE_MS);
  const state = await custody.state().catch((error: Error) => error);
  if (state instanceof Error) {
    return [
      {
        of: 'Custody',
        verdict: 'ill',
        means:
          'It does not answer. What was begun goes on being recorded; no exam begins anew for long, no key is released and nothing can be signed.',
        mend: `Read ${log}: its last sentence says what happened and what to do.`,
      },
    ];
  }
  const { entries, witnesses } = state;
  const ledger: Examination = { of: 'Ledger', verdict: 'well', means: `It has ${entries} entries.` };
  return [examineToken(state), ledger, ...examineWitnesses(witnesses)];
}

/** @param custody's words about its token, which it tried when it opened it */
export function examineToken(custody: Awaited<ReturnType<OperatorCustody['state']>>): Examination {
  const { state, releaseMode, algorithm, unkeptRights } = custody;
  const of = 'Token';
  if (state === 'sealed')
    return {
      of,
      verdict: 'doubtful',
      means: 'Custody is sealed. Recording goes on; nobody can watch or sign.',
      mend: 'Have the custodians run “cloister unseal”.',
    };
  if (state === 'token-away')
    return {
      of,
      verdict: 'ill',
      means: 'It does not answer. Recording goes on; nobody can watch or sign.',
      mend: 'Connect it; custody finds it by itself. “cloister token probe” tries each operation.',
    };
  if (releaseMode === 'host-transient')
    return {
      of,
      verdict: 'doubtful',
      means: `It is open (${algorithm}), but cannot release keys inside itself: for a moment each lies in custody’s memory.`,
      mend: 'Only another token can mend that: docs/tokens.md.',
    };
  if (unkeptRights.length > 0)
    return {
      of,
      verdict: 'doubtful',
      means: `It is open; keys are released inside it (${algorithm}). It does not keep from a key: ${unkeptRights.join(', ')}.`,
      mend: 'Only another token can mend that: docs/tokens.md.',
    };
  return { of, verdict: 'well', means: `It is open; keys are released inside it (${algorithm}).` };
}

/** @param witnesses as custody verified what they said */
export function examineWitnesses(witnesses: readonly WitnessView[]): Examination[] {
  if (witnesses.length === 0) {
    const means =
      'None is set up: nobody outside confirms that the ledger only grows, and it must not be called fork-resistant (docs/witness.md).';
    return [{ of: 'Witnesses', verdict: 'well', means }];
  }
  return witnesses.map(({ name, last, fresh }) => {
    const of = `Witness ${name}`;
    const said = last
      ? `It last cosigned the ledger on ${last.at}, with ${last.entries} entries.`
      : 'It has never cosigned the ledger.';
    if (fresh) return { of, verdict: 'well', means: said };
    const means = `${said} Nobody confirms through it what was entered since. Recording and reviewing go on.`;
    const mend = `The log of web says why, with “${name}” in the line. Ask whoever runs the witness whether it runs, and whether it watches this ledger.`;
    return { of, verdict: 'doubtful', means, mend };
  });
}
