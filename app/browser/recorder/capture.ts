import {
  MediaStreamAudioTrackSource,
  MediaStreamVideoTrackSource,
  NullTarget,
  Output,
  WebMOutputFormat,
} from 'mediabunny';
import type { Source } from '../../wire.ts';
import { ClusterClock } from './cluster.ts';

export const MIME_TYPE = 'video/webm; codecs="vp8,opus"';
const KEYFRAME_SECONDS = 2;
/** Under the keyframe interval, so that a keyframe that comes a frame early still begins a cluster. */
const CLUSTER_SECONDS = 1.5;
const VIDEO_TRACK = 1;
/** Milliseconds that the encoders have to finish. */
const PATIENCE = 5000;
const AUDIO_BITRATE = 48_000;

/** Frames a second and bits a second of each source. A repeated frame fills in where the device gives none. */
const VIDEO: Record<Source, { frameRate: number; bitrate: number }> = {
  camera: { frameRate: 15, bitrate: 400_000 },
  screen: { frameRate: 5, bitrate: 600_000 },
};

export interface CaptureHandlers {
  /** The media header; `beganAt` is the epoch ms of the first frame or sound. */
  onInit(init: Uint8Array<ArrayBuffer>, beganAt: number): void;
  /** A whole cluster; `start` and `duration` in µs from the beginning of this capture. */
  onCluster(cluster: { bytes: Uint8Array<ArrayBuffer>; start: number; duration: number; keyframe: boolean }): void;
  /** Encoding broke; nothing more comes. */
  onError(error: unknown): void;
}

/**
 * One run of one source: encodes its tracks to WebM whose clusters each begin with a keyframe, so that the header
 * and any cluster decode alone.
 */
export class Capture {
  readonly source: Source;
  readonly stream: MediaStream;
  #output: Output;
  #beganAt: number | null = null;
  #closed = false;

  /** @param stream one video track, and an audio track where sound is recorded with it */
  constructor(source: Source, stream: MediaStream, handlers: CaptureHandlers) {
    this.source = source;
    this.stream = stream;
    const clock = new ClusterClock();
    let head: Uint8Array | null = null;
    this.#output = new Output({
      target: new NullTarget(),
      format: new WebMOutputFormat({
        appendOnly: true,
        minimumClusterDuration: CLUSTER_SECONDS,
        onEbmlHeader: (data) => (head = data.slice()),
        // Without a single frame there is no run: stopped so early, the header would know sound only.
        onSegmentHeader: (data) => this.#beganAt !== null && handlers.onInit(joined(head, data), this.#beganAt),
        onCluster: (data, _position, start) => {
          if (this.#beganAt === null || this.#closed) return;
          // The muxer may use the memory again: the slice is ours, and goes on to the worker without another copy.
          const bytes = data.slice();
          const span = clock.close(bytes, start, VIDEO_TRACK);
          handlers.onCluster({ bytes, start: Math.round(1e6 * start), ...span });
        },
      }),
    });
    const onEncodedPacket = (packet: { timestamp: number; duration: number }) =>
      clock.add(packet.timestamp, packet.duration);
    const begin = () => (this.#beganAt ??= Date.now());
    const { frameRate, bitrate } = VIDEO[source];
    const [video] = stream.getVideoTracks();
    if (!video) throw new Error(`the ${source} has no video track`);
    const picture = new MediaStreamVideoTrackSource(
      video as MediaStreamVideoTrack,
      {
        codec: 'vp8',
        bitrate,
        keyFrameInterval: KEYFRAME_SECONDS,
        sizeChangeBehavior: 'contain',
        onEncodedPacket,
        onEncodedSample: begin,
      },
      { frameRate },
    );
    this.#output.addVideoTrack(picture, { frameRate });
    picture.errorPromise.catch(handlers.onError);
    for (const audio of stream.getAudioTracks()) {
      const sound = new MediaStreamAudioTrackSource(audio as MediaStreamAudioTrack, {
        codec: 'opus',
        bitrate: AUDIO_BITRATE,
        onEncodedPacket,
      });
      this.#output.addAudioTrack(sound);
      sound.errorPromise.catch(handlers.onError);
    }
  }

  /** Whether the camera or screen has given a frame. */
  get began(): boolean {
    return this.#beganAt !== null;
  }

  async start(): Promise<void> {
    await this.#output.start();
  }

  /**
   * Encodes what is left, hands over the last cluster and lets go of the devices. An encoder that does not come to an end
   * is left behind.
   */
  async stop(): Promise<void> {
    const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE));
    try {
      await Promise.race([this.#output.finalize(), patience]);
    } finally {
      this.#closed = true;
      for (const track of this.stream.getTracks()) track.stop();
    }
  }
}

function joined(head: Uint8Array | null, rest: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((head?.length ?? 0) + rest.length);
  if (head) bytes.set(head);
  bytes.set(rest, head?.length ?? 0);
  return bytes;
}
