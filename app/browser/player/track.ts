import { addInterval, intervalAt, type Interval } from './intervals.ts';
import type { Hole, Layout, Stretch } from './layout.ts';
import type { ReleasedKeys } from './released-keys.ts';
import { Supply, type SupplyEvents } from './supply.ts';

/** Seconds before a hole, or before the first frame, within which the picture counts as having come there. */
const NEAR = 0.5;
/** Milliseconds that a picture may stand still, with all it needs in the buffer, before picture or sound counts as missing. */
const PATIENCE = 500;
/** Milliseconds that a seek may take to a place that is in the buffer and has a hole shortly behind it. */
const SEEK_PATIENCE = 1500;

/** One picture place: its picture, and what is to be shown in it when. All times are seconds on the attempt's timeline. */
export class Track {
  readonly video: HTMLVideoElement;
  readonly layout: Layout;
  readonly #supply: Supply;
  readonly #events: SupplyEvents;
  /** Where it was found to stand before a hole: once stopped there it would look as if it could go on. */
  #edgeBefore: { at: number; edge: number } | undefined;
  /** Where the picture stands still for want of picture or sound, and since when (performance.now). */
  #stuck: { at: number; since: number } | undefined;

  /** @param view.end seconds that the timeline has */
  constructor(
    video: HTMLVideoElement,
    layout: Layout,
    view: { grant: string; end: number; keys: ReleasedKeys },
    events: SupplyEvents,
  ) {
    this.video = video;
    this.layout = layout;
    this.#events = events;
    this.#supply = new Supply(video, layout, view, events);
  }

  /** Comes true once the picture's first segment is on its way into the browser's buffer. */
  get begun(): Promise<void> {
    return this.#supply.buffer.begun;
  }

  /** @returns whether there is something to show at this time */
  covers(time: number): boolean {
    return time >= 0 && time < (this.layout.pieces.at(-1)?.to ?? 0) && !this.holeAt(time);
  }

  /** @returns why there is nothing to show at this time, undefined when there is something */
  holeAt(time: number): Hole | undefined {
    return intervalAt(this.layout.holes, time);
  }

  /** @returns the next time from which there is something to play, undefined when nothing follows */
  nextFrom(time: number): number | undefined {
    for (const piece of this.layout.pieces) {
      let from = Math.max(piece.from, time);
      for (let hole; (hole = this.holeAt(from)); ) from = hole.to;
      if (from < piece.to) return from;
    }
    return undefined;
  }

  /** @returns which recordings these seconds of the picture are of, on their own timelines */
  shown({ from, to }: Interval): { recording: string; interval: Interval }[] {
    return this.layout.stretches.flatMap((stretch: Stretch) => {
      const interval = {
        from: Math.max(from, stretch.from) - stretch.zero,
        to: Math.min(to, stretch.to) - stretch.zero,
      };
      return interval.to > interval.from ? [{ recording: stretch.recording, interval }] : [];
    });
  }

  /** Where the picture is. At the last frame before a hole it is the hole's start. */
  get time(): number {
    return this.#edge ?? this.video.currentTime;
  }

  /** Whether the picture stands at the last frame before a hole or the end, which is no waiting. */
  get isAtEdge(): boolean {
    return this.#edge !== undefined;
  }

  /** The start of the hole before which the picture stands, where it does. */
  get #edge(): number | undefined {
    const now = this.video.currentTime;
    if (this.#edgeBefore?.at === now) return this.#edgeBefore.edge;
    if (this.video.seeking ? intervalAt(this.buffered, now) : this.#runs) return undefined;
    return this.#edgeAfter(now);
  }

  /** @returns the start of the hole, or the end, that comes shortly after this position and all before which is in the buffer */
  #edgeAfter(now: number): number | undefined {
    const last = this.layout.pieces.at(-1)?.to ?? 0;
    const next = this.layout.holes.map(({ from }) => from).filter((from) => from >= now);
    const edge = Math.min(...next, last);
    const isNear = edge >= now && edge - now < NEAR;
    return isNear && !this.#supply.isOutstanding({ from: now, to: edge }) ? edge : undefined;
  }

  seek(time: number): void {
    this.#edgeBefore = undefined;
    this.video.currentTime = time;
    this.#supply.buffer.forgetEvicted();
    this.#supply.hurry();
  }

