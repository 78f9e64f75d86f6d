import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ledgerVerifyCommand } from '../app/cli/ledger-verify.ts';
import { receiptVerifyCommand } from '../app/cli/receipt-verify.ts';
import { openCustodyDatabase } from '../db/custody/open.ts';
import { Ledger } from '../hsm/ledger/ledger.ts';
import { type Receipt, verifyReceipt } from '../hsm/ledger/receipt.ts';
import { formatCheckpoint, formatNote, parseVerifierKey } from '../hsm/ledger/note.ts';
import { Tree } from '../hsm/ledger/tree.ts';
import { verifyFolder } from '../hsm/ledger/verify.ts';
import { signingWitness } from './signing-witness.ts';

const SIZE = 600;

let root: string;
let folder: string;
let verifierKey: string;
let receipt: Receipt;
let logKey: KeyObject;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'cloister-ledger-'));
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  logKey = privateKey;
  const db = openCustodyDatabase(join(root, 'custody.db'));
  const ledger = await Ledger.open({
    db,
    folder: join(root, 'sound'),
    headFolder: join(root, 'head'),
    origin: 'example.com/ledger',
    publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url'),
    sign: async (message) => sign(null, message, privateKey),
  });
  await Promise.all(Array.from({ length: SIZE }, (_, n) => ledger.append([{ type: 'attempt-sealed', body: { n } }])));
  receipt = await ledger.receipt(300);
  verifierKey = ledger.verifierKey;
  await ledger.close();
  db.$client.close();
});

afterAll(() => rmSync(root, { recursive: true }));

beforeEach(() => {
  folder = mkdtempSync(join(root, 'copy-'));
  cpSync(join(root, 'sound'), folder, { recursive: true });
});

