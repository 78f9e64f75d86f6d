import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { verifyFolder } from '../hsm/ledger/verify.ts';
import {
  type Enrolled,
  enrolRepresentative,
  makeRecipient,
  openGrant,
  policy,
  publishExam,
  registerAttempt,
  type RunningCustody,
  startCustody,
  wrapChapterKey,
} from './custody-process.ts';
import { buildFaultyToken, type Fault } from './faulty-token.ts';
import { FULL } from './full.ts';

/** Milliseconds in which custody has to answer others, whatever the token does. Most answer within two; the machine may be busy. */
const RESPONSIVE = 1_000;

let folder: string;
let faulty: ReturnType<typeof buildFaultyToken>;
let custody: RunningCustody;
let reviewer: Enrolled;
let recipient: Awaited<ReturnType<typeof makeRecipient>>;
let grant: string;
let registered: Awaited<ReturnType<typeof registerAttempt>>;
let released = 0;
let candidates = 0;
const exam = randomUUID();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'faulty-'));
  faulty = buildFaultyToken(folder);
  custody = await startCustody({
    environment: { CLOISTER_PKCS11_MODULE: faulty.module, CLOISTER_LOG_LEVEL: 'silent', ...faulty.environment },
  });
  await publishExam(custody, { exam, title: 'Faults', policy: policy() });
  reviewer = await enrolRepresentative(custody, 'Ines Moreau', [exam]);
  registered = await registerAttempt(custody, exam, 'T-seen');
  recipient = await makeRecipient((await custody.room.state()).algorithm);
  grant = await openGrant(custody, reviewer, registered.attempt, recipient);
  await release();
});

afterEach(() => faulty.have('none'));

afterAll(async () => {
  await custody?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A whole release as the player asks for it, opened. */
async function release(): Promise<void> {
  const chapters = registered.chapters.map(({ recording, chapter, envelope }) => ({ recording, chapter, envelope }));
  const { keys } = await custody.room.release(reviewer.session, grant, { recipient: recipient.digest, chapters });
  expect(await recipient.unwrap(keys[0]?.key ?? '')).toEqual(registered.chapters[0]?.key);
  released++;
}

async function until(state: 'open' | 'token-away'): Promise<void> {
  const end = performance.now() + 20_000;
  while ((await custody.room.state()).state !== state) {
    if (performance.now() > end) throw new Error(`custody did not become ${state}`);
    await pause(50);
  }
}

/** What web does all the time: another chapter of a recording that runs. */
async function registerAnotherChapter(): Promise<void> {
  const { examKey } = await custody.web.exam(exam);
  const { attempt } = registered;
  const where = { exam, attempt, recording: randomUUID(), chapter: 0 };
  await custody.web.registerChapter(wrapChapterKey(examKey, where, randomBytes(32)));
}

/** Has the token misbehave while `during` runs, and another request after the other. @returns the longest that one of those took, in ms */
async function whileFaulty(fault: Fault, during: () => Promise<void>): Promise<number> {
  let over = false;
  let longest = 0;
  faulty.have(fault);
  const others = (async () => {
    while (!over) {
      const asked = performance.now();
      await registerAnotherChapter();
      longest = Math.max(longest, performance.now() - asked);
      await pause(10);
    }
  })();
  try {
    await during();
  } finally {
    over = true;
    await others;
    faulty.have('none');
  }
  return longest;
}

const AWAY = { code: 'custody-away', status: 503 };

test('a token that vanishes: chapters go on, a release is refused as such, and both work again when it is back', async () => {
  const attempt = { attempt: randomUUID(), exam, candidate: `T-${candidates++}`, publicKey: registered.publicKey };
  const longest = await whileFaulty('removed', async () => {
    await expect(release()).rejects.toMatchObject(AWAY);
    await expect(custody.web.registerAttempt(attempt)).rejects.toMatchObject(AWAY);
    await until('token-away');
    expect((await custody.web.state()).state).toBe('token-away');
    expect((await custody.operator.state()).state).toBe('token-away');
    const { entries } = await custody.operator.state();
    await expect(release()).rejects.toMatchObject(AWAY);
    expect((await custody.operator.state()).entries).toBe(entries);
  });
  expect(longest).toBeLessThan(RESPONSIVE);
  await until('open');
  await release();
  await custody.web.registerAttempt(attempt);
});

test('a token that crashes its module takes nobody along, not even those who ask for something else meanwhile', async () => {
  const longest = await whileFaulty('crash', async () => {
    await expect(release()).rejects.toMatchObject(AWAY);
  });
  expect(longest).toBeLessThan(RESPONSIVE);
  await until('open');
  await release();
});

test.runIf(FULL)('a token that never answers is given up, and asked again without a restart', async () => {
  const begun = performance.now();
  const longest = await whileFaulty('hang', async () => {
    const another = custody.web.registerAttempt({
      attempt: randomUUID(),
      exam,
      candidate: `T-${candidates++}`,
      publicKey: registered.publicKey,
    });
    const outcomes = await Promise.allSettled([release(), another, release()]);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: AWAY });
  });
  expect(performance.now() - begun).toBeLessThan(14_000);
  expect(longest).toBeLessThan(RESPONSIVE);
  await until('open');
  await release();
});

