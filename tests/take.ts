/** What a camera takes, made by ffmpeg: WebM that is cut where the recorder cuts it. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FFMPEG } from './ffmpeg.ts';

const run = promisify(execFile);

/** libvpx's threads wait by spinning, and starve each other on a busy machine: one each. */
const VP8 = ['-c:v', 'libvpx', '-threads', '1', '-deadline', 'realtime', '-cpu-used', '8'];

/** A run of the recorder: a WebM whose segments are cut at its clusters. */
export interface Take {
  init: Uint8Array<ArrayBuffer>;
  /** Times in seconds since the take began. */
  clusters: { bytes: Uint8Array<ArrayBuffer>; from: number; to: number }[];
}

/** Grey of the block in the picture's corner at a second of the recording, and back. */
export const secondOf = (grey: number) => ((grey * 219) / 255 + 16 - 20) / 3;

/**
 * Films a test picture whose top left corner tells the second: luma 20 + 3 per second.
 * @param from the second at which the corner starts
 */
export async function film(folder: string, seconds: number, from: number): Promise<Take & { file: string }> {
  const file = join(folder, `${randomUUID()}.webm`);
  const size = { source: `testsrc2=s=640x480:r=15:d=${seconds}`, corner: `color=black:s=96x96:r=15:d=${seconds}` };
  const corner = `geq=lum='20+3*(T+${from})':cb=128:cr=128`;
  await run(FFMPEG, [
    ...['-loglevel', 'error', '-f', 'lavfi', '-i', size.source, '-f', 'lavfi', '-i', size.corner],
    ...['-f', 'lavfi', '-i', `sine=f=440:d=${seconds}`],
    ...['-filter_complex', `[1]${corner},format=yuv420p[c];[0]format=yuv420p[p];[p][c]overlay=0:0[v]`],
    ...['-map', '[v]', '-map', '2', ...VP8, '-b:v', '800k'],
    ...['-g', '30', '-keyint_min', '30', '-c:a', 'libopus', '-b:a', '32k', file],
  ]);
  return { ...cut(await readFile(file), seconds), file };
}

/**
 * Films numbered frames, 30 a second since second 0: each carries its number as 16 blocks side by side, black or white, most
 * significant first.
 * @param options.from the second of the first frame
 * @param options.fps frames a second that are kept
 * @param options.size as ffmpeg writes it
 */
export async function filmNumbers(
  folder: string,
  options: { from: number; to: number; sound?: 'tone' | 'silence'; fps?: number; size?: string; bitrate?: string },
): Promise<Take> {
  const { from, to, sound, fps = 30, size = '320:240', bitrate = '400k' } = options;
  const file = join(folder, `${randomUUID()}.webm`);
  const raw = Buffer.alloc((to - from) * 30 * 16);
  for (let i = 0; i < raw.length; i++) raw[i] = ((from * 30 + Math.floor(i / 16)) >> (15 - (i % 16))) & 1 ? 235 : 16;
  await writeFile(`${file}.raw`, raw);
  const source = `${sound === 'tone' ? 'sine=f=440' : 'anullsrc=r=48000:cl=mono'}:d=${to - from}`;
  const keyframes = String(Math.ceil(2 * fps));
  await run(FFMPEG, [
    ...['-loglevel', 'error', '-f', 'rawvideo', '-pix_fmt', 'gray', '-s', '16x1', '-r', '30', '-i', `${file}.raw`],
    ...(sound ? ['-f', 'lavfi', '-i', source] : []),
    ...['-map', '0', '-vf', `scale=${size}:flags=neighbor,format=yuv420p,fps=${fps}`],
    ...[...VP8, '-b:v', bitrate],
    ...['-g', keyframes, '-keyint_min', keyframes],
    ...(sound ? ['-map', '1', '-c:a', 'libopus', '-b:a', '32k'] : []),
    file,
  ]);
  return cut(await readFile(file), to - from);
}

