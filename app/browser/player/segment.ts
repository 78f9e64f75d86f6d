import { decodeMetadata, METADATA_BYTES, type IndexSegment, type SegmentFault } from '../../wire.ts';
import { decryptSegment, SframeError, type ChapterKeys } from '../sframe.ts';

/** A segment that is not what the index says, or that is not there; it is not played. */
export class FaultySegment extends Error {
  readonly segment: IndexSegment;
  readonly fault: SegmentFault | 'unfetched';

  constructor(segment: IndexSegment, fault: SegmentFault | 'unfetched') {
    super(`segment ${segment.number}: ${fault}`);
    this.name = 'FaultySegment';
    this.segment = segment;
    this.fault = fault;
  }
}

/**
 * Opens a segment's body. Its recording is compared with the one asked for; SFrame (RFC 9605 section 4.4.4) then checks
 * chapter and number and authenticates metadata, header and content together, so that nothing from elsewhere plays.
 * @param asked the index's line, which the authenticated metadata has to bear out
 * @returns the media bytes
 * @throws FaultySegment
 */
export async function openSegment(
  body: Uint8Array<ArrayBuffer>,
  recording: string,
  asked: IndexSegment,
  keys: ChapterKeys,
): Promise<Uint8Array<ArrayBuffer>> {
  const metadata = readMetadata(body, asked);
  if (metadata.recording !== recording) throw new FaultySegment(asked, 'foreign-recording');
  const [bound, sealed] = [body.subarray(0, METADATA_BYTES), body.subarray(METADATA_BYTES)];
  const media = await decryptSegment(keys, asked.number, bound, sealed).catch((error: unknown) => {
    throw error instanceof SframeError ? new FaultySegment(asked, error.fault) : error;
  });
  if (metadata.init !== asked.init || metadata.start !== asked.start) throw new FaultySegment(asked, 'misplaced');
  return media;
}

function readMetadata(body: Uint8Array, asked: IndexSegment) {
  try {
    return decodeMetadata(body);
  } catch {
    throw new FaultySegment(asked, 'unreadable');
  }
}
