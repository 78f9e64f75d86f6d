import { open } from 'node:fs/promises';
import { scanFrames } from './frames.ts';
import { sourceOf } from './journal.ts';
import { indexRecording, UnreadableRecordingError } from './recording-index.ts';
import type { HeaderRecord } from './records.ts';

/** A header frame has 450 to 800 bytes, and the envelope that comes before any segment 500 and more. */
const TORN_HEADER_BYTES = 800;

/**
 * Looks into a recording file that the database does not know.
 * @returns its header; null when nothing but a header, or a part of one, was ever written
 * @throws UnreadableRecordingError when it holds more than that and has no readable header; the file system's error
 */
export async function readOrphan(file: string): Promise<{ header: HeaderRecord | null }> {
  const handle = await open(file, 'r');
  try {
    const source = sourceOf(handle, (await handle.stat()).size);
    const { header } = await indexRecording(source, Infinity).catch((error: unknown) => {
      const torn = error instanceof UnreadableRecordingError && source.size <= TORN_HEADER_BYTES;
      if (torn) return { header: null };
      throw error;
    });
    let frames = 0;
    for await (const item of scanFrames(source, Infinity))
      if (item.kind === 'damage' || ++frames > 1) return { header };
    return { header: null };
  } finally {
    await handle.close();
  }
}
