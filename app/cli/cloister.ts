import { Command } from 'commander';
import software from '../../package.json' with { type: 'json' };
import { ceremonyCommand } from './ceremony.ts';
import { certificatesCommand } from './certificates.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor/doctor.ts';
import { initCommand } from './init.ts';
import { ledgerVerifyCommand } from './ledger-verify.ts';
import { receiptVerifyCommand } from './receipt-verify.ts';
import { recordingInspectCommand } from './recording-inspect.ts';
import { representativeRecoverCommand } from './representative-recover.ts';
import { sealCommand } from './seal.ts';
import { tokenMakeCommand } from './token-make.ts';
import { tokenProbeCommand } from './token-probe.ts';
import { unsealCommand } from './unseal.ts';
import { witnessCommand } from './witness.ts';

const program = new Command('cloister')
  .description('Exam proctoring that a university runs itself. Each command has --help.')
  .version(software.version);

program.addCommand(demoCommand());
program.addCommand(initCommand());
program.addCommand(doctorCommand());
program.addCommand(certificatesCommand());
program.addCommand(ceremonyCommand());
program.addCommand(sealCommand());
program.addCommand(unsealCommand());
program.command('ledger').description('the record of every act and release').addCommand(ledgerVerifyCommand());
program.command('receipt').description('what a test taker keeps').addCommand(receiptVerifyCommand());
program.command('recording').description('recording files').addCommand(recordingInspectCommand());
program.command('representative').description('people of the register').addCommand(representativeRecoverCommand());
program.addCommand(witnessCommand());
program.command('token').description('the key token').addCommand(tokenMakeCommand()).addCommand(tokenProbeCommand());

program.parseAsync().catch((error: Error) => {
  console.error(`cloister: ${error.message}`);
  process.exitCode = 1;
});
