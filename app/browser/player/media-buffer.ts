import { intervalAt, type Interval } from './intervals.ts';
import type { Layout, Piece } from './layout.ts';

/** Seconds kept before and after the position when the browser's buffer is full. */
const KEPT = 10;

/** The browser can make nothing of a piece's media, or of its run's header; its buffer has to be renewed before anything else comes in. */
export class Undecodable extends Error {
  readonly isHeader: boolean;

  constructor(isHeader: boolean) {
    super('the browser cannot decode this');
    this.name = 'Undecodable';
    this.isHeader = isHeader;
  }
}

/** The browser's buffer behind one picture: what is in it, and how segments of several runs of the recorder come into it. */
export class MediaBuffer {
  /** Comes true once segments can be appended. */
  opened: Promise<void>;
  /** Comes true once the first segment is on its way in. */
  readonly begun: Promise<void>;
  readonly #begin: () => void;
  readonly #video: HTMLVideoElement;
  readonly #pieces: readonly Piece[];
  readonly #end: number;
  #media!: MediaSource;
  /** Pieces in the buffer, and whether their middle was seen there. */
  readonly #appended = new Map<Piece, boolean>();
  #buffer: SourceBuffer | undefined;
  #mimeType = '';
  /** The last piece that it took; its run is the one whose header the buffer has. */
  #last: Piece | undefined;

  /** @param end seconds that the timeline has */
  constructor(video: HTMLVideoElement, { pieces }: Layout, end: number) {
    this.#video = video;
    this.#pieces = pieces;
    this.#end = end;
    let begin = () => {};
    this.begun = new Promise((resolve) => (begin = resolve));
    this.#begin = begin;
    this.opened = this.#open();
  }

  /** Begins anew, with nothing in it and the picture where it was: what could not be decoded ended the one before. */
  renew(): void {
    const at = this.#video.currentTime;
    URL.revokeObjectURL(this.#video.src);
    this.#appended.clear();
    this.#last = undefined;
    this.#buffer = undefined;
    this.opened = this.#open();
    this.#video.currentTime = at;
  }

  async #open(): Promise<void> {
    const media = new MediaSource();
    this.#media = media;
    this.#mimeType = this.#pieces[0]?.mimeType ?? '';
    this.#video.src = URL.createObjectURL(media);
    await new Promise((resolve) => media.addEventListener('sourceopen', resolve, { once: true }));
    media.duration = this.#end;
    if (this.#pieces.length > 0) this.#buffer = media.addSourceBuffer(this.#mimeType);
  }

  /** @returns whether this piece was appended and not dropped since */
  has(piece: Piece): boolean {
    return this.#appended.has(piece);
  }

  /** Stretches that could play at once. */
  get stretches(): Interval[] {
    const { buffered } = this.#video;
    return Array.from({ length: buffered.length }, (_, i) => ({ from: buffered.start(i), to: buffered.end(i) }));
  }

  /** @returns whether the piece is of another run than the header that the buffer has */
  needsInit(piece: Piece): boolean {
    return piece.recording !== this.#last?.recording || piece.runFrom !== this.#last.runFrom;
  }

  /**
   * @param init header of the piece's run, where `needsInit`
   * @throws Undecodable; DOMException QuotaExceededError when there is no room even after dropping what is far from the position
   */
  async append(piece: Piece, media: Uint8Array<ArrayBuffer>, init?: Uint8Array<ArrayBuffer>): Promise<void> {
    const buffer = this.#buffer!;
    if (init) {
      await this.#reset();
      if (piece.mimeType !== this.#mimeType) buffer.changeType(piece.mimeType);
      this.#mimeType = piece.mimeType;
      buffer.timestampOffset = piece.runFrom;
      this.#last = undefined;
      await this.#put(init, true);
    } else if (piece.segment.number !== this.#last!.segment.number + 1) {
      await this.#reset();
    }
    buffer.appendWindowEnd = piece.cut ? piece.to : Number.POSITIVE_INFINITY;
    this.#last = piece;
    const putting = this.#put(media, false);
    this.#begin();
    await putting;
    this.#appended.set(piece, intervalAt(this.stretches, (piece.from + piece.to) / 2) !== undefined);
  }

  /** @returns whether the browser dropped segments from its buffer by itself; they will be fetched again */
  forgetEvicted(): boolean {
    const { stretches } = this;
    const evicted = this.#pieces.filter(
      (piece) => this.#appended.get(piece) && !intervalAt(stretches, (piece.from + piece.to) / 2),
    );
    for (const piece of evicted) this.#appended.delete(piece);
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

  async #put(bytes: Uint8Array<ArrayBuffer>, isHeader: boolean): Promise<void> {
    const buffer = this.#buffer!;
    let failed = false;
    const fail = () => (failed = true);
    buffer.addEventListener('error', fail, { once: true });
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
    buffer.removeEventListener('error', fail);
    if (failed) throw new Undecodable(isHeader);
  }

  async #remove(from: number, to: number): Promise<void> {
    if (to <= from) return;
    this.#buffer!.remove(from, to);
    await updated(this.#buffer!);
    for (const piece of this.#pieces) if (piece.to > from && piece.from < to) this.#appended.delete(piece);
  }
}

async function updated(buffer: SourceBuffer): Promise<void> {
  if (!buffer.updating) return;
  await new Promise((resolve) => buffer.addEventListener('updateend', resolve, { once: true }));
}
