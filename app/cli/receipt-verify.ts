import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { NoteError } from '../../hsm/ledger/note.ts';
import { verifyReceipt } from '../../hsm/ledger/receipt.ts';

/** `cloister receipt verify`: a test taker's receipt offline. Exit 0 good, 1 bad, 2 cannot tell. */
export function receiptVerifyCommand(): Command {
  return new Command('verify')
    .description('verify a receipt offline: the checkpoint’s signature, and that the entry is in the ledger')
    .argument('<file>', 'the receipt (JSON)')
    .option('--key <verifier key>', 'the key that you trust (name+id+base64) instead of the one in the receipt')
    .option('--json', 'print JSON')
    .action((file: string, options: { key?: string; json?: boolean }) => {
      try {
        const verdict = verifyReceipt(parse(readFileSync(file, 'utf8')), options.key);
        console.log(options.json ? JSON.stringify(verdict) : verdict.sentence);
        if (!options.json && verdict.entry)
          console.log(`It says (${verdict.entry.type}): ${JSON.stringify(verdict.entry.body, null, 2)}`);
        process.exitCode = verdict.verdict === 'good' ? 0 : 1;
      } catch (error) {
        const reason =
          error instanceof NoteError
            ? `The key given with --key cannot be used: ${error.message}.`
            : (error as Error).message;
        console.error(`cloister: ${reason}`);
        process.exitCode = 2;
      }
    });
}

/** @returns what the text says; text that is no JSON is no receipt either */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