test.runIf(FULL)(
  'a token that answers after five seconds signs late and releases nothing, and custody stays quick for everybody else',
  async () => {
    const longest = await whileFaulty('slow', async () => {
      const late = custody.web.registerAttempt({
        attempt: randomUUID(),
        exam,
        candidate: `T-${candidates++}`,
        publicKey: registered.publicKey,
      });
      await late;
      await expect(release()).rejects.toMatchObject(AWAY);
    });
    expect(longest).toBeLessThan(RESPONSIVE);
    await until('open');
    await release();
  },
);

test.runIf(FULL)('a module that stands still inside a synchronous call is given up too', async () => {
  const longest = await whileFaulty('stuck', async () => {
    await expect(release()).rejects.toMatchObject(AWAY);
  });
  expect(longest).toBeLessThan(RESPONSIVE);
  await until('open');
  await release();
});

test('a token that fails every third call still releases, and nothing is taken for a bad envelope', async () => {
  const longest = await whileFaulty('third', async () => {
    for (let i = 0; i < 5; i++) await release();
  });
  expect(longest).toBeLessThan(RESPONSIVE);
  expect(await entriesOfType('refused')).toEqual([]);
});

test('an envelope that does not open as often as a call is made again, and then does, is not taken for a bad one', async () => {
  await whileFaulty('thrice', release);
  expect(await entriesOfType('refused')).toEqual([]);
});

test('a token that is full: publishing is refused before anybody signs, and views go on', async () => {
  await whileFaulty('full', async () => {
    const another = publishExam(custody, { exam: randomUUID(), title: 'Too much', policy: policy() });
    await expect(another).rejects.toMatchObject({ refusal: 'token-full' });
    await release();
  });
});

test('custody starts without its token, takes chapters meanwhile, and has it when it comes', async () => {
  await custody.kill();
  faulty.have('removed');
  await custody.start();
  expect(await custody.web.state()).toEqual({ state: 'token-away', algorithm: null, releaseMode: null });
  const longest = await whileFaulty('removed', async () => {
    await expect(release()).rejects.toMatchObject(AWAY);
  });
  expect(longest).toBeLessThan(RESPONSIVE);
  await until('open');
  await release();
});

test('nothing that was answered is missing from the ledger, and it verifies', async () => {
  const accesses = await entriesOfType('released');
  expect(accesses).toHaveLength(released);
  const { entries } = await custody.operator.state();
  await pause(300);
  const verdict = verifyFolder(join(custody.data, 'custody/ledger'), (await custody.operator.state()).verifierKey);
  expect(verdict).toMatchObject({ verdict: 'good', ledger: { size: entries } });
});

/** The attempt's entries of one type, from custody's own database. */
async function entriesOfType(type: string): Promise<unknown[]> {
  const database = new Database(join(custody.data, 'custody/custody.db'), { readonly: true });
  try {
    return database
      .prepare('SELECT number FROM ledger_entries WHERE type = ? AND concerns = ?')
      .all(type, registered.attempt);
  } finally {
    database.close();
  }
}
