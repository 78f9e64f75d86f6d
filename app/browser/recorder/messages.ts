import type { Receipt, Source } from '../../wire.ts';

/** Why nothing was recorded for a while. Neutral: never held against anyone. */
export type GapCause = 'reload' | 'device';

/** From the page to the worker. */
export type PageMessage =
  /** First: `fingerprint` is the appliance key's, from the personal link, where it carried one. */
  | { kind: 'open'; fingerprint: string | null }
  /** Begin the attempt, or go on with it. */
  | { kind: 'start' }
  /** A capture began: `init` is the media header of all clusters that follow, `beganAt` epoch ms of its first frame. */
  | {
      kind: 'run';
      source: Source;
      mimeType: string;
      init: Uint8Array<ArrayBuffer>;
      beganAt: number;
      cause: GapCause | null;
    }
  /** Times in µs from the beginning of the run. */
  | {
      kind: 'cluster';
      source: Source;
      bytes: Uint8Array<ArrayBuffer>;
      start: number;
      duration: number;
      keyframe: boolean;
    }
  | { kind: 'finish' };

/** What keeps segments from being sent just now. */
export type Trouble = 'offline' | 'busy' | 'disk-full' | 'session' | 'other-link';

/** What is recorded and what of it is stored. */
export interface Progress {
  /** Seconds of media that are not acknowledged. */
  waitingSeconds: number;
  waitingBytes: number;
  /** Requests that have to be answered before everything is stored. */
  waitingRequests: number;
  /** Epoch ms up to which everything is acknowledged; null before the first segment. */
  storedUntil: number | null;
  /** Epoch ms at which the attempt began; null before it did. */
  startedAt: number | null;
  trouble: Trouble | null;
}

/** From the worker to the page. */
export type WorkerMessage =
  | { kind: 'opened'; attempt: 'none' | 'running' | 'sealed' }
  | { kind: 'started'; examPage: string }
  /** Once a second, also while the page is hidden and its own timers are slowed. */
  | { kind: 'progress'; progress: Progress }
  | { kind: 'notice'; sentence: string }
  | { kind: 'sealed'; receipt: Receipt | null }
  /** Recording cannot go on. */
  | { kind: 'failed'; sentence: string };

/** A failure that stops the recorder; the message is a sentence for the test taker. */
export class Stop extends Error {}
