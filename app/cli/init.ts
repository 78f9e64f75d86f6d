import { Command } from 'commander';
import type { OperatorCustody } from '../custody/client.ts';
import { listNames, operatorCommand, withCustody } from './operator.ts';
import { examineToken } from './doctor/custody.ts';

interface Options {
  socket: string;
  officers: string;
}

/** `cloister init`: what a fresh appliance needs before anybody can sign an act. */
export function initCommand(): Command {
  return operatorCommand(new Command('init'))
    .description('show the token and the appliance key of a fresh appliance, and invite its two first officers')
    .requiredOption('--officers <names>', 'the two officers’ names, with a comma between')
    .addHelpText('after', '\n“cloister ceremony” does the same with custodians and a record for signatures.')
    .action((options: Options) =>
      withCustody(options.socket, async (custody) => {
        const officers = twoOfficers(options.officers);
        const state = await requireOpen(custody);
        const { verdict, means } = examineToken(state);
        console.log(`Token: ${verdict}. ${means}`);
        const { applianceKeyFingerprint } = state;
        console.log(`Appliance key, SHA-256:\n  ${applianceKeyFingerprint}`);
        await inviteOfficers(custody, officers);
      }),
    );
}

/** Invites the two officers and prints their links; asked again before anybody has enrolled, only the last links count. */
export async function inviteOfficers(custody: OperatorCustody, names: [string, string]) {
  const { roomOrigin } = await custody.state();
  const { officers } = await custody.inviteOfficers(names);
  console.log('Two privacy officers are invited. Each link works once, for 72 hours; give it to nobody else:');
  for (const { name, enrolment } of officers) console.log(`  ${name}\n    ${roomOrigin}/enrolments/${enrolment}`);
  return officers.map(({ representative, name }) => ({ representative, name }));
}

/** @throws Error with a sentence while custody cannot use its token */
export async function requireOpen(custody: OperatorCustody) {
  const state = await custody.state();
  if (state.state === 'sealed')
    throw new Error('Custody is sealed. Have its custodians run “cloister unseal”, then run this again.');
  if (state.state === 'token-away')
    throw new Error('Custody’s token does not answer. Connect it, then run this again.');
  return state;
}

/** @throws Error with a sentence unless there are two different ones */
export function twoOfficers(text: string): [string, string] {
  const [first, second, ...more] = listNames(text);
  if (!first || !second || first === second || more.length > 0)
    throw new Error('Name exactly two different officers, with a comma between.');
  return [first, second];
}
