import { listRecordings, readIndex } from '../recordings/reader.ts';

/** Seconds on the timeline of a recording. */
export interface Stretch {
  recording: string;
  from: number;
  to: number;
}

/**
 * Says which part of the timeline each chapter of an attempt covers.
 * @param folder the recordings folder
 * @returns a function that turns chapters into stretches; chapters that hold nothing, or whose file cannot be read, are left out
 */
export async function readChapterTimes(folder: string, attempt: string) {
  const times = new Map<string, Stretch>();
  for (const { recording, file } of await listRecordings(folder, attempt)) {
    const segments = await readIndex(file).then(
      (index) => index.segments,
      // What is told of the other recordings, and who watched, does not depend on this one.
      () => [],
    );
    for (const { init, chapter, start, duration } of segments) {
      if (init) continue;
      const [from, to] = [start / 1e6, (start + duration) / 1e6];
      const known = times.get(`${recording} ${chapter}`) ?? { recording, from, to };
      times.set(`${recording} ${chapter}`, {
        recording,
        from: Math.min(known.from, from),
        to: Math.max(known.to, to),
      });
    }
  }
  return (chapters: { recording: string; chapter: number }[]): Stretch[] =>
    chapters.flatMap(({ recording, chapter }) => times.get(`${recording} ${chapter}`) ?? []);
}

/**
 * Joins stretches that overlap or lie less than two seconds apart, over all recordings of the attempt: they run side by side.
 * @returns seconds, in order
 */
export function joinStretches(stretches: Stretch[]): { from: number; to: number }[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && from - last.to < 2) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}
