// How fast chapter keys are released: through custody's socket, each entered in a signed checkpoint before it returns, against the
// bare unwrap and wrap on a token of the same kind.
import { fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provisionSoftToken } from '../hsm/token/provision.ts';
import {
  enrolRepresentative,
  publishExam,
  makeRecipient,
  openGrant,
  policy,
  registerAttempt,
  startCustody,
} from '../tests/custody-process.ts';
import { type Figure, median } from './figure.ts';

const ROUNDS = 5;
const SECONDS = 2;
const BATCH = 16;
const REVIEWERS = 4;
const MODULE = '/usr/lib/softhsm/libsofthsm2.so';

/**
 * @returns keys per second in batches of 16, and the 95th percentile of releasing a single key in milliseconds (its ratio is to one
 *   key's time in the bare loop)
 */
export async function release(): Promise<Figure[]> {
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
  const custody = await startCustody();
  try {
    const exam = randomUUID();
    await publishExam(custody, {
      exam,
      title: 'Bench',
      policy: policy(),
    });
    const reviewer = await enrolRepresentative(custody, 'Bench', [exam]);
    const { attempt, chapters } = await registerAttempt(custody, exam, 'T-1', BATCH);
    const recipient = await makeRecipient((await custody.room.state()).algorithm);
    const grant = await openGrant(custody, reviewer, attempt, recipient);
    const asked = chapters.map(({ recording, chapter, envelope }) => ({ recording, chapter, envelope }));
    const releaseSome = (some: typeof asked) =>
      custody.room.release(reviewer.session, grant, { recipient: recipient.digest, chapters: some });

    const throughSocket = async () => {
      const started = performance.now();
      const end = started + SECONDS * 1000;
      let keys = 0;
      await Promise.all(
        Array.from({ length: REVIEWERS }, async () => {
          while (performance.now() < end) {
            const released = await releaseSome(asked);
            keys += released.keys.length;
          }
        }),
      );
      return (keys / (performance.now() - started)) * 1000;
    };
    const bare = async () => {
      loop.send(SECONDS);
      const [rate] = (await once(loop, 'message')) as [number];
      return rate;
    };
    await throughSocket();
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await throughSocket());
      theirs.push(await bare());
    }
    const single: number[] = [];
    for (let i = 0; i < 200; i++) {
      const started = performance.now();
      await releaseSome(asked.slice(0, 1));
      single.push(performance.now() - started);
    }
    const p95 = single.toSorted((a, b) => a - b)[Math.floor(single.length * 0.95)] ?? 0;
    const loopRate = median(theirs);
    return [
      {
        name: 'release',
        value: median(ours),
        unit: `keys/s in batches of ${BATCH}, ${REVIEWERS} reviewers`,
        against: `bare token loop (${Math.round(loopRate)}/s)`,
        ratio: median(ours) / loopRate,
      },
      {
        name: 'release-p95',
        value: p95,
        unit: 'ms for one key',
        against: 'one key in the bare loop',
        ratio: (p95 * loopRate) / 1000,
      },
    ];
  } finally {
    loop.kill();
    await custody.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
