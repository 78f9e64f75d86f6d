import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { FFMPEG } from './ffmpeg.ts';

/** The camera's picture: each frame carries its number as 16 blocks, black or white, most significant first. */
export const WIDTH = 640;
export const HEIGHT = 480;
/** Frames a second at which Chromium plays a motion JPEG as a camera, whatever rate was asked for. */
export const RATE = 30;
const BITS = 16;
const BLOCK = WIDTH / BITS;

/**
 * Makes a video for Chromium's fake camera (motion JPEG), each frame numbered.
 * @param seconds how long until it repeats
 */
export async function makeNumberedVideo(file: string, seconds: number): Promise<void> {
  const ffmpeg = spawn(
    FFMPEG,
    [
      '-loglevel',
      'error',
      '-y',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'gray',
      '-s',
      `${WIDTH}x${HEIGHT}`,
      '-r',
      String(RATE),
      '-i',
      '-',
    ].concat(['-c:v', 'mjpeg', '-q:v', '3', '-pix_fmt', 'yuvj420p', '-f', 'mjpeg', file]),
    { stdio: ['pipe', 'inherit', 'inherit'] },
  );
  for (let number = 0; number < seconds * RATE; number++) {
    if (!ffmpeg.stdin.write(drawFrame(number))) await once(ffmpeg.stdin, 'drain');
  }
  ffmpeg.stdin.end();
  const [code] = await once(ffmpeg, 'exit');
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
}

function drawFrame(number: number): Buffer {
  const frame = Buffer.alloc(WIDTH * HEIGHT, 128);
  for (let bit = 0; bit < BITS; bit++) {
    const value = (number >> (BITS - 1 - bit)) & 1 ? 235 : 16;
    for (let y = 120; y < 360; y++) frame.fill(value, y * WIDTH + bit * BLOCK, y * WIDTH + (bit + 1) * BLOCK);
  }
  return frame;
}

/**
 * Decodes a recording's picture and reads each frame's number, in order.
 * @param webm a media header and the clusters that follow it
 */
export async function readNumbers(webm: Buffer): Promise<number[]> {
  const row = ['-vf', `scale=${WIDTH}:${HEIGHT},crop=${WIDTH}:1:0:${HEIGHT / 2},format=gray`];
  const ffmpeg = spawn(
    FFMPEG,
    [
      // Raw frames have no times, and it would complain of those that come closer together than it thinks.
      ...['-loglevel', 'fatal', '-i', '-', '-map', '0:v', '-fps_mode', 'passthrough'],
      ...[...row, '-f', 'rawvideo', '-'],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  ffmpeg.stdin.end(webm);
  const chunks: Buffer[] = [];
  for await (const chunk of ffmpeg.stdout) chunks.push(chunk as Buffer);
  const rows = Buffer.concat(chunks);
  return Array.from({ length: rows.length / WIDTH }, (_, frame) => {
    let number = 0;
    for (let bit = 0; bit < BITS; bit++) {
      number = (number << 1) | ((rows[frame * WIDTH + bit * BLOCK + BLOCK / 2] ?? 0) > 128 ? 1 : 0);
    }
    return number;
  });
}

/** Reads a frame's number from what a video element shows. Runs in the page. */
export function readNumber(video: HTMLVideoElement): number {
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 480;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.drawImage(video, 0, 0, 640, 480);
  let number = 0;
  for (let bit = 0; bit < 16; bit++) {
    const { data } = context.getImageData(bit * 40 + 14, 234, 12, 12);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum += data[i] ?? 0;
    number = (number << 1) | (sum / (data.length / 4) > 128 ? 1 : 0);
  }
  return number;
}

/** Follows what a video element presents: its last frame's number and media time stand in `data-presented`. Runs in the page. */
export function followFrames(video: HTMLVideoElement): void {
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 480;
  const context = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  const follow: VideoFrameRequestCallback = (_now, { mediaTime }) => {
    context.drawImage(video, 0, 0, 640, 480);
    let number = 0;
    for (let bit = 0; bit < 16; bit++) {
      number = (number << 1) | ((context.getImageData(bit * 40 + 20, 240, 1, 1).data[0] ?? 0) > 128 ? 1 : 0);
    }
    video.dataset['presented'] = JSON.stringify({ number, position: mediaTime });
    video.requestVideoFrameCallback(follow);
  };
  video.requestVideoFrameCallback(follow);
}
