/** Process of its own: tries what Cloister needs of a token and tells each step on a line, so that a crash of the module is only a finding. */
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { reasonOf, TokenError, tokenError } from './errors.ts';
import { OPERATIONS } from './probe.ts';
import type { Operation, ProbeLine } from './probe.ts';
import { connect } from './token.ts';
import { Trial } from './trial.ts';
import { ALGORITHMS } from './templates.ts';
import type { WrapAlgorithm } from './templates.ts';

const orders = z.strictObject({
  module: z.string(),
  label: z.string(),
  pin: z.string(),
  operations: z.array(z.enum(OPERATIONS)),
  /** Those that have not crashed an earlier child, the best first. */
  algorithms: z.array(z.enum(ALGORITHMS)),
});

const say = (line: ProbeLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const { operations, algorithms, ...options } = orders.parse(JSON.parse(await text(process.stdin)));
  const connection = connect({ ...options, sessions: 1 });
  try {
    const trial = await Trial.begin(connection.library, connection.main);
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
    const attempts: Record<Operation, () => Promise<unknown>> = {
      'RSA-OAEP-256': () => trial.unwrap('RSA-OAEP-256'),
      'RSA-OAEP': () => trial.unwrap('RSA-OAEP'),
      'sensitive-unwrap': () => either((algorithm) => trial.keepSecret(algorithm)),
      'wrap-to-recipient': () => either((algorithm) => trial.rewrap(algorithm)),
      Ed25519: () => trial.edwards(),
    };
    for (const operation of operations) {
      say({ operation, outcome: 'begun', reason: null });
      const reason = await attempts[operation]().then(() => null, reasonOf);
      say({ operation, outcome: reason === null ? 'works' : 'refused', reason });
    }
    trial.end();
  } finally {
    connection.end();
  }
} catch (error) {
  const known = tokenError(error, 'create');
  say({ operation: 'open', outcome: 'refused', reason: known instanceof TokenError ? known.message : reasonOf(known) });
}
