/** The appliance asks a witness: real web, real custody, a real witness on another port, and witnesses that misbehave. */
import { spawnSync } from 'node:child_process';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AskedWitness, witnessList } from '../app/witnesses/setting.ts';
import { Witnessing } from '../app/witnesses/witnessing.ts';
import { findCosignature } from '../hsm/ledger/cosignature.ts';
import { openCheckpoint, parseCheckpoint, parseVerifierKey, splitNote } from '../hsm/ledger/note.ts';
import { ask } from './appliance.ts';
import { launchChromium, openContext } from './chromium.ts';
import { inspectPage } from './page-inspection.ts';
import { signingWitness } from './signing-witness.ts';
import { startWebSetting, type WebSetting } from './web-process.ts';
import { type RunningWitness, startWitness } from './witness-process.ts';

const CLOISTER = join(import.meta.dirname, '../bin/cloister');
/** Milliseconds from one round to the next. */
const ROUND = 100;
/** Known to custody, and signs whatever the tests want. */
const pliant = signingWitness('pliant.example/w2');

let setting: WebSetting;
let custody: WebSetting['custody'];
let witness: RunningWitness;
let ledgerKey: string;

const checkpoint = async () => Buffer.from(await custody.web.ledgerFile('checkpoint')).toString('utf8');
const sizeNow = async () => parseCheckpoint(splitNote(await checkpoint()).text).size;
const shown = async (path: string, language = 'en') => {
  const headers = { accept: 'text/html', 'accept-language': language };
  const { status, body } = await ask(setting.origin, path, { headers });
  return { status, text: body.toString() };
};
let reports = 0;
async function grow(entries = 1): Promise<void> {
  const file = () =>
    custody.web.fileReport({
      ...{ number: String(++reports).padStart(32, '0'), use: 'other', words: 'Something happened.', page: '/' },
      ...{ language: 'en', exam: null, namedExam: null, reporter: { as: 'anybody' } },
    });
  await Promise.all(Array.from({ length: entries }, file));
}
/** @returns size and time (seconds since 1970) of what the witness cosigned last, as the appliance shows it to everybody */
async function witnessedBy(key: string) {
  const { status, text } = await shown('/ledger/witnessed-checkpoint');
  if (status !== 200) return { size: -1, at: 0 };
  openCheckpoint(text, parseVerifierKey(ledgerKey));
  const { checkpoint, cosignature } = findCosignature(text, parseVerifierKey(key, 'cosignature'));
  return cosignature ? { size: checkpoint.size, at: cosignature.at } : { size: -1, at: 0 };
}

