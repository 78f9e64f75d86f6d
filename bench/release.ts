// How fast chapter keys are released: through custody's socket, each entered in a signed checkpoint before it returns, against the
// bare unwrap and wrap on a token of the same kind; how long reviewers wait who all open at once; and the same with many exams' keys.
//
// Opening is what a reviewer waits for: from the moment their touch is sent to the key of the first chapter. Custody verifies the act's
// signature, draws the least view, applies and enters the act; the view is read; its first chapter is released. What comes before the
// touch (the proposal, its page) and after the key (segments, decoding) is not in it. Each of the fifty is a person of their own with a browser
// key and an attempt of their own. At once is, for people, within one second: release-p95 has their touches fall into it at random. release-instant
// has all fifty in the same millisecond, as a program would. No two processors give three times one alone there: the bare token's time for fifty
// keys, which stands beside it, is more than that.
import { execFileSync, fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provisionSoftToken } from '../hsm/token/provision.ts';
import {
  carryOut,
  type Enrolled,
  enrolRepresentative,
  makeRecipient,
  policy,
  publishExam,
  registerAttempt,
  releaseOf,
  requestOf,
  type RunningCustody,
  sha256,
  startCustody,
} from '../tests/custody-process.ts';
import { type Figure, median } from './figure.ts';

const ROUNDS = 9;
const SECONDS = 1;
const BATCH = 16;
const REVIEWERS = 4;
/** People who open a view each at once, after so many have each opened one alone; and how often. */
const AT_ONCE = 50;
const ALONE = 10;
const OPENINGS = 5;
/** Milliseconds into which people's touches fall who open at once. */
const SPREAD = 1_000;
const CHAPTERS = 4;
const EXAMS = 1_000;
const MODULE = '/usr/lib/softhsm/libsofthsm2.so';

/** @returns the figures release, release-p95, release-instant and release-thousand */
export async function release(): Promise<Figure[]> {
  const loop = await startLoop();
  const custody = await startCustody();
  try {
    const exam = randomUUID();
    await publishExam(custody, { exam, title: 'Bench', policy: policy() });
    const alg = (await custody.room.state()).algorithm;
    const reviewers: Reviewer[] = [];
    while (reviewers.length < AT_ONCE) {
      const who = await enrolRepresentative(custody, `Reviewer ${reviewers.length}`, [exam]);
      reviewers.push({ who, recipient: await makeRecipient(alg) });
    }
    const [first] = reviewers as [Reviewer];
    const seen = await registerAttempt(custody, exam, 'T-1', BATCH);

    const throughSocket = await streamOf(custody, first, seen);
    await throughSocket();
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push({ ours: await throughSocket(), bare: await loop.rate() });
    const ours = median(rounds.map((one) => one.ours));
    const bare = median(rounds.map((one) => one.bare));

    await openAtOnce(custody, exam, reviewers);
    const openings = [];
    for (let round = 0; round < OPENINGS; round++) {
      const alone: number[] = [];
      for (const one of reviewers.slice(0, ALONE)) alone.push(...(await openAtOnce(custody, exam, [one])));
      const people = p95(await openAtOnce(custody, exam, reviewers, SPREAD));
      const instant = p95(await openAtOnce(custody, exam, reviewers));
      openings.push({ alone: median(alone), people, instant });
    }
    const alone = median(openings.map((one) => one.alone));

    await custody.kill();
    execFileSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'more-keys.ts')],
      {
        env: {
          ...process.env,
          SOFTHSM2_CONF: custody.environment.SOFTHSM2_CONF,
          MORE_KEYS: [MODULE, 'custody-test', readFileSync(join(custody.data, 'pin'), 'utf8'), EXAMS].join('|'),
        },
      },
    );
    await custody.start();
    const amongMany = await streamOf(custody, first, seen);
    await amongMany();
    const many = [];
    for (let round = 0; round < ROUNDS; round++) many.push({ ours: await amongMany(), bare: await loop.rate() });
    const manyRatio = median(many.map((one) => one.ours / one.bare));

    return [
      {
        name: 'release',
        value: ours,
        unit: `keys/s in batches of ${BATCH}, ${REVIEWERS} reviewers`,
        against: `bare token loop (${Math.round(bare)}/s)`,
        ratio: median(rounds.map((one) => one.ours / one.bare)),
      },
      {
        name: 'release-p95',
        value: median(openings.map((one) => one.people)),
        unit: `ms from touch to first key, ${AT_ONCE} people within ${SPREAD} ms`,
        against: `median of one alone (${alone.toFixed(1)} ms)`,
        ratio: median(openings.map((one) => one.people / one.alone)),
      },
      {
        name: 'release-instant',
        value: median(openings.map((one) => one.instant)),
        unit: `ms from touch to first key, ${AT_ONCE} in the same millisecond`,
        against: `median of one alone (${alone.toFixed(1)} ms; the bare token takes ${((AT_ONCE / bare) * 1000).toFixed(0)} ms for all keys)`,
        ratio: median(openings.map((one) => one.instant / one.alone)),
      },
      {
        name: 'release-thousand',
        value: median(many.map((one) => one.ours)),
        unit: `keys/s with ${EXAMS} more exams' keys in the token`,
        against: 'the figure release',
        ratio: manyRatio / median(rounds.map((one) => one.ours / one.bare)),
      },
    ];
  } finally {
    loop.end();
    await custody.stop();
  }
}

