import type { GapCause, OwnTime, RecordedKinds, Restriction, Source } from '../../wire.ts';
import type { Kind } from './page.ts';

/** From the page to the worker. */
export type PageMessage =
  /** First: `attempt` is the id of the attempt that the page is for, `fingerprint` the appliance key's, from the personal link, where it carried one. */
  | { kind: 'open'; attempt: string; fingerprint: string | null }
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
  /** Of what the exam records, what gives nothing just now. */
  | { kind: 'lacks'; lacks: Kind[] }
  /** A restriction was not kept to: epoch ms; `to` is null while that goes on, and comes with the same `from` once it has ended. */
  | { kind: 'noted'; restriction: Restriction; from: number; to: number | null }
  /** A break begins: captures have ended. `missing`: what was not being recorded until now, and why. */
  | { kind: 'pause'; missing: Partial<Record<Source, GapCause>> }
  /** The break is over; captures follow. */
  | { kind: 'go-on' }
  /** `missing`: what is not being recorded at the end, and why. */
  | { kind: 'finish'; missing: Partial<Record<Source, GapCause>> };

/**
 * What keeps segments from being sent just now.
 * - other-browser: another browser in which the attempt was open still sends, and the seal waits for it
 * - no-room: this browser has no room left for what waits, so that nothing more is recorded until some of it is sent
 */
export type Trouble = 'offline' | 'busy' | 'disk-full' | 'session' | 'other-link' | 'other-browser' | 'no-room';

/** What is recorded and what of it is stored. */
export interface Progress {
  /** Seconds of media that are not acknowledged. */
  waitingSeconds: number;
  waitingBytes: number;
  /** Requests that have to be answered before everything is stored. */
  waitingRequests: number;
  /** Epoch ms up to which everything is acknowledged; null before the first segment. */
  storedUntil: number | null;
  /** Seconds of recording that this browser has room to keep at the present rate; null where it does not say. */
  roomSeconds: number | null;
  /** Bits a second that the line took lately while there was something to send; null before that is known. */
  lineRate: number | null;
  /** Epoch ms at which the attempt began; null before it did. */
  startedAt: number | null;
  /** Whether the test taker is on a break, and ms that are left, below 0 where it lasts longer; null where there are no breaks. */
  breaks: { on: boolean; left: number } | null;
  trouble: Trouble | null;
}

/** From the worker to the page. */
export type WorkerMessage =
  /**
   * - none: not begun in any browser
   * - running: goes on with `start`
   * - break: the same, once the test taker says so
   * - finished: the test taker has finished, here; what is left is being sent, and no device is needed
   * - sealed: over
   */
  | { kind: 'opened'; attempt: 'none' | 'running' | 'break' | 'finished' | 'sealed' }
  /** `uploadBy` is ISO 8601. Follows `opened` with finished as well: what the page has to know is in it. */
  | ({ kind: 'started'; examPage: string | null; uploadBy: string; restrictions: Restriction[] } & RecordedKinds)
  /** Once a second, also while the page is hidden and its own timers are slowed. */
  | { kind: 'progress'; progress: Progress }
  /** By the appliance's clock. */
  | { kind: 'time'; time: OwnTime }
  | { kind: 'notice'; sentence: string }
  /** The computer slept for this long: milliseconds. Captures may have gone with it. */
  | { kind: 'slept'; milliseconds: number }
  /** Another browser goes on with the attempt: capture here has to stop, what is left is still sent. */
  | { kind: 'replaced' }
  /** Everything is stored and signed; the receipt may follow once key custody answers. */
  | { kind: 'sealed' }
  /** Recording cannot go on. */
  | { kind: 'failed'; sentence: string };

/** A failure that stops the recorder; the message is a sentence for the test taker. */
export class Stop extends Error {
  /** The origin's code where it refused something. */
  readonly code: string | null;

  constructor(sentence: string, code: string | null = null) {
    super(sentence);
    this.code = code;
  }
}

/** @returns whether nothing can be added to the attempt any more, so that what is left of it in this browser is of no use */
export function isOver(code: string | null): boolean {
  return code === 'attempt-sealed' || code === 'upload-closed';
}
