import { createPublicKey, generateKeyPairSync, hash, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createVerifier, formatCheckpoint, formatNote, formatVerifierKey } from '../hsm/ledger/note.ts';
import { consistencyProof, foldHashes, type Hash, hashLeaf, Tree } from '../hsm/ledger/tree.ts';
import { type RunningWitness, startWitness, witnessCommand } from './witness-process.ts';

let made = 0;

/** A ledger that signs whatever tree it is told to. */
function ledgerOf(
  leaf = (n: number) => `entry ${n}`,
  keys = generateKeyPairSync('ed25519'),
  origin = `test.example/${made++}`,
) {
  const publicKey = Buffer.from(keys.publicKey.export({ format: 'jwk' }).x as string, 'base64url');
  const verifier = createVerifier(origin, publicKey);
  const hashes = Array.from({ length: 300 }, (_, n) => hashLeaf(Buffer.from(leaf(n))));
  const root = (size: number): Hash => {
    const tree = new Tree();
    for (const one of hashes.slice(0, size)) tree.append(one);
    return tree.root();
  };
  const note = (size: number, key: KeyObject = keys.privateKey) => {
    const text = formatCheckpoint({ origin, size, root: root(size) });
    return formatNote(text, verifier, sign(null, Buffer.from(text), key));
  };
  const proof = (from: number, to: number) =>
    from === 0
      ? []
      : consistencyProof(from, to, (height, index) =>
          foldHashes(hashes.slice(index * 2 ** height, (index + 1) * 2 ** height)),
        ).map((one) => one.toString('base64'));
  const request = (from: number, to: number) => [`old ${from}`, ...proof(from, to), '', note(to)].join('\n');
  return { origin, keys, key: formatVerifierKey(verifier), note, proof, request };
}
type TestLedger = ReturnType<typeof ledgerOf>;

/** Sends a body to the witness as a ledger would. */
async function send(body: string | Uint8Array<ArrayBuffer>, path = '/add-checkpoint') {
  const answer = await fetch(`${witness.url}${path}`, { method: 'POST', body });
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() };
}

/** Verifies a line as the text of C2SP tlog-cosignature has it, with nothing of ours. @returns seconds since 1970 */
function timeOf(line: string, note: string, verifierKey: string): number {
  const [name = '', id, ...rest] = verifierKey.split('+');
  const material = Buffer.from(rest.join('+'), 'base64');
  expect(material[0]).toBe(0x04);
  const expected = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), material]), 'hex').slice(0, 8);
  expect(id).toBe(expected);
  const [, dash, named, encoded] = /^(—) (\S+) (\S+)\n$/u.exec(line) ?? [];
  expect([dash, named]).toEqual(['—', name]);
  const bytes = Buffer.from(encoded as string, 'base64');
  expect(bytes.length).toBe(4 + 8 + 64);
  expect(bytes.subarray(0, 4).toString('hex')).toBe(expected);
  const time = bytes.readBigUInt64BE(4);
  const text = `${note.split('\n\n')[0]}\n`;
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: material.subarray(1).toString('base64url') },
  });
  expect(verify(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), key, bytes.subarray(12))).toBe(true);
  return Number(time);
}

let witness: RunningWitness;
let ledger: TestLedger;
const ledgers = Array.from({ length: 16 }, () => ledgerOf());

beforeAll(async () => {
  witness = await startWitness(...ledgers.slice(0, 1).map(({ key }) => key));
  // One process each would cost more than all that is tested.
  await witness.end();
  const path = join(witness.folder, 'cosigned.json');
  writeFileSync(path, JSON.stringify({ ledgers: ledgers.map(({ key }) => ({ key, checkpoint: null })) }));
  await witness.start();
});
afterAll(() => witness?.stop());
beforeEach(() => {
  ledger = ledgers.shift() as TestLedger;
});

