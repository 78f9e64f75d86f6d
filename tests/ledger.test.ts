import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareLedgerQueries } from '../db/custody/ledger.ts';
import { type CustodyDatabase, openCustodyDatabase } from '../db/custody/open.ts';
import { Ledger, LedgerError, type LedgerOptions } from '../hsm/ledger/ledger.ts';
import { openCheckpoint, parseVerifierKey } from '../hsm/ledger/note.ts';
import { verifyReceipt } from '../hsm/ledger/receipt.ts';
import { decodeBundle } from '../hsm/ledger/tiles.ts';
import { verifyFolder } from '../hsm/ledger/verify.ts';
import { FULL } from './full.ts';

const ORIGIN = 'example.com/ledger';

let root: string;
let key: KeyObject;
let databases: CustodyDatabase[];
let ledgers: Ledger[];
let fatal: LedgerError[];
let signed: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cloister-ledger-'));
  key = generateKeyPairSync('ed25519').privateKey;
  databases = [];
  ledgers = [];
  fatal = [];
  signed = [];
});

afterEach(async () => {
  for (const ledger of ledgers) await ledger.close();
  for (const db of databases) db.$client.close();
  rmSync(root, { recursive: true });
});

const at = (...path: string[]) => join(root, ...path);

function openDatabase(): CustodyDatabase {
  const db = openCustodyDatabase(at('custody.db'));
  databases.push(db);
  return db;
}

async function open(options: Partial<LedgerOptions> = {}, privateKey = key) {
  const db = options.db ?? openDatabase();
  const ledger = await Ledger.open({
    db,
    folder: at('ledger'),
    headFolder: at('head'),
    origin: ORIGIN,
    publicKey: Buffer.from(privateKey.export({ format: 'jwk' }).x as string, 'base64url'),
    sign: async (message) => {
      signed.push(Buffer.from(message).toString());
      return sign(null, message, privateKey);
    },
    onFatal: (error) => fatal.push(error),
    ...options,
  });
  ledgers.push(ledger);
  return { ledger, db };
}

const viewed = (n: number) => [{ type: 'viewed' as const, body: { n } }];

/** Appends one by one so that each has a group of its own. */
async function appendEach(ledger: Ledger, count: number) {
  for (let i = 0; i < count; i++) await ledger.append(viewed(i));
}

/** Copies the database as a backup would. */
function backUp(db: CustodyDatabase, name: string) {
  db.$client.exec(`VACUUM INTO '${at(name)}'`);
}

function restore(name: string) {
  for (const db of databases.splice(0)) db.$client.close();
  for (const file of ['custody.db', 'custody.db-wal', 'custody.db-shm']) rmSync(at(file), { force: true });
  cpSync(at(name), at('custody.db'));
}

test('a new ledger is the signed empty tree, with its verifier key beside it', async () => {
  const { ledger } = await open();
  expect(ledger.size).toBe(0);
  const verifier = parseVerifierKey(readFileSync(at('ledger', 'verifier-key'), 'utf8').trim());
  const checkpoint = openCheckpoint(readFileSync(at('ledger', 'checkpoint'), 'utf8'), verifier);
  expect(checkpoint).toMatchObject({ origin: ORIGIN, size: 0 });
  expect(checkpoint.root.toString('base64')).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
  expect(verifyFolder(at('ledger'), ledger.verifierKey).verdict).toBe('good');
});

test('200 appends at once go into few checkpoints, in order, and each is proved by its receipt', async () => {
  const { ledger } = await open();
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => ledger.append(viewed(i))));
  expect(answers.map(([entry]) => entry?.number)).toEqual(Array.from({ length: 200 }, (_, i) => i));
  expect(signed.length).toBeLessThanOrEqual(4);
  for (const number of [0, 1, 127, 128, 199]) {
    const receipt = JSON.parse(JSON.stringify(await ledger.receipt(number)));
    expect(verifyReceipt(receipt, ledger.verifierKey)).toMatchObject({
      verdict: 'good',
      entry: { number, type: 'viewed', body: { n: number } },
    });
  }
  await ledger.close();
  expect(verifyFolder(at('ledger'), ledger.verifierKey)).toMatchObject({ verdict: 'good', ledger: { size: 200 } });
});