/** Reads the head of an EBML element (RFC 8794): its id in hex, where its content begins, and how many bytes that has. */
function elementAt(webm: Uint8Array, at: number) {
  const idLength = Math.clz32(webm[at]!) - 23;
  const sizeAt = at + idLength;
  const sizeLength = Math.clz32(webm[sizeAt]!) - 23;
  let size = webm[sizeAt]! & (0xff >> sizeLength);
  for (let i = 1; i < sizeLength; i++) size = size * 256 + webm[sizeAt + i]!;
  return { id: Buffer.from(webm.subarray(at, sizeAt)).toString('hex'), content: sizeAt + sizeLength, size };
}

/** A cluster of unknown size, as the recorder writes its clusters. */
const CLUSTER = Buffer.from('1f43b67501ffffffffffffff', 'hex');

/** Cuts a WebM file at its clusters. */
export function cut(webm: Buffer, seconds: number): Take {
  const header = elementAt(webm, 0);
  const segment = elementAt(webm, header.content + header.size);
  const parts: Uint8Array[] = [
    webm.subarray(0, header.content + header.size),
    Buffer.from('1853806701ffffffffffffff', 'hex'),
  ];
  const clusters: Take['clusters'] = [];
  for (let at = segment.content; at < webm.length; ) {
    const { id, content, size } = elementAt(webm, at);
    if (id === '1549a966' || id === '1654ae6b') parts.push(webm.subarray(at, content + size));
    if (id === '1f43b675') {
      const time = elementAt(webm, content);
      const from = webm.readUIntBE(time.content, time.size) / 1000;
      const last = clusters.at(-1);
      if (last) last.to = from;
      const bytes = Buffer.concat([CLUSTER, webm.subarray(content, content + size)]);
      clusters.push({ bytes: new Uint8Array(bytes), from, to: seconds });
    }
    at = content + size;
  }
  return { init: new Uint8Array(Buffer.concat(parts)), clusters };
}

/** Numbers of a take's tracks. */
const TRACKS = { picture: 0x81, sound: 0x82 };

/** @returns the take without its picture or its sound in these seconds, as an overloaded machine leaves it out */
export function lose(take: Take, what: keyof typeof TRACKS, from: number, to: number): Take {
  const clusters = take.clusters.map((cluster) => {
    const kept: Uint8Array[] = [CLUSTER];
    for (let at = CLUSTER.length; at < cluster.bytes.length; ) {
      const { id, content, size } = elementAt(cluster.bytes, at);
      // SimpleBlock (RFC 9559 section 10.2): track number, then the time since the cluster's in milliseconds.
      const block = id === 'a3' && Buffer.from(cluster.bytes.subarray(content, content + 3));
      const time = block ? cluster.from + block.readInt16BE(1) / 1000 : 0;
      if (!block || block[0] !== TRACKS[what] || time < from || time >= to)
        kept.push(cluster.bytes.subarray(at, content + size));
      at = content + size;
    }
    return { ...cluster, bytes: new Uint8Array(Buffer.concat(kept)) };
  });
  return { ...take, clusters };
}

/**
 * @returns the take with the cluster at this second spoilt, in a way that only a decoder sees: no WebM any more, or frames that
 *   are none
 */
export function spoil(take: Take, second: number, what: 'container' | 'frames'): Take {
  const clusters = take.clusters.map((cluster) => {
    if (second < cluster.from || second >= cluster.to) return cluster;
    const bytes = cluster.bytes.slice();
    if (what === 'container') return { ...cluster, bytes: bytes.fill(0, 4) };
    for (let at = CLUSTER.length; at < bytes.length; ) {
      const { id, content, size } = elementAt(bytes, at);
      // The picture's blocks keep their heads.
      if (id === 'a3' && bytes[content] === TRACKS.picture) bytes.fill(0xff, content + 4, content + size);
      at = content + size;
    }
    return { ...cluster, bytes };
  });
  return { ...take, clusters };
}
