import { open } from 'node:fs/promises';
import { FRAME_HEAD_BYTES, scanFrames, type FrameSource, type FrameType } from './frames.ts';
import { sourceOf } from './journal.ts';
import { indexRecording, type RecordingIndex } from './recording-index.ts';
import { digestOf, isSignedBy, presentNumbers, readChapterStatement, readSealStatement, sha256 } from './records.ts';
import type { HeaderRecord } from './records.ts';

/** Consecutive numbers: the first and the last. */
type Run = [from: number, to: number];

/** What a recording file shows of itself, without any key. */
export interface Inspection {
  header: HeaderRecord;
  bytes: number;
  frames: Record<FrameType, number>;
  segments: { count: number; bytes: number; first: number | null; last: number | null; missing: Run[] };
  /** Seconds on the timeline that segments cover, from the first's start to the last's end. */
  seconds: number;
  gaps: RecordingIndex['gaps'];
  chapters: {
    chapter: number;
    envelope: boolean;
    segments: number;
    bytes: number;
    /** `good`: signed by the attempt key, and fits all segments; `unsigned`: has no statement. */
    signature: 'good' | 'bad' | 'unsigned';
  }[];
  seal: 'good' | 'bad' | 'unsealed';
  /** Whether the key that signed the seal is another than this recording's: of another browser in which the attempt went on. */
  sealedElsewhere: boolean;
  /** One sentence each; none means that the file is whole. */
  faults: string[];
}

/**
 * Checks a whole recording file: every CRC, every number, each chapter's statement against the digests of its segments, the
 * seal against the statements. The file's own header names the attempt key, and the seal its own where that is another browser's;
 * whether custody knows these keys is another check: the receipt in the seal says which one it took the seal from.
 * @throws UnreadableRecordingError, or the file system's error
 */
export async function inspectRecording(file: string): Promise<Inspection> {
  const handle = await open(file, 'r');
  try {
    const source = sourceOf(handle, (await handle.stat()).size);
    const index = await indexRecording(source, Infinity);
    const faults: string[] = [];
    const frames = await checkFrames(source, faults);
    const numbers = index.segments.map(({ number }) => number);
    const missing = missingRuns(numbers);
    if (missing.length > 0) faults.push(`Segments are missing: ${shorten(missing)}.`);
    if (frames.segment > numbers.length)
      faults.push(`${frames.segment - numbers.length} segment frames repeat a number.`);
    const foreign = index.segments.filter(({ chapter }) => !index.envelopes.has(chapter)).length;
    if (foreign > 0) faults.push(`${foreign} segments belong to chapters without an envelope.`);
    const chapters = await checkChapters(source, index, faults);
    return {
      header: index.header,
      bytes: source.size,
      frames,
      segments: {
        count: numbers.length,
        bytes: index.segments.reduce((sum, { bytes }) => sum + bytes, 0),
        first: numbers[0] ?? null,
        last: numbers.at(-1) ?? null,
        missing,
      },
      seconds: secondsCovered(index),
      gaps: index.gaps,
      chapters,
      seal: checkSeal(index, faults),
      sealedElsewhere: isSealedElsewhere(index),
      faults,
    };
  } finally {
    await handle.close();
  }
}

async function checkFrames(source: FrameSource, faults: string[]): Promise<Record<FrameType, number>> {
  const frames = { header: 0, envelope: 0, segment: 0, gap: 0, signature: 0, seal: 0 };
  for await (const item of scanFrames(source, 0)) {
    if (item.kind === 'frame') {
      frames[item.type]++;
      if (item.offset === 0 && item.type !== 'header') faults.push('The file does not begin with its header.');
      if (!item.intact) {
        faults.push(
          `CRC fault: the ${item.type} frame at offset ${item.offset} (${FRAME_HEAD_BYTES + item.bytes} bytes).`,
        );
      }
    } else if (item.torn) {
      faults.push(`Torn tail: ${item.bytes} bytes from offset ${item.offset} on are no whole frame.`);
    } else {
      faults.push(`Damage: ${item.bytes} bytes at offset ${item.offset} are no frame.`);
    }
  }
  return frames;
}

