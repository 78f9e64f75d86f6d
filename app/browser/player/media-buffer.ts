import { intervalAt, type Interval } from './intervals.ts';
import type { Layout, Piece } from './layout.ts';

/** Seconds kept before and after the position when the browser's buffer is full. */
const KEPT = 10;

/** The browser's buffer behind one picture: what is in it, and how segments of several runs of the recorder come into it. */
export class MediaBuffer {
  /** Comes true once segments can be appended. */
  readonly opened: Promise<void>;
  readonly #video: HTMLVideoElement;
  readonly #layout: Layout;
  readonly #media = new MediaSource();
  /** Segments in the buffer, and whether their middle was seen there. */
  readonly #appended = new Map<number, boolean>();
  #buffer: SourceBuffer | undefined;
  /** Start of the run of the recorder whose header the buffer has, and the last segment that it took. */
  #run: number | undefined;
  #last: number | undefined;

  constructor(video: HTMLVideoElement, mimeType: string, layout: Layout) {
    this.#video = video;
    this.#layout = layout;
    video.src = URL.createObjectURL(this.#media);
    this.opened = new Promise((resolve) => {
      const open = () => {
        this.#media.duration = layout.end;
        this.#buffer = this.#media.addSourceBuffer(mimeType);
        resolve();
      };
      this.#media.addEventListener('sourceopen', open, { once: true });
    });
  }

  /** @returns whether this segment was appended and not dropped since */
  has(number: number): boolean {
    return this.#appended.has(number);
  }

  /** Stretches that could play at once. */
  get stretches(): Interval[] {
    const { buffered } = this.#video;
    return Array.from({ length: buffered.length }, (_, i) => ({ from: buffered.start(i), to: buffered.end(i) }));
  }

  /** @returns whether the piece is of another run than the header that the buffer has */
  needsInit(piece: Piece): boolean {
    return piece.init.start !== this.#run;
  }

  /**
   * @param init header of the piece's run, where `needsInit`
   * @throws DOMException QuotaExceededError when there is no room even after dropping what is far from the position
   */
  async append(piece: Piece, media: Uint8Array<ArrayBuffer>, init?: Uint8Array<ArrayBuffer>): Promise<void> {
    if (init) {
      await this.#reset();
      this.#buffer!.timestampOffset = piece.init.start / 1e6;
      await this.#put(init);
      this.#run = piece.init.start;
    } else if (piece.number !== this.#last! + 1) {
      await this.#reset();
    }
    await this.#put(media);
    this.#last = piece.number;
    this.#appended.set(piece.number, intervalAt(this.stretches, (piece.from + piece.to) / 2) !== undefined);
  }

  /** @returns whether the browser dropped segments from its buffer by itself; they will be fetched again */
  forgetEvicted(): boolean {
    const { stretches } = this;
    const evicted = this.#layout.pieces.filter(
      (piece) => this.#appended.get(piece.number) && !intervalAt(stretches, (piece.from + piece.to) / 2),
    );
    for (const { number } of evicted) this.#appended.delete(number);
    return evicted.length > 0;
  }

  /** Tells the browser that nothing comes after what is in the buffer. */
  end(): void {
    if (this.#media.readyState === 'open') this.#media.endOfStream();
  }

  /** Takes the picture away. */
  close(): void {
    URL.revokeObjectURL(this.#video.src);
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  /** Makes the buffer forget what it was in the middle of. Once ended it only does so after a removal, be it of nothing. */
  async #reset(): Promise<void> {
    const buffer = this.#buffer!;
    if (this.#media.readyState === 'ended') {
      buffer.remove(this.#media.duration, Number.POSITIVE_INFINITY);
      await updated(buffer);
    }
    buffer.abort();
  }

  async #put(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const buffer = this.#buffer!;
    try {
      buffer.appendBuffer(bytes);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'QuotaExceededError') throw error;
      const now = this.#video.currentTime;
      await this.#remove(0, now - KEPT);
      await this.#remove(now + KEPT, Number.POSITIVE_INFINITY);
      buffer.appendBuffer(bytes);
    }
    await updated(buffer);
  }

  async #remove(from: number, to: number): Promise<void> {
    if (to <= from) return;
    this.#buffer!.remove(from, to);
    await updated(this.#buffer!);
    for (const piece of this.#layout.pieces)
      if (piece.to > from && piece.from < to) this.#appended.delete(piece.number);
  }
}

async function updated(buffer: SourceBuffer): Promise<void> {
  if (!buffer.updating) return;
  await new Promise((resolve) => buffer.addEventListener('updateend', resolve, { once: true }));
}
