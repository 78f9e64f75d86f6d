import { Command } from 'commander';
import { NoteError } from '../../hsm/ledger/note.ts';
import { verifyFolder } from '../../hsm/ledger/verify.ts';

const EXIT = { good: 0, bad: 1, unknown: 2 } as const;

/** `cloister ledger verify`: the whole ledger offline, over the live folder or a backup of it. Exit 0 good, 1 bad, 2 cannot tell. */
export function ledgerVerifyCommand(): Command {
  return new Command('verify')
    .description('verify a ledger’s folder offline: signature, every tile, every entry')
    .argument('<folder>', 'the folder that holds the checkpoint and the tiles')
    .option('--key <verifier key>', 'the key that you trust (name+id+base64) instead of the one in the folder')
    .option(
      '--witness <verifier key>',
      'a witness that has to have cosigned it; can be given several times',
      (key: string, before: string[]) => [...before, key],
      [],
    )
    .option('--json', 'print JSON')
    .action((folder: string, options: { key?: string; witness: string[]; json?: boolean }) => {
      try {
        const verdict = verifyFolder(folder, options.key, options.witness);
        console.log(options.json ? JSON.stringify(verdict) : verdict.sentence);
        if (!options.json && verdict.badEntry)
          console.log(`First bad entry: ${verdict.badEntry.number}, in ${verdict.badEntry.file}`);
        process.exitCode = EXIT[verdict.verdict];
      } catch (error) {
        const reason =
          error instanceof NoteError
            ? `A key that was given with --key or --witness cannot be used: ${error.message}.`
            : (error as Error).message;
        console.error(`cloister: ${reason}`);
        process.exitCode = EXIT.unknown;
      }
    });
}
