import type { GrantIndex, IndexSegment } from '../../wire.ts';
import type { Interval } from './intervals.ts';

export type RecordingIndex = GrantIndex['recordings'][number];

/** A media segment that may be played. Times in seconds on the recording's timeline. */
export interface Piece extends Interval {
  number: number;
  chapter: number;
  segment: IndexSegment;
  /** Header of the run of the recorder that the piece belongs to. */
  init: IndexSegment;
}

/** Where nothing can be played, and why. */
export interface Hole extends Interval {
  cause: 'missing' | 'lacking' | 'locked' | 'unopened' | 'refused' | 'unfetched';
}

export interface Layout {
  pieces: Piece[];
  holes: Hole[];
  chapters: (Interval & { chapter: number; locked: boolean })[];
  /** Seconds. */
  end: number;
}

/** Time between two segments that counts as a hole, in seconds. */
const HOLE = 0.25;
const seconds = (microseconds: number) => microseconds / 1e6;

/** @returns when the last segment of any of the recordings ends, in epoch milliseconds */
export function endOf(recordings: readonly RecordingIndex[]): number {
  const ends = recordings.flatMap(({ startedAt, segments }) =>
    segments.map(({ start, duration }) => Date.parse(startedAt) + (start + duration) / 1000),
  );
  return ends.reduce((a, b) => Math.max(a, b), 0);
}

/**
 * Lays a recording's index out on its timeline.
 * Chapters that the grant does not cover are holes with cause 'locked'; so is nothing else.
 * @param until as `endOf` gives it: gaps are told by the test taker's browser, and none lengthens the timeline beyond that
 */
export function layOut(index: RecordingIndex, until: number): Layout {
  const granted = new Set(index.chapters);
  const inits = new Map(index.segments.filter((one) => one.init).map((one) => [one.chapter, one]));
  const media = index.segments.filter((one) => !one.init).toSorted((a, b) => a.start - b.start || a.number - b.number);
  const pieces: Piece[] = [];
  const holes: Hole[] = [];
  const chapters: Layout['chapters'] = [];
  let end = 0;
  for (const segment of media) {
    const { number, chapter } = segment;
    const from = seconds(segment.start);
    const to = from + seconds(segment.duration);
    if (from - end > HOLE) holes.push({ from: end, to: from, cause: 'missing' });
    const init = inits.get(chapter);
    if (!granted.has(chapter)) extend(holes, { from, to, cause: 'locked' });
    else if (!init) extend(holes, { from, to, cause: 'missing' });
    else pieces.push({ from, to, number, chapter, segment, init });
    const last = chapters.at(-1);
    if (last?.chapter === chapter) last.to = Math.max(last.to, to);
    else chapters.push({ from, to, chapter, locked: !granted.has(chapter) });
    end = Math.max(end, to);
  }
  for (const gap of index.gaps) {
    const to = Math.min(seconds(gap.to), (until - Date.parse(index.startedAt)) / 1000);
    if (to - end > HOLE) {
      holes.push({ from: end, to, cause: 'missing' });
      end = to;
    }
  }
  return { pieces, holes, chapters, end };
}

/** Adds a hole, as one with the last where they touch and have one cause. */
function extend(holes: Hole[], hole: Hole): void {
  const last = holes.at(-1);
  if (last && last.cause === hole.cause && hole.from - last.to <= HOLE) last.to = Math.max(last.to, hole.to);
  else holes.push(hole);
}