async function checkChapters(source: FrameSource, index: RecordingIndex, faults: string[]) {
  const numbers = new Set([...index.envelopes.keys(), ...index.chapterSignatures.keys()]);
  for (const { chapter } of index.segments) numbers.add(chapter);
  const chapters: Inspection['chapters'] = [];
  for (const chapter of [...numbers].sort((a, b) => a - b)) {
    const segments = index.segments.filter((segment) => segment.chapter === chapter);
    const signature = await checkChapter(source, index, chapter, segments);
    if (signature === 'bad')
      faults.push(`The statement of chapter ${chapter} does not fit its signature or its segments.`);
    // Another browser cannot sign what this recording's one left unsigned.
    if (signature === 'unsigned' && index.seal && !isSealedElsewhere(index))
      faults.push(`Chapter ${chapter} is not signed, though the recording is sealed.`);
    chapters.push({
      chapter,
      envelope: index.envelopes.has(chapter),
      segments: segments.length,
      bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
      signature,
    });
  }
  return chapters;
}

async function checkChapter(
  source: FrameSource,
  { header, chapterSignatures }: RecordingIndex,
  chapter: number,
  segments: RecordingIndex['segments'],
): Promise<'good' | 'bad' | 'unsigned'> {
  const signed = chapterSignatures.get(chapter);
  if (!signed) return 'unsigned';
  const statement = readChapterStatement(signed.statement);
  const present = presentNumbers(statement);
  const fits =
    isSignedBy(header.attemptKey, signed) &&
    statement.attempt === header.attempt &&
    statement.recording === header.recording &&
    present.length === segments.length &&
    segments.every(({ number }, i) => number === present[i]);
  if (!fits) return 'bad';
  const digests: Buffer[] = [];
  for (const { offset, bytes } of segments) digests.push(sha256(await source.read(offset, bytes)));
  return digestOf(digests) === statement.digest ? 'good' : 'bad';
}

function isSealedElsewhere({ header, seal }: RecordingIndex): boolean {
  return seal?.key !== undefined && seal.key !== header.attemptKey;
}

function checkSeal({ header, seal, segments, chapterSignatures }: RecordingIndex, faults: string[]) {
  if (!seal) return 'unsealed';
  try {
    const statement = readSealStatement(seal.statement);
    const own = statement.recordings.find(({ recording }) => recording === header.recording);
    const texts = [...chapterSignatures].sort(([a], [b]) => a - b).map(([, signed]) => sha256(signed.statement));
    const fits =
      isSignedBy(seal.key ?? header.attemptKey, seal) &&
      statement.attempt === header.attempt &&
      statement.exam === header.exam &&
      (own?.chapters ?? 0) === texts.length &&
      (own?.segments ?? 0) === segments.length &&
      // Of a recording that holds nothing but gaps a seal says nothing.
      (own?.digest ?? digestOf([])) === digestOf(texts);
    if (fits) return 'good';
  } catch {
    // A statement that cannot be read is as bad as one that does not fit.
  }
  faults.push('The seal does not fit its signature or the chapters.');
  return 'bad';
}

/** @param numbers in ascending order. @returns what is not there between 0 and the last */
function missingRuns(numbers: number[]): Run[] {
  const runs: Run[] = [];
  let next = 0;
  for (const number of numbers) {
    if (number > next) runs.push([next, number - 1]);
    next = number + 1;
  }
  return runs;
}

function secondsCovered({ segments }: RecordingIndex): number {
  const media = segments.filter(({ init }) => !init);
  if (media.length === 0) return 0;
  let from = Infinity;
  let to = 0;
  for (const { start, duration } of media) {
    from = Math.min(from, start);
    to = Math.max(to, start + duration);
  }
  return (to - from) / 1e6;
}

/** @returns numbers as text: 3, 7–9 */
export function shorten(runs: Run[]): string {
  const shown = runs.slice(0, 20).map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`));
  return shown.join(', ') + (runs.length > 20 ? ` and ${runs.length - 20} more` : '');
}