  /** @returns whether the picture at its position is there */
  get isReady(): boolean {
    return !this.video.seeking && this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  }

  /** Whether the picture goes on from its position by itself, or could, or has come to the end of what there is. */
  get isGoing(): boolean {
    return this.#runs || this.isAtEdge;
  }

  /** Stretches that could play at once. */
  get buffered(): Interval[] {
    return this.#supply.buffer.stretches;
  }

  /** Whether the picture goes on from its position by itself, or stands there as it was told to. */
  get #runs(): boolean {
    const { seeking, ended, paused, readyState } = this.video;
    const needed = paused ? HTMLMediaElement.HAVE_CURRENT_DATA : HTMLMediaElement.HAVE_FUTURE_DATA;
    return !seeking && !ended && readyState >= needed;
  }

  /**
   * Lets the picture begin where its first frame is, when that is a little after where it was sent. Where it stands still
   * although all it needs is there, picture or sound is missing in the segments themselves: the stretch becomes a hole.
   * Right before a hole nothing is missing: a browser that wants some frames in advance never ends a seek to the last ones.
   */
  settle(): void {
    const now = this.video.currentTime;
    const edge = this.#edge;
    this.#edgeBefore = edge === undefined ? undefined : { at: now, edge };
    if (edge !== undefined || !this.#starves(now)) {
      this.#stuck = undefined;
    } else if (this.#stuck?.at !== now) {
      this.#stuck = { at: now, since: performance.now() };
    } else if (performance.now() - this.#stuck.since > this.#patience) {
      this.#stuck = undefined;
      if (this.#supply.buffer.forgetEvicted()) return;
      const next = this.#edgeAfter(now);
      if (next !== undefined) {
        this.#edgeBefore = { at: now, edge: next };
        return;
      }
      this.#supply.leaveOut('lacking', this.#lackingAt(now));
      this.#events.lacking();
      return;
    }
    if (this.isReady || intervalAt(this.buffered, now)) return;
    const next = this.buffered.find((one) => one.from > now)?.from;
    if (next !== undefined && next - now < NEAR) this.seek(next + 0.01);
  }

  get #patience(): number {
    const { seeking, currentTime } = this.video;
    return seeking && intervalAt(this.buffered, currentTime) ? SEEK_PATIENCE : PATIENCE;
  }

  /** @returns whether the picture does not go on, its segments are all in the buffer, and what they hold ends here */
  #starves(now: number): boolean {
    if (this.#runs || !this.covers(now)) return false;
    const near = { from: now, to: now + NEAR };
    if (!this.layout.pieces.some((piece) => piece.to > near.from && piece.from < near.to)) return false;
    if (this.#supply.isOutstanding(near)) return false;
    const playable = intervalAt(this.buffered, now);
    return !playable || playable.to - now < NEAR;
  }

  /** @returns the stretch around a position that cannot be played, within the segments that are in the buffer without a break */
  #lackingAt(now: number): Interval {
    const inBuffer = this.layout.pieces.filter((piece) => this.#supply.buffer.has(piece)).reduce(addInterval, []);
    const around = intervalAt(inBuffer, now) ?? { from: now, to: now + NEAR };
    const { buffered } = this;
    const before = intervalAt(buffered, now) ? now : (buffered.findLast((one) => one.to <= now)?.to ?? 0);
    const after = buffered.find((one) => one.from > now)?.from ?? Number.POSITIVE_INFINITY;
    return { from: Math.max(around.from, before), to: Math.min(around.to, after) };
  }

  /** @returns whether segments that the picture needs from this time on are still to come */
  isOutstandingAt(time: number): boolean {
    return this.#supply.isOutstanding({ from: time, to: time + NEAR });
  }

  /** Leaves out the rest of the segment at this time, which does not play although it is in the buffer. */
  leaveOutFrom(time: number): void {
    const to = intervalAt(this.layout.pieces, time)?.to ?? time + NEAR;
    this.#supply.leaveOut('lacking', { from: time, to });
    this.#events.lacking();
  }

  /** Stops everything and takes the picture away. */
  close(): void {
    this.video.pause();
    this.#supply.close();
  }
}