test('a public leaf is the type and the salted digest, and nothing of the body', async () => {
  const { ledger } = await open();
  await ledger.append([{ type: 'decided', body: { reason: 'a secret of one person' } }]);
  const [leaf] = decodeBundle((await ledger.file('tile/entries/000.p/1')) as Buffer);
  expect(leaf?.toString()).toMatch(/^decided [A-Za-z0-9_-]{43}\n$/);
  const row = prepareLedgerQueries(openDatabase()).entry.get({ number: 0 });
  expect(row?.body).toBe('{"reason":"a secret of one person"}');
  expect(row?.salt?.length).toBe(32);
});

test('what is served is exactly the published tree, and no path leads out of it', async () => {
  const { ledger } = await open();
  await Promise.all(Array.from({ length: 300 }, (_, i) => ledger.append(viewed(i))));
  expect((await ledger.file('checkpoint'))?.toString()).toBe(ledger.checkpoint());
  expect((await ledger.file('verifier-key'))?.toString()).toBe(`${ledger.verifierKey}\n`);
  for (const [path, bytes] of [
    ['tile/0/000', 256 * 32],
    ['tile/0/001.p/44', 44 * 32],
    ['tile/1/000.p/1', 32],
  ] as const) {
    expect((await ledger.file(path))?.length, path).toBe(bytes);
  }
  expect(decodeBundle((await ledger.file('tile/entries/001.p/44')) as Buffer)).toHaveLength(44);
  // A narrower form, which a reader of an older checkpoint asks for, is the beginning of the wide one.
  expect(decodeBundle((await ledger.file('tile/entries/001.p/3')) as Buffer)).toHaveLength(3);
  expect(await ledger.file('tile/0/001.p/3')).toEqual((await ledger.file('tile/0/001.p/44'))?.subarray(0, 96));
  for (const path of [
    'tile/0/001',
    'tile/0/001.p/45',
    'tile/0/002.p/1',
    'tile/2/000.p/1',
    '../head/head',
    'tile/0/../../verifier-key',
  ]) {
    expect(await ledger.file(path), path).toBeUndefined();
  }
  const served = await ledger.file('tile/0/001.p/44');
  await ledger.close();
  expect(readFileSync(at('ledger', 'tile/0/001.p/44'))).toEqual(served);
  expect(existsSync(at('ledger', 'tile/0/000.p'))).toBe(false);
});

test('entries that concern an attempt are opened to it alone, in order', async () => {
  const { ledger } = await open();
  await ledger.append([{ type: 'released', body: { chapter: 1 }, concerns: 'a' }]);
  await ledger.append([{ type: 'released', body: { chapter: 2 }, concerns: 'b' }]);
  await ledger.append([{ type: 'viewed', body: { seconds: 4 }, concerns: 'a' }]);
  expect(ledger.concerning('a')).toEqual([
    { number: 0, type: 'released', body: { chapter: 1 }, at: expect.stringMatching(/Z$/) },
    { number: 2, type: 'viewed', body: { seconds: 4 }, at: expect.stringMatching(/Z$/) },
  ]);
});

