import type { Quality } from '../../wire.ts';
import type { Load } from './capture-messages.ts';
import { PictureTimes } from './picture-times.ts';

/** Frames that may wait for the encoder before others are left out. */
const QUEUE = 4;

/** Encodes a source's frames in the rate that is asked for, and goes on with the last one where none come. */
export class Picture {
  #times: PictureTimes;
  #quality: Quality;
  #encoder: VideoEncoder;
  #canvas: OffscreenCanvas | null = null;
  #last: VideoFrame | null = null;
  #load: Load = { frames: 0, dropped: 0, queue: 0 };

  constructor(
    quality: Quality,
    stillRate: number,
    output: (chunk: EncodedVideoChunk) => void,
    error: (error: unknown) => void,
  ) {
    this.#quality = quality;
    this.#times = new PictureTimes(quality.frameRate, stillRate);
    this.#encoder = new VideoEncoder({ output, error });
  }

  /** Pixels; null before the first frame. */
  get size(): { width: number; height: number } | null {
    return this.#canvas;
  }

  /** The stream goes on unbroken: another rate is no other stream. */
  set quality(quality: Quality) {
    this.#quality = quality;
    this.#times.rate = quality.frameRate;
    if (this.#canvas) this.#configure(this.#canvas);
  }

  /** @param frame is closed here @param time ms from the first frame at which it was captured */
  add(frame: VideoFrame, time: number): void {
    this.#load.frames++;
    if (!this.#canvas) {
      // Chroma is subsampled: sides are even.
      this.#canvas = new OffscreenCanvas(frame.displayWidth & ~1, frame.displayHeight & ~1);
      this.#configure(this.#canvas);
    }
    const behind = this.#encoder.encodeQueueSize >= QUEUE;
    const taken = behind ? null : this.#times.take(time);
    if (behind) this.#load.dropped++;
    if (taken) this.#encode(frame, time, taken.keyframe);
    this.#last?.close();
    this.#last = frame;
  }

  /** Encodes the last frame once more where the picture stands still. @param now ms from the first frame */
  stand(now: number): void {
    if (!this.#last || this.#encoder.encodeQueueSize >= QUEUE) return;
    const standing = this.#times.standing(now);
    if (standing) this.#encode(this.#last, standing.time, standing.keyframe);
  }

  /** @returns what happened since the last call */
  takeLoad(): Load {
    const load = { ...this.#load, queue: this.#encoder.encodeQueueSize };
    this.#load = { frames: 0, dropped: 0, queue: 0 };
    return load;
  }

  async finish(): Promise<void> {
    this.#last?.close();
    this.#last = null;
    if (this.#encoder.state === 'configured') await this.#encoder.flush();
  }

  #configure({ width, height }: OffscreenCanvas): void {
    const { bitrate, frameRate } = this.#quality;
    this.#encoder.configure({ codec: 'vp8', width, height, bitrate, framerate: frameRate, latencyMode: 'realtime' });
  }

  #encode(frame: VideoFrame, time: number, keyFrame: boolean): void {
    const times = {
      timestamp: Math.round(1000 * time),
      duration: Math.round(1e6 / this.#quality.frameRate),
    };
    const stamped = new VideoFrame(this.#fitted(frame), times);
    this.#encoder.encode(stamped, { keyFrame });
    stamped.close();
  }

  /** A stream has one size: what has another by now is shown whole within it. */
  #fitted(frame: VideoFrame): VideoFrame | OffscreenCanvas {
    const canvas = this.#canvas as OffscreenCanvas;
    const { displayWidth, displayHeight } = frame;
    if ((displayWidth & ~1) === canvas.width && (displayHeight & ~1) === canvas.height) return frame;
    const scale = Math.min(canvas.width / displayWidth, canvas.height / displayHeight);
    const [width, height] = [displayWidth * scale, displayHeight * scale];
    const context = canvas.getContext('2d', { alpha: false }) as OffscreenCanvasRenderingContext2D;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(frame, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
    return canvas;
  }
}
