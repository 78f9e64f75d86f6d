import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { afterAll, expect, test } from 'vitest';
import { encodeFrame } from '../app/recordings/frames.ts';
import { Shelf } from '../app/room/shelf.ts';
import { segmentBody } from './recording-segments.ts';

const folder = mkdtempSync(join(tmpdir(), 'shelf-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('tells how long a recording is, reads one that grows once a minute, and one that does not never again', async () => {
  const [attempt, recording] = [randomUUID(), randomUUID()];
  const shelf = new Shelf(folder);
  expect(await shelf.recordedSeconds(attempt, 0)).toBeUndefined();
  mkdirSync(join(folder, attempt));
  const file = join(folder, attempt, `${recording}.clr`);
  const about = {
    exam: randomUUID(),
    attempt,
    recording,
    source: 'camera',
    mimeType: 'video/webm',
    attemptKey: 'AAAA',
  };
  const header = canonicalize({ v: 1, ...about, startedAt: '2026-05-04T08:00:00.000Z' }) as string;
  writeFileSync(file, Buffer.concat(encodeFrame('header', [Buffer.from(header)])));
  const grow = (number: number) =>
    appendFileSync(file, Buffer.concat(encodeFrame('segment', [segmentBody(recording, number)])));
  grow(0);
  grow(1);
  expect(await shelf.recordedSeconds(attempt, 0)).toBe(4);
  grow(2);
  expect(await shelf.recordedSeconds(attempt, 59_000)).toBe(4);
  expect(await shelf.recordedSeconds(attempt, 60_000)).toBe(6);

  // As long as before, but with nothing in it that could be read: what is told was not read again.
  writeFileSync(file, Buffer.alloc(readFileSync(file).length));
  expect(await shelf.recordedSeconds(attempt, 600_000)).toBe(6);
  expect(await new Shelf(folder).recordedSeconds(attempt, 600_000)).toBeUndefined();
});
