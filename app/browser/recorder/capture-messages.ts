import type { Quality } from '../../wire.ts';

/** How a source's encoder is doing: what happened since the last time it was told, about a second ago. */
export interface Load {
  /** Frames that the device gave. */
  frames: number;
  /** Frames that were wanted and left out, because the encoder was behind. */
  dropped: number;
  /** Frames that wait for the encoder. */
  queue: number;
}

/** What the capture worker is to encode. */
export interface CaptureOrder {
  /** Frames by themselves, or null where the page sends them one by one. */
  picture: ReadableStream<VideoFrame> | null;
  /** Sound; 'silence' where there is none to be had, and null where none is recorded. */
  sound: ReadableStream<AudioData> | MessagePort | 'silence' | null;
  /** Samples a second of silence, where it comes before any sound. */
  soundRate: number;
  quality: Quality;
  /** Frames a second of a picture that stands still. */
  stillRate: number;
  /** Milliseconds to add to the browser's own count to have the time of day, the same for both sources. */
  epochOffset: number;
}

/** From the page to a capture worker. */
export type CaptureRequest =
  | { kind: 'begin'; order: CaptureOrder }
  /** A frame, stamped with ms of the time origin plus now, in µs. */
  | { kind: 'frame'; frame: VideoFrame }
  | { kind: 'quality'; quality: Quality }
  | { kind: 'stop' };

export interface Cluster {
  bytes: Uint8Array<ArrayBuffer>;
  /** µs from the beginning of the run. */
  start: number;
  duration: number;
  keyframe: boolean;
}

/** From a capture worker to the page. */
export type CaptureReport =
  /** The first frame is encoded. Where on the timeline it lies is not known yet. */
  | { kind: 'began' }
  /** The media header, once about a cluster's time has gone by; `beganAt` is the epoch ms at which the first frame was captured; `soundRate` is null without sound. */
  | { kind: 'init'; init: Uint8Array<ArrayBuffer>; beganAt: number; soundRate: number | null }
  | ({ kind: 'cluster' } & Cluster)
  /** The page is to send a frame. */
  | { kind: 'tick' }
  | { kind: 'load'; load: Load }
  /** The microphone's format is another one now: only a new run can carry it. */
  | { kind: 'sound-changed'; soundRate: number }
  /** The computer slept or stood still for so long: the run has ended where it was seen last. */
  | { kind: 'missed'; milliseconds: number }
  /** Encoding broke; nothing more comes. */
  | { kind: 'failed'; reason: string }
  | { kind: 'stopped' };

/** A piece of what the microphone heard, from the audio worklet. */
export interface SoundBlock {
  /** ms on a clock of the device's own. */
  stamp: number;
  sampleRate: number;
  samples: Float32Array<ArrayBuffer>;
}
