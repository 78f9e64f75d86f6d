import { Command } from 'commander';
import { takeShare } from './handing-out.ts';
import { operatorCommand, withCustody } from './operator.ts';

/** `cloister unseal`: one custodian gives one share. Custody opens with the last one that it takes. */
export function unsealCommand(): Command {
  return operatorCommand(new Command('unseal'))
    .description('give one custodian’s share to a custody that was started sealed; run it once per custodian')
    .addHelpText('after', '\nThe share is asked for, or read from standard input. It is never an argument.')
    .action(({ socket }: { socket: string }) =>
      withCustody(socket, async (custody, terminal) => {
        const { waiting, sealed } = await custody.sealing();
        if (!waiting || !sealed) return console.log('Custody is not sealed. No share is needed.');
        terminal.say(`Sealing ${sealed.sealing}: ${waiting.present.length} of ${waiting.threshold} have come.`);
        if (waiting.missing.length > 0) terminal.say(`Who can come: ${waiting.missing.join(', ')}.`);
        const given = await takeShare(terminal, 'Your share, of which nothing is shown:', custody.giveShare);
        if (given.opened) return console.log('Custody is open. Everything that waited goes on by itself.');
        const more = given.threshold - given.present.length;
        console.log(
          `Taken. ${given.present.length} of ${given.threshold} have come; ${more} more of ${given.missing.join(', ')}. ` +
            'Shares are kept for 15 minutes from the first on.',
        );
      }),
    );
}
