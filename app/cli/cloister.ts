import { Command } from 'commander';
import { demoCommand } from './demo.ts';
import { ledgerVerifyCommand } from './ledger-verify.ts';
import { receiptVerifyCommand } from './receipt-verify.ts';
import { recordingInspectCommand } from './recording-inspect.ts';
import { tokenProbeCommand } from './token-probe.ts';

const program = new Command('cloister')
  .description('Exam proctoring that a university runs itself. Each command has --help.')
  .version('0.1.0');

program.addCommand(demoCommand());
program.command('ledger').description('the record of every act and release').addCommand(ledgerVerifyCommand());
program.command('receipt').description('what a test taker keeps').addCommand(receiptVerifyCommand());
program.command('recording').description('recording files').addCommand(recordingInspectCommand());
program.command('token').description('the key token').addCommand(tokenProbeCommand());

program.parseAsync().catch((error: Error) => {
  console.error(`cloister: ${error.message}`);
  process.exitCode = 1;
});
