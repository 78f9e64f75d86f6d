/** What of a run survives a sleep through which the browser's count goes on, and what stands in for long times. Pure. */
import { expect, test } from 'vitest';
import { ClusterCutter } from '../app/browser/recorder/cluster.ts';
import { Pulse } from '../app/browser/recorder/pulse.ts';

test('a worker that gets its turns goes on, however unevenly they come', () => {
  const pulse = new Pulse(1000);
  for (const now of [1000, 1250, 1251, 3000, 7900]) expect(pulse.miss(now)).toBeNull();
  expect(pulse.last).toBe(7900);
});

test('what comes after a sleep belongs to no run that began before it: the last turn stays the last', () => {
  const pulse = new Pulse(1000);
  expect(pulse.miss(1250)).toBeNull();
  expect(pulse.miss(61_250)).toBe(60_000);
  expect(pulse.miss(61_500)).toBe(60_250);
  expect(pulse.last).toBe(1250);
});

test('no block’s time runs over, however long a cluster’s only picture stands', () => {
  const cutter = new ClusterCutter(true);
  cutter.addPicture({ time: 0, keyframe: true, bytes: Uint8Array.of(1, 2, 3) });
  const heard = Array.from({ length: 3500 }, (_, i) => i * 20);
  for (const time of heard) cutter.addSound({ time, keyframe: true, bytes: Uint8Array.of(9) });
  const [cluster, ...more] = cutter.finish(70_000);
  const { bytes, duration } = cluster!;
  expect(more).toEqual([]);
  expect(duration).toBe(70e6);
  expect(timesOf(bytes).sounds).toEqual(heard);
  expect(timesOf(bytes).longest).toBeLessThanOrEqual(20_000);
});

/** @returns ms at which blocks of sound stand, and the longest time of any block within its cluster */
function timesOf(bytes: Uint8Array): { sounds: number[]; longest: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const sounds: number[] = [];
  let [start, longest] = [0, 0];
  for (let at = 0; at < bytes.length; ) {
    const wide = bytes[at] === 0x1f;
    const body = at + (wide ? 8 : 5);
    const length = view.getUint32(body - 4) & 0x0fffffff;
    if (bytes[at] === 0xe7) {
      start = 0;
      for (let i = 0; i < length; i++) start = 256 * start + bytes[body + i]!;
    } else if (bytes[at] === 0xa3) {
      const time = view.getInt16(body + 1);
      longest = Math.max(longest, Math.abs(time));
      if ((bytes[body]! & 0x7f) === 2) sounds.push(start + time);
    }
    at = wide ? body : body + length;
  }
  return { sounds, longest };
}
