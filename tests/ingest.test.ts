import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectRecording } from '../app/recordings/inspect.ts';
import { ingest } from '../bench/ingest.ts';
import { type Appliance, startAppliance } from './appliance.ts';

let appliance: Appliance;
beforeAll(async () => {
  appliance = await startAppliance({ testTakers: 64 });
});
afterAll(() => appliance?.stop());

test('64 test takers at once lose nothing, and the bench tells how nginx would have done', async () => {
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
  expect(files).toHaveLength(64);
  for (const file of files) {
    const { faults, segments } = await inspectRecording(join(folder, file));
    expect(segments.count).toBeGreaterThan(0);
    // The generator leaves numbers out between its rounds.
    expect(faults.filter((fault) => !fault.startsWith('Segments are missing'))).toEqual([]);
  }
});
