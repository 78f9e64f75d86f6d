import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectRecording } from '../app/recordings/inspect.ts';
import { readIndex } from '../app/recordings/reader.ts';
import { encodeHeader } from '../app/browser/sframe.ts';
import { encodeMetadata } from '../app/wire.ts';
import { ingest } from '../bench/ingest.ts';
import type { LoadOrder, LoadResult } from '../bench/load.ts';
import { TestTaker } from '../bench/test-taker.ts';
import { type Appliance, startAppliance } from './appliance.ts';
import { FULL } from './full.ts';

const TEST_TAKERS = 64;
const BYTES = 16 * 1024;

let appliance: Appliance;
beforeAll(async () => {
  appliance = await startAppliance({ testTakers: 2 * TEST_TAKERS });
});
afterAll(() => appliance?.stop());

/** A test taker whose recording has its first envelope. */
async function begin({ link }: { link: string }) {
  const testTaker = await TestTaker.start(link);
  const recording = await testTaker.begin('video/webm; codecs="vp8,opus"');
  await testTaker.putEnvelope(recording, 0, randomBytes(32));
  testTaker.leave();
  const { origin, cookie } = testTaker;
  const about = { recording, source: 'camera', keyframe: true, init: false, start: 0, duration: 2e6 } as const;
  const metadata = Buffer.from(encodeMetadata(about));
  const host = `Host: ${new URL(origin).host}`;
  const type = 'Content-Type: application/octet-stream';
  const lane: LoadOrder['lanes'][number] = {
    path: `/recordings/${recording}/segments/{n}`,
    headers: [host, `Origin: ${origin}`, `Cookie: ${cookie}`, type, 'Accept: application/json'],
    first: 0,
    prefix: { metadata: metadata.toString('base64'), chapter: 0 },
  };
  const file = join(appliance.data, 'recordings', testTaker.about.attempt, `${recording}.clr`);
  return { lane, file, metadata };
}

test.runIf(FULL)(
  'of 64 test takers at once every segment that was answered 201 is stored, byte for byte, and no other',
  async () => {
    const begun = [];
    for (const testTaker of appliance.testTakers.slice(TEST_TAKERS)) begun.push(await begin(testTaker));
    const { port, hostname } = new URL(appliance.exam);
    const lanes = begun.map(({ lane }) => lane);
    const order: LoadOrder = { port: Number(port), servername: hostname, seconds: 1, bytes: BYTES, lanes };
    const generator = join(import.meta.dirname, '../bench/load.ts');
    const load = spawn(process.execPath, [generator], { stdio: ['pipe', 'pipe', 'inherit'] });
    load.stdin.end(JSON.stringify(order));
    const [line] = await Promise.all([text(load.stdout), once(load, 'close')]);
    const { stored, refused } = JSON.parse(line) as LoadResult;
    expect(refused).toEqual({});
    expect(stored).toBeGreaterThanOrEqual(TEST_TAKERS);

    let found = 0;
    for (const { file, metadata } of begun) {
      const bytes = readFileSync(file);
      const { segments } = await readIndex(file);
      expect(segments.map(({ number }) => number)).toEqual(segments.map((_, number) => number));
      for (const { number, offset, bytes: length } of segments) {
        const head = Buffer.concat([metadata, encodeHeader(0n, BigInt(number))]);
        const sent = Buffer.concat([head, Buffer.alloc(BYTES - head.length, 0x5a)]);
        expect(bytes.subarray(offset, offset + length).equals(sent)).toBe(true);
      }
      found += segments.length;
    }
    expect(found).toBe(stored);
  },
);

test.runIf(FULL)('64 test takers at once lose nothing, and the bench tells how nginx would have done', async () => {
  const figures = await ingest({ appliance, rounds: 1, seconds: 1 });
  expect(figures.map(({ name, unit, against }) => [name, unit, against])).toEqual([
    ['ingest-256k', 'MB/s', 'nginx'],
    ['ingest-16k', 'MB/s', 'nginx'],
    ['ingest-p99', 'ms', 'nginx'],
  ]);
  for (const { value, ratio } of figures) {
    expect(value).toBeGreaterThan(0);
    expect(ratio).toBeGreaterThan(0);
  }
  const folder = join(appliance.data, 'recordings');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.clr'));
  expect(files).toHaveLength(2 * TEST_TAKERS);
  for (const file of files) {
    const { faults, segments } = await inspectRecording(join(folder, file));
    expect(segments.count).toBeGreaterThan(0);
    // The generator leaves numbers out between its rounds.
    expect(faults.filter((fault) => !fault.startsWith('Segments are missing'))).toEqual([]);
  }
});
