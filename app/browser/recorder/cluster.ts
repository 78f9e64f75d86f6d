/** Reads just enough of a WebM cluster to say which time it covers and whether it decodes alone. Pure. */

const CLUSTER = 0x1f43b675;
const TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;

interface ClusterBlocks {
  /** Milliseconds of the last block. */
  last: number;
  /** Whether the first block of the video track is a keyframe; false where there is none. */
  keyframe: boolean;
}

/** An encoded packet that is on its way into a cluster. Milliseconds. */
interface Packet {
  time: number;
  end: number;
}

/** Follows the packets of a run, so that each cluster's end is known at the moment it is complete. */
export class ClusterClock {
  #packets: Packet[] = [];

  /** @param start seconds @param duration seconds, as the encoder gave them */
  add(start: number, duration: number): void {
    const time = Math.round(1000 * start);
    this.#packets.push({ time, end: time + 1000 * duration });
  }

  /**
   * @param bytes a whole cluster
   * @param start the cluster's beginning, seconds
   * @param videoTrack number of the video track
   * @returns duration in µs: to the first packet after it, or to the end of its last one
   * @throws RangeError when the bytes are no cluster
   */
  close(bytes: Uint8Array, start: number, videoTrack: number): { duration: number; keyframe: boolean } {
    const { last, keyframe } = readCluster(bytes, videoTrack);
    const inside = this.#packets.filter(({ time }) => time <= last);
    this.#packets = this.#packets.filter(({ time }) => time > last);
    const end =
      this.#packets.length > 0
        ? Math.min(...this.#packets.map(({ time }) => time))
        : Math.max(last, ...inside.map((packet) => packet.end));
    return { duration: Math.round(1000 * (end - 1000 * start)), keyframe };
  }
}

/** @throws RangeError when the bytes are no cluster of simple blocks */
function readCluster(bytes: Uint8Array, videoTrack: number): ClusterBlocks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== CLUSTER) throw new RangeError('these bytes are no WebM cluster');
  let at = 4 + readSize(view, 4).length;
  let base = 0;
  let last = 0;
  let keyframe: boolean | null = null;
  while (at < bytes.length) {
    const id = view.getUint8(at);
    const size = readSize(view, at + 1);
    const body = at + 1 + size.length;
    if (id === TIMESTAMP) {
      for (let i = 0; i < size.value; i++) base = 256 * base + view.getUint8(body + i);
    } else if (id === SIMPLE_BLOCK) {
      const track = readSize(view, body);
      last = Math.max(last, base + view.getInt16(body + track.length));
      if (track.value === videoTrack) keyframe ??= (view.getUint8(body + track.length + 2) & 0x80) !== 0;
    }
    at = body + size.value;
  }
  return { last, keyframe: keyframe ?? false };
}

/** An EBML variable-size integer (RFC 8794 section 4). */
function readSize(view: DataView, at: number): { value: number; length: number } {
  const first = view.getUint8(at);
  const length = Math.clz32(first) - 23;
  let value = first & (0xff >> length);
  for (let i = 1; i < length; i++) value = 256 * value + view.getUint8(at + i);
  return { value, length };
}