describe('what the witness cosigns', () => {
  test('a first checkpoint, then one that only grew, each with the time and over the very bytes', async () => {
    const first = await send(ledger.request(0, 7));
    expect(first).toMatchObject({ status: 200 });
    expect(Math.abs(timeOf(first.body, ledger.note(7), witness.key) - Date.now() / 1000)).toBeLessThan(5);
    const second = await send(ledger.request(7, 300));
    expect(second.status).toBe(200);
    timeOf(second.body, ledger.note(300), witness.key);
  });

  test('the same checkpoint again, with a later time', async () => {
    const before = timeOf((await send(ledger.request(0, 5))).body, ledger.note(5), witness.key);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const again = await send(ledger.request(5, 5));
    expect(again.status).toBe(200);
    expect(timeOf(again.body, ledger.note(5), witness.key)).toBeGreaterThan(before);
  });

  test('an empty ledger, and its first entries after it', async () => {
    expect((await send(ledger.request(0, 0))).status).toBe(200);
    expect((await send(ledger.request(0, 3))).status).toBe(200);
  });

  test('a checkpoint to which strangers added lines, of which it keeps none', async () => {
    const line = `— stranger.example ${Buffer.alloc(68).toString('base64')}\n`;
    const own = `— observers.example/w1 ${Buffer.concat([Buffer.from(witness.key.split('+')[1] as string, 'hex'), Buffer.alloc(72)]).toString('base64')}\n`;
    expect((await send(`${ledger.request(0, 4)}${line.repeat(98)}${own}`)).status).toBe(200);
    expect((await send(ledger.request(4, 9))).status).toBe(200);
    expect(readFileSync(join(witness.folder, 'cosigned.json'), 'utf8')).not.toContain('stranger');
  });
});

describe('what it refuses', () => {
  test('an old size that is not what it remembers: it says which one is', async () => {
    await send(ledger.request(0, 7));
    expect(await send(ledger.request(0, 9))).toEqual({ status: 409, type: 'text/x.tlog.size', body: '7\n' });
    expect(await send(ledger.request(3, 9))).toEqual({ status: 409, type: 'text/x.tlog.size', body: '7\n' });
  });

  test('to go back to a smaller ledger', async () => {
    await send(ledger.request(0, 9));
    expect(await send(ledger.request(5, 5))).toEqual({ status: 409, type: 'text/x.tlog.size', body: '9\n' });
    expect((await send(['old 9', '', ledger.note(5)].join('\n'))).status).toBe(400);
    expect((await send(ledger.request(9, 10))).status).toBe(200);
  });

  test('a fork, of the same size and of a larger one, whatever proof comes along', async () => {
    await send(ledger.request(0, 9));
    const fork = ledgerOf((n) => `entry ${n === 8 ? 'forged' : n}`, ledger.keys, ledger.origin);
    expect(await send(fork.request(9, 9))).toMatchObject({ status: 409, body: '9\n' });
    expect((await send(fork.request(9, 20))).status).toBe(422);
    expect((await send(['old 9', ...ledger.proof(9, 20), '', fork.note(20)].join('\n'))).status).toBe(422);
    expect(witness.log()).toContain('a fork');
    expect((await send(ledger.request(9, 20))).status).toBe(200);
  });

  test('a proof where there is nothing to prove', async () => {
    expect((await send(['old 0', ...ledger.proof(4, 9), '', ledger.note(9)].join('\n'))).status).toBe(422);
    await send(ledger.request(0, 9));
    expect((await send(['old 9', ...ledger.proof(4, 9), '', ledger.note(9)].join('\n'))).status).toBe(422);
    expect((await send(['old 9', '', ledger.note(20)].join('\n'))).status).toBe(422);
  });

  test('a ledger that it does not watch, and a key that is not the ledger’s', async () => {
    const [strange, other] = [ledgerOf(), generateKeyPairSync('ed25519').privateKey];
    expect((await send(strange.request(0, 3))).status).toBe(404);
    const impostor = ledgerOf(undefined, undefined, ledger.origin);
    expect((await send(impostor.request(0, 3))).status).toBe(403);
    expect((await send(['old 0', '', ledger.note(3, other)].join('\n'))).status).toBe(403);
  });

  test('what is no request at all', async () => {
    const good = ledger.request(0, 9);
    for (const bad of [
      '',
      'old 0\n',
      good.replace('old 0', 'old 00'),
      good.replace('old 0', 'old -1'),
      good.replace('old 0', 'old 0 '),
      good.replace('\n\n', '\nAAAA\n\n'),
      good.replace('\n\n', `\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}\n`),
      good.replace('\n9\n', '\n09\n'),
      good.trimEnd(),
      good.replaceAll('\n', '\r\n'),
    ])
      expect((await send(bad)).status, JSON.stringify(bad.slice(0, 60))).toBe(400);
    expect((await send(new Uint8Array([0x6f, 0x6c, 0x64, 0xff, 0x0a, 0x0a]))).status).toBe(400);
    expect((await send(`${good}${' '.repeat(70_000)}`)).status).toBe(413);
    expect((await send(good, '/elsewhere')).status).toBe(404);
    expect((await fetch(`${witness.url}/add-checkpoint`)).status).toBe(405);
    expect((await send(good)).status).toBe(200);
  });
});

