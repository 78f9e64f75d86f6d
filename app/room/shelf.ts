import { stat } from 'node:fs/promises';
import { listRecordings, readIndex, readSegment } from '../recordings/reader.ts';
import { UnreadableRecordingError, type RecordingIndex } from '../recordings/recording-index.ts';

const REMEMBERED = 50;
/** Extents are a few numbers each: enough for any queue. */
const EXTENTS = 10_000;
/** Milliseconds for which the extent of a recording that still grows is told as it was. */
const FRESH = 60_000;

/** When a recording began and ends, in epoch milliseconds. */
interface Extent {
  from: number;
  to: number;
}

/** The recordings folder as the room reads it. Files only grow, so what an index once listed stays where it was. */
export class Shelf {
  readonly #folder: string;
  readonly #remembered = new Map<string, RecordingIndex>();
  readonly #extents = new Map<string, { size: number; readAt: number; extent: Extent | undefined }>();

  /** @param folder the recordings folder */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @returns the indexes of an attempt's recordings as they are now; files without a readable header are left out */
  async indexes(attempt: string): Promise<RecordingIndex[]> {
    const files = await listRecordings(this.#folder, attempt);
    const indexes = await Promise.all(files.map(({ file }) => this.#read(file)));
    return indexes.filter((index) => index !== undefined);
  }

  /**
   * @returns the seconds from the first recording's beginning to the last one's end; undefined where nothing is stored. A file that has not
   *   grown is not read again, and one that grows once a minute, so that a queue of live attempts costs little.
   */
  async recordedSeconds(attempt: string, now = Date.now()): Promise<number | undefined> {
    const files = await listRecordings(this.#folder, attempt);
    const extents = (await Promise.all(files.map(({ file }) => this.#extent(file, now)))).filter(
      (one) => one !== undefined,
    );
    if (extents.length === 0) return undefined;
    return (Math.max(...extents.map(({ to }) => to)) - Math.min(...extents.map(({ from }) => from))) / 1000;
  }

  /** @returns how many chapters the attempt's files hold, registered with custody or not */
  async storedChapters(attempt: string): Promise<number> {
    return (await this.indexes(attempt)).reduce((sum, { envelopes }) => sum + envelopes.size, 0);
  }

  async #extent(file: string, now: number): Promise<Extent | undefined> {
    const { size } = await stat(file);
    const known = this.#extents.get(file);
    if (known && (known.size === size || now - known.readAt < FRESH)) return known.extent;
    const index = await this.#read(file);
    let end = 0;
    for (const { start, duration } of index?.segments ?? []) end = Math.max(end, (start + duration) / 1000);
    const from = index ? Date.parse(index.header.startedAt) : 0;
    const extent = end > 0 ? { from, to: from + end } : undefined;
    this.#extents.delete(file);
    this.#extents.set(file, { size, readAt: now, extent });
    for (const oldest of this.#extents.keys()) if (this.#extents.size > EXTENTS) this.#extents.delete(oldest);
    return extent;
  }

  /** @returns a segment's body and its chapter, undefined when it is not there */
  async segment(attempt: string, recording: string, number: number) {
    const file = await this.#file(attempt, recording);
    if (!file) return undefined;
    const listed = (index: RecordingIndex | undefined) => index?.segments.find((segment) => segment.number === number);
    const segment = listed(this.#remembered.get(file)) ?? listed(await this.#read(file));
    return segment && { chapter: segment.chapter, read: () => readSegment(file, segment) };
  }

  /** @returns a chapter's envelope as its canonical text, undefined when it is not there */
  async envelope(attempt: string, recording: string, chapter: number): Promise<string | undefined> {
    const file = await this.#file(attempt, recording);
    if (!file) return undefined;
    return this.#remembered.get(file)?.envelopes.get(chapter) ?? (await this.#read(file))?.envelopes.get(chapter);
  }

  async #file(attempt: string, recording: string): Promise<string | undefined> {
    return (await listRecordings(this.#folder, attempt)).find((one) => one.recording === recording)?.file;
  }

  async #read(file: string): Promise<RecordingIndex | undefined> {
    const index = await readIndex(file).catch((error: unknown) => {
      if (error instanceof UnreadableRecordingError) return undefined;
      throw error;
    });
    this.#remembered.delete(file);
    if (index) this.#remembered.set(file, index);
    for (const oldest of this.#remembered.keys())
      if (this.#remembered.size > REMEMBERED) this.#remembered.delete(oldest);
    return index;
  }
}
