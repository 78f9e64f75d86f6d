import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Memory } from '../app/browser/practice/memory.ts';
import type { AttemptStart } from '../app/wire.ts';
import { findAttemptOf } from '../db/appliance/attempts.ts';
import { makeAttemptKey, type Pages, recordAttempt, startPages } from './attempt-pages-setting.ts';

let pages: Pages;
beforeAll(async () => (pages = await startPages()));
afterAll(() => pages?.stop());

test('a practice run is offered on the notice, which says that nothing is kept, and is marked as practice on its page', async () => {
  const { id, token } = pages.enter('Amina');
  const { page } = await pages.visit(token);
  const notice = await (await page('/attempt')).text();
  expect(notice).toContain('href="/attempt/practice"');
  expect(notice).toMatch(/practice run[^<]*nothing of it is kept/);
  const answer = await page('/attempt/practice');
  expect(answer.status).toBe(200);
  const practice = await answer.text();
  expect(practice).toContain('data-practice');
  expect(practice).toContain('Practice, not your exam');
  expect(practice).not.toMatch(/>\s*(Start recording|Finish the exam|Open the exam|Finish and seal)\s*</);
  // Only what this exam records is tried: camera and sound.
  expect(practice).not.toContain('data-lamp="screen"');
  expect(findAttemptOf(pages.db, id)).toBeUndefined();
});

test('nobody practises without their personal link', async () => {
  expect((await pages.ask('exam', '/attempt/practice')).status).toBe(401);
});

test('practice is closed while the exam runs, and says so; afterwards it leads to the exam’s own page', async () => {
  const { token } = pages.enter('Bea');
  const { page, send, start: begin } = await pages.visit(token);
  expect((await page('/attempt/practice')).status).toBe(200);
  const key = await makeAttemptKey();
  const start = (await (await begin(key.publicKey)).json()) as AttemptStart;
  const running = await page('/attempt/practice');
  expect(running.status).toBe(409);
  expect(await running.text()).toMatch(/Your exam has begun.*Practice is over/);
  const { seal } = await recordAttempt(pages, start, key);
  expect((await send('/attempt/seal', seal)).status).toBe(200);
  const ended = await page('/attempt/practice');
  expect([ended.status, ended.headers.get('location')]).toEqual([303, '/attempt']);
});

test('what a practice run holds in memory is what waits to be sent and the last half minute, with the headers that it needs', async () => {
  const memory = new Memory();
  const recording = randomUUID();
  const startedAt = new Date().toISOString();
  memory.addRecording({ recording, source: 'camera', startedAt, nextSegment: 0, nextChapter: 0 }, 'video/webm');
  let number = 0;
  const add = async (chapter: number, from: number, seconds: number, bytes = 10) => {
    const [start, end] = [1e6 * from, 1e6 * (from + seconds)];
    const segment = { recording, chapter, number: number++, digest: new Uint8Array(32), start, end, bytes };
    await memory.addSegment(segment, new Uint8Array(bytes));
  };
  // A minute in six chapters, each with a header of no duration and five segments.
  for (let chapter = 0; chapter < 6; chapter++) {
    await memory.openChapter(recording, chapter, '{}');
    await add(chapter, 0, 0);
    for (let i = 0; i < 5; i++) await add(chapter, 10 * chapter + 2 * i, 2);
  }
  const held = () => memory.last()[0]?.segments.map((segment) => segment.number);
  const lastHalfMinute = Array.from({ length: 18 }, (_, i) => 18 + i);
  expect(held()).toEqual(lastHalfMinute);
  // Nothing was sent: the first segment is still there for that, though nobody will watch it.
  const first = memory.queue.take();
  if (first?.kind !== 'segment') throw new Error('nothing waits');
  expect(memory.body(first)).toHaveLength(10);
  memory.sent(first);
  memory.queue.settle(first);
  expect(memory.body(first)).toBeUndefined();
  for (let entry = memory.queue.take(); entry; entry = memory.queue.take()) {
    if (entry.kind === 'segment') memory.sent(entry);
    memory.queue.settle(entry);
  }
  expect(held()).toEqual(lastHalfMinute);

  // Without a connection it holds 64 MiB, and no more.
  expect(memory.allows(64 * 2 ** 20)).toBe(true);
  await add(5, 60, 2, 2 ** 20);
  expect(memory.allows(64 * 2 ** 20)).toBe(false);
});