describe('what it remembers', () => {
  // A power cut at either step of keeping a checkpoint: before the file is replaced, and after it, with nothing answered.
  test.each([
    [1, 7],
    [2, 20],
  ])(
    'killed at fsync %i of a cosigning, it starts again with %i entries, and goes on from there',
    async (nth, size) => {
      await send(ledger.request(0, 7));
      await witness.end();
      // The first two of the process are those of its lock.
      const kill = `inject=fsync:signal=KILL:when=${nth + 2}`;
      await witness.start('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync', '-e', kill);
      await expect(send(ledger.request(7, 20))).rejects.toThrow();
      await witness.gone();
      await witness.start();
      const unsure = await send(ledger.request(7, 20));
      expect(unsure).toMatchObject(size === 7 ? { status: 200 } : { status: 409, body: '20\n' });
      expect((await send(ledger.request(20, 20))).status).toBe(200);
    },
  );

  test('what it cosigned holds after it was killed', async () => {
    await send(ledger.request(0, 12));
    await witness.kill();
    await witness.start();
    expect(await send(ledger.request(0, 12))).toMatchObject({ status: 409, body: '12\n' });
  });

  test('without its memory, or with a damaged one, it cosigns nothing and says what to do', async () => {
    const path = join(witness.folder, 'cosigned.json');
    const sound = readFileSync(path, 'utf8');
    expect(sound).toContain('observers.example/w1');
    const damaged = [sound.slice(0, 300), sound.replace(/\\n7\\n|\\n9\\n|\\n20\\n/, '\\n8\\n'), '{}'];
    for (const text of damaged) {
      writeFileSync(path, text);
      expect((await send(ledger.request(0, 3))).status).toBe(500);
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
    await witness.end();
    await expect(witness.start()).rejects.toThrow(/“cosigned.json” is damaged.*begin another witness, with a new key/s);
    writeFileSync(path, sound);
    await witness.start();
    expect((await send(ledger.request(0, 3))).status).toBe(200);
  });

  test('a second process is refused its folder', () => {
    expect(() => witnessCommand('serve', witness.folder, '--listen', '127.0.0.1:1')).toThrow(/works with this folder/);
    expect(() => witnessCommand('add', witness.folder, ledger.key)).toThrow(/works with this folder/);
  });

  test('its key is its own alone to read, and is not made twice', () => {
    expect(statSync(join(witness.folder, 'key')).mode & 0o777).toBe(0o600);
    expect(() => witnessCommand('init', witness.folder, '--name', 'again.example')).toThrow(/already/);
  });
});
