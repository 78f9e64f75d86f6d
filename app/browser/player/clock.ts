import type { Hole } from './layout.ts';
import type { Track } from './track.ts';

const TICK = 100;
/** Seconds that two pictures may be apart before one is moved. */
const DRIFT = 0.15;
export const SPEEDS = [0.25, 0.5, 1, 1.5, 2, 3, 4] as const;

export type ClockState = 'loading' | 'playing' | 'paused' | 'ended';

interface ClockEvents {
  /** The pictures stand where they came to by themselves; positions may change after this. */
  passed(): void;
  /** Time, state or what is buffered may have changed. */
  ticked(): void;
  /** Nothing can be played here on any track; the clock went on to `to`, or to the end when undefined. */
  skipped(hole: Hole | undefined, to: number | undefined): void;
}

/**
 * One time for all pictures, in seconds since the first recording began. A track that has something to show leads, the others
 * follow it.
 */
export class Clock {
  readonly tracks: readonly Track[];
  /** Epoch milliseconds of second 0. */
  readonly origin: number;
  readonly end: number;
  readonly #events: ClockEvents;
  readonly #timer: ReturnType<typeof setInterval>;
  /** The track that tells the time; it does so until it has nothing more to show. */
  #leader: Track | undefined;
  #time = 0;
  #wantsToPlay = false;
  #ended = false;
  #speed = 1;

  constructor(tracks: readonly Track[], events: ClockEvents) {
    this.tracks = tracks;
    this.origin = Math.min(...tracks.map((track) => track.startedAt));
    this.end = Math.max(...tracks.map((track) => this.#offset(track) + track.layout.end));
    this.#events = events;
    this.#timer = setInterval(() => this.#tick(), TICK);
    for (const track of tracks) {
      track.video.addEventListener('seeked', () => this.#tick());
      track.video.addEventListener('waiting', () => this.#tick());
    }
  }

  get time(): number {
    return this.#time;
  }

  get speed(): number {
    return this.#speed;
  }

  get state(): ClockState {
    if (this.#ended) return 'ended';
    if (!this.#leader?.ready) return 'loading';
    return this.#wantsToPlay ? 'playing' : 'paused';
  }

  get wantsToPlay(): boolean {
    return this.#wantsToPlay;
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
    this.#leader = this.tracks.find((track) => this.#covers(track));
    for (const track of this.tracks) this.#send(track);
    this.#tick();
  }

  /** Moves by some seconds. Backwards it passes over a hole instead of being thrown forward out of it again. */
  step(seconds: number): void {
    let to = Math.max(0, this.#time + seconds);
    if (seconds < 0 && !this.#covered(to)) {
      const before = this.tracks.flatMap((track) =>
        track.layout.pieces
          .map((piece) => this.#offset(track) + piece.to - 0.25)
          .filter((end) => end < to && this.#covered(end)),
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
  }

  #offset(track: Track): number {
    return (track.startedAt - this.origin) / 1000;
  }

  #covers(track: Track): boolean {
    return track.covers(this.#time - this.#offset(track));
  }

  #covered(time: number): boolean {
    return this.tracks.some((track) => track.covers(time - this.#offset(track)));
  }

  #tick(): void {
    this.#events.passed();
    if (!this.#ended) this.#advance();
    this.#events.ticked();
  }

  #advance(): void {
    if (this.#leader) this.#time = this.#leader.time + this.#offset(this.#leader);
    if (!this.#leader || !this.#covers(this.#leader)) this.#leader = this.tracks.find((track) => this.#covers(track));
    if (!this.#leader) {
      this.#skip();
      return;
    }
    for (const track of this.tracks) {
      const covered = this.#covers(track);
      const apart = Math.abs(track.video.currentTime + this.#offset(track) - this.#time);
      if (covered && apart > DRIFT && !track.video.seeking) this.#send(track);
      track.settle();
      track.video.playbackRate = this.#speed;
      const plays = this.#wantsToPlay && covered;
      if (plays && track.video.paused) void track.video.play().catch(() => {});
      if (!plays && !track.video.paused) track.video.pause();
    }
  }

  #skip(): void {
    const at = this.#time;
    const next = this.tracks
      .map((track) => {
        const from = track.nextFrom(at - this.#offset(track));
        return from === undefined ? Number.POSITIVE_INFINITY : from + this.#offset(track);
      })
      .reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const hole = this.tracks
      .flatMap((track) => track.layout.holes.filter((one) => one.to + this.#offset(track) > at))
      .at(0);
    const isEnd = next === Number.POSITIVE_INFINITY;
    if (hole || !isEnd) this.#events.skipped(hole, isEnd ? undefined : next);
    if (isEnd) this.#finish();
    else this.seek(next + 0.01);
  }

  #finish(): void {
    this.#ended = true;
    this.#wantsToPlay = false;
    for (const track of this.tracks) track.video.pause();
  }

  #send(track: Track): void {
    const time = this.#time - this.#offset(track);
    if (track.covers(time)) track.seek(time);
  }
}
