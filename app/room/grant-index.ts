import type { GrantIndex, IndexSegment } from '../wire.ts';
import type { RecordingIndex } from '../recordings/recording-index.ts';
import type { GrantView } from './custody.ts';
import type { Shelf } from './shelf.ts';

/**
 * Builds what the player gets before it plays, from the recordings' own files: metadata only. A chapter that the grant does
 * not cover is one line that tells how long it is and nothing more.
 * @param representative who watches, for the watermark
 */
export async function readGrantIndex(shelf: Shelf, grant: GrantView, now = new Date()): Promise<GrantIndex> {
  const indexes = await shelf.indexes(grant.attempt);
  return {
    grant: grant.grant,
    attempt: grant.attempt,
    expiresAt: grant.expiresAt,
    purpose: grant.purpose,
    watermark: `${grant.representative.name} · ${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    incidents: grant.incidents,
    recordings: indexes
      .map((index) => {
        const { recording, source, startedAt, mimeType } = index.header;
        const stored = (list: GrantView['chapters']) =>
          list
            .filter((one) => one.recording === recording && index.envelopes.has(one.chapter))
            .map((one) => one.chapter)
            .sort((a, b) => a - b);
        const chapters = stored(grant.chapters);
        return {
          recording,
          source,
          startedAt,
          mimeType,
          chapters,
          withheld: stored(grant.withheld),
          segments: listSegments(index, chapters),
          gaps: index.gaps,
        };
      })
      .filter(({ segments, gaps }) => segments.length + gaps.length > 0)
      .sort((a, b) => a.source.localeCompare(b.source) || a.startedAt.localeCompare(b.startedAt)),
  };
}

/** What the player needs before all else: what is recorded first and may be watched: its chapter, and the numbers of its header and first segment. */
export interface FirstSegments {
  recording: string;
  mimeType: string;
  chapter: number;
  init: number;
  media: number;
}

/** @returns undefined when nothing may be watched */
export function findFirst({ recordings }: GrantIndex): FirstSegments | undefined {
  let first: (FirstSegments & { at: number }) | undefined;
  for (const { recording, mimeType, startedAt, chapters, segments } of recordings) {
    const media = segments.find((one) => !one.init && chapters.includes(one.chapter));
    const init = media && segments.find((one) => one.init && one.chapter === media.chapter);
    const at = Date.parse(startedAt) + (media?.start ?? 0) / 1000;
    if (init && (!first || at < first.at))
      first = { recording, mimeType, chapter: media.chapter, init: init.number, media: media.number, at };
  }
  return first;
}

function listSegments(index: RecordingIndex, granted: number[]): IndexSegment[] {
  const listed: IndexSegment[] = [];
  const locked = new Map<number, IndexSegment>();
  for (const { number, chapter, init, start, duration, bytes } of index.segments) {
    const known = locked.get(chapter);
    if (granted.includes(chapter)) listed.push({ number, chapter, init, start, duration, bytes });
    else if (known) known.duration = Math.max(known.duration, start + duration - known.start);
    else if (!init) locked.set(chapter, { number, chapter, init: false, start, duration, bytes: 0 });
  }
  return [...listed, ...locked.values()].sort((a, b) => a.number - b.number);
}
