import { expect, test } from 'vitest';
import { layOut, type RecordingIndex } from '../app/browser/player/layout.ts';
import { assignPlaces, timelineOf } from '../app/browser/player/places.ts';
import { rateFor } from '../app/browser/player/step.ts';

const NINE = Date.UTC(2026, 10, 23, 9);

/** A recording of segments of two seconds: a header first, one chapter per run. Times in seconds. */
function record(
  recording: string,
  runs: [from: number, to: number][],
  more: { source?: 'camera' | 'screen'; begins?: number; gaps?: RecordingIndex['gaps'] } = {},
): RecordingIndex {
  const { source = 'camera', begins = 0, gaps = [] } = more;
  let number = 0;
  const segments = runs.flatMap(([from, to], chapter) => [
    { number: number++, chapter, init: true, start: from * 1e6, duration: 0, bytes: 1 },
    ...Array.from({ length: (to - from) / 2 }, (_, i) => {
      const start = (from + 2 * i) * 1e6;
      return { number: number++, chapter, init: false, start, duration: 2e6, bytes: 1 };
    }),
  ]);
  const startedAt = new Date(NINE + begins * 1000).toISOString();
  const chapters = runs.map((_, chapter) => chapter);
  return { recording, source, startedAt, mimeType: 'video/webm; codecs="vp8"', chapters, withheld: [], segments, gaps };
}

const lay = (...recordings: RecordingIndex[]) => layOut(recordings, timelineOf(recordings));

test('a hole has the cause that the browser told of it, and none where segments never came', () => {
  const gaps: RecordingIndex['gaps'] = [
    { from: 10.4e6, to: 19e6, cause: 'reload' },
    { from: 34e6, to: 40e6, cause: 'asleep' },
  ];
  const { holes } = lay(
    record(
      'a',
      [
        [0, 10],
        [20, 26],
        [40, 44],
        [50, 52],
      ],
      { gaps },
    ),
  );
  expect(holes).toEqual([
    { from: 10, to: 20, cause: 'reload' },
    { from: 26, to: 34, cause: 'unknown' },
    { from: 34, to: 40, cause: 'asleep' },
    { from: 44, to: 50, cause: 'unknown' },
  ]);
});

test('a source that begins later and ends earlier than the other says so, and no gap lengthens the timeline', () => {
  const camera = record('a', [[0, 30]]);
  const screen = record('b', [[1, 11]], {
    source: 'screen',
    begins: 4,
    gaps: [{ from: 11e6, to: 900e6, cause: 'sharing' }],
  });
  const timeline = timelineOf([camera, screen]);
  expect(timeline).toEqual({ origin: NINE, end: 30 });
  expect(layOut([screen], timeline).holes).toEqual([
    { from: 0, to: 5, cause: 'before' },
    { from: 15, to: 30, cause: 'sharing' },
  ]);
});

test('a source of which nothing but gaps was stored has a place of its own, and tells why nothing is shown', () => {
  const camera = record('a', [[1, 31]], { begins: 1 });
  const gaps: RecordingIndex['gaps'] = [{ from: 0, to: 40e6, cause: 'permission' }];
  const screen = record('b', [], { source: 'screen', gaps });
  const again = record('c', [], { source: 'screen', begins: 10 });
  const timeline = timelineOf([screen, camera, again]);
  expect(timeline).toEqual({ origin: NINE + 2000, end: 30 });
  expect(assignPlaces([screen, camera, again])).toEqual([[camera], [screen, again]]);
  expect(layOut([screen, again], timeline)).toMatchObject({
    pieces: [],
    holes: [{ from: 0, to: 30, cause: 'permission' }],
  });
});

test('recordings of one source that follow each other share a picture; the later one shows from its first second on', () => {
  const first = record('a', [[0, 20]]);
  const second = record('b', [[0, 10]], { begins: 17 });
  const third = record('c', [[0, 10]], { begins: 40 });
  const other = record('d', [[0, 50]], { source: 'screen' });
  expect(assignPlaces([third, other, second, first])).toEqual([[first, second, third], [other]]);
  const { pieces, holes, stretches } = lay(first, second, third);
  expect(pieces.find(({ cut }) => cut)).toMatchObject({ recording: 'a', from: 16, to: 17 });
  expect(pieces.every(({ to }, i) => to <= (pieces[i + 1]?.from ?? Infinity))).toBe(true);
  expect(holes).toEqual([{ from: 27, to: 40, cause: 'moved' }]);
  expect(stretches).toEqual([
    { recording: 'a', from: 0, to: 17, zero: 0 },
    { recording: 'b', from: 17, to: 27, zero: 17 },
    { recording: 'c', from: 40, to: 50, zero: 40 },
  ]);
});

test('recordings of one source that really ran at the same time each have a picture', () => {
  const first = record('a', [[0, 40]]);
  const second = record('b', [[0, 40]], { begins: 20 });
  expect(assignPlaces([first, second])).toEqual([[first], [second]]);
});

test('a chapter that the grant does not cover is locked, and nothing else is', () => {
  const index = record('a', [
    [0, 10],
    [10, 20],
    [20, 30],
  ]);
  const { holes, pieces } = lay({ ...index, chapters: [0, 2] });
  expect(holes).toEqual([{ from: 10, to: 20, cause: 'locked' }]);
  expect(new Set(pieces.map(({ chapter }) => chapter))).toEqual(new Set([0, 2]));
});

test('a picture that is behind goes faster and one that is ahead slower, within bounds, and one in step at its speed', () => {
  expect(rateFor(1, 0.01)).toBe(1);
  expect(rateFor(1, -0.05)).toBeCloseTo(1.25);
  expect(rateFor(1, 0.3)).toBeCloseTo(0.75);
  expect(rateFor(2, -3)).toBeCloseTo(4);
});