afterEach(() => {
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

function flip(path: string, offset: number) {
  const bytes = readFileSync(join(folder, path));
  bytes[offset] = (bytes[offset] as number) ^ 1;
  writeFileSync(join(folder, path), bytes);
}

/** Runs a command as the shell would. */
async function run(command: ReturnType<typeof ledgerVerifyCommand>, ...args: string[]) {
  let out = '';
  const take = (...words: unknown[]) => void (out += `${words.join(' ')}\n`);
  vi.spyOn(console, 'log').mockImplementation(take);
  vi.spyOn(console, 'error').mockImplementation(take);
  await command.parseAsync(args, { from: 'user' });
  return { out, exit: process.exitCode };
}

test('a sound ledger is good; without a key given the verdict says where the key came from', () => {
  expect(verifyFolder(folder, verifierKey)).toMatchObject({
    verdict: 'good',
    keyFrom: 'given',
    ledger: { size: SIZE },
  });
  const own = verifyFolder(folder);
  expect(own).toMatchObject({ verdict: 'good', keyFrom: 'folder' });
  expect(own.sentence).toContain('taken from the folder itself');
});

// Each leaf takes 2 + 15 + 43 + 1 = 61 bytes in its bundle ("attempt-sealed " has 15).
test.each([
  ['an entry in a full bundle', 'tile/entries/001', 61 * 10 + 30, 266, 'tile/entries/001'],
  ['an entry in the last bundle', 'tile/entries/002.p/88', 61 * 87 + 30, 599, 'tile/entries/002.p/88'],
  ['a hash of a full tile', 'tile/0/000', 32 * 7, 7, 'tile/0/000'],
  ['a hash of the last tile', 'tile/0/002.p/88', 32 * 3 + 31, 515, 'tile/0/002.p/88'],
  ['a hash of the tile above', 'tile/1/000.p/2', 32, 256, 'tile/1/000.p/2'],
  ['a length in a bundle', 'tile/entries/000', 0, 0, 'tile/entries/000'],
])('one bit changed in %s is found, with the first bad entry and the file', (_, path, offset, number, file) => {
  flip(path, offset);
  const verdict = verifyFolder(folder, verifierKey);
  expect(verdict).toMatchObject({ verdict: 'bad', badEntry: { number, file } });
  expect(verdict.sentence).toContain(`from entry ${number} on`);
});

test('of two bad entries the first is named', () => {
  flip('tile/entries/002.p/88', 30);
  flip('tile/entries/000', 61 * 5 + 30);
  expect(verifyFolder(folder).badEntry).toEqual({ number: 5, file: 'tile/entries/000' });
});

test('a missing bundle and an entry too many are found', () => {
  writeFileSync(
    join(folder, 'tile/entries/002.p/88'),
    Buffer.concat([readFileSync(join(folder, 'tile/entries/002.p/88')), Buffer.from([0, 1, 65])]),
  );
  expect(verifyFolder(folder).badEntry).toEqual({ number: 600, file: 'tile/entries/002.p/88' });
  rmSync(join(folder, 'tile/entries/001'));
  expect(verifyFolder(folder).badEntry).toEqual({ number: 256, file: 'tile/entries/001' });
});

test('a checkpoint of another tree, a changed one and one of another key are bad', () => {
  const note = readFileSync(join(folder, 'checkpoint'), 'utf8');
  writeFileSync(join(folder, 'checkpoint'), note.replace(`\n${SIZE}\n`, `\n${SIZE - 1}\n`));
  expect(verifyFolder(folder)).toMatchObject({ verdict: 'bad', sentence: expect.stringContaining('signature') });
  writeFileSync(join(folder, 'checkpoint'), note);
  const other = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  expect(verifyFolder(folder, other)).toMatchObject({ verdict: 'bad', keyFrom: 'given' });
});

test('a receipt is good under the ledger’s key, and bad once number, body, type, salt or proof is changed', () => {
  expect(verifyReceipt(receipt, verifierKey)).toMatchObject({
    verdict: 'good',
    keyFrom: 'given',
    entry: { number: 300, body: { n: 300 } },
  });
  expect(verifyReceipt(receipt).sentence).toContain('taken from the receipt itself');
  const { entry } = receipt;
  const changed: unknown[] = [
    { ...receipt, entry: { ...entry, index: 301 } },
    { ...receipt, entry: { ...entry, body: '{"n":301}' } },
    { ...receipt, entry: { ...entry, type: 'decided' } },
    { ...receipt, entry: { ...entry, type: 'praised' } },
    { ...receipt, entry: { ...entry, salt: 'AAAA' } },
    { ...receipt, proof: receipt.proof.slice(1) },
    { ...receipt, proof: ['AAAA', ...receipt.proof.slice(1)] },
    { ...receipt, checkpoint: receipt.checkpoint.replace(`\n${SIZE}\n`, '\n301\n') },
    { ...receipt, entry: undefined },
    {},
    null,
    'receipt',
  ];
  for (const one of changed) expect(verifyReceipt(one, verifierKey).verdict).toBe('bad');
});

test('“ledger verify” says so in a sentence and exits with 0, 1 or 2', async () => {
  expect(await run(ledgerVerifyCommand(), folder, '--key', verifierKey)).toEqual({
    out: `All ${SIZE} entries of the ledger example.com/ledger are the ones that its checkpoint signs.\n`,
    exit: 0,
  });
  flip('tile/entries/001', 30);
  const bad = await run(ledgerVerifyCommand(), folder);
  expect(bad.exit).toBe(1);
  expect(bad.out).toContain('First bad entry: 256, in tile/entries/001');
  const json = await run(ledgerVerifyCommand(), folder, '--json');
  expect(JSON.parse(json.out)).toMatchObject({ verdict: 'bad', keyFrom: 'folder', badEntry: { number: 256 } });
  expect((await run(ledgerVerifyCommand(), join(folder, 'nowhere'))).exit).toBe(2);
  expect((await run(ledgerVerifyCommand(), folder, '--key', 'nonsense')).exit).toBe(2);
});

test('“receipt verify” opens the entry and exits with 0, 1 or 2', async () => {
  const file = join(folder, 'receipt.json');
  writeFileSync(file, JSON.stringify(receipt));
  const good = await run(receiptVerifyCommand(), file, '--key', verifierKey);
  expect(good.exit).toBe(0);
  expect(good.out).toContain('number 300 of the ledger example.com/ledger');
  writeFileSync(file, JSON.stringify({ ...receipt, proof: [] }));
  expect((await run(receiptVerifyCommand(), file, '--json')).exit).toBe(1);
  writeFileSync(file, 'not JSON');
  expect((await run(receiptVerifyCommand(), file)).exit).toBe(1);
  expect((await run(receiptVerifyCommand(), join(folder, 'nowhere.json'))).exit).toBe(2);
});

describe('where a witness is demanded', () => {
  const witness = signingWitness('observers.example/w1');
  const at = Date.parse('2026-11-24T12:00:00Z') / 1000;

  /** The checkpoint of the first entries, or of as many others, as the ledger's own key signs it. */
  function checkpointOf(size: number, root = rootOf(size)): string {
    const text = formatCheckpoint({ origin: 'example.com/ledger', size, root });
    return formatNote(text, parseVerifierKey(verifierKey), sign(null, Buffer.from(text), logKey));
  }
  function rootOf(size: number): Buffer {
    const hashes = readFileSync(join(folder, 'tile/0/000'));
    const tree = new Tree();
    for (let i = 0; i < size; i++) tree.append(hashes.subarray(i * 32, (i + 1) * 32));
    return tree.root();
  }
  const keep = (note: string) => writeFileSync(join(folder, 'witnessed-checkpoint'), note);
  const verify = (...demanded: string[]) =>
    run(ledgerVerifyCommand(), folder, '--key', verifierKey, ...demanded.flatMap((key) => ['--witness', key]));

  test('a smaller ledger that it cosigned, of which this one grew, will do, and is reported', async () => {
    const note = checkpointOf(200);
    keep(`${note}${witness.cosign(note, at)}\n`);
    const { out, exit } = await verify(witness.key);
    expect(exit).toBe(0);
    expect(out).toContain('observers.example/w1 cosigned the first 200 of them on 2026-11-24T12:00:00.000Z');
    expect(verifyFolder(folder, verifierKey)).not.toHaveProperty('witnesses');
  });

  test('the checkpoint itself counts where it carries the line, as over HTTP', async () => {
    const note = readFileSync(join(folder, 'checkpoint'), 'utf8');
    writeFileSync(join(folder, 'checkpoint'), `${note}${witness.cosign(note, at)}\n`);
    expect((await verify(witness.key)).out).toContain(`cosigned the first ${SIZE} of them`);
  });

  test('each of several has to have cosigned it', async () => {
    const note = checkpointOf(200);
    keep(`${note}${witness.cosign(note, at)}\n`);
    const { out, exit } = await verify(witness.key, signingWitness('others.example/w2').key);
    expect(exit).toBe(1);
    expect(out).toContain('others.example/w2 has cosigned nothing of it');
  });

  test('a ledger that tells another history than the witness saw is bad', async () => {
    const note = checkpointOf(200, Buffer.alloc(32, 7));
    keep(`${note}${witness.cosign(note, at)}\n`);
    const { out, exit } = await verify(witness.key);
    expect(exit).toBe(1);
    expect(out).toContain('another history than the one that was shown to observers.example/w1');
  });

  test('a ledger with fewer entries than the witness saw is bad', async () => {
    const note = checkpointOf(SIZE + 1, Buffer.alloc(32, 7));
    keep(`${note}${witness.cosign(note, at)}\n`);
    expect((await verify(witness.key)).out).toContain('was put back to an older state');
  });

  test('a line of the witness that is wrong, a checkpoint that is not the ledger’s, and a key that is none are said', async () => {
    const note = checkpointOf(200);
    keep(`${note}${witness.cosign(checkpointOf(100), at)}\n`);
    expect((await verify(witness.key)).out).toContain('the cosignature of observers.example/w1 is wrong');
    const foreign = note.replace('\n200\n', '\n201\n');
    keep(`${foreign}${witness.cosign(foreign, at)}\n`);
    expect(await verify(witness.key)).toMatchObject({ exit: 1, out: expect.stringContaining('does not hold') });
    const { out, exit } = await verify(verifierKey);
    expect(exit).toBe(2);
    expect(out).toContain('given with --key or --witness cannot be used');
  });
});