/** Web's own asking, in shorter rounds. */
function asking(...witnesses: AskedWitness[]) {
  const said: { witness: string; trouble?: string; detail?: string; level: number; msg: string }[] = [];
  const log = pino({ base: null }, { write: (line) => void said.push(JSON.parse(line)) });
  const { web } = custody;
  const rounds: number[] = [];
  const counted = { ...web, ledgerFile: (path: string) => (rounds.push(Date.now()), web.ledgerFile(path)) };
  const witnessing = new Witnessing({ witnesses, custody: counted, log, every: ROUND });
  witnessing.open();
  running.push(witnessing);
  return { said, rounds };
}
const running: Witnessing[] = [];
const servers: Server[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const at = (key: string, url: string) => witnessList.parse(`${key} ${url}`)[0] as AskedWitness;
/** A witness under the pliant one's name that answers as it is told to. */
async function answering(listener: RequestListener): Promise<AskedWitness> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return at(pliant.key, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

beforeAll(async () => {
  setting = await startWebSetting();
  ({ custody } = setting);
  ({ verifierKey: ledgerKey } = await custody.operator.state());
  witness = await startWitness(ledgerKey);
}, 120_000);
afterAll(async () => {
  await witness?.stop();
  await setting?.stop();
});

describe('the appliance', () => {
  test('without a witness says so, and calls nothing witnessed', async () => {
    expect((await shown('/charter')).text).toContain('The record is not witnessed.');
    expect((await shown('/charter', 'de')).text).toContain('Das Protokoll ist nicht bezeugt.');
    expect((await shown('/ledger/witnessed-checkpoint')).status).toBe(404);
  });

  test('with one has the ledger cosigned by itself, shows it to everybody, and says how fresh it is', async () => {
    Object.assign(custody.environment, { CLOISTER_WITNESS_KEYS: witness.key });
    Object.assign(setting.environment, { CLOISTER_WITNESSES: `${witness.key} ${witness.url}/` });
    await custody.restart();
    await setting.kill();
    await setting.start();
    await expect.poll(async () => (await witnessedBy(witness.key)).size).toBe(await sizeNow());
    const { at: when } = await witnessedBy(witness.key);
    expect(Math.abs(when - Date.now() / 1000)).toBeLessThan(20);
    expect(await checkpoint()).toBe((await shown('/ledger/witnessed-checkpoint')).text);
    const page = (await shown('/charter')).text;
    expect(page).toContain('The record is witnessed.');
    expect(page).toContain('observers.example/w1');
    expect(page).toContain(`<time datetime="${new Date(when * 1000).toISOString()}">`);
    expect(page).toContain(witness.key);
    expect(setting.log().join('\n')).not.toContain('"witness":');
    const folder = join(custody.data, 'custody/ledger');
    const words = ['ledger', 'verify', folder, '--key', ledgerKey, '--witness', witness.key];
    const verified = () => spawnSync(CLOISTER, words, { encoding: 'utf8' }).stdout;
    await expect.poll(verified).toContain('observers.example/w1 cosigned the first');
  });

  test('learns from the witness which size it saw, and proves from there, over a tile that filled up meanwhile', async () => {
    const before = (await witnessedBy(witness.key)).size;
    await grow(257 - (await sizeNow()));
    expect(before).toBeLessThan(256);
    const fresh = asking(at(witness.key, witness.url));
    await expect.poll(async () => (await witnessedBy(witness.key)).size).toBe(await sizeNow());
    expect(fresh.said).toEqual([]);
  });

  test('says once that a witness is away, does everything else meanwhile, and has it cosign when it is back', async () => {
    const { said, rounds } = asking(at(witness.key, witness.url));
    await expect.poll(() => rounds.length).toBeGreaterThan(2);
    await witness.end();
    await expect.poll(() => said.length).toBe(1);
    expect(said[0]).toMatchObject({ witness: 'observers.example/w1', trouble: 'away', level: 40 });
    expect(JSON.stringify(said)).not.toContain('127.0.0.1');
    await grow(3);
    const rounded = rounds.length;
    await expect.poll(() => rounds.length).toBeGreaterThan(rounded + 4);
    expect(said).toHaveLength(1);
    expect((await witnessedBy(witness.key)).size).toBe((await sizeNow()) - 3);
    expect((await shown('/charter')).text).toContain('The record is witnessed.');
    await witness.start();
    await expect.poll(async () => (await witnessedBy(witness.key)).size).toBe(await sizeNow());
    expect(said.map(({ msg }) => msg).at(-1)).toBe('the witness cosigns again');
    expect(said).toHaveLength(2);
  });
});

describe('a witness that misbehaves', () => {
  beforeAll(async () => {
    Object.assign(custody.environment, { CLOISTER_WITNESS_KEYS: `${witness.key},${pliant.key}` });
    await custody.restart();
  });

  test('by answering with a size for ever is asked twice a round, and no more', async () => {
    let requests = 0;
    const bad = await answering((_, response) => {
      requests++;
      response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end(`${requests % 5}\n`);
    });
    const { said } = asking(bad);
    await expect.poll(() => said.length).toBeGreaterThan(0);
    expect(said[0]).toMatchObject({ trouble: 'refused' });
    const before = requests;
    await new Promise((resolve) => setTimeout(resolve, 5 * ROUND));
    expect(requests - before).toBeLessThan(16);
  });

  test.each([
    ['more entries than there are', async () => (await sizeNow()) + 100],
    ['as many entries, but others', sizeNow],
  ])('by saying that it saw %s is an alarm in the log', async (_, seen) => {
    const size = await seen();
    const { said, rounds } = asking(await answering((_, response) => void response.writeHead(409).end(`${size}\n`)));
    await expect.poll(() => said.length).toBe(1);
    expect(said[0]).toMatchObject({ trouble: 'other-history', level: 50 });
    await grow();
    const before = rounds.length;
    await expect.poll(() => rounds.length).toBeGreaterThan(before + 4);
    expect(said.filter(({ trouble }) => trouble === 'other-history')).toHaveLength(1);
  });

  test.each<[string, RequestListener, string]>([
    [
      'in an unknown key’s name',
      (_, response) => void checkpoint().then((note) => response.end(`${signingWitness(pliant.name).cosign(note)}\n`)),
      'no-cosignature',
    ],
    [
      'with a cosignature of something else',
      (_, response) =>
        void checkpoint().then((note) => response.end(`${pliant.cosign(note.replace(/\n\d+\n/, '\n1\n'))}\n`)),
      'not-kept',
    ],
    [
      'with a time that has not come',
      (_, response) =>
        void checkpoint().then((note) => response.end(`${pliant.cosign(note, (Date.now() / 1000 + 3600) | 0)}\n`)),
      'not-kept',
    ],
    ['with a page', (_, response) => void response.end('<!doctype html>'), 'no-cosignature'],
    [
      'with a way to somewhere else',
      (_, response) => void response.writeHead(307, { location: witness.url }).end(),
      'refused',
    ],
    ['with 404', (_, response) => void response.writeHead(404).end(), 'unknown-ledger'],
    ['with 403', (_, response) => void response.writeHead(403).end(), 'other-key'],
    ['with 422', (_, response) => void response.writeHead(422).end(), 'other-history'],
    ['without an end', (_, response) => void setInterval(() => response.write('— '.repeat(4000)), 5).unref(), 'away'],
    ['by breaking off', (request) => void request.socket.destroy(), 'away'],
  ])('by answering %s is named in the log, once', async (_, listener, trouble) => {
    const { said, rounds } = asking(await answering(listener));
    await expect.poll(() => said.length).toBe(1);
    expect(said[0]).toMatchObject({ witness: pliant.name, trouble });
    const before = rounds.length;
    await expect.poll(() => rounds.length).toBeGreaterThan(before + 3);
    expect(said).toHaveLength(1);
    expect((await witnessedBy(pliant.key)).size).toBe(-1);
  });

  test('by never answering is given up after ten seconds', async () => {
    const began = Date.now();
    const { said } = asking(await answering(() => {}));
    await expect.poll(() => said.length, { timeout: 20_000 }).toBe(1);
    expect(said[0]).toMatchObject({ trouble: 'away', detail: 'TimeoutError' });
    expect(Date.now() - began).toBeGreaterThan(9_500);
  });

  test('by never answering keeps no other waiting', async () => {
    const { said } = asking(await answering(() => {}), at(witness.key, witness.url));
    await grow();
    await expect.poll(async () => (await witnessedBy(witness.key)).size).toBe(await sizeNow());
    expect(said).toEqual([]);
  });
});

describe('the charter', () => {
  let browser: Browser;
  beforeAll(async () => void (browser = await launchChromium()));
  afterAll(() => browser?.close());

  const open = async () => {
    const page = await (await openContext(browser)).newPage();
    await page.goto(`${setting.origin}/charter`);
    return page;
  };
  const agePast = (hours: number, ...keys: string[]) =>
    custody.whileDown((database) => {
      const age = database.prepare('UPDATE cosignatures SET cosigned_at = ? WHERE witness = ?');
      for (const key of keys) age.run(Math.floor(Date.now() / 1000) - hours * 3600, key);
    });

  test('says by whom the record is witnessed and how freshly, in the house’s look, on a telephone too', async () => {
    const note = await checkpoint();
    await custody.web.keepCosignature({ size: await sizeNow(), line: pliant.cosign(note) });
    const page = await open();
    await page.getByText('The record is witnessed.').waitFor();
    for (const name of ['observers.example/w1', pliant.name])
      await page.getByRole('row', { name }).getByText('Within 24 hours').waitFor();
    await page.getByText('This page comes from the very appliance that is watched over.').waitFor();
    for (const width of [1280, 380]) await inspectPage(page, 'charter', width);
    expect(await page.locator('.foot').getByRole('link', { name: 'Charter' }).getAttribute('href')).toBe('/charter');
  });

  test('says which witness has grown old, and when all have', async () => {
    await setting.kill();
    delete setting.environment['CLOISTER_WITNESSES'];
    await agePast(25, pliant.key);
    await setting.start();
    const page = await open();
    await page.getByText('Not every witness has confirmed it within the last 24 hours').waitFor();
    await page.getByRole('row', { name: pliant.name }).getByText('Longer ago than 24 hours').waitFor();
    await inspectPage(page, 'charter-partly', 380);
    await agePast(25, witness.key);
    await page.reload();
    await page.getByText('The record is not witnessed at the moment.').waitFor();
    expect(await page.getByText('The record is witnessed.').count()).toBe(0);
    await inspectPage(page, 'charter-lapsed', 380);
    expect((await shown('/charter', 'de')).text).toContain('Das Protokoll ist zurzeit nicht bezeugt.');
  });

  test('says that it cannot tell while custody does not answer', async () => {
    custody.halt();
    try {
      const { status, text } = await shown('/charter');
      expect(status).toBe(200);
      expect(text).toContain('cannot be said just now');
    } finally {
      custody.go();
    }
  });
});
