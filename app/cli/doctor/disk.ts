import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Examination } from './examination.ts';

/** Camera with sound, and the screen: a segment each every two seconds. */
const SYNCS_PER_TEST_TAKER = 1;
/** Bytes a second of one test taker with camera, sound and screen, where nothing thins them. */
const RATE = 200_000;
const SEGMENT = 200_000;
const WRITERS = 64;
const MEASURED_MS = 2000;

/**
 * Measures what the disk of the recordings makes durable, as web does it: many files at once, each segment synced.
 * @param planned how many test takers sit exams at once, and for how many hours
 */
export async function examineDisk(
  folder: string,
  planned: { testTakers: number; hours: number },
): Promise<Examination[]> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const needed = planned.testTakers * planned.hours * 3600 * RATE;
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const who = `${planned.testTakers} test takers at once`;
  const space: Examination =
    free >= needed
      ? {
          of: 'Disk space',
          verdict: 'well',
          means: `${gib(free)} are free; ${who} for ${planned.hours} hours need ${gib(needed)} at most.`,
        }
      : {
          of: 'Disk space',
          verdict: 'doubtful',
          means: `${gib(free)} are free; ${who} for ${planned.hours} hours may need ${gib(needed)}. When it is full their browsers keep what they record, and say so.`,
          mend: 'Give the folder of the recordings a larger disk, or let what is due be destroyed.',
        };
  const rate = await measureSyncs(folder);
  const asked = planned.testTakers * SYNCS_PER_TEST_TAKER;
  const told = `${rate.toFixed(0)} segments a second become durable; ${who} send ${asked}`;
  const speed: Examination =
    rate >= 1.5 * asked
      ? { of: 'Disk speed', verdict: 'well', means: `${told}.` }
      : {
          of: 'Disk speed',
          verdict: rate >= asked ? 'doubtful' : 'ill',
          means: `${told}. Browsers keep what is not taken in time and send it later; for a while nothing newer can be watched.`,
          mend: 'A disk that syncs faster (an SSD with power-loss protection), or fewer exams at once.',
        };
  return [space, speed];
}

/** @returns segments a second that are durable, from many writers at once */
async function measureSyncs(folder: string): Promise<number> {
  const work = await mkdtemp(join(folder, '.doctor-'));
  try {
    const segment = randomBytes(SEGMENT);
    const from = performance.now();
    const until = from + MEASURED_MS;
    let synced = 0;
    const write = async (_: unknown, writer: number) => {
      const file = await open(join(work, String(writer)), 'w');
      try {
        while (performance.now() < until) {
          await file.write(segment, 0, segment.length, 0);
          await file.datasync();
          synced++;
        }
      } finally {
        await file.close();
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
    return (1000 * synced) / (performance.now() - from);
  } finally {
    await rm(work, { recursive: true });
  }
}
