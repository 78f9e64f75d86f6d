import type { ViewingReport } from '../../wire.ts';
import { request } from '../room-request.ts';
import { addInterval, type Interval } from './intervals.ts';
import type { Track } from './track.ts';

/** Milliseconds between reports. */
const PERIOD = 10_000;
/** Stretches that one report may hold; more wait for the next. */
const MOST = 500;
/** Seconds that a single frame counts. */
const STILL = 0.04;

/**
 * Counts what was shown and reports it to custody, which adds it to what was reported before. A picture that plays counts by
 * how far it has come, since a busy machine drops frames without telling; a hidden page shows nothing.
 */
export class Viewing {
  readonly #path: string;
  readonly #tracks: readonly Track[];
  readonly #failed: (error: Error) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  /** By recording, what custody has not acknowledged. A stretch that grows is another object. */
  readonly #unreported = new Map<string, Interval[]>();
  /** Where each picture was at the last look, unless it was sent elsewhere since. */
  readonly #last = new Map<Track, number>();
  #visible = document.visibilityState === 'visible';
  #closed = false;

  /** @param failed called with a report's failure, until this is closed */
  constructor(grant: string, tracks: readonly Track[], failed: (error: Error) => void) {
    this.#path = `/grants/${grant}/viewing`;
    this.#tracks = tracks;
    this.#failed = failed;
    for (const track of tracks) track.video.addEventListener('seeking', () => this.#last.delete(track));
    this.#timer = setInterval(() => void this.#report(), PERIOD);
    document.addEventListener('visibilitychange', () => this.look());
    addEventListener('pagehide', () => {
      this.look();
      void this.#report(true);
    });
  }

  /** Counts how far each picture has come since the last look; to be called before any is sent elsewhere. */
  look(): void {
    if (this.#closed) return;
    for (const track of this.#tracks) {
      const { seeking, currentTime } = track.video;
      const last = this.#last.get(track);
      if (seeking || !this.#visible || (last === undefined && !track.isReady)) {
        this.#last.delete(track);
        continue;
      }
      this.#last.set(track, currentTime);
      if (last === undefined) this.#add(track, { from: currentTime, to: currentTime + STILL });
      else if (currentTime > last) this.#add(track, { from: last, to: currentTime });
    }
    this.#visible = document.visibilityState === 'visible';
  }

  /** Reports what is left and ends counting. To be called while the pictures are still there. */
  async close(): Promise<void> {
    this.look();
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#report(true);
  }

  #add(track: Track, shown: Interval): void {
    for (const { recording, interval } of track.shown(shown))
      this.#unreported.set(recording, addInterval(this.#unreported.get(recording) ?? [], interval));
  }

  /** @param keepalive so that the report outlives the page */
  async #report(keepalive = false): Promise<void> {
    const sent = [...this.#unreported]
      .flatMap(([recording, shown]) => shown.map((interval) => ({ recording, interval })))
      .slice(0, MOST);
    if (sent.length === 0) return;
    const intervals = sent.map(({ recording, interval: { from, to } }) => {
      return { recording, from: rounded(from), to: rounded(to) };
    });
    try {
      await request('PUT', this.#path, { body: { intervals } satisfies ViewingReport, keepalive });
    } catch (error) {
      if (!keepalive && !this.#closed) this.#failed(error as Error);
      return;
    }
    const acknowledged = new Set(sent.map(({ interval }) => interval));
    for (const [recording, shown] of this.#unreported)
      this.#unreported.set(
        recording,
        shown.filter((one) => !acknowledged.has(one)),
      );
  }
}

function rounded(seconds: number): number {
  return Math.max(0, Math.round(seconds * 1000) / 1000);
}
