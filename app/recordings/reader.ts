/** How the room reads recordings that web writes: read-only, without keys, payloads untouched until they are asked for. */
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sourceOf } from './journal.ts';
import { indexRecording, type RecordingIndex, type StoredSegment } from './recording-index.ts';

const CACHED_INDEXES = 50;
/** Milliseconds after a write from which another one cannot have the same time. */
const SETTLED = 1000;
const cache = new Map<string, { size: number; mtimeMs: number; index: RecordingIndex }>();

/**
 * Lists the recording files of an attempt.
 * @param folder the recordings folder
 * @returns none where nothing was recorded
 */
export async function listRecordings(folder: string, attempt: string): Promise<{ recording: string; file: string }[]> {
  const names = await readdir(join(folder, attempt)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => name.endsWith('.clr'))
    .sort()
    .map((name) => ({ recording: basename(name, '.clr'), file: join(folder, attempt, name) }));
}

/**
 * Reads a recording's index from its frame heads, in about a hundred milliseconds for hours. It is kept for as long as the file stays as it is.
 * @throws UnreadableRecordingError, or the file system's error
 */
export async function readIndex(file: string): Promise<RecordingIndex> {
  const { size, mtimeMs } = await stat(file);
  const cached = cache.get(file);
  if (cached?.size === size && cached.mtimeMs === mtimeMs) return cached.index;
  const handle = await open(file, 'r');
  try {
    const index = await indexRecording(sourceOf(handle, size), Infinity).catch(async (error: unknown) => {
      // Web takes a write back that failed: what is left of the file is what there is.
      const left = (await handle.stat()).size;
      if (left >= size) throw error;
      return indexRecording(sourceOf(handle, left), Infinity);
    });
    cache.delete(file);
    if (index.seal || Date.now() - mtimeMs > SETTLED) cache.set(file, { size, mtimeMs, index });
    for (const oldest of cache.keys()) if (cache.size > CACHED_INDEXES) cache.delete(oldest);
    return index;
  } finally {
    await handle.close();
  }
}

/** @returns a segment's body: its metadata and ciphertext */
export async function readSegment(file: string, segment: StoredSegment): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    return await sourceOf(handle, Infinity).read(segment.offset, segment.bytes);
  } finally {
    await handle.close();
  }
}
