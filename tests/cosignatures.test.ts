/** What custody keeps of what witnesses say, whoever brings it, and what it shows of it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examineWitnesses } from '../app/cli/doctor/custody.ts';
import { keepCosignature } from '../db/custody/cosignatures.ts';
import { openCustodyDatabase } from '../db/custody/open.ts';
import type { Custody } from '../hsm/custody.ts';
import { parseCheckpoint, splitNote } from '../hsm/ledger/note.ts';
import { verifyFolder } from '../hsm/ledger/verify.ts';
import { WitnessWatch } from '../hsm/witnesses.ts';
import { type RunningCustody, startCustody } from './custody-process.ts';
import { signingWitness } from './signing-witness.ts';

const [first, second, stranger] = ['first', 'second', 'stranger'].map((name) =>
  signingWitness(`${name}.example/w`),
) as [ReturnType<typeof signingWitness>, ReturnType<typeof signingWitness>, ReturnType<typeof signingWitness>];
const now = () => Math.floor(Date.now() / 1000);

let custody: RunningCustody;
const file = async (name: string) => Buffer.from(await custody.web.ledgerFile(name)).toString('utf8');
const sizeOf = (note: string) => parseCheckpoint(splitNote(note).text).size;
const give = (size: number, line: string) => custody.web.keepCosignature({ size, line });
/** Has the ledger grow by an entry that anybody may cause. */
const grow = () =>
  custody.web.fileReport({
    ...{ number: randomHex(), use: 'other', words: 'Something happened.', page: '/', language: 'en' },
    ...{ exam: null, namedExam: null, reporter: { as: 'anybody' } },
  });
let number = 0;
const randomHex = () => String(++number).padStart(32, '0');

beforeAll(async () => {
  custody = await startCustody({ environment: { CLOISTER_WITNESS_KEYS: `${first.key}, ${second.key}` } });
});
afterAll(() => custody?.stop());

describe('a cosignature', () => {
  test('is kept, stands below the checkpoint and in the ledger’s folder, and makes no entry', async () => {
    expect(await custody.web.witnesses()).toEqual({
      witnesses: [first, second].map(({ name, key }) => ({ name, verifierKey: key, last: null, fresh: false })),
    });
    await expect(file('witnessed-checkpoint')).rejects.toMatchObject({ code: 'not-found' });
    const bare = await file('checkpoint');
    const entries = sizeOf(bare);
    const line = first.cosign(bare);
    await give(entries, line);
    expect(await file('checkpoint')).toBe(`${bare}${line}\n`);
    expect(await file('witnessed-checkpoint')).toBe(`${bare}${line}\n`);
    const written = () => readFileSync(join(custody.data, 'custody/ledger/witnessed-checkpoint'), 'utf8');
    await expect.poll(written).toBe(`${bare}${line}\n`);
    expect(custody.entries()).toHaveLength(entries);
    const [told] = (await custody.operator.state()).witnesses;
    expect(told).toMatchObject({ name: first.name, last: { entries }, fresh: true });
    // The same again is no fault.
    await give(entries, line);
  });

  test('stays with the checkpoint that it is for when the ledger has grown, and outlives custody', async () => {
    const witnessed = await file('witnessed-checkpoint');
    await grow();
    expect((await file('checkpoint')).split('\n')).toHaveLength(6);
    expect(await file('witnessed-checkpoint')).toBe(witnessed);
    rmSync(join(custody.data, 'custody/ledger/witnessed-checkpoint'));
    await custody.restart();
    expect(await file('witnessed-checkpoint')).toBe(witnessed);
    const written = () => readFileSync(join(custody.data, 'custody/ledger/witnessed-checkpoint'), 'utf8');
    await expect.poll(written).toBe(witnessed);
  });

  test('of two witnesses over one checkpoint stand below it together', async () => {
    const bare = await file('checkpoint');
    const lines = [first, second].map((one) => one.cosign(bare));
    for (const line of lines) await give(sizeOf(bare), line);
    expect(await file('witnessed-checkpoint')).toBe(`${bare}${lines.join('\n')}\n`);
  });
});

