import { Command, InvalidArgumentError } from 'commander';
import type { OperatorCustody } from '../custody/client.ts';
import { handOutShares, type SealingUnderWay } from './handing-out.ts';
import { operatorCommand, readPinFile, withCustody } from './operator.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  socket: string;
  pinFile?: string;
  threshold?: number;
  custodians?: string[];
  abort?: boolean;
}

/** `cloister seal`: splits the PIN's key among custodians and takes the PIN file away. Run again, it goes on where it was. */
export function sealCommand(): Command {
  return operatorCommand(new Command('seal'))
    .description('seal the token’s PIN among custodians, so that custody starts only once enough of them have come')
    .option('--threshold <number>', 'how many custodians it takes to open it; at least 2', parseThreshold)
    .option('--custodians <name...>', 'every custodian by name, at least as many as it takes')
    .option('--pin-file <file>', 'custody’s PIN file, as proof that you may')
    .option('--abort', 'give up a sealing that is under way; its shares open nothing')
    .action((options: Options) =>
      withCustody(options.socket, async (custody, terminal) => {
        if (options.abort) {
          await custody.abortSealing();
          return console.log('No sealing is under way. Shares that were handed out in one open nothing; burn them.');
        }
        const underWay = await findSealing(custody, options);
        await handOutShares(custody, terminal, underWay);
        await complete(custody, terminal);
      }),
    );
}

/** Tries the shares, seals, and says what became of the PIN file. @throws Error where custody could not take the PIN file away */
export async function complete(custody: OperatorCustody, terminal: Terminal) {
  terminal.say('\nTrying every share, then sealing …');
  const done = await custody.completeSealing();
  if (!done.pinRemoved)
    throw new Error(
      `Sealing ${done.sealing} stands and its shares were tried, but custody may not take its PIN file away: remove it yourself (for a systemd credential, its line in the unit). ` +
        'Until then custody opens without its custodians.',
    );
  console.log(
    `Sealed as ${done.sealing}; the PIN file is gone. Custody stays open now, and starts sealed from its next start on.`,
  );
  return done;
}

async function findSealing(custody: OperatorCustody, options: Options): Promise<SealingUnderWay> {
  const { underWay } = await custody.sealing();
  const { threshold, custodians, pinFile } = options;
  if (underWay) {
    const names = underWay.custodians.map(({ name }) => name);
    const same = (!threshold || threshold === underWay.threshold) && (!custodians || `${custodians}` === `${names}`);
    if (!same)
      throw new Error(
        `Sealing ${underWay.sealing} is under way for ${underWay.threshold} of ${names.join(', ')}. Go on with it by “cloister seal”, or give it up by “cloister seal --abort”.`,
      );
    return underWay;
  }
  if (!threshold || !custodians || !pinFile)
    throw new Error('No sealing is under way. To begin one, give --threshold, --custodians and --pin-file.');
  return custody.beginSealing({ threshold, custodians, pin: readPinFile(pinFile) });
}

function parseThreshold(text: string): number {
  const threshold = Number(text);
  if (!Number.isInteger(threshold) || threshold < 2) throw new InvalidArgumentError('It has to be at least 2.');
  return threshold;
}
