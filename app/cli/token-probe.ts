import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { probeToken } from '../../hsm/token/probe.ts';

/** `cloister token probe`: tries what Cloister needs of a PKCS#11 token, each operation for real, on throw-away objects. */
export function tokenProbeCommand(): Command {
  return new Command('probe')
    .description('try what a PKCS#11 token offers against what Cloister needs')
    .requiredOption('--module <file>', 'the PKCS#11 module')
    .requiredOption('--label <text>', 'the token’s label')
    .requiredOption('--pin-file <file>', 'a file that holds the PIN')
    .option('--json', 'print JSON')
    .action(async (options: { module: string; label: string; pinFile: string; json?: boolean }) => {
      const pin = readFileSync(options.pinFile, 'utf8').trim();
      const report = await probeToken({ module: options.module, label: options.label, pin });
      if (options.json) console.log(JSON.stringify(report));
      else {
        console.log(`Verdict: ${report.verdict}`);
        for (const { operation, outcome, reason } of report.findings) {
          console.log(`  ${operation.padEnd(34)} ${outcome}${reason ? ` (${reason})` : ''}`);
        }
        for (const reason of report.reasons) console.log(reason);
      }
      process.exitCode = report.verdict === 'unusable' ? 1 : 0;
    });
}