function p95(waits: number[]): number {
  return waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.95)] ?? 0;
}

type Seen = Awaited<ReturnType<typeof registerAttempt>>;
/** Somebody at their browser, with its key. */
interface Reviewer {
  who: Enrolled;
  recipient: Awaited<ReturnType<typeof makeRecipient>>;
}

/** The bare token in a process of its own. */
async function startLoop() {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  const pin = randomBytes(8).toString('hex');
  const { configuration } = await provisionSoftToken({ folder, label: 'loop', pin, soPin: pin });
  const loop = fork(join(import.meta.dirname, 'token-loop.ts'), {
    env: {
      ...process.env,
      SOFTHSM2_CONF: configuration,
      TOKEN_LOOP: [MODULE, 'loop', pin].join('|'),
      UV_THREADPOOL_SIZE: '16',
    },
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  await once(loop, 'message');
  return {
    async rate(): Promise<number> {
      loop.send(SECONDS);
      const [rate] = (await once(loop, 'message')) as [number];
      return rate;
    },
    end() {
      loop.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Opens the whole attempt once: the assertion is verified for the act, each release is entered. @returns what measures keys per second */
async function streamOf(custody: RunningCustody, { who, recipient }: Reviewer, { attempt, chapters }: Seen) {
  const proposal = { ...releaseOf(attempt, recipient.spki), extent: 'all' as const, justification: 'A measurement.' };
  const { act } = await carryOut(custody, proposal, [who]);
  const asked = chapters.map(requestOf);
  return async (): Promise<number> => {
    const started = performance.now();
    const end = started + SECONDS * 1000;
    let keys = 0;
    await Promise.all(
      Array.from({ length: REVIEWERS }, async () => {
        while (performance.now() < end) {
          const request = { recipient: recipient.digest, chapters: asked };
          const released = await custody.room.release(who.session, act, request);
          keys += released.keys.length;
        }
      }),
    );
    return (keys / (performance.now() - started)) * 1000;
  };
}

/**
 * Has reviewers open the least view of an attempt each that nobody has opened before.
 * @param spread milliseconds into which their touches fall at random; 0 for all at the same moment
 * @returns for each the milliseconds from the touch until the first chapter's key is in hand
 */
async function openAtOnce(custody: RunningCustody, exam: string, reviewers: Reviewer[], spread = 0): Promise<number[]> {
  const touched = [];
  for (const { who, recipient } of reviewers) {
    const seen = await registerAttempt(custody, exam, randomUUID(), CHAPTERS);
    const { act, bytes } = await custody.room.proposeAct(who.session, releaseOf(seen.attempt, recipient.spki));
    touched.push({ who, recipient, seen, act, touch: who.key.touch(sha256(bytes), custody.roomOrigin) });
  }
  const waited = await Promise.all(
    touched.map(async ({ who, recipient, seen, act, touch }) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * spread));
      const started = performance.now();
      await custody.room.signAct(who.session, act, touch);
      const view = await custody.room.grant(who.session, act);
      const first = seen.chapters.find(({ chapter }) => chapter === view.chapters[0]?.chapter);
      await custody.room.release(who.session, act, { recipient: recipient.digest, chapters: [requestOf(first)] });
      return performance.now() - started;
    }),
  );
  for (const { who, act } of touched) await custody.room.endGrant(who.session, act);
  return waited;
}
