import { listRecordings, readIndex, readSegment } from '../recordings/reader.ts';
import { UnreadableRecordingError, type RecordingIndex } from '../recordings/recording-index.ts';

const REMEMBERED = 50;

/** The recordings folder as the room reads it. Files only grow, so what an index once listed stays where it was. */
export class Shelf {
  readonly #folder: string;
  readonly #remembered = new Map<string, RecordingIndex>();

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
