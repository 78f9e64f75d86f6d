import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readIndex } from '../app/recordings/reader.ts';
import { encodeMetadata, type Source } from '../app/wire.ts';
import type { LoadOrder, LoadResult } from '../bench/load.ts';
import { FULL } from './full.ts';
import { headOf } from './limits-company.ts';
import { startWebSetting, type WebSetting } from './web-process.ts';

const TEST_TAKERS = 8;
const BYTES = 128 * 1024;
/** An hour of one source. */
const HOUR = 1800;
const ROUNDS = 9;
const MIB = 2 ** 20;

let web: WebSetting;
beforeAll(async () => {
  // What is garbage would lie about in a larger heap, as long as nothing needs its place; what is held would end the process in this one.
  web = await startWebSetting({ environment: { NODE_OPTIONS: '--max-old-space-size=96' } });
});
afterAll(() => web?.stop());

/** Memory that web holds, in MiB. */
const resident = () =>
  Number(/^VmRSS:\s+([0-9]+) kB/m.exec(readFileSync(`/proc/${web.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

test.runIf(FULL)(
  `web's memory stays flat over an hour of two sources of each of ${TEST_TAKERS} test takers, pushed in as fast as it goes`,
  async () => {
    const files: string[] = [];
    const lanes: LoadOrder['lanes'] = [];
    for (let n = 0; n < TEST_TAKERS; n++) {
      const taker = await web.startAttempt();
      for (const source of ['camera', 'screen'] as Source[]) {
        const { recording } = await taker.record(source);
        files.push(join(web.folder, taker.about.attempt, `${recording}.clr`));
        const about = { recording, source, keyframe: true, init: false, start: 0, duration: 2e6 };
        lanes.push({
          path: `/recordings/${recording}/segments/{n}`,
          headers: headOf(web, taker, '', []).split('\r\n').slice(1, -2),
          first: 0,
          prefix: { metadata: Buffer.from(encodeMetadata(about)).toString('base64'), chapter: 0 },
        });
      }
    }
    const push = async (first: number, count: number) => {
      const load = spawn(process.execPath, [join(import.meta.dirname, '../bench/load.ts')], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const order: LoadOrder = {
        ...{ port: web.port, servername: 'exam.localhost', seconds: 600, count, bytes: BYTES },
        lanes: lanes.map((lane) => ({ ...lane, first })),
      };
      load.stdin.end(JSON.stringify(order));
      const [line] = await Promise.all([text(load.stdout), once(load, 'close')]);
      return JSON.parse(line) as LoadResult;
    };
    const held: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { stored, refused } = await push((round * HOUR) / ROUNDS, HOUR / ROUNDS);
      expect([stored, refused]).toEqual([(lanes.length * HOUR) / ROUNDS, {}]);
      held.push(resident());
    }
    for (const file of files) expect((await readIndex(file)).segments).toHaveLength(HOUR);
    const megabytes = (lanes.length * HOUR * BYTES) / MIB;
    console.log(`${megabytes.toFixed(0)} MiB taken in; web holds ${held.map((one) => one.toFixed(0)).join(', ')} MiB`);
    // The first third warms up. What a place in an index takes is some hundred bytes per segment.
    const early = Math.max(...held.slice(2, 5));
    const late = Math.min(...held.slice(-3));
    expect(late - early).toBeLessThan(24);
    expect(Math.max(...held)).toBeLessThan(400);
  },
  600_000,
);
