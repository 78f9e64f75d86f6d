import {
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  NullTarget,
  Output,
  WebMOutputFormat,
} from 'mediabunny';
import type { Cluster } from './capture-messages.ts';
import { ClusterClock } from './cluster.ts';

/** Under the keyframe interval, so that a keyframe that comes a frame early still begins a cluster. */
const CLUSTER_SECONDS = 1.5;
const VIDEO_TRACK = 1;

export interface WebmHandlers {
  /** The header of all clusters that follow. */
  onInit(init: Uint8Array<ArrayBuffer>): void;
  onCluster(cluster: Cluster): void;
  onError(error: unknown): void;
}

/** Puts encoded packets into WebM whose clusters each begin with a keyframe, so that the header and any cluster decode alone. */
export class Webm {
  #output: Output;
  #clock = new ClusterClock();
  #picture = new EncodedVideoPacketSource('vp8');
  #sound: EncodedAudioPacketSource | null;
  #handlers: WebmHandlers;

  constructor(hasSound: boolean, handlers: WebmHandlers) {
    this.#handlers = handlers;
    this.#sound = hasSound ? new EncodedAudioPacketSource('opus') : null;
    let head: Uint8Array = new Uint8Array();
    this.#output = new Output({
      target: new NullTarget(),
      format: new WebMOutputFormat({
        appendOnly: true,
        minimumClusterDuration: CLUSTER_SECONDS,
        onEbmlHeader: (data) => (head = data.slice()),
        onSegmentHeader: (data) => {
          const init = new Uint8Array(head.length + data.length);
          init.set(head);
          init.set(data, head.length);
          handlers.onInit(init);
        },
        onCluster: (data, _position, start) => {
          // The muxer may use the memory again.
          const bytes = data.slice();
          handlers.onCluster({
            bytes,
            start: Math.round(1e6 * start),
            ...this.#clock.close(bytes, start, VIDEO_TRACK),
          });
        },
      }),
    });
    this.#output.addVideoTrack(this.#picture);
    if (this.#sound) this.#output.addAudioTrack(this.#sound);
  }

  start(): Promise<void> {
    return this.#output.start();
  }

  addPicture(chunk: EncodedVideoChunk, meta?: EncodedVideoChunkMetadata): void {
    this.#picture.add(this.#packetOf(chunk), meta).catch(this.#handlers.onError);
  }

  addSound(chunk: EncodedAudioChunk, meta?: EncodedAudioChunkMetadata): void {
    this.#sound?.add(this.#packetOf(chunk), meta).catch(this.#handlers.onError);
  }

  /** Hands over the last cluster. */
  finish(): Promise<void> {
    return this.#output.finalize();
  }

  #packetOf(chunk: EncodedVideoChunk | EncodedAudioChunk): EncodedPacket {
    const packet = EncodedPacket.fromEncodedChunk(chunk);
    this.#clock.add(packet.timestamp, packet.duration);
    return packet;
  }
}
