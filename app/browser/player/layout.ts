import type { GapCause, GrantIndex, IndexSegment } from '../../wire.ts';
import { addInterval, type Interval } from './intervals.ts';

export type RecordingIndex = GrantIndex['recordings'][number];

/** A media segment that may be played. All times here are seconds on the attempt's timeline. */
export interface Piece extends Interval {
  recording: string;
  mimeType: string;
  chapter: number;
  segment: IndexSegment;
  /** Header of the run of the recorder that the piece belongs to, and when that run began. */
  init: IndexSegment;
  runFrom: number;
  /** Whether it ends before its media do, because a later recording of the same source goes on there. */
  cut: boolean;
}

/**
 * Why nothing can be played.
 * - a gap's cause, as the test taker's browser told it
 * - before, after: recording had not begun, or had ended, while another source was recorded
 * - moved: the test taker went on in another browser
 * - unknown: segments that never came
 * - lacking: picture or sound is missing inside segments that are there
 * - withheld: recorded, and not part of this release
 * - locked, unopened, refused, unfetched: recorded, and not shown
 */
export type HoleCause =
  | GapCause
  | 'before'
  | 'after'
  | 'moved'
  | 'unknown'
  | 'lacking'
  | 'withheld'
  | 'locked'
  | 'unopened'
  | 'refused'
  | 'unfetched';

/** Where nothing can be played, and why. */
export interface Hole extends Interval {
  cause: HoleCause;
}

/** What one recording shows without another in between; `from` its timeline begins at `zero` on the attempt's. */
export interface Stretch extends Interval {
  recording: string;
  zero: number;
}

/** One picture place over the attempt's whole timeline. */
export interface Layout {
  /** In the order of their time, none before another has ended but by a fraction of a segment. */
  pieces: Piece[];
  holes: Hole[];
  stretches: Stretch[];
  chapters: (Interval & { recording: string; chapter: number; closed: 'withheld' | 'locked' | undefined })[];
}

/** Time between two segments that counts as a hole, in seconds. */
const HOLE = 0.25;
/** Seconds by which a gap as the browser told it may miss the segments around it. */
const SLACK = 2;
const seconds = (microseconds: number) => microseconds / 1e6;

/** A segment of any chapter, laid on the attempt's timeline. */
type Laid = Interval & { index: RecordingIndex; zero: number; segment: IndexSegment; cut: boolean };

/**
 * Lays out what one picture place shows: the recordings of one source, each until the next one begins.
 * Chapters that the grant does not cover are holes: 'withheld' where custody knows them, else 'locked'; so is nothing else.
 * @param recordings as `assignPlaces` gives them
 * @param timeline epoch milliseconds of second 0, and the second at which the last recording of any source ends: gaps are
 *   told by the test taker's browser, and none lengthens the timeline
 */
export function layOut(recordings: readonly RecordingIndex[], timeline: { origin: number; end: number }): Layout {
  const zeroOf = (index: RecordingIndex) => (Date.parse(index.startedAt) - timeline.origin) / 1000;
  const layout: Layout = { pieces: [], holes: [], stretches: [], chapters: [] };
  const gaps = recordings
    .flatMap((index) =>
      index.gaps.map(({ from, to, cause }) => {
        return { from: seconds(from) + zeroOf(index), to: seconds(to) + zeroOf(index), cause };
      }),
    )
    .sort((a, b) => a.from - b.from);
  let end = 0;
  let last: RecordingIndex | undefined;
  for (const laid of laySegments(recordings, zeroOf)) {
    const { index, from, to } = laid;
    const otherwise = !last ? 'before' : last === index ? 'unknown' : 'moved';
    if (from - end > HOLE) layout.holes.push(...explain({ from: end, to: from }, gaps, otherwise));
    place(layout, laid);
    end = Math.max(end, to);
    last = index;
  }
  if (timeline.end - end > HOLE) layout.holes.push(...explain({ from: end, to: timeline.end }, gaps, 'after'));
  return layout;
}

/** Puts the media segments of several recordings in order; what a recording has after the next one began is left out. */
function laySegments(recordings: readonly RecordingIndex[], zeroOf: (index: RecordingIndex) => number): Laid[] {
  let next = Number.POSITIVE_INFINITY;
  return recordings
    .toReversed()
    .flatMap((index) => {
      const zero = zeroOf(index);
      const until = next;
      const own = index.segments
        .filter((segment) => !segment.init)
        .map((segment) => {
          const from = seconds(segment.start) + zero;
          const to = from + seconds(segment.duration);
          return { index, zero, segment, from, to: Math.min(to, until), cut: to > until };
        })
        .filter(({ from, to }) => from < until && to > from);
      for (const { from } of own) next = Math.min(next, from);
      return own;
    })
    .sort((a, b) => a.from - b.from || a.segment.number - b.segment.number);
}

function place(layout: Layout, { index, zero, segment, from, to, cut }: Laid): void {
  const { recording, mimeType } = index;
  const { chapter } = segment;
  const open = index.chapters.includes(chapter);
  const closed = open ? undefined : index.withheld.includes(chapter) ? 'withheld' : 'locked';
  const init = index.segments.find((one) => one.init && one.chapter === chapter);
  if (closed) extend(layout.holes, { from, to, cause: closed });
  else if (!init) extend(layout.holes, { from, to, cause: 'unknown' });
  else
    layout.pieces.push({
      ...{ recording, mimeType, chapter, segment, init, from, to, cut },
      runFrom: seconds(init.start) + zero,
    });
  const chapterBefore = layout.chapters.at(-1);
  if (chapterBefore?.recording === recording && chapterBefore.chapter === chapter)
    chapterBefore.to = Math.max(chapterBefore.to, to);
  else layout.chapters.push({ from, to, recording, chapter, closed });
  const stretch = layout.stretches.at(-1);
  if (stretch?.recording === recording) stretch.to = Math.max(stretch.to, to);
  else layout.stretches.push({ from, to, recording, zero });
}

/** Says why a stretch is empty: by the gaps that lie in it, and for the rest by `otherwise`. */
function explain({ from, to }: Interval, gaps: readonly Hole[], otherwise: HoleCause): Hole[] {
  const holes: Hole[] = [];
  let at = from;
  for (const gap of gaps) {
    let begin = Math.max(gap.from, at);
    const end = Math.min(gap.to, to);
    if (end <= begin) continue;
    if (begin - at > SLACK) holes.push({ from: at, to: begin, cause: otherwise });
    else begin = at;
    extend(holes, { from: begin, to: end, cause: gap.cause });
    at = end;
  }
  const last = holes.at(-1);
  if (last && to - at <= SLACK) last.to = to;
  else holes.push({ from: at, to, cause: otherwise });
  return holes;
}

/** Adds a hole, as one with the last where they touch and have one cause. */
function extend(holes: Hole[], hole: Hole): void {
  const last = holes.at(-1);
  if (last && last.cause === hole.cause && hole.from - last.to <= HOLE) last.to = Math.max(last.to, hole.to);
  else holes.push(hole);
}

/** @returns the holes with these stretches added under a cause */
export function addHoles(holes: readonly Hole[], cause: HoleCause, lost: readonly Interval[]): Hole[] {
  const others = holes.filter((hole) => hole.cause !== cause);
  const own = lost.reduce(addInterval, holes.filter((hole) => hole.cause === cause) as Interval[]);
  return [...others, ...own.map(({ from, to }) => ({ from, to, cause }))].sort((a, b) => a.from - b.from);
}
