// How fast chapter keys are released: through custody's socket, each entered in a signed checkpoint before it returns, against the
// bare unwrap and wrap on a token of the same kind; how long reviewers wait who all open at once; and the same with many exams' keys.
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
  type RunningCustody,
  startCustody,
} from '../tests/custody-process.ts';
import { type Figure, median } from './figure.ts';

const ROUNDS = 5;
const SECONDS = 2;
const BATCH = 16;
const REVIEWERS = 4;
/** Views opened at once, by so many people. */
const AT_ONCE = 50;
const PEOPLE = 10;
const EXAMS = 1_000;
const MODULE = '/usr/lib/softhsm/libsofthsm2.so';

/** @returns the figures release, release-p95 and release-thousand */
export async function release(): Promise<Figure[]> {
  const loop = await startLoop();
  const custody = await startCustody();
  try {
    const exam = randomUUID();
    await publishExam(custody, { exam, title: 'Bench', policy: policy() });
    const reviewers: Enrolled[] = [];
    while (reviewers.length < PEOPLE) {
      reviewers.push(await enrolRepresentative(custody, `Reviewer ${reviewers.length}`, [exam]));
    }
    const seen = await registerAttempt(custody, exam, 'T-1', BATCH);
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const [first] = reviewers as [Enrolled];

    const throughSocket = await streamOf(custody, first, seen, recipient);
    await throughSocket();
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push({ ours: await throughSocket(), bare: await loop.rate() });
    const ours = median(rounds.map((one) => one.ours));
    const bare = median(rounds.map((one) => one.bare));

    const alone: number[] = [];
    for (let i = 0; i < ROUNDS * 8; i++) alone.push(...(await openAtOnce(custody, 1, reviewers, seen, recipient)));
    const together: number[] = [];
    for (let round = 0; round < ROUNDS; round++)
      together.push(...(await openAtOnce(custody, AT_ONCE, reviewers, seen, recipient)));
    const p95 = together.toSorted((a, b) => a - b)[Math.floor(together.length * 0.95)] ?? 0;

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
    const amongMany = await streamOf(custody, first, seen, recipient);
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
        value: p95,
        unit: `ms to the first key, ${AT_ONCE} views at once`,
        against: `median of one alone (${median(alone).toFixed(1)} ms; the bare token takes ${((AT_ONCE / bare) * 1000).toFixed(0)} ms for all)`,
        ratio: p95 / median(alone),
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

type Seen = Awaited<ReturnType<typeof registerAttempt>>;
type Recipient = Awaited<ReturnType<typeof makeRecipient>>;

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
async function streamOf(custody: RunningCustody, who: Enrolled, { attempt, chapters }: Seen, recipient: Recipient) {
  const proposal = { ...releaseOf(attempt, recipient.spki), extent: 'all' as const, justification: 'A measurement.' };
  const { act } = await carryOut(custody, proposal, [who]);
  const asked = chapters.map(({ recording, chapter, envelope }) => ({ recording, chapter, envelope }));
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
 * Has reviewers ask for the first chapter's key of views that were just opened, all at the same moment.
 * @returns for each the time until it has the key, ms
 */
async function openAtOnce(
  custody: RunningCustody,
  views: number,
  reviewers: Enrolled[],
  seen: Seen,
  recipient: Recipient,
) {
  const [{ recording, chapter, envelope }] = seen.chapters as [Seen['chapters'][number]];
  const opened: { who: Enrolled; act: string }[] = [];
  while (opened.length < views) {
    const who = reviewers[opened.length % reviewers.length] as Enrolled;
    const proposal = {
      ...releaseOf(seen.attempt, recipient.spki),
      extent: 'all' as const,
      justification: 'A measurement.',
    };
    opened.push({ who, act: (await carryOut(custody, proposal, [who])).act });
  }
  return Promise.all(
    opened.map(async ({ who, act }) => {
      const started = performance.now();
      await custody.room.release(who.session, act, {
        recipient: recipient.digest,
        chapters: [{ recording, chapter, envelope }],
      });
      return performance.now() - started;
    }),
  );
}
