import type { ViewingReport } from '../../wire.ts';
import { request } from '../room-request.ts';
import { addInterval, type Interval } from './intervals.ts';
import type { Track } from './track.ts';

/** Milliseconds between reports. */
const PERIOD = 10_000;
/** Stretches that one report holds; a session with more drops its shortest. */
const LONGEST = 500;
/** Two frames further apart than this, in seconds, did not follow each other. */
const NEIGHBOURS = 2;
/** Seconds that a single frame counts. */
const STILL = 0.04;

/** Counts what was really shown, frame by frame (a hidden page shows none), and reports it to custody. */
export class Viewing {
  readonly #path: string;
  readonly #shown = new Map<string, Interval[]>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #failed: (error: Error) => void;
  #stopped = false;

  constructor(grant: string, tracks: readonly Track[], failed: (error: Error) => void) {
    this.#path = `/grants/${grant}/viewing`;
    this.#failed = failed;
    for (const track of tracks) this.#watch(track);
    this.#timer = setInterval(() => void this.report(), PERIOD);
    addEventListener('pagehide', () => void this.report(true));
  }

  /** @param keepalive so that the report outlives the page */
  async report(keepalive = false): Promise<void> {
    if (this.#stopped) return;
    const intervals = [...this.#shown]
      .flatMap(([recording, shown]) =>
        shown.map(({ from, to }) => ({ recording, from: rounded(from), to: rounded(to) })),
      )
      .sort((a, b) => b.to - b.from - (a.to - a.from))
      .slice(0, LONGEST)
      .sort((a, b) => a.from - b.from);
    try {
      await request('PUT', this.#path, { body: { intervals } satisfies ViewingReport, keepalive });
    } catch (error) {
      if (!keepalive && !this.#stopped) this.#failed(error as Error);
    }
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  #watch({ recording, video }: Track): void {
    let last: number | undefined;
    video.addEventListener('seeking', () => (last = undefined));
    const shown: VideoFrameRequestCallback = (_, { mediaTime }) => {
      const follows = last !== undefined && mediaTime > last && mediaTime - last < NEIGHBOURS;
      const interval = follows ? { from: last!, to: mediaTime } : { from: mediaTime, to: mediaTime + STILL };
      this.#shown.set(recording, addInterval(this.#shown.get(recording) ?? [], interval));
      last = mediaTime;
      if (!this.#stopped) video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
  }
}

function rounded(seconds: number): number {
  return Math.max(0, Math.round(seconds * 1000) / 1000);
}
