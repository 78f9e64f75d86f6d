import { intervalAt, type Interval } from './intervals.ts';
import { addHoles, type HoleCause, type Layout, type Piece } from './layout.ts';
import { MediaBuffer, Undecodable } from './media-buffer.ts';
import { OpenedSegments } from './opened-segments.ts';
import { ChapterRefused, type ReleasedKeys } from './released-keys.ts';
import { FaultySegment } from './segment.ts';

/** Seconds of media kept ready after the position, at normal speed. */
const AHEAD = 20;
/** Seconds before a chapter plays that its key is asked for, at normal speed. */
const RELEASE_AHEAD = 8;
/** Segments fetched and decrypted at once, once there is a picture: until then the first one has the line to itself. */
const PARALLEL = 3;
/** Milliseconds. */
const RETRY = 1000;
/** Seconds by which a picture is decoded before it is shown. */
const DECODED_AHEAD = 0.3;

export interface SupplyEvents {
  /** A segment was refused or could not be fetched: the layout's `holes` have grown. */
  refused(piece: Piece, faulty: FaultySegment): void;
  /** Custody cannot release a chapter's key: `holes` have grown by that chapter. */
  unopened(piece: Piece, refused: ChapterRefused): void;
  /** Picture or sound turned out to be missing inside segments that are there: `holes` have grown. */
  lacking(): void;
  /** A request failed; it is tried again unless this is closed. */
  failed(error: Error): void;
}

/** What brings a picture's segments in, in the order in which its position needs them. */
export class Supply {
  readonly buffer: MediaBuffer;
  readonly #video: HTMLVideoElement;
  readonly #layout: Layout;
  readonly #keys: ReleasedKeys;
  readonly #events: SupplyEvents;
  readonly #segments: OpenedSegments;
  readonly #opening = new Map<Piece, { media: Promise<Uint8Array<ArrayBuffer>>; abort: AbortController }>();
  #wake: () => void = () => {};
  #closed = false;

  /** @param view.end seconds that the timeline has */
  constructor(
    video: HTMLVideoElement,
    layout: Layout,
    view: { grant: string; end: number; keys: ReleasedKeys },
    events: SupplyEvents,
  ) {
    this.#video = video;
    this.#layout = layout;
    this.#keys = view.keys;
    this.#events = events;
    this.#segments = new OpenedSegments(view.grant, view.keys, events.failed);
    this.buffer = new MediaBuffer(video, layout, view.end);
    this.#open();
    video.addEventListener('error', () => this.#wake());
    void this.#fill();
  }

  /** Looks at once at what the position needs now. */
  hurry(): void {
    this.#open();
    this.#wake();
  }

  /** @returns whether segments of this stretch are still to come */
  isOutstanding({ from, to }: Interval): boolean {
    return this.#layout.pieces.some(
      (one) => one.to > from && one.from < to && !this.buffer.has(one) && !this.#isLeftOut(one),
    );
  }

  /** Leaves a stretch out from now on. */
  leaveOut(cause: HoleCause, ...lost: Interval[]): void {
    this.#layout.holes = addHoles(this.#layout.holes, cause, lost);
  }

