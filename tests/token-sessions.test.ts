import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SessionPool } from '../hsm/token/session-pool.ts';

test('a session does one operation at a time, and callers come in the order they asked', async () => {
  const pool = new SessionPool(['a', 'b', 'c']);
  const busy = new Set<string>();
  const begun: number[] = [];
  const operation = (index: number) =>
    pool.run(async (session) => {
      expect(busy.has(session)).toBe(false);
      busy.add(session);
      begun.push(index);
      await setTimeout(index % 3);
      busy.delete(session);
      return index;
    });
  const numbers = Array.from({ length: 40 }, (_, index) => index);
  expect(await Promise.all(numbers.map(operation))).toEqual(numbers);
  expect(begun).toEqual(numbers);
});

test('an operation that fails gives its session back', async () => {
  const pool = new SessionPool(['only']);
  await expect(pool.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await pool.run(async (session) => session)).toBe('only');
});

test('closing lets what has begun end, and refuses the rest with its reason', async () => {
  const pool = new SessionPool(['only']);
  let ended = false;
  const begun = pool.run(async () => {
    await setTimeout(20);
    ended = true;
  });
  const waiting = pool.run(async () => 'never');
  const refused = expect(waiting).rejects.toThrow('closed');
  await pool.close(new Error('closed'));
  expect(ended).toBe(true);
  await Promise.all([begun, refused]);
  await expect(pool.run(async () => 'never')).rejects.toThrow('closed');
});
