import { Command } from 'commander';
import { takeShare } from './handing-out.ts';
import { operatorCommand, readPinFile, withCustody } from './operator.ts';

/** `cloister representative recover`: invites one new officer by the custodians' shares, when no act can bring one any more. */
export function representativeRecoverCommand(): Command {
  return operatorCommand(new Command('recover'))
    .description('bring back an officer when the last ones have lost their passkeys; takes the custodians’ shares')
    .requiredOption('--name <name>', 'the new officer')
    .option(
      '--pin-file <file>',
      'custody’s PIN file: the proof where the PIN is not sealed, so that there are no custodians',
    )
    .addHelpText('after', '\nShares are asked for, or read from standard input, one a line. See docs/key-ceremony.md.')
    .action(({ socket, name, pinFile }: { socket: string; name: string; pinFile?: string }) =>
      withCustody(socket, async (custody, terminal) => {
        const { roomOrigin } = await custody.state();
        const { sealed } = await custody.sealing();
        const invite = ({ enrolment }: { enrolment: string }) =>
          console.log(
            `${name} is invited as privacy officer; this stands in the ledger. The link works once, for 72 hours:\n  ${roomOrigin}/enrolments/${enrolment}`,
          );
        if (!sealed) {
          if (!pinFile)
            throw new Error('The PIN is not sealed, so there are no custodians. Give --pin-file as proof instead.');
          return invite((await custody.recoverByPin(name, readPinFile(pinFile))).officer);
        }
        let { present, threshold, missing } = await custody.beginRecovery(name);
        terminal.say(`Whoever gives a share says by it: ${name} shall be privacy officer of this appliance.`);
        for (;;) {
          terminal.say(
            `Sealing ${sealed.sealing}: ${present.length} of ${threshold}. Who can come: ${missing.join(', ')}.`,
          );
          const given = await takeShare(terminal, 'A share, of which nothing is shown:', custody.giveRecoveryShare);
          if (given.officer) {
            terminal.say(`By the shares of ${given.present.join(', ')}.`);
            return invite(given.officer);
          }
          ({ present, missing } = given);
        }
      }),
    );
}
