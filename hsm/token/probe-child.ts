/** Process of its own: tries what Cloister needs of a token and tells each step on a line, so that a crash of the module is only a finding. */
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { connect } from './connection.ts';
import { reasonOf, TokenError, tokenError } from './errors.ts';
import { OPERATIONS } from './probe.ts';
import type { Operation, ProbeLine } from './probe.ts';
import { ALGORITHMS, RELEASE_MODES } from './templates.ts';
import type { WrapAlgorithm } from './templates.ts';
import { Trial } from './trial.ts';

const orders = z.strictObject({
  module: z.string(),
  parameters: z.string().optional(),
  label: z.string(),
  pin: z.string(),
  operations: z.array(z.enum(OPERATIONS)),
  /** Those that have not crashed an earlier child, the best first. */
  algorithms: z.array(z.enum(ALGORITHMS)),
});

const say = (line: ProbeLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const { operations, algorithms, ...options } = orders.parse(JSON.parse(await text(process.stdin)));
  const connection = connect(options);
  try {
    const trial = new Trial(connection.library, connection.main);
    const either = async (attempt: (algorithm: WrapAlgorithm) => Promise<unknown>): Promise<void> => {
      let refusal: unknown = new TokenError('failed', 'no key transport is left to try with');
      for (const algorithm of algorithms) {
        try {
          return void (await attempt(algorithm));
        } catch (error) {
          refusal = error;
        }
      }
      throw refusal;
    };
    /** Of the release mode that the token would be used in. */
    const rights = async (): Promise<void> => {
      let refusal: unknown;
      for (const mode of RELEASE_MODES) {
        try {
          const { omitted, unkept } = await trial.leeway(mode);
          const lacking = [...new Set([...omitted, ...unkept])];
          if (lacking.length > 0) throw new TokenError('template-refused', `not as asked: ${lacking.join(', ')}`);
          return;
        } catch (error) {
          refusal ??= error;
        }
      }
      throw refusal;
    };
    const attempts: Record<Operation, () => Promise<unknown>> = {
      'RSA-OAEP-256': () => trial.unwrap('RSA-OAEP-256'),
      'RSA-OAEP': () => trial.unwrap('RSA-OAEP'),
      'sensitive-unwrap': () => either((algorithm) => trial.keepSecret(algorithm)),
      'wrap-to-recipient': () => either((algorithm) => trial.rewrap(algorithm)),
      'decrypt-RSA-OAEP-256': () => trial.hostRelease('RSA-OAEP-256'),
      'decrypt-RSA-OAEP': () => trial.hostRelease('RSA-OAEP'),
      'key-rights': rights,
      Ed25519: () => trial.sign('Ed25519'),
      'P-256': () => trial.sign('P-256'),
    };
    for (const operation of operations) {
      say({ operation, outcome: 'begun', reason: null });
      const reason = await attempts[operation]().then(() => null, reasonOf);
      say({ operation, outcome: reason === null ? 'works' : 'refused', reason });
    }
    await trial.end();
  } finally {
    connection.end();
  }
} catch (error) {
  const known = tokenError(error, 'create');
  say({ operation: 'open', outcome: 'refused', reason: known instanceof TokenError ? known.message : reasonOf(known) });
}
