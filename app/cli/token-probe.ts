import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { probeToken } from '../../hsm/token/probe.ts';
import type { Operation } from '../../hsm/token/probe.ts';

/** What Cloister needs each operation for. */
const NEEDED_FOR: Record<Operation | 'open', string> = {
  open: 'everything',
  'RSA-OAEP-256': 'chapter keys go into the token with SHA-256',
  'RSA-OAEP': 'the same with SHA-1, where SHA-256 does not go',
  'sensitive-unwrap': 'a chapter key inside the token cannot be read',
  'wrap-to-recipient': 'a chapter key leaves it for one reviewer only',
  'decrypt-RSA-OAEP-256': 'releases through memory, where the token cannot do them inside',
  'decrypt-RSA-OAEP': 'the same with SHA-1',
  'key-rights': 'exam keys have the one right that they need',
  Ed25519: 'the appliance key lies in the token',
  'P-256': 'the token certifies an appliance key that lies elsewhere',
};
const EXIT = { full: 0, unusable: 1, degraded: 2 } as const;

/** `cloister token probe`: tries what Cloister needs of a PKCS#11 token, each operation for real, on throw-away objects. Exit 0 full, 2 degraded, 1 unusable. */
export function tokenProbeCommand(): Command {
  return new Command('probe')
    .description('try what a PKCS#11 token offers against what Cloister needs; exit 0 full, 2 degraded, 1 unusable')
    .requiredOption('--module <file>', 'the PKCS#11 module')
    .requiredOption('--label <text>', 'the token’s label')
    .requiredOption('--pin-file <file>', 'a file that holds the PIN')
    .option('--parameters <text>', 'what the module wants to be told when it starts (NSS: its configdir)')
    .option('--json', 'print JSON')
    .action(
      async (options: { module: string; label: string; pinFile: string; parameters?: string; json?: boolean }) => {
        const { module, label, parameters } = options;
        const pin = readFileSync(options.pinFile, 'utf8').trim();
        const report = await probeToken({ module, label, pin, parameters });
        process.exitCode = EXIT[report.verdict];
        if (options.json) return console.log(JSON.stringify(report));
        for (const { operation, outcome, reason } of report.findings) {
          const found = reason === null ? outcome : `${outcome}: ${reason}`;
          console.log(`${operation.padEnd(21)} ${NEEDED_FOR[operation].padEnd(66)} ${found}`);
        }
        console.log(`\nVerdict: ${report.verdict}${report.releaseMode ? `, releases ${report.releaseMode}` : ''}`);
        for (const reason of report.reasons) console.log(`  ${reason}`);
      },
    );
}
