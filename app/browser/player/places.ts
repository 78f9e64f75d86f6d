import type { RecordingIndex } from './layout.ts';

/** Milliseconds that a recording may go on after the next one of its source began, as when another browser takes over. */
const HANDOVER = 10_000;

/** @returns when the first media of a recording begin and the last end, in epoch milliseconds; without media it begins never */
function extentOf({ startedAt, segments }: RecordingIndex): { from: number; to: number } {
  const media = segments.filter((one) => !one.init);
  const zero = Date.parse(startedAt);
  return {
    from: media.reduce((from, { start }) => Math.min(from, zero + start / 1000), Number.POSITIVE_INFINITY),
    to: media.reduce((to, { start, duration }) => Math.max(to, zero + (start + duration) / 1000), zero),
  };
}

/** @returns epoch milliseconds of second 0, when the first media begin, and the second at which the last one ends */
export function timelineOf(recordings: readonly RecordingIndex[]): { origin: number; end: number } {
  const origin = Math.min(...recordings.map((one) => extentOf(one).from));
  return { origin, end: (Math.max(...recordings.map((one) => extentOf(one).to)) - origin) / 1000 };
}

/**
 * Gives each recording a picture place. Recordings of one source that follow each other share one, in the order of their time;
 * where two really ran at the same time, each has its own, so that nothing that was recorded goes unseen.
 */
export function assignPlaces(recordings: readonly RecordingIndex[]): RecordingIndex[][] {
  const places: { source: string; until: number; recordings: RecordingIndex[] }[] = [];
  const inOrder = recordings
    .map((index) => ({ index, ...extentOf(index) }))
    .sort((a, b) => a.index.source.localeCompare(b.index.source) || Math.sign(a.from - b.from) || 0);
  for (const { index, from, to } of inOrder) {
    const place = places.find(({ source, until }) => source === index.source && until - from <= HANDOVER);
    if (place) {
      place.until = Math.max(place.until, to);
      place.recordings.push(index);
    } else places.push({ source: index.source, until: to, recordings: [index] });
  }
  return places.map((place) => place.recordings);
}
