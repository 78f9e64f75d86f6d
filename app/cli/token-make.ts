import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { provisionSoftToken } from '../../hsm/token/provision.ts';

/** `cloister token make`: a token of SoftHSM, for an appliance without a hardware one. Its PIN comes from standard input and is never shown. */
export function tokenMakeCommand(): Command {
  return new Command('make')
    .description(
      'make a token of SoftHSM; its PIN comes from standard input. Its keys lie in a file: a hardware token keeps them from being copied',
    )
    .requiredOption('--folder <folder>', 'where the token and its softhsm2.conf lie; what is there stays')
    .requiredOption('--label <text>', 'the token’s label')
    .action(async ({ folder, label }: { folder: string; label: string }) => {
      const pin = readFileSync(0, 'utf8').trim();
      const { configuration } = await provisionSoftToken({
        folder,
        label,
        pin,
        soPin: randomBytes(24).toString('hex'),
      });
      console.log(`The token “${label}” is there. Its configuration, for SOFTHSM2_CONF: ${configuration}`);
    });
}
