/** A stretch of time, in seconds. */
export interface Interval {
  from: number;
  to: number;
}

/** Stretches closer together than this are one, in seconds. */
const TOUCHING = 0.05;

/**
 * Adds a stretch to others and keeps them sorted, apart and merged.
 * @param intervals as returned by this function before; not changed
 */
export function addInterval(intervals: readonly Interval[], added: Interval): Interval[] {
  if (!(added.to > added.from)) return [...intervals];
  const apart = (one: Interval) => one.to + TOUCHING < added.from || one.from - TOUCHING > added.to;
  const joined = intervals.filter((one) => !apart(one));
  const merged = {
    from: Math.min(added.from, ...joined.map((one) => one.from)),
    to: Math.max(added.to, ...joined.map((one) => one.to)),
  };
  return [...intervals.filter(apart), merged].sort((a, b) => a.from - b.from);
}

/** @returns the stretch that contains the time, its end excluded */
export function intervalAt<T extends Interval>(intervals: readonly T[], time: number): T | undefined {
  return intervals.find((one) => one.from <= time && time < one.to);
}
