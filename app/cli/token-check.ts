import type { Command } from 'commander';
import { type ProbeReport, probeToken } from '../../hsm/token/probe.ts';
import { readPinFile } from './operator.ts';

/** Where the token is, for commands that try it themselves. */
export interface TokenPlace {
  module: string;
  label: string;
  pinFile: string;
  parameters?: string;
}

/** Gives a command the options that name the token. */
export function tokenCommand(command: Command): Command {
  return command
    .requiredOption('--module <file>', 'the PKCS#11 module')
    .requiredOption('--label <text>', 'the token’s label')
    .requiredOption('--pin-file <file>', 'custody’s PIN file')
    .option('--parameters <text>', 'what the module wants to be told when it starts (NSS: its configdir)');
}

/** Tries the token on throw-away objects, in a process of its own. @throws Error with a sentence where it cannot be used */
export async function checkToken({ module, label, pinFile, parameters }: TokenPlace): Promise<ProbeReport> {
  const report = await probeToken({ module, label, parameters, pin: readPinFile(pinFile) });
  if (report.verdict === 'unusable')
    throw new Error(`The token cannot be used: ${report.reasons.join(' ')} “cloister token probe” shows each trial.`);
  return report;
}
