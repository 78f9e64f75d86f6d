/** Writes WebM (RFC 9559 in EBML, RFC 8794): a header, and clusters of which each decodes alone behind it. Pure. */

const VIDEO_TRACK = 1;
const SOUND_TRACK = 2;
const KEYFRAME = 0x80;
/** Of 48,000 a second: what an Opus decoder has to leave out at the beginning and to decode before a seek (RFC 7845). */
const PRE_SKIP = 312;
const SEEK_PRE_ROLL = 3840;
const NANOSECONDS = 1e9 / 48_000;
/** Milliseconds of a cluster at most: a block's time within it has sixteen bits with a sign. */
const LONGEST = 20_000;

/** An encoded frame of picture or sound. */
export interface Packet {
  /** Milliseconds, whole ones. */
  time: number;
  bytes: Uint8Array;
  keyframe: boolean;
}

/**
 * @param picture its size in pixels
 * @param sampleRate of the sound as it went into the encoder; null where there is none
 * @returns what stands before the first cluster: a segment of unknown length, its VP8 track and its Opus track of one channel
 */
export function webmHeader(
  picture: { width: number; height: number },
  sampleRate: number | null,
): Uint8Array<ArrayBuffer> {
  const video = element(0xae, [
    ...trackOf(VIDEO_TRACK, 1, 'V_VP8'),
    element(0xe0, [element(0xb0, number(picture.width)), element(0xba, number(picture.height))]),
  ]);
  return joined([
    element(0x1a45dfa3, [
      element(0x4286, number(1)),
      element(0x42f7, number(1)),
      element(0x42f2, number(4)),
      element(0x42f3, number(8)),
      element(0x4282, text('webm')),
      element(0x4287, number(4)),
      element(0x4285, number(2)),
    ]),
    Uint8Array.of(0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
    element(0x1549a966, [
      element(0x2ad7b1, number(1_000_000)),
      element(0x4d80, text('Cloister')),
      element(0x5741, text('Cloister')),
    ]),
    element(0x1654ae6b, sampleRate === null ? [video] : [video, soundTrack(sampleRate)]),
  ]);
}

/**
 * @param pictures at least one, the first a keyframe with which the cluster begins
 * @param sounds none before that one
 * @param end milliseconds at which the last picture ends. It is written down: Firefox would guess it from the frames before,
 *   and where they come unevenly play no further than to the end that it guessed.
 * @returns a cluster; where that would be too long several, one behind the other
 */
export function webmCluster(pictures: Packet[], sounds: Packet[], end: number): Uint8Array<ArrayBuffer> {
  const last = pictures.at(-1);
  const blocks = [
    ...pictures.map((packet) => ({ ...packet, track: VIDEO_TRACK })),
    ...sounds.map((packet) => ({ ...packet, track: SOUND_TRACK })),
  ].sort((a, b) => a.time - b.time);
  const clusters: { start: number; content: Uint8Array[] }[] = [];
  for (const { time, track, keyframe, bytes } of blocks) {
    let cluster = clusters.at(-1);
    if (!cluster || time - cluster.start > LONGEST) {
      cluster = { start: time, content: [element(0xe7, number(time))] };
      clusters.push(cluster);
    }
    const head = new DataView(new ArrayBuffer(4));
    head.setUint8(0, 0x80 | track);
    head.setInt16(1, time - cluster.start);
    const content = [new Uint8Array(head.buffer), bytes];
    if (bytes !== last?.bytes) {
      head.setUint8(3, keyframe ? KEYFRAME : 0);
      cluster.content.push(element(0xa3, content));
      continue;
    }
    // A block in a group is no keyframe where it refers to another: to the one before it.
    const before = new DataView(new ArrayBuffer(2));
    before.setInt16(0, Math.max(-LONGEST, (pictures.at(-2)?.time ?? time) - time));
    const reference = keyframe ? [] : [element(0xfb, [new Uint8Array(before.buffer)])];
    const group = [element(0xa1, content), element(0x9b, number(end - time)), ...reference];
    cluster.content.push(element(0xa0, group));
  }
  return joined(clusters.map(({ content }) => element(0x1f43b675, content)));
}

function soundTrack(sampleRate: number): Uint8Array {
  const head = new DataView(new ArrayBuffer(19));
  'OpusHead'.split('').forEach((letter, i) => head.setUint8(i, letter.charCodeAt(0)));
  head.setUint8(8, 1);
  head.setUint8(9, 1);
  head.setUint16(10, PRE_SKIP, true);
  head.setUint32(12, sampleRate, true);
  const frequency = new DataView(new ArrayBuffer(8));
  frequency.setFloat64(0, 48_000);
  return element(0xae, [
    ...trackOf(SOUND_TRACK, 2, 'A_OPUS'),
    element(0x56aa, number(Math.round(PRE_SKIP * NANOSECONDS))),
    element(0x56bb, number(Math.round(SEEK_PRE_ROLL * NANOSECONDS))),
    element(0x63a2, [new Uint8Array(head.buffer)]),
    element(0xe1, [element(0xb5, [new Uint8Array(frequency.buffer)]), element(0x9f, number(1))]),
  ]);
}

function trackOf(track: number, type: number, codec: string): Uint8Array[] {
  return [
    element(0xd7, number(track)),
    element(0x73c5, number(track)),
    element(0x9c, number(0)),
    element(0x86, text(codec)),
    element(0x83, number(type)),
  ];
}

/** An element with its length in four bytes. */
function element(id: number, content: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = content.reduce((sum, { length }) => sum + length, 0);
  const size = new DataView(new ArrayBuffer(4));
  size.setUint32(0, 0x10000000 | length);
  return joined([...number(id), new Uint8Array(size.buffer), ...content]);
}

/** @returns a whole number's bytes, big endian, no more than it needs */
function number(value: number): [Uint8Array] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [Uint8Array.from(bytes)];
}

function text(value: string): [Uint8Array] {
  return [new TextEncoder().encode(value)];
}

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
