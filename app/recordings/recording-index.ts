import {
  decodeMetadata,
  METADATA_BYTES,
  type IndexSegment,
  type SegmentMetadata,
  type SignedStatement,
} from '../wire.ts';
import { FRAME_HEAD_BYTES, scanFrames, type DamagedBytes, type FrameSource } from './frames.ts';
import { gapRecord, headerRecord, readEnvelope, readChapterStatement, sealRecord, signedStatement } from './records.ts';
import type { GapRecord, HeaderRecord, SealRecord } from './records.ts';
import { readSFrameHeader } from './sframe-header.ts';

export interface StoredSegment extends IndexSegment {
  keyframe: boolean;
  /** Where the segment's body begins in the file. */
  offset: number;
}

/** All that a recording file tells without a key. */
export interface RecordingIndex {
  header: HeaderRecord;
  /** Canonical JSON texts by chapter. */
  envelopes: Map<number, string>;
  /** In the order of their numbers. */
  segments: StoredSegment[];
  gaps: GapRecord[];
  /** By chapter. */
  chapterSignatures: Map<number, SignedStatement>;
  seal: SealRecord | null;
  /** Bytes of a write at the end that was cut short. */
  tornBytes: number;
  /** Places in the middle that cannot be read, frames whose CRC was checked and does not fit among them. */
  damage: { offset: number; bytes: number }[];
}

/** The file has no readable header frame, so that nothing says what it is. */
export class UnreadableRecordingError extends Error {}

/**
 * Reads a segment's own particulars: its metadata and its SFrame header.
 * @param start the body's first 64 bytes or more
 * @throws RangeError when either cannot be read
 */
export function readSegmentStart(start: Uint8Array): SegmentMetadata & { chapter: number; number: number } {
  const metadata = decodeMetadata(start);
  const { kid, ctr } = readSFrameHeader(start.subarray(METADATA_BYTES));
  return { ...metadata, chapter: kid, number: ctr };
}

/**
 * Indexes a recording file in one walk over its frame heads.
 * @param verifyFrom offset from which CRCs are checked; see {@link scanFrames}
 * @throws UnreadableRecordingError
 */
export async function indexRecording(source: FrameSource, verifyFrom: number): Promise<RecordingIndex> {
  let header: HeaderRecord | undefined;
  const segments = new Map<number, StoredSegment>();
  const rest: Omit<RecordingIndex, 'header' | 'segments'> = {
    envelopes: new Map(),
    gaps: [],
    chapterSignatures: new Map(),
    seal: null,
    tornBytes: 0,
    damage: [],
  };
  /** Where the last frame that can be read ends, and how much damage lies before that. */
  let end = 0;
  let damageBefore = 0;
  const addDamage = ({ offset, bytes }: Pick<DamagedBytes, 'offset' | 'bytes'>) => rest.damage.push({ offset, bytes });

  for await (const item of scanFrames(source, verifyFrom)) {
    if (item.kind === 'damage') {
      addDamage(item);
      continue;
    }
    const bytes = FRAME_HEAD_BYTES + item.bytes;
    if (item.intact === false) {
      addDamage({ offset: item.offset, bytes });
      continue;
    }
    const offset = item.offset + FRAME_HEAD_BYTES;
    try {
      if (item.type === 'segment') {
        const { number, chapter, init, keyframe, start, duration } = readSegmentStart(item.peek);
        setFirst(segments, number, { number, chapter, init, keyframe, start, duration, bytes: item.bytes, offset });
      } else {
        const text = (await source.read(offset, item.bytes)).toString('utf8');
        if (item.type === 'header') header ??= headerRecord.parse(JSON.parse(text));
        else if (item.type === 'envelope') setFirst(rest.envelopes, readEnvelope(text).chapter, text);
        else if (item.type === 'gap') rest.gaps.push(gapRecord.parse(JSON.parse(text)));
        else if (item.type === 'seal') rest.seal ??= sealRecord.parse(JSON.parse(text));
        else {
          const signed = signedStatement.parse(JSON.parse(text));
          setFirst(rest.chapterSignatures, readChapterStatement(signed.statement).chapter, signed);
        }
      }
    } catch {
      // Only what was checked is ever written: a frame that does not say what it has to was altered.
      addDamage({ offset: item.offset, bytes });
    }
    end = item.offset + bytes;
    damageBefore = rest.damage.length;
  }
  if (!header)
    throw new UnreadableRecordingError('There is no readable header at the beginning: this is no recording.');
  rest.damage.length = damageBefore;
  rest.tornBytes = source.size - end;
  return { header, ...rest, segments: [...segments.values()].sort((a, b) => a.number - b.number) };
}

/** The first frame under a number counts, as it did when it was acknowledged. */
function setFirst<T>(map: Map<number, T>, number: number, value: T): void {
  if (!map.has(number)) map.set(number, value);
}
