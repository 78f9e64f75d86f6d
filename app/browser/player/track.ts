import { addInterval, intervalAt, type Interval } from './intervals.ts';
import type { Hole, Layout, Piece, RecordingIndex } from './layout.ts';
import { MediaBuffer } from './media-buffer.ts';
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
/** Seconds before a hole, or before the first frame, within which the picture counts as having come there. */
const NEAR = 0.5;
/** Milliseconds that a picture may stand still, with all it needs in the buffer, before picture or sound counts as missing. */
const PATIENCE = 500;

interface TrackEvents {
  /** A segment was refused or could not be fetched: `holes` has grown. */
  refused(track: Track, faulty: FaultySegment): void;
  /** Custody cannot release a chapter's key: `holes` has grown by that chapter. */
  unopened(track: Track, refused: ChapterRefused): void;
  /** Picture or sound turned out to be missing inside segments that are there: `holes` has grown. */
  lacking(): void;
  /** A request failed; the track tries again unless it is closed. */
  failed(error: Error): void;
}

/** One recording: its picture, and what brings the picture's segments in. All times are seconds on its own timeline. */
export class Track {
  readonly recording: string;
  readonly video: HTMLVideoElement;
  readonly layout: Layout;
  readonly startedAt: number;
  readonly #segments: OpenedSegments;
  readonly #keys: ReleasedKeys;
  readonly #events: TrackEvents;
  readonly #buffer: MediaBuffer;
  readonly #opening = new Map<number, { media: Promise<Uint8Array<ArrayBuffer>>; abort: AbortController }>();
  /** Where the picture stands still for want of picture or sound, and since when (performance.now). */
  #stuck: { at: number; since: number } | undefined;
  #wake: () => void = () => {};
  #closed = false;

  constructor(
    grant: string,
    index: RecordingIndex,
    layout: Layout,
    video: HTMLVideoElement,
    keys: ReleasedKeys,
    events: TrackEvents,
  ) {
    this.recording = index.recording;
    this.layout = layout;
    this.startedAt = Date.parse(index.startedAt);
    this.video = video;
    this.#keys = keys;
    this.#events = events;
    this.#segments = new OpenedSegments(grant, index.recording, keys, events.failed);
    this.#buffer = new MediaBuffer(video, index.mimeType, layout);
    this.#open();
    void this.#fill();
  }

  /** @returns whether there is something to play at this time */
  covers(time: number): boolean {
    return time >= 0 && time < this.layout.end && !intervalAt(this.layout.holes, time);
  }

  /** @returns the next time from which there is something to play, undefined when nothing follows */
  nextFrom(time: number): number | undefined {
    for (const piece of this.layout.pieces) {
      let from = Math.max(piece.from, time);
      for (let hole; (hole = intervalAt(this.layout.holes, from)); ) from = hole.to;
      if (from < piece.to) return from;
    }
    return undefined;
  }

  /** Where the picture is. At the last frame before a hole it is the hole's start. */
  get time(): number {
    const now = this.video.currentTime;
    if (this.video.seeking ? intervalAt(this.buffered, now) : this.#runs) return now;
    const next = Math.min(this.layout.end, ...this.layout.holes.map((hole) => hole.from).filter((from) => from >= now));
    const outstanding = this.layout.pieces.some(
      (one) => one.to > now && one.from < next && !this.#buffer.has(one.number),
    );
    return next - now < NEAR && !outstanding ? next : now;
  }

  seek(time: number): void {
    this.video.currentTime = time;
    this.#buffer.forgetEvicted();
    this.#open();
    this.#wake();
  }

  /** @returns whether the picture at its position is there */
  get ready(): boolean {
    return !this.video.seeking && this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  }

  /** Stretches that could play at once. */
  get buffered(): Interval[] {
    return this.#buffer.stretches;
  }

  /** Whether the picture goes on from its position by itself, or stands there as it was told to. */
  get #runs(): boolean {
    const { seeking, paused, readyState } = this.video;
    const needed = paused ? HTMLMediaElement.HAVE_CURRENT_DATA : HTMLMediaElement.HAVE_FUTURE_DATA;
    return !seeking && readyState >= needed;
  }

