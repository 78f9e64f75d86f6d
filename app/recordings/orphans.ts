import { open, rm } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { insertRecording, listRecordings } from '../../db/appliance/recordings.ts';
import { scanFrames } from './frames.ts';
import { sourceOf } from './journal.ts';
import { listRecordings as listFiles } from './reader.ts';
import { indexRecording, UnreadableRecordingError } from './recording-index.ts';
import type { HeaderRecord } from './records.ts';

/** A header frame has 450 to 800 bytes, and the envelope that comes before any segment 500 and more. */
const TORN_HEADER_BYTES = 800;

/**
 * Enters files of the attempt that have no row, as after an older database was put back: the files are the truth. Removes only what
 * a creation that was cut short left; what cannot be entered stays as it is. Not while one is being created: it has no row yet.
 * @param folder the recordings folder
 */
export async function takeInOrphans(
  { db, folder, log }: { db: ApplianceDatabase; folder: string; log: Logger },
  attempt: string,
): Promise<void> {
  for (const { recording: id, file } of await listFiles(folder, attempt)) {
    const rows = listRecordings(db, attempt);
    if (rows.some((row) => row.id === id)) continue;
    const found = await readOrphan(file).catch((err: unknown) => ({ err }));
    if ('err' in found) {
      log.error({ attempt, recording: id, err: found.err }, 'a recording without a row cannot be read and is kept');
    } else if (found.header === null) {
      await rm(file);
      log.info({ attempt, recording: id }, 'removed a recording that was never begun');
    } else {
      const { source, mimeType, startedAt } = found.header;
      const attemptKey = Buffer.from(found.header.attemptKey, 'base64url');
      const own = found.header.attempt === attempt && found.header.recording === id;
      const entered = own && !rows.some((row) => row.source === source && row.attemptKey.equals(attemptKey));
      if (entered) insertRecording(db, { id, attempt, source, attemptKey, mimeType, startedAt });
      log.warn({ attempt, recording: id, entered }, 'found a recording without a row');
    }
  }
}

/**
 * Looks into a recording file that the database does not know.
 * @returns its header; null when nothing but a header, or a part of one, was ever written
 * @throws UnreadableRecordingError when it holds more than that and has no readable header; the file system's error
 */
async function readOrphan(file: string): Promise<{ header: HeaderRecord | null }> {
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
