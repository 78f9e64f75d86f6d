import { constants } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../errors.ts';
import { PAYLOAD_LIMIT } from './frames.ts';
import { indexRecording, type RecordingIndex } from './recording-index.ts';

/** Most bytes of one write and sync. */
const GROUP_LIMIT = 4 * 2 ** 20;
/** What a crash can have left undone lies in the last group; this much of the end is checked at opening. */
const TAIL_BYTES = GROUP_LIMIT + PAYLOAD_LIMIT;
/** With O_DSYNC a write returns once its bytes and the file's size are durable: one trip to the thread pool, not two. */
const FLAGS = constants.O_RDWR | constants.O_DSYNC;

interface Append {
  pieces: Uint8Array[];
  bytes: number;
  resolve: (offset: number) => void;
  reject: (error: unknown) => void;
}

/**
 * The append-only writer of one recording file. An append resolves once its bytes are durable; appends that come in while
 * a write is under way share the next one.
 */
export class Journal {
  readonly path: string;
  #handle: FileHandle;
  /** Bytes that are durable: where the next write begins. */
  #end: number;
  #waiting: Append[] = [];
  #writing = false;
  /** Whether a write failed and the file could not be taken back yet to where it was. */
  #astray = false;

  private constructor(path: string, handle: FileHandle, end: number) {
    this.path = path;
    this.#handle = handle;
    this.#end = end;
  }

  /**
   * Creates the file with its first frame. The file and its place in the folder are durable on return.
   * @throws an error with code EEXIST when the file is there already; AppError disk-full
   */
  static async create(path: string, header: Uint8Array[]): Promise<Journal> {
    const handle = await open(path, FLAGS | constants.O_CREAT | constants.O_EXCL, 0o640).catch(refuse(path));
    const journal = new Journal(path, handle, 0);
    try {
      await journal.append(header);
      await handle.sync().catch(refuse(path));
      await syncFolder(dirname(path));
    } catch (error) {
      await handle.close();
      await rm(path, { force: true });
      throw error;
    }
    return journal;
  }

  /**
   * Opens a file that exists: indexes it and cuts what a write left that never finished.
   * @returns the journal, the file's index, and how many bytes were cut
   * @throws UnreadableRecordingError when even its header cannot be read
   */
  static async open(path: string): Promise<{ journal: Journal; index: RecordingIndex; cut: number }> {
    const handle = await open(path, FLAGS).catch(refuse(path));
    try {
      const { size } = await handle.stat();
      const index = await indexRecording(sourceOf(handle, size), size - TAIL_BYTES);
      const end = size - index.tornBytes;
      if (index.tornBytes > 0) await handle.truncate(end);
      // A process that was killed may have left frames in the page cache that are whole but not yet on disk.
      await handle.sync().catch(refuse(path));
      return { journal: new Journal(path, handle, end), index, cut: index.tornBytes };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Whether nothing is waiting or being written. */
  get idle(): boolean {
    return !this.#writing && this.#waiting.length === 0;
  }

  /**
   * Appends a frame.
   * @param pieces the frame in pieces; they must not change until this resolves
   * @returns the frame's offset, once its bytes are durable
   * @throws AppError disk-full, or internal when the disk failed; then nothing of the frame is kept
   */
  append(pieces: Uint8Array[]): Promise<number> {
    let bytes = 0;
    for (const piece of pieces) bytes += piece.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ pieces, bytes, resolve, reject });
      if (!this.#writing) void this.#write();
    });
  }

  /** @throws AppError internal when the file is shorter than that */
  read(offset: number, length: number): Promise<Buffer> {
    return readExactly(this.#handle, offset, length);
  }

  /** Closes the file. The journal has to be idle. */
  close(): Promise<void> {
    return this.#handle.close();
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        if (this.#astray) await this.#retreat(true);
        await this.#writeAll(group.flatMap((append) => append.pieces));
      } catch (error) {
        if (!this.#astray) await this.#retreat(!isFull(error)).catch(() => {});
        for (const append of group) append.reject(failure(this.path, error));
        continue;
      }
      for (const append of group) {
        append.resolve(this.#end);
        this.#end += append.bytes;
      }
    }
    this.#writing = false;
  }

  #takeGroup(): Append[] {
    let bytes = 0;
    let count = 0;
    for (const append of this.#waiting) {
      bytes += append.bytes;
      if (count > 0 && bytes > GROUP_LIMIT) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #writeAll(pieces: Uint8Array[]): Promise<void> {
    let position = this.#end;
    let rest = pieces;
    while (rest.length > 0) {
      const { bytesWritten } = await this.#handle.writev(rest, position);
      position += bytesWritten;
      rest = withoutFirst(rest, bytesWritten);
    }
  }

  /**
   * Takes the file back to the last durable frame. When that fails too it is tried again before the next write, for nothing may be
   * written behind bytes that nobody knows.
   * @param anew whether to open and read the file anew: after a failed sync the page cache may hold bytes that the disk does not,
   *   and call them clean
   */
  async #retreat(anew: boolean): Promise<void> {
    this.#astray = true;
    await this.#handle.truncate(this.#end);
    await this.#handle.sync();
    if (anew) {
      const { journal } = await Journal.open(this.path);
      const left = this.#handle;
      this.#handle = journal.#handle;
      await left.close();
      if (journal.#end !== this.#end) throw new Error(`${this.path} does not end where it was left`);
    }
    this.#astray = false;
  }
}

/** A file as a source for scans. */
export function sourceOf(handle: FileHandle, size: number) {
  return { size, read: (offset: number, length: number) => readExactly(handle, offset, length) };
}

async function readExactly(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(buffer, done, length - done, offset + done);
    if (bytesRead === 0) throw new AppError('internal', { detail: `the file ends before ${offset + length}` });
    done += bytesRead;
  }
  return buffer;
}

/** Makes a folder's entries durable. @throws AppError disk-full, or internal when the disk failed */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY).catch(refuse(path));
  try {
    await folder.sync().catch(refuse(path));
  } finally {
    await folder.close();
  }
}

function withoutFirst(pieces: Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes;
  for (const [i, piece] of pieces.entries()) {
    if (left < piece.length) return [piece.subarray(left), ...pieces.slice(i + 1)];
    left -= piece.length;
  }
  return [];
}

function isFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function failure(path: string, cause: unknown): AppError {
  return new AppError(isFull(cause) ? 'disk-full' : 'internal', { detail: `writing ${path}`, cause });
}

/** For what the file system refuses outside of a write; a file that is there already is the caller's to deal with. */
function refuse(path: string): (cause: unknown) => never {
  return (cause) => {
    throw isFull(cause) ? failure(path, cause) : cause;
  };
}
