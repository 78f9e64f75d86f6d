/** A stretch of a recording that a player showed. */
export interface Interval {
  recording: string;
  /** Seconds on the recording's timeline. */
  from: number;
  to: number;
}

/** Most stretches kept for one view. */
export const MOST_INTERVALS = 500;

/**
 * Unites what was reported before with what is reported now: a page that was loaded again knows nothing of what it showed earlier.
 * @returns by recording and time; stretches that touch are one. Where there would be more than `MOST_INTERVALS`, those of a
 *   recording with the least between them are joined: rather a moment too much than one left out.
 */
export function uniteIntervals(before: readonly Interval[], now: readonly Interval[]): Interval[] {
  const sorted = [...before, ...now].sort((a, b) => compare(a.recording, b.recording) || a.from - b.from);
  const united: Interval[] = [];
  for (const one of sorted) {
    const last = united.at(-1);
    if (last && joins(last, one)) last.to = Math.max(last.to, one.to);
    else united.push({ ...one });
  }
  const surplus = united.length - MOST_INTERVALS;
  if (surplus <= 0) return united;
  const closest = united
    .flatMap((one, index) => {
      const next = united[index + 1];
      return next?.recording === one.recording ? [{ index: index + 1, gap: next.from - one.to }] : [];
    })
    .sort((a, b) => a.gap - b.gap)
    .slice(0, surplus);
  const joined = new Set(closest.map(({ index }) => index));
  return united.reduce<Interval[]>((kept, one, index) => {
    const last = kept.at(-1);
    if (last && joined.has(index)) last.to = one.to;
    else kept.push(one);
    return kept;
  }, []);
}

function joins(last: Interval, next: Interval): boolean {
  return last.recording === next.recording && next.from <= last.to;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