test('what an append applies stands with its entry; one that fails is rejected alone and takes no number', async () => {
  const { ledger, db } = await open();
  const end = (id: string) => () => {
    db.$client.prepare('INSERT INTO sign_ins VALUES (?, ?)').run(id, '');
  };
  const outcomes = await Promise.allSettled([
    ledger.append(viewed(0), end('one')),
    ledger.append(viewed(1), () => {
      end('two')();
      throw new Error('the grant has ended');
    }),
    ledger.append(viewed(2), end('three')),
    ledger.append(viewed(3), end('one')),
    ledger.append([...viewed(4), ...viewed(5)], (numbers) => end(`numbers ${numbers}`)()),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({ reason: { message: 'the grant has ended' } });
  expect(outcomes[3]).toMatchObject({ reason: { message: expect.stringContaining('UNIQUE') } });
  expect(outcomes[4]).toMatchObject({ value: [{ number: 2 }, { number: 3 }] });
  const applied = db.$client.prepare('SELECT challenge FROM sign_ins ORDER BY rowid').pluck().all();
  expect(applied).toEqual(expect.arrayContaining(['one', 'three', 'numbers 2,3']));
  expect(applied).toHaveLength(3);
  // The failures were known before anything was signed: one signature for the empty tree, one for the group.
  expect(signed.map((text) => text.split('\n')[1])).toEqual(['0', '4']);
  await ledger.close();
  expect(verifyFolder(at('ledger')).verdict).toBe('good');
});

test('what changes while the token signs makes one append fail, and the others are signed anew without it', async () => {
  const db = openDatabase();
  let meanwhile: (() => void) | undefined;
  const { ledger } = await open({
    db,
    sign: async (message) => {
      meanwhile?.();
      meanwhile = undefined;
      return sign(null, message, key);
    },
  });
  meanwhile = () => db.$client.prepare('INSERT INTO sign_ins VALUES (?, ?)').run('taken', '');
  const outcomes = await Promise.allSettled([
    ledger.append(viewed(0)),
    ledger.append(viewed(1), () => void db.$client.prepare('INSERT INTO sign_ins VALUES (?, ?)').run('taken', '')),
    ledger.append(viewed(2)),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(outcomes[2]).toMatchObject({ value: [{ number: 1 }] });
  expect(fatal).toEqual([]);
  expect(verifyReceipt(await ledger.receipt(1), ledger.verifierKey)).toMatchObject({
    verdict: 'good',
    entry: { body: { n: 2 } },
  });
  await ledger.close();
  expect(verifyFolder(at('ledger'))).toMatchObject({ verdict: 'good', ledger: { size: 2 } });
});

test('when the token does not sign, nothing happened and the ledger goes on', async () => {
  const db = openDatabase();
  let away = false;
  const { ledger } = await open({
    db,
    sign: async (message) => {
      if (away) throw new Error('the token is away');
      return sign(null, message, key);
    },
  });
  away = true;
  const apply = () => void db.$client.prepare('INSERT INTO sign_ins VALUES (?, ?)').run('x', '');
  await expect(ledger.append(viewed(0), apply)).rejects.toThrow('the token is away');
  expect(db.$client.prepare('SELECT count(*) FROM sign_ins').pluck().get()).toBe(0);
  away = false;
  expect(await ledger.append(viewed(1))).toEqual([{ number: 0 }]);
  expect(fatal).toEqual([]);
});

test('a signature that does not verify is never stored or published', async () => {
  const { ledger } = await open();
  const other = generateKeyPairSync('ed25519').privateKey;
  await ledger.close();
  const { ledger: wrong } = await open({ sign: async (message) => sign(null, message, other) });
  await expect(wrong.append(viewed(0))).rejects.toThrow('does not verify');
  expect(wrong.size).toBe(0);
});

test.each([
  ['the tiles', () => writeFileSync(at('ledger', 'tile'), 'in the way'), () => rmSync(at('ledger', 'tile'))],
  [
    'the head apart',
    () => mkdirSync(at('head', 'head.new')),
    () => rmSync(at('head', 'head.new'), { recursive: true }),
  ],
  [
    'the checkpoint',
    () => mkdirSync(at('ledger', 'checkpoint.new')),
    () => rmSync(at('ledger', 'checkpoint.new'), { recursive: true }),
  ],
])('when %s cannot be written the ledger stops; opening it again makes it whole', async (_, breakIt, mendIt) => {
  const { ledger } = await open();
  breakIt();
  await ledger.append(viewed(0)).catch(() => undefined);
  await ledger.close();
  expect(fatal).toHaveLength(1);
  expect(fatal[0]).toBeInstanceOf(LedgerError);
  expect(fatal[0]?.message).toContain('start custody again');
  await expect(ledger.append(viewed(1))).rejects.toThrow();
  mendIt();
  const { ledger: again } = await open();
  expect(again.size).toBe(1);
  expect(verifyFolder(at('ledger'), again.verifierKey)).toMatchObject({ verdict: 'good', ledger: { size: 1 } });
  expect(readFileSync(at('head', 'head'), 'utf8')).toBe(again.checkpoint());
  expect(await again.append(viewed(2))).toEqual([{ number: 1 }]);
});

test('when the database refuses the group, all of it is rejected and the ledger stops', async () => {
  const { ledger, db } = await open();
  db.$client.exec(
    "CREATE TRIGGER full BEFORE INSERT ON ledger_checkpoints BEGIN SELECT RAISE(ABORT, 'disk full'); END",
  );
  await expect(ledger.append(viewed(0))).rejects.toThrow(LedgerError);
  expect(fatal).toHaveLength(1);
  db.$client.exec('DROP TRIGGER full');
  const { ledger: again } = await open({ db });
  expect(again.size).toBe(0);
  expect(await again.append(viewed(0))).toEqual([{ number: 0 }]);
});

test('two processes on one ledger: the second to commit is stopped by compare and swap', async () => {
  const { ledger: first } = await open();
  const { ledger: second } = await open();
  await first.append(viewed(0));
  await expect(second.append(viewed(1))).rejects.toThrow('Another process writes to it');
  expect(fatal).toHaveLength(1);
  await first.append(viewed(2));
  await first.close();
  expect(verifyFolder(at('ledger'))).toMatchObject({ verdict: 'good', ledger: { size: 2 } });
});

test('an older copy of the database put back stops the start', async () => {
  const { ledger, db } = await open();
  await appendEach(ledger, 3);
  backUp(db, 'older.db');
  await appendEach(ledger, 2);
  await ledger.close();
  restore('older.db');
  await expect(open()).rejects.toThrow('it has 3 entries, but 5 were signed');
});

test('an older database with another history since is told from this one', async () => {
  const { ledger, db } = await open();
  await appendEach(ledger, 2);
  backUp(db, 'older.db');
  cpSync(at('ledger'), at('older-ledger'), { recursive: true });
  await ledger.append(viewed(7));
  await ledger.close();
  const head = readFileSync(at('head', 'head'));
  restore('older.db');
  // Someone who can also forge the older head goes on from there, with the token's own signatures.
  rmSync(at('ledger'), { recursive: true });
  cpSync(at('older-ledger'), at('ledger'), { recursive: true });
  cpSync(at('ledger', 'checkpoint'), at('head', 'head'));
  const { ledger: fork } = await open();
  await appendEach(fork, 3);
  await fork.close();
  writeFileSync(at('head', 'head'), head);
  rmSync(at('ledger', 'checkpoint'));
  await expect(open()).rejects.toThrow('tell different histories of the first 3 entries');
});

test('a lost database, a lost head, a lost entry and a head put back are each told apart', async () => {
  const { ledger, db } = await open();
  await appendEach(ledger, 1);
  await ledger.close();
  const olderHead = readFileSync(at('head', 'head'));
  const { ledger: later } = await open({ db });
  await appendEach(later, 2);
  await later.close();
  backUp(db, 'newest.db');
  const head = readFileSync(at('head', 'head'));

  rmSync(at('head', 'head'));
  await expect(open({ db })).rejects.toThrow('The head that is kept apart from the database is missing');
  writeFileSync(at('head', 'head'), olderHead);
  await expect(open({ db })).rejects.toThrow('The head kept apart was put back to an older state');
  writeFileSync(at('head', 'head'), head);
  db.$client.exec('DELETE FROM ledger_entries WHERE number = 2');
  await expect(open({ db })).rejects.toThrow('has 2 entries where its last checkpoint signs 3');
  for (const one of databases.splice(0)) one.$client.close();
  for (const name of readdirSync(root)) if (name.startsWith('custody.db')) rmSync(at(name));
  await expect(open()).rejects.toThrow('3 entries were signed before');
  restore('newest.db');
  expect((await open()).ledger.size).toBe(3);
});

test('another key or another origin stops the start', async () => {
  const { ledger } = await open();
  await appendEach(ledger, 1);
  await ledger.close();
  await expect(open({}, generateKeyPairSync('ed25519').privateKey)).rejects.toThrow(
    'Give it back the token and the origin',
  );
  await expect(open({ origin: 'example.com/other' })).rejects.toThrow('Give it back the token and the origin');
  rmSync(at('ledger', 'verifier-key'));
  await expect(open({ origin: 'example.com/other' })).rejects.toThrow('is not signed by example.com/other');
});

test.each(['tile/0/000.p/5', 'tile/entries/000.p/5'])('a changed byte in %s stops the start', async (path) => {
  const { ledger } = await open();
  await appendEach(ledger, 5);
  await ledger.close();
  const bytes = readFileSync(at('ledger', path));
  bytes[40] = (bytes[40] as number) ^ 1;
  writeFileSync(at('ledger', path), bytes);
  await expect(open()).rejects.toThrow('The ledger’s folder was changed');
  rmSync(at('ledger', path));
  await expect(open()).rejects.toThrow('is missing or unreadable');
});

test('an entry changed in the database is found when its receipt is asked for, and stops the ledger', async () => {
  const { ledger, db } = await open();
  await appendEach(ledger, 3);
  db.$client.exec(`UPDATE ledger_entries SET body = '{"n":9}' WHERE number = 1`);
  await expect(ledger.receipt(1)).rejects.toThrow('Entry 1 cannot be proved');
  expect(fatal).toHaveLength(1);
  await expect(ledger.append(viewed(3))).rejects.toThrow(LedgerError);
});

test('erasing salt and body leaves the tree whole and the others’ receipts good', async () => {
  const { ledger, db } = await open();
  await ledger.append([{ type: 'released', body: { who: 'someone' }, concerns: 'a' }]);
  await ledger.append(viewed(1));
  await ledger.close();
  prepareLedgerQueries(db).eraseEntry.run({ number: 0 });
  const { ledger: again } = await open({ db });
  expect(again.concerning('a')).toEqual([]);
  await expect(again.receipt(0)).rejects.toThrow('was erased');
  expect(verifyReceipt(await again.receipt(1), again.verifierKey).verdict).toBe('good');
  await again.append(viewed(2));
  await again.close();
  expect(verifyFolder(at('ledger'), again.verifierKey)).toMatchObject({ verdict: 'good', ledger: { size: 3 } });
});

test(
  'killed at any moment, no acknowledged entry is lost and the ledger opens whole',
  { timeout: FULL ? 600_000 : 120_000 },
  async () => {
    writeFileSync(at('key.pem'), key.export({ type: 'pkcs8', format: 'pem' }));
    let acknowledged = -1;
    for (let round = 0; round < (FULL ? 40 : 2); round++) {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'ledger-appender.ts'), root, at('key.pem')]);
      let out = '';
      let err = '';
      child.stderr.on('data', (chunk) => (err += chunk));
      const ended = once(child, 'close');
      await new Promise<void>((resolve) => {
        child.stdout.on('data', (chunk) => {
          out += chunk;
          if (out.split('\n').length > 20) resolve();
        });
        child.once('close', () => resolve());
      });
      await new Promise((resolve) => setTimeout(resolve, round * 7));
      child.kill('SIGKILL');
      await ended;
      const numbers = out.split('\n').slice(0, -1).map(Number);
      expect(numbers.length, err).toBeGreaterThan(0);
      acknowledged = Math.max(acknowledged, ...numbers);
    }
    const { ledger } = await open();
    expect(ledger.size).toBeGreaterThan(acknowledged);
    expect(verifyReceipt(await ledger.receipt(acknowledged), ledger.verifierKey).verdict).toBe('good');
    await ledger.close();
    expect(verifyFolder(at('ledger'), ledger.verifierKey)).toMatchObject({
      verdict: 'good',
      ledger: { size: ledger.size },
    });
  },
);

test.runIf(FULL)('100,000 entries open as quickly as ten, and verify', { timeout: 120_000 }, async () => {
  const { ledger, db } = await open();
  for (let at = 0; at < 100_000; at += 5_000) {
    await ledger.append(Array.from({ length: 5_000 }, (_, i) => ({ type: 'viewed' as const, body: { n: at + i } })));
  }
  await ledger.close();
  const began = performance.now();
  const { ledger: again } = await open({ db });
  expect(performance.now() - began).toBeLessThan(500);
  expect(verifyReceipt(await again.receipt(65_536), again.verifierKey).verdict).toBe('good');
  expect(verifyFolder(at('ledger'))).toMatchObject({ verdict: 'good', ledger: { size: 100_000 } });
});
