import type { Quality, Source } from '../../wire.ts';
import type { CaptureReport, CaptureRequest, Cluster, Load } from './capture-messages.ts';
import { readMicrophone } from './microphone.ts';
import { sampleFrames } from './frame-sampler.ts';

/** Milliseconds that the encoders have to finish. */
const PATIENCE = 5000;
/** What may pile up before something is lost, while the capture worker does not get a turn: two seconds of sound, a few frames. */
const SOUND_BUFFER = 200;
const PICTURE_BUFFER = 4;

/** Chromium's, not yet in the DOM's types. */
declare class MediaStreamTrackProcessor<Data> {
  constructor(init: { track: MediaStreamTrack; maxBufferSize: number });
  readonly readable: ReadableStream<Data>;
}

export interface CaptureParts {
  source: Source;
  picture: MediaStreamTrack;
  /** 'silence' where sound is recorded and none is to be had; null where none is recorded. */
  sound: MediaStreamTrack | 'silence' | null;
  /** Samples a second of silence, where it comes before any sound. */
  soundRate: number;
  quality: Quality;
  /** Frames a second of a picture that stands still. */
  stillRate: number;
  /** Milliseconds to add to the browser's own count to have the time of day, the same for both sources. */
  epochOffset: number;
}

export interface CaptureHandlers {
  /** The first frame is there. */
  onBegan(): void;
  /** The media header, before the first cluster; `beganAt` is the epoch ms at which the first frame was captured; `soundRate` is null without sound. */
  onInit(init: Uint8Array<ArrayBuffer>, beganAt: number, soundRate: number | null): void;
  onCluster(cluster: Cluster): void;
  /** About once a second. */
  onLoad(load: Load): void;
  /** Only a new run can carry the microphone as it is now. */
  onSoundChanged(soundRate: number): void;
  /** The computer slept or stood still for so many ms: the run has ended where it was seen last. */
  onMissed(milliseconds: number): void;
  /** Microphone and browser do not come together; silence is recorded. */
  onSilence(): void;
  /** Encoding broke; nothing more comes. */
  onError(reason: string): void;
}

/** One run of one source, encoded in a worker. Its tracks belong to whoever made it. */
export class Capture {
  /** The camera or screen has given a frame. */
  began = false;
  #parts: CaptureParts;
  #handlers: CaptureHandlers;
  #worker = new Worker('/assets/capture-worker.js', { type: 'module' });
  #letGo: (() => void)[] = [];
  #stopped = () => {};
  #stopping: Promise<void> | null = null;

  constructor(parts: CaptureParts, handlers: CaptureHandlers) {
    this.#parts = parts;
    this.#handlers = handlers;
    this.#worker.addEventListener('message', ({ data }: MessageEvent<CaptureReport>) => this.#hear(data));
    this.#worker.addEventListener('error', () => handlers.onError('the encoder could not be loaded'));
  }

  start(): void {
    const { picture, sound, soundRate, quality, stillRate, epochOffset } = this.#parts;
    const transfer: Transferable[] = [];
    let frames: ReadableStream<VideoFrame> | null = null;
    let heard: ReadableStream<AudioData> | MessagePort | 'silence' | null = sound === null ? null : 'silence';
    if ('MediaStreamTrackProcessor' in globalThis) {
      frames = new MediaStreamTrackProcessor<VideoFrame>({ track: picture, maxBufferSize: PICTURE_BUFFER }).readable;
      transfer.push(frames);
      if (sound instanceof MediaStreamTrack) {
        heard = new MediaStreamTrackProcessor<AudioData>({ track: sound, maxBufferSize: SOUND_BUFFER }).readable;
        transfer.push(heard);
      }
    } else if (sound instanceof MediaStreamTrack) {
      const { port1, port2 } = new MessageChannel();
      heard = port1;
      transfer.push(port1);
      this.#letGo.push(readMicrophone(sound, port2, () => this.#handlers.onSilence()));
    }
    const order = { picture: frames, sound: heard, soundRate, quality, stillRate, epochOffset };
    this.#send({ kind: 'begin', order }, transfer);
    if (frames) return;
    const { sample, end } = sampleFrames(picture);
    this.#sample = sample;
    this.#letGo.push(end);
  }

  /** Goes on in another quality, in the same run. */
  set quality(quality: Quality) {
    this.#send({ kind: 'quality', quality });
  }

  /** Encodes what is left and hands over the last cluster. An encoder that does not come to an end is left behind. */
  stop(): Promise<void> {
    this.#stopping ??= new Promise<void>((resolve) => {
      this.#stopped = resolve;
      setTimeout(resolve, PATIENCE);
      this.#send({ kind: 'stop' });
    }).then(() => {
      this.#worker.terminate();
      for (const end of this.#letGo) end();
    });
    return this.#stopping;
  }

  #sample: () => VideoFrame | null = () => null;

  #hear(report: CaptureReport): void {
    switch (report.kind) {
      case 'began':
        this.began = true;
        return this.#handlers.onBegan();
      case 'init':
        return this.#handlers.onInit(report.init, report.beganAt, report.soundRate);
      case 'cluster': {
        const { bytes, start, duration, keyframe } = report;
        return this.#handlers.onCluster({ bytes, start, duration, keyframe });
      }
      case 'tick': {
        const frame = this.#sample();
        if (frame) this.#send({ kind: 'frame', frame }, [frame]);
        return;
      }
      case 'load':
        return this.#handlers.onLoad(report.load);
      case 'sound-changed':
        return this.#handlers.onSoundChanged(report.soundRate);
      case 'missed':
        return this.#handlers.onMissed(report.milliseconds);
      case 'failed':
        this.#stopped();
        return this.#handlers.onError(report.reason);
      case 'stopped':
        return this.#stopped();
    }
  }

  #send(request: CaptureRequest, transfer: Transferable[] = []): void {
    this.#worker.postMessage(request, transfer);
  }
}