  /**
   * Lets the picture begin where its first frame is, when that is a little after where it was sent. Where it stands still
   * although all it needs is there, picture or sound is missing in the segments themselves: the stretch becomes a hole.
   */
  settle(): void {
    const now = this.video.currentTime;
    if (!this.#starves(now)) {
      this.#stuck = undefined;
    } else if (this.#stuck?.at !== now) {
      this.#stuck = { at: now, since: performance.now() };
    } else if (performance.now() - this.#stuck.since > PATIENCE) {
      this.#stuck = undefined;
      if (this.#buffer.forgetEvicted()) return;
      this.#addHole('lacking', this.#lackingAt(now));
      this.#events.lacking();
      return;
    }
    if (this.ready || intervalAt(this.buffered, now)) return;
    const next = this.buffered.find((one) => one.from > now)?.from;
    if (next !== undefined && next - now < NEAR) this.seek(next + 0.01);
  }

  /** @returns whether the picture does not go on, its segments are all in the buffer, and what they hold ends here */
  #starves(now: number): boolean {
    if (this.#runs || !this.covers(now)) return false;
    const needed = this.layout.pieces.filter((piece) => piece.to > now && piece.from < now + NEAR);
    if (needed.length === 0 || needed.some((piece) => !this.#buffer.has(piece.number))) return false;
    const playable = intervalAt(this.buffered, now);
    return !playable || playable.to - now < NEAR;
  }

  /** @returns the stretch around a position that cannot be played, within the segments that are in the buffer without a break */
  #lackingAt(now: number): Interval {
    const inBuffer = this.layout.pieces.filter((piece) => this.#buffer.has(piece.number)).reduce(addInterval, []);
    const around = intervalAt(inBuffer, now) ?? { from: now, to: now + NEAR };
    const { buffered } = this;
    const before = intervalAt(buffered, now) ? now : (buffered.findLast((one) => one.to <= now)?.to ?? 0);
    const after = buffered.find((one) => one.from > now)?.from ?? Number.POSITIVE_INFINITY;
    return { from: Math.max(around.from, before), to: Math.min(around.to, after) };
  }

  /** Stops everything and takes the picture away. */
  close(): void {
    this.#closed = true;
    for (const { abort } of this.#opening.values()) abort.abort();
    this.video.pause();
    this.#segments.close();
    this.#buffer.close();
    this.#wake();
  }

  async #fill(): Promise<void> {
    await this.#buffer.opened;
    while (!this.#closed) {
      const [next] = this.#open();
      if (!next) {
        if (this.#isLastNear()) this.#buffer.end();
        await this.#sleep(250);
        continue;
      }
      try {
        const media = await next.media;
        const init = this.#buffer.needsInit(next.piece) ? await this.#segments.init(next.piece) : undefined;
        if (!this.#closed) await this.#buffer.append(next.piece, media, init);
      } catch (error) {
        if (!this.#closed) await this.#trouble(error);
      } finally {
        this.#opening.delete(next.piece.number);
      }
    }
  }

  /** Starts on the segments that the position needs next, drops the others, and gives them in the order of their time. */
  #open(): { piece: Piece; media: Promise<Uint8Array<ArrayBuffer>> }[] {
    const wanted = this.#wanted().slice(0, this.ready ? PARALLEL : 1);
    for (const [number, { abort }] of this.#opening) {
      if (wanted.some((piece) => piece.number === number)) continue;
      abort.abort();
      this.#opening.delete(number);
    }
    return wanted.map((piece) => {
      let opening = this.#opening.get(piece.number);
      if (!opening) {
        const abort = new AbortController();
        opening = { media: this.#segments.open(piece, abort.signal), abort };
        opening.media.catch(() => {});
        this.#opening.set(piece.number, opening);
        if (this.#buffer.needsInit(piece)) void this.#segments.init(piece).catch(() => {});
      }
      return { piece, media: opening.media };
    });
  }

  #wanted(): Piece[] {
    const now = this.video.currentTime;
    const speed = Math.max(1, this.video.playbackRate);
    return this.layout.pieces.filter(
      (piece) =>
        piece.to > now &&
        piece.from < now + AHEAD * speed &&
        !this.#buffer.has(piece.number) &&
        !this.layout.holes.some((hole) => hole.from <= piece.from && piece.to <= hole.to) &&
        (piece.from < now + RELEASE_AHEAD * speed || this.#keys.has(this.recording, piece.chapter)),
    );
  }

  /** A segment that is refused or not there becomes a hole; anything else is told and tried again. */
  async #trouble(error: unknown): Promise<void> {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    if (error instanceof FaultySegment) {
      this.#refuse(error);
      return;
    }
    if (error instanceof ChapterRefused) {
      this.#addHole('unopened', ...this.layout.pieces.filter(({ chapter }) => chapter === error.chapter));
      this.#events.unopened(this, error);
      return;
    }
    // A full buffer empties as the position moves on; that is no failure.
    const full = error instanceof DOMException && error.name === 'QuotaExceededError';
    if (!full) this.#events.failed(error instanceof Error ? error : new Error(String(error)));
    await this.#sleep(RETRY);
  }

  /** Without its header no segment of a chapter plays. */
  #refuse(faulty: FaultySegment): void {
    const { segment } = faulty;
    const cause: Hole['cause'] = faulty.fault === 'unfetched' ? 'unfetched' : 'refused';
    const lost = this.layout.pieces.filter((one) => one.segment === segment || one.init === segment);
    this.#addHole(cause, ...lost);
    this.#events.refused(this, faulty);
  }

  #addHole(cause: Hole['cause'], ...lost: Interval[]): void {
    const others = this.layout.holes.filter((hole) => hole.cause !== cause);
    const own = lost.reduce(addInterval, this.layout.holes.filter((hole) => hole.cause === cause) as Interval[]);
    this.layout.holes = [...others, ...own.map(({ from, to }) => ({ from, to, cause }))].sort(
      (a, b) => a.from - b.from,
    );
  }

  #isLastNear(): boolean {
    const last = this.layout.pieces.at(-1);
    return last !== undefined && last.to - this.video.currentTime <= AHEAD && this.#buffer.has(last.number);
  }

  async #sleep(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }
}
