import { intervalAt } from './intervals.ts';
import type { Hole, HoleCause } from './layout.ts';
import { AHEAD, IN_STEP, rateFor, TOO_FAR } from './step.ts';
import { NUDGE, StandStill } from './stand-still.ts';
import type { Track } from './track.ts';

/** Milliseconds. */
const TICK = 100;
/** Seconds before a picture comes back that it is brought to where it will begin, at normal speed. */
const PREPARE = 5;
/** Seconds, at normal speed, that a picture has to have played before the others start. */
const BEGUN = 0.035;
export const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 3, 4] as const;

export type ClockState = 'loading' | 'playing' | 'paused' | 'ended';

interface ClockEvents {
  /** The pictures stand where they came to by themselves; positions may change after this. */
  passed(): void;
  /** Time, state or what is buffered may have changed. */
  ticked(): void;
  /** Nothing can be played here in any picture; the clock went on to `to`, or to the end when undefined. */
  skipped(cause: HoleCause, to: number | undefined): void;
}

/**
 * One time for all pictures, in seconds since the first recording began. A picture that has something to show leads, the
 * others are kept in step with it; none goes on before all that have something to show can.
 */
export class Clock {
  readonly tracks: readonly Track[];
  /** Epoch milliseconds of second 0. */
  readonly origin: number;
  readonly end: number;
  readonly #events: ClockEvents;
  readonly #timer: ReturnType<typeof setInterval>;
  /** Ticks when the next picture comes back, between two ticks of the timer. */
  #soon: ReturnType<typeof setTimeout> | undefined;
  /** The track that tells the time: the first that has something to show, which is the one with the sound where there is any. */
  #leader: Track | undefined;
  /** Where the leader stood when it was last told to play. */
  #startedAt = 0;
  #frame = 0;
  #time = 0;
  readonly #standStill = new StandStill();
  #wantsToPlay = false;
  #ended = false;
  #speed = 1;

