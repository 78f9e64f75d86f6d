import { mkdirSync } from 'node:fs';
import { Command } from 'commander';
import { pino } from 'pino';
import { formatVerifierKey, parseVerifierKey } from '../../hsm/ledger/note.ts';
import { Memory } from '../../witness/memory.ts';
import { witnessServer } from '../../witness/server.ts';
import { createSigningKey, readSigningKey } from '../../witness/signing-key.ts';

/** `cloister witness`: runs on somebody else's machine, and cosigns an appliance's ledger as long as it only grows. Needs no custody. */
export function witnessCommand(): Command {
  const witness = new Command('witness').description(
    'watch an appliance’s ledger from another machine, and cosign it as long as it only grows',
  );
  witness
    .command('init')
    .description('begin a witness: make its key, and print the verifier key that the appliance has to know')
    .argument('<folder>', 'an empty folder, kept for as long as the witness runs')
    .requiredOption('--name <name>', 'name of the witness, such as observers.example/w1')
    .action((folder: string, { name }: { name: string }) => {
      mkdirSync(folder, { recursive: true });
      const { verifier } = createSigningKey(folder, name);
      Memory.begin(folder);
      console.log(formatVerifierKey(verifier));
    });
  witness
    .command('add')
    .description('have the witness watch a ledger from now on; its first checkpoint is taken as it comes')
    .argument('<folder>')
    .argument('<verifier key>', 'the ledger’s, as its institution publishes it')
    .action((folder: string, text: string) => {
      const ledger = parseVerifierKey(text);
      const memory = Memory.open(folder, readSigningKey(folder).verifier);
      try {
        memory.add(ledger);
      } finally {
        memory.close();
      }
      console.log(`This witness watches ${ledger.name}.`);
    });
  witness
    .command('serve')
    .description('answer at /add-checkpoint (C2SP tlog-witness), over HTTP without TLS')
    .argument('<folder>')
    .option('--listen <address:port>', 'where to listen', '127.0.0.1:8447')
    .action(serve);
  return witness;
}

async function serve(folder: string, { listen }: { listen: string }): Promise<void> {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(listen) ?? [];
  if (!port) throw new Error('--listen takes an address and a port, such as 127.0.0.1:8447.');
  const log = pino({ base: { process: 'witness' } });
  const key = readSigningKey(folder);
  const memory = Memory.open(folder, key.verifier);
  const server = witnessServer({ memory, key, log });
  try {
    const ledgers = memory.watched().map(({ ledger }) => ledger.name);
    if (ledgers.length === 0)
      throw new Error('This witness watches no ledger yet. Name one with “cloister witness add”.');
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(Number(port), bracketed ?? plain, resolve);
    });
    log.info({ ledgers, listen }, 'ready');
  } catch (error) {
    memory.close();
    throw error;
  }
  const stop = () => {
    memory.close();
    server.close();
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 2_000).unref();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