  /** Stops everything and takes the picture away. */
  close(): void {
    this.#closed = true;
    for (const { abort } of this.#opening.values()) abort.abort();
    this.#segments.close();
    this.buffer.close();
    this.#wake();
  }

  async #fill(): Promise<void> {
    while (!this.#closed) {
      if (this.#video.error) this.#leaveOutUndecoded();
      await this.buffer.opened;
      const [next] = this.#open();
      if (!next) {
        if (this.#isLastNear()) this.buffer.end();
        await this.#sleep(250);
        continue;
      }
      try {
        const media = await next.media;
        const init = this.buffer.needsInit(next.piece) ? await this.#segments.init(next.piece) : undefined;
        if (!this.#closed && !this.#video.error) await this.buffer.append(next.piece, media, init);
      } catch (error) {
        if (error instanceof Undecodable) this.#leaveOutUndecodable(next.piece, error);
        // A picture that has failed takes nothing more; which piece that was for is found out first.
        else if (!this.#closed && !this.#video.error) await this.#trouble(next.piece, error);
      } finally {
        this.#opening.delete(next.piece);
      }
    }
  }

  /** Starts on the segments that the position needs next, drops the others, and gives them in the order of their time. */
  #open(): { piece: Piece; media: Promise<Uint8Array<ArrayBuffer>> }[] {
    const shows = !this.#video.seeking && this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    const wanted = this.#wanted().slice(0, shows ? PARALLEL : 1);
    for (const [piece, { abort }] of this.#opening) {
      if (wanted.includes(piece)) continue;
      abort.abort();
      this.#opening.delete(piece);
    }
    return wanted.map((piece) => {
      let opening = this.#opening.get(piece);
      if (!opening) {
        const abort = new AbortController();
        opening = { media: this.#segments.open(piece, abort.signal), abort };
        opening.media.catch(() => {});
        this.#opening.set(piece, opening);
        if (this.buffer.needsInit(piece)) void this.#segments.init(piece).catch(() => {});
      }
      return { piece, media: opening.media };
    });
  }

  #wanted(): Piece[] {
    const now = this.#video.currentTime;
    const speed = Math.max(1, this.#video.playbackRate);
    return this.#layout.pieces.filter(
      (piece) =>
        piece.to > now &&
        piece.from < now + AHEAD * speed &&
        !this.buffer.has(piece) &&
        !this.#isLeftOut(piece) &&
        (piece.from < now + RELEASE_AHEAD * speed || this.#keys.has(piece.recording, piece.chapter)),
    );
  }

  /** A segment that is refused or not there becomes a hole; anything else is told and tried again. */
  async #trouble(piece: Piece, error: unknown): Promise<void> {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    const { pieces } = this.#layout;
    if (error instanceof FaultySegment) {
      // Without its header no segment of a chapter plays.
      const { segment, fault } = error;
      const lost = pieces.filter((one) => one.segment === segment || one.init === segment);
      this.leaveOut(fault === 'unfetched' ? 'unfetched' : 'refused', ...lost);
      this.#events.refused(piece, error);
      return;
    }
    if (error instanceof ChapterRefused) {
      const { recording, chapter } = piece;
      this.leaveOut('unopened', ...pieces.filter((one) => one.recording === recording && one.chapter === chapter));
      this.#events.unopened(piece, error);
      return;
    }
    // A full buffer empties as the position moves on; that is no failure.
    const full = error instanceof DOMException && error.name === 'QuotaExceededError';
    if (!full) this.#events.failed(error instanceof Error ? error : new Error(String(error)));
    await this.#sleep(RETRY);
  }

  #leaveOutUndecodable(piece: Piece, { isHeader }: Undecodable): void {
    const sharing = isHeader ? this.#layout.pieces.filter(({ init }) => init === piece.init) : [piece];
    this.leaveOut('lacking', ...sharing);
    this.buffer.renew();
    this.#events.lacking();
  }

  /** The browser took a piece and then could not decode it: the one that it shows or is about to. */
  #leaveOutUndecoded(): void {
    const now = this.#video.currentTime;
    const left = this.#layout.pieces.filter((piece) => !this.#isLeftOut(piece));
    const piece = intervalAt(left, now + DECODED_AHEAD) ?? intervalAt(left, now) ?? left.find(({ from }) => from > now);
    if (piece) this.leaveOut('lacking', piece);
    this.buffer.renew();
    this.#events.lacking();
  }

  #isLeftOut(piece: Piece): boolean {
    return this.#layout.holes.some((hole) => hole.from <= piece.from && piece.to <= hole.to);
  }

  #isLastNear(): boolean {
    const last = this.#layout.pieces.at(-1);
    return last !== undefined && last.to - this.#video.currentTime <= AHEAD && this.buffer.has(last);
  }

  async #sleep(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }
}