describe('custody refuses a cosignature', () => {
  /** Nothing of what is shown has changed by it. */
  const refused = async (size: number, line: string, refusal: string) => {
    const before = await custody.web.witnesses();
    await expect(give(size, line)).rejects.toMatchObject({ refusal });
    expect(await custody.web.witnesses()).toEqual(before);
  };

  test('that is forged', async () => {
    const note = await file('checkpoint');
    const line = first.cosign(note);
    const bytes = Buffer.from(line.split(' ')[2] as string, 'base64');
    // In its signature, and in its time.
    for (const at of [bytes.length - 1, 11]) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] as number) ^ 1;
      await refused(sizeOf(note), `— ${first.name} ${altered.toString('base64')}`, 'cosignature-refused');
    }
    const impostor = signingWitness(first.name);
    const theirs = Buffer.from(impostor.cosign(note).split(' ')[2] as string, 'base64');
    first.verifier.id.copy(theirs);
    await refused(sizeOf(note), `— ${first.name} ${theirs.toString('base64')}`, 'cosignature-refused');
  });

  test('by a key that it does not know, and under a witness’s name with another key', async () => {
    const note = await file('checkpoint');
    await refused(sizeOf(note), stranger.cosign(note), 'witness-unknown');
    await refused(sizeOf(note), signingWitness(first.name).cosign(note), 'witness-unknown');
  });

  test('of another size than is said, and of a size that was never signed', async () => {
    const note = await file('checkpoint');
    await grow();
    const size = sizeOf(await file('checkpoint'));
    await refused(size, first.cosign(note), 'cosignature-refused');
    await refused(size + 1, first.cosign(note), 'not-found');
  });

  test('of a checkpoint that is not this ledger’s', async () => {
    const note = await file('checkpoint');
    const root = splitNote(note).text.split('\n')[2] as string;
    const other = note.replace(root, Buffer.alloc(32, 7).toString('base64'));
    await refused(sizeOf(note), first.cosign(other), 'cosignature-refused');
  });

  test('from the future, and takes one from a clock that is a little ahead', async () => {
    const note = await file('checkpoint');
    await refused(sizeOf(note), second.cosign(note, now() + 330), 'cosignature-early');
    await give(sizeOf(note), second.cosign(note, now() + 270));
  });

  test('that is older than the one that it keeps, in its time or in its size', async () => {
    const before = await file('checkpoint');
    await grow();
    const note = await file('checkpoint');
    await give(sizeOf(note), first.cosign(note, now() + 60));
    await refused(sizeOf(note), first.cosign(note, now() - 60), 'cosignature-older');
    await refused(sizeOf(before), first.cosign(before, now() + 120), 'cosignature-older');
    await give(sizeOf(note), first.cosign(note, now() + 180));
  });

  test('whose line is none', async () => {
    const note = await file('checkpoint');
    const line = first.cosign(note);
    for (const bad of ['', line.slice(2), `${line}\n`, `${line}\n${line}`, line.slice(0, -3), line.replace('—', '-')])
      await refused(sizeOf(note), bad, 'malformed');
  });

  test('by a witness that left the settings, of which nothing is shown any more', async () => {
    const note = await file('checkpoint');
    const known = custody.environment as Record<string, string>;
    known['CLOISTER_WITNESS_KEYS'] = second.key;
    await custody.restart();
    await refused(sizeOf(note), first.cosign(note), 'witness-unknown');
    expect((await custody.web.witnesses()).witnesses.map(({ name }) => name)).toEqual([second.name]);
    expect(await file('witnessed-checkpoint')).not.toContain(first.name);
    known['CLOISTER_WITNESS_KEYS'] = `${first.key},${second.key}`;
    await custody.restart();
    expect(await file('witnessed-checkpoint')).toContain(first.name);
  });
});

test('offline, a demanded witness is reported, and missed where it said nothing', async () => {
  await grow();
  const note = await file('checkpoint');
  const size = sizeOf(note);
  await give(size, first.cosign(note, now() + 240));
  await grow();
  const folder = join(custody.data, 'custody/ledger');
  const { verifierKey } = await custody.operator.state();
  const verdict = () => verifyFolder(folder, verifierKey, [first.key]);
  await expect.poll(verdict).toMatchObject({ verdict: 'good', ledger: { size: size + 1 }, witnesses: [{ size }] });
  expect(verdict().sentence).toContain(`${first.name} cosigned the first ${size} of them on `);
  const missed = verifyFolder(folder, verifierKey, [first.key, stranger.key]);
  expect(missed).toMatchObject({
    verdict: 'bad',
    sentence: expect.stringContaining(`${stranger.name} has cosigned nothing`),
  });
});

test('custody’s log says once that a witness has said nothing for a day, and once that it does again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'watch-'));
  const db = openCustodyDatabase(join(folder, 'custody.db'));
  const said: { witness: string; msg: string }[] = [];
  const log = pino({ base: null }, { write: (line) => void said.push(JSON.parse(line)) });
  const config = { CLOISTER_WITNESS_KEYS: [first.verifier, second.verifier] } as Custody['config'];
  db.$client.prepare('INSERT INTO ledger_checkpoints VALUES (7, ?)').run('a note');
  const cosigned = (at: number) =>
    keepCosignature(db, { witness: first.key, size: 7, line: 'a line', cosignedAt: Math.floor(at / 1000) });
  const began = Date.now();
  const hours = (count: number) => began + count * 3_600_000;
  cosigned(hours(-23));
  const watch = new WitnessWatch({ config, db, log });
  watch.look();
  expect(said).toEqual([]);
  for (const hour of [1.1, 2, 3]) watch.look(hours(hour));
  expect(said.map(({ witness }) => witness)).toEqual([first.name]);
  expect(said[0]?.msg).toContain('has not cosigned the ledger for a day');
  cosigned(hours(3.5));
  watch.look(hours(4));
  expect(said.map(({ msg }) => msg).at(-1)).toBe('this witness cosigns again');
  // One that never said anything is missed a day after the start.
  watch.look(hours(25));
  expect(said.map(({ witness }) => witness)).toEqual([first.name, first.name, second.name]);
  db.$client.close();
  rmSync(folder, { recursive: true });
});

test('doctor says of each witness how fresh it is, and of none that there is none', () => {
  const last = { at: '2026-11-24T12:00:00.000Z', entries: 12 };
  const [name, verifierKey] = ['w.example', 'w.example+…'];
  const [well] = examineWitnesses([{ name, verifierKey, last, fresh: true }]);
  expect(well).toMatchObject({
    of: 'Witness w.example',
    verdict: 'well',
    means: expect.stringContaining('12 entries'),
  });
  expect(well).not.toHaveProperty('mend');
  for (const said of [last, null]) {
    const [doubt] = examineWitnesses([{ name, verifierKey, last: said, fresh: false }]);
    expect(doubt).toMatchObject({ verdict: 'doubtful', mend: expect.stringContaining('log of web') });
  }
  const [none] = examineWitnesses([]);
  expect(none).toMatchObject({ of: 'Witnesses', verdict: 'well', means: expect.stringContaining('None is set up') });
});
