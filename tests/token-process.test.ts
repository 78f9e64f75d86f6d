import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { TokenClient } from '../hsm/token/client.ts';
import { provisionSoftToken } from '../hsm/token/provision.ts';
import { buildFaultyToken } from './faulty-token.ts';
import { hashOf, LABEL, makeReviewer, makeSoftToken, PIN, seal, SO_PIN } from './soft-token.ts';
import type { Reviewer } from './soft-token.ts';

const appliance = { label: 'appliance', kind: 'Ed25519' as const };
let folder: string;
let faulty: ReturnType<typeof buildFaultyToken>;
let token: TokenClient;
let reviewer: Reviewer;
let exam: { kid: string; alg: 'RSA-OAEP' | 'RSA-OAEP-256'; releaseMode: 'in-token' | 'host-transient' };
let envelope: Uint8Array;
const secret = randomBytes(32);

beforeAll(async () => {
  folder = await makeSoftToken();
  faulty = buildFaultyToken(folder);
  Object.assign(process.env, faulty.environment);
  token = new TokenClient({ module: faulty.module, label: LABEL, appliance });
  await token.open(PIN);
  const { spki, ...made } = await token.createExamKey('exam');
  exam = { kid: 'exam', ...made };
  reviewer = await makeReviewer(hashOf(made.alg));
  envelope = await seal(spki, secret, hashOf(made.alg));
});

afterEach(() => faulty.have('none'));

afterAll(async () => {
  await token?.close();
  await rm(folder, { recursive: true, force: true });
});

async function untilOpen(): Promise<void> {
  while (token.state !== 'open') await pause(20);
}

/** Ids of the processes that this one has, by their command. */
async function tokenProcesses(): Promise<number[]> {
  const found = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (status.includes(`PPid:\t${process.pid}\n`) && command.includes('token/process.ts')) found.push(Number(pid));
  }
  return found;
}

test('a recipient outlives the process that knew it', async () => {
  const recipient = token.nameRecipient(reviewer.spki);
  expect(await reviewer.open(await token.rewrap(exam, envelope, recipient))).toEqual(secret);
  const [first] = await tokenProcesses();
  process.kill(first!, 'SIGKILL');
  while (token.state === 'open') await pause(5);
  await expect(token.rewrap(exam, envelope, recipient)).rejects.toMatchObject({ code: 'token-away' });
  await untilOpen();
  expect(await reviewer.open(await token.rewrap(exam, envelope, recipient))).toEqual(secret);
  expect(await tokenProcesses()).not.toContain(first);
  await token.closeRecipient(recipient);
});

test('whoever gives up while waiting gets their reason, and what has begun goes on', async () => {
  const recipient = token.nameRecipient(reviewer.spki);
  const controller = new AbortController();
  const reason = new Error('the page is gone');
  await expect(token.rewrap(exam, envelope, recipient, AbortSignal.abort(reason))).rejects.toBe(reason);
  const all = Array.from({ length: 60 }, () => token.rewrap(exam, envelope, recipient, controller.signal));
  // A turn of the event loop, in which the first ones begin.
  await Promise.resolve();
  controller.abort(reason);
  const outcomes = await Promise.allSettled(all);
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(60 - 24);
  for (const outcome of refused) expect(outcome).toMatchObject({ reason });
});

test('more than can wait is refused at once, and a signature does not stand behind releases', async () => {
  const recipient = token.nameRecipient(reviewer.spki);
  const order: string[] = [];
  const note = (name: string) => () => void order.push(name);
  const releases = Array.from({ length: 2_100 }, () => token.rewrap(exam, envelope, recipient).then(note('release')));
  const signature = token.sign(randomBytes(32)).then(note('signature'));
  const outcomes = await Promise.allSettled([...releases, signature]);
  const busy = outcomes.filter((one) => one.status === 'rejected' && one.reason.code === 'token-busy');
  expect(busy).toHaveLength(2_100 - 2_000);
  expect(order.indexOf('signature')).toBeLessThan(60);
}, 120_000);

test('a PIN that was refused is not tried again, and what waits for the token is told', async () => {
  const other = new TokenClient({ module: faulty.module, label: LABEL, appliance });
  await expect(other.open('hunter2hunter2')).rejects.toMatchObject({ code: 'pin-wrong' });
  await pause(400);
  expect(await tokenProcesses()).toHaveLength(1);
  await expect(other.sign(randomBytes(32))).rejects.toMatchObject({ code: 'token-away' });
});

test('another token of the same label is not taken for the one that went', async () => {
  const { publicKey } = token;
  await token.close();
  expect(await tokenProcesses()).toEqual([]);
  const before = process.env.SOFTHSM2_CONF;
  const away = `${folder}/stranger`;
  const { configuration } = await provisionSoftToken({ folder: away, label: LABEL, pin: PIN, soPin: SO_PIN });
  process.env.SOFTHSM2_CONF = configuration;
  const stranger = new TokenClient({ module: faulty.module, label: LABEL, appliance, publicKey });
  await expect(stranger.open(PIN)).rejects.toMatchObject({ code: 'token-exchanged' });
  process.env.SOFTHSM2_CONF = before;
  token = new TokenClient({ module: faulty.module, label: LABEL, appliance, publicKey });
  await token.open(PIN);
  expect(token.publicKey).toEqual(publicKey);
});

test('a token that is away when it is first opened is found when it comes', async () => {
  await token.close();
  faulty.have('removed');
  await token.open(PIN);
  expect(token.state).toBe('away');
  faulty.have('none');
  await untilOpen();
  const recipient = token.nameRecipient(reviewer.spki);
  expect(await reviewer.open(await token.rewrap(exam, envelope, recipient))).toEqual(secret);
});
