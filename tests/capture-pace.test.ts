import { describe, expect, test } from 'vitest';
import type { Load } from '../app/browser/recorder/capture-messages.ts';
import type { Trouble } from '../app/browser/recorder/messages.ts';
import { Pace } from '../app/browser/recorder/pace.ts';
import type { RecordedKinds, Source } from '../app/wire.ts';

const KINDS: RecordedKinds = {
  sources: ['camera', 'screen'],
  sound: true,
  bounds: {
    camera: { most: { frameRate: 15, bitrate: 400_000 }, least: { frameRate: 0.5, bitrate: 40_000 } },
    screen: { most: { frameRate: 5, bitrate: 600_000 }, least: { frameRate: 0.2, bitrate: 40_000 } },
  },
};
const CALM: Load = { frames: 15, dropped: 0, queue: 0 };

/** A sitting of so many seconds with a line that carries so many bits a second; null is no line at all. */
function sit(
  pace: Pace,
  seconds: number,
  line: (second: number) => number | null,
  options: { measures?: boolean; load?: (second: number) => Load } = {},
) {
  let backlog = 0;
  let waiting = 0;
  const rates: number[] = [];
  const changes: { second: number; frameRate: number }[] = [];
  for (let second = 0; second < seconds; second++) {
    const made = KINDS.sources.reduce((sum, source) => sum + pace.qualityOf(source).bitrate, 32_000);
    const carried = line(second);
    backlog = Math.max(0, backlog + made - (carried ?? 0));
    // Something always is under way: a segment is complete only after two seconds.
    waiting = 3 + backlog / made;
    const load = options.load?.(second) ?? CALM;
    const changed = pace.follow({
      now: 1000 * second,
      waitingSeconds: waiting,
      lineRate: options.measures && carried !== null ? carried : null,
      trouble: (carried === null ? 'offline' : null) as Trouble | null,
      loads: new Map<Source, Load>([
        ['camera', load],
        ['screen', CALM],
      ]),
    });
    for (const [source, { frameRate }] of changed) if (source === 'camera') changes.push({ second, frameRate });
    rates.push(made);
  }
  return { changes, rates, waiting };
}

describe('the pace of recording', () => {
  test('stays at the upper bounds, without a word, on a line that bears them', () => {
    const pace = new Pace(KINDS);
    expect(sit(pace, 3600, () => 1_500_000).changes).toEqual([]);
    expect(pace.qualityOf('screen')).toEqual(KINDS.bounds.screen.most);
    expect(pace.sentence).toBeNull();
  });

  test.each([true, false])(
    'goes down to what a slow line bears, and what waits does not grow (line measured: %s)',
    (measures) => {
      const pace = new Pace(KINDS);
      const { rates, waiting } = sit(pace, 600, () => 300_000, { measures });
      expect(Math.max(...rates.slice(120))).toBeLessThan(420_000);
      expect(rates.slice(-120).reduce((sum, rate) => sum + rate) / 120).toBeLessThan(300_000);
      expect(waiting).toBeLessThan(30);
      expect(pace.sentence).toMatch(
        /^Your line is slow: recording .* of the camera and .* of the screen\. This is not held against you\.$/,
      );
    },
  );

  test('goes down to stills with sound on a line that bears hardly anything, and says how often', () => {
    const pace = new Pace(KINDS);
    const { rates } = sit(pace, 300, () => 60_000, { measures: true });
    expect(rates.at(-1)).toBe(40_000 + 40_000 + 32_000);
    expect(pace.qualityOf('camera')).toEqual(KINDS.bounds.camera.least);
    expect(pace.sentence).toBe(
      'Your line is slow: recording a picture every 2 s of the camera and a picture every 5 s of the screen. This is not held against you.',
    );
  });

  test('is down within seconds and up again within minutes', () => {
    const pace = new Pace(KINDS);
    const { changes, rates } = sit(pace, 900, (second) => (second < 100 ? 200_000 : 2_000_000), { measures: true });
    const first = changes[0]?.second ?? Infinity;
    expect(first).toBeLessThan(20);
    expect(rates[first + 1]).toBeLessThan(200_000);
    const back = rates.findIndex((rate, second) => second > 100 && rate === 1_032_000);
    expect(back).toBeGreaterThan(150);
    expect(back).toBeLessThan(400);
  });

  test('does not flap between two steps on a line that bears one and not the other', () => {
    const { changes } = sit(new Pace(KINDS), 7200, () => 500_000);
    const late = changes.filter(({ second }) => second > 1800);
    // In an hour and a half: each try up costs two changes, and they come further and further apart.
    expect(late.length).toBeLessThan(45);
    expect(changes.filter(({ second }) => second > 5400).length).toBeLessThan(15);
  });

  test('takes an interruption for what it is, not for a slow line', () => {
    const pace = new Pace(KINDS);
    const line = (second: number) => (second % 300 > 100 && second % 300 < 160 ? null : 3_000_000);
    expect(sit(pace, 1800, line).changes).toEqual([]);
  });

  test('gives a processor that is behind fewer pictures of that source alone, and says so', () => {
    const pace = new Pace(KINDS);
    const load = (second: number) => (second < 20 ? { frames: 15, dropped: 4, queue: 4 } : CALM);
    sit(pace, 30, () => 3_000_000, { load });
    expect(pace.qualityOf('camera').frameRate).toBeLessThan(8);
    expect(pace.qualityOf('screen')).toEqual(KINDS.bounds.screen.most);
    expect(pace.sentence).toMatch(/^Your computer is busy: recording .* of the camera\. This is not/);
    sit(pace, 600, () => 3_000_000);
    expect(pace.qualityOf('camera')).toEqual(KINDS.bounds.camera.most);
  });

  test('does not mind a busy second now and then', () => {
    const load = (second: number) => (second % 10 === 0 ? { frames: 15, dropped: 1, queue: 4 } : CALM);
    expect(sit(new Pace(KINDS), 600, () => 3_000_000, { load }).changes).toEqual([]);
  });

  test('names no source where only one is recorded', () => {
    const pace = new Pace({ ...KINDS, sources: ['camera'] });
    sit(pace, 300, () => 40_000, { measures: true });
    expect(pace.sentence).toBe('Your line is slow: recording a picture every 2 s. This is not held against you.');
  });
});
