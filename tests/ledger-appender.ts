// Appends to a ledger without end and prints the number of each entry once it is acknowledged; a test kills it.
// Arguments: folder, private key (PKCS#8 PEM file).
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openCustodyDatabase } from '../db/custody/open.ts';
import { Ledger } from '../hsm/ledger/ledger.ts';

const [folder, keyFile] = process.argv.slice(2) as [string, string];
const key = createPrivateKey(readFileSync(keyFile));
const x = createPublicKey(key).export({ format: 'jwk' }).x as string;
const ledger = await Ledger.open({
  db: openCustodyDatabase(join(folder, 'custody.db')),
  folder: join(folder, 'ledger'),
  headFolder: join(folder, 'head'),
  origin: 'example.com/ledger',
  publicKey: Buffer.from(x, 'base64url'),
  sign: async (message) => sign(null, message, key),
});

async function appendForever(): Promise<never> {
  while (true) {
    const [entry] = await ledger.append([{ type: 'viewed', body: { at: Date.now() } }]);
    writeSync(1, `${entry?.number}\n`);
  }
}
await Promise.all(Array.from({ length: 5 }, appendForever));