  /** @param timeline as `timelineOf` gives it */
  constructor(tracks: readonly Track[], timeline: { origin: number; end: number }, events: ClockEvents) {
    this.tracks = tracks;
    this.origin = timeline.origin;
    this.end = timeline.end;
    this.#events = events;
    this.#timer = setInterval(() => this.#tick(), TICK);
    for (const { video } of tracks)
      for (const changed of ['seeked', 'waiting', 'canplay', 'playing'])
        video.addEventListener(changed, () => this.#tick());
  }

  get time(): number {
    return this.#time;
  }

  get speed(): number {
    return this.#speed;
  }

  get state(): ClockState {
    if (this.#ended) return 'ended';
    const covering = this.tracks.filter((track) => track.covers(this.#time));
    if (covering.length === 0 || !covering.every((track) => track.isReady)) return 'loading';
    return this.#wantsToPlay ? 'playing' : 'paused';
  }

  get wantsToPlay(): boolean {
    return this.#wantsToPlay;
  }

  /** @returns why a picture has nothing to show now, undefined while it has something */
  holeOf(track: Track): Hole | undefined {
    if (!track.covers(this.#time)) return track.holeAt(this.#time);
    return track !== this.#leader && track.isAtEdge ? track.holeAt(track.time) : undefined;
  }

  play(): void {
    if (this.#ended) this.seek(0);
    this.#wantsToPlay = true;
    this.#tick();
  }

  pause(): void {
    this.#wantsToPlay = false;
    this.#tick();
  }

  /** @param time seconds; taken to the nearest there is */
  seek(time: number): void {
    this.#events.passed();
    this.#time = Math.min(Math.max(0, time), Math.max(0, this.end - 0.05));
    this.#ended = false;
    this.#leader = undefined;
    for (const track of this.tracks) if (track.covers(this.#time)) track.seek(this.#time);
    this.#tick();
  }

  /** Moves by some seconds. Backwards it passes over a hole instead of being thrown forward out of it again. */
  step(seconds: number): void {
    let to = Math.max(0, this.#time + seconds);
    const isCovered = (time: number) => this.tracks.some((track) => track.covers(time));
    if (seconds < 0 && !isCovered(to)) {
      const before = this.tracks.flatMap((track) =>
        track.layout.pieces.map((piece) => piece.to - 0.25).filter((end) => end < to && isCovered(end)),
      );
      if (before.length > 0) to = Math.max(...before);
    }
    this.seek(to);
  }

  changeSpeed(speed: number): void {
    this.#speed = speed;
    this.#tick();
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    cancelAnimationFrame(this.#frame);
  }

  #tick(): void {
    this.#events.passed();
    if (!this.#ended) this.#advance();
    if (!this.#ended) this.#goOn();
    this.#events.ticked();
  }

  #advance(): void {
    const before = this.#leader;
    this.#leader = this.#findLeader();
    if (this.#leader) this.#time = this.#leader.time;
    const covering = this.tracks.filter((track) => track.covers(this.#time));
    if (!this.#leader || !covering.includes(this.#leader)) this.#leader = this.#findLeader();
    const leader = this.#leader;
    if (!leader) {
      this.#skip();
      return;
    }
    if (leader !== before) this.#startedAt = leader.video.currentTime;
    const goes = this.#wantsToPlay && covering.every((track) => track.isGoing);
    for (const track of this.tracks) {
      if (!covering.includes(track)) this.#prepare(track);
      else if (track === leader) this.#lead(track, goes, covering.length > 1);
      else this.#follow(track, leader, goes);
      track.settle();
    }
  }

  /** @returns the first picture that stands where the clock does and has more to show there, or just one that has something */
  #findLeader(): Track | undefined {
    const covering = this.tracks.filter((track) => track.covers(this.#time));
    const near = TOO_FAR * Math.max(1, this.#speed);
    const leads = (track: Track) => !track.isAtEdge && Math.abs(track.video.currentTime - this.#time) < near;
    return covering.find(leads) ?? covering[0];
  }

  /** Where others follow, it is fast only once they have begun, so that they need not catch up. */
  #lead(track: Track, goes: boolean, hasOthers: boolean): void {
    const { video } = track;
    if (video.paused || video.seeking) this.#startedAt = video.currentTime;
    const isSlow = hasOthers && !this.#hasBegun(video);
    this.#run(track, goes && !track.isAtEdge, isSlow ? Math.min(1, this.#speed) : this.#speed);
  }

  /** Sound begins later than it is asked to, and the picture's clock before it. */
  #hasBegun(leading: HTMLVideoElement): boolean {
    return leading.currentTime > this.#startedAt + BEGUN * Math.min(1, this.#speed);
  }

  /** Keeps a picture with the one that leads: by its speed, by waiting for it, and by a seek where they are far apart. */
  #follow(track: Track, leader: Track, goes: boolean): void {
    const [own, leading] = [track.video, leader.video];
    const ahead = own.currentTime - leading.currentTime;
    const far = TOO_FAR * Math.max(1, this.#speed);
    // Where the clock went over a hole, a picture may have been left before it, or in a seek into it, which never ends.
    const isLeft = track.isAtEdge ? track.time < this.#time : own.seeking && Math.abs(ahead) > far;
    if (isLeft && !leading.seeking) track.seek(leading.currentTime);
    if (track.isAtEdge || own.seeking || leading.seeking) {
      this.#run(track, false, this.#speed);
      return;
    }
    const isStill = own.paused && !goes && intervalAt(track.buffered, leading.currentTime) !== undefined;
    if (Math.abs(ahead) > (isStill ? IN_STEP : far)) track.seek(leading.currentTime);
    const hasBegun = !leading.paused && this.#hasBegun(leading);
    const waits = ahead > (own.paused ? IN_STEP : AHEAD) * Math.max(1, this.#speed / 2);
    this.#run(track, goes && hasBegun && !waits, rateFor(this.#speed, ahead));
    if (goes && (!hasBegun || Math.abs(ahead) > IN_STEP)) this.#lookSoon();
  }

  #run({ video, isGoing }: Track, plays: boolean, rate: number): void {
    if (video.playbackRate !== rate) video.playbackRate = rate;
    if (plays && video.paused) void video.play().catch(() => {});
    // One that starves goes on by itself once it can.
    if (!plays && !video.paused && (isGoing || !this.#wantsToPlay)) video.pause();
  }

  #lookSoon(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#tick());
  }

  /** Brings a picture that has nothing to show to where it will have something, when that is near, and ticks then. */
  #prepare(track: Track): void {
    const { video } = track;
    if (!video.paused) video.pause();
    const next = track.nextFrom(this.#time);
    const away = next === undefined ? Number.POSITIVE_INFINITY : (next - this.#time) / this.#speed;
    if (next === undefined || away > PREPARE) return;
    // Also out of a seek into the hole, which would never end. Its first frame may come a little later: `settle` looks for it.
    if (video.currentTime < next || video.currentTime > next + 2 * TOO_FAR) track.seek(next + 0.01);
    if (!this.#wantsToPlay || away > TICK / 1000) return;
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.#tick(), away * 1000);
  }

  /** Ends a stand-still, whatever its cause: it may only stand as it was told to, or while segments are still to come. */
  #goOn(): void {
    const { state } = this;
    const covering = this.tracks.filter((track) => track.covers(this.#time));
    const isThere = ({ video }: Track) => Math.abs(video.currentTime - this.#time) < TOO_FAR * Math.max(1, this.#speed);
    const isWaiting = covering.some((track) => isThere(track) && track.isOutstandingAt(this.#time));
    const remedy = this.#standStill.look(this.#time, state === 'paused' || isWaiting);
    if (remedy === 'nudge') this.seek(this.#time + NUDGE);
    if (remedy !== 'leave-out') return;
    // One that was told to play and stands paused is kept from it by the browser: that is no hole.
    const stuck = covering.filter((track) => !track.isGoing);
    for (const track of stuck.length > 0 ? stuck : covering.filter(({ video }) => !video.paused))
      track.leaveOutFrom(this.#time);
  }

  #skip(): void {
    const at = this.#time;
    const next = Math.min(...this.tracks.map((track) => track.nextFrom(at) ?? Number.POSITIVE_INFINITY));
    const causes = this.tracks.map((track) => track.holeAt(at)?.cause ?? 'after');
    const cause = causes.find((one) => one !== 'before' && one !== 'after') ?? causes[0]!;
    const isEnd = next === Number.POSITIVE_INFINITY;
    if (cause !== 'after' || !isEnd) this.#events.skipped(cause, isEnd ? undefined : next);
    if (isEnd) this.#finish();
    else this.seek(next + 0.01);
  }

  #finish(): void {
    this.#ended = true;
    this.#wantsToPlay = false;
    for (const track of this.tracks) track.video.pause();
  }
}
