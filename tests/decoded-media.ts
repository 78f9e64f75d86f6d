import { spawn } from 'node:child_process';
import { FFMPEG } from './ffmpeg.ts';

export interface DecodedMedia {
  /** Each frame's time in seconds, and a digest of its picture. */
  frames: { at: number; digest: string }[];
  /** Loudest sample in dB below full scale; null where there is no sound track. */
  loudest: number | null;
}

/** Decodes a WebM and looks at what is in it. @throws Error with the decoder's words when it complains */
export async function decodeMedia(webm: Buffer): Promise<DecodedMedia> {
  const pictures = await decode(webm, 'error', ['-map', '0:v', '-fps_mode', 'passthrough', '-f', 'framehash', '-']);
  if (pictures.words !== '') throw new Error(pictures.words);
  const [, numerator = '', denominator = ''] = /^#tb 0: (\d+)\/(\d+)$/m.exec(pictures.out) ?? [];
  const frames = pictures.out
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, , time = '', , , digest = ''] = line.split(',').map((field) => field.trim());
      return { at: (Number(time) * Number(numerator)) / Number(denominator), digest };
    });
  const sound = await decode(webm, 'info', ['-map', '0:a?', '-af', 'volumedetect', '-f', 'null', '-']);
  const [, loudest] = /max_volume: (-?[\d.]+) dB/.exec(sound.words) ?? [];
  return { frames, loudest: loudest === undefined ? null : Number(loudest) };
}

async function decode(webm: Buffer, level: string, args: string[]): Promise<{ out: string; words: string }> {
  const ffmpeg = spawn(FFMPEG, ['-loglevel', level, '-nostats', '-i', '-', ...args], { stdio: 'pipe' });
  const done = new Promise((resolve) => ffmpeg.once('close', resolve));
  let out = '';
  let words = '';
  ffmpeg.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  ffmpeg.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
  ffmpeg.stdin.on('error', () => {});
  ffmpeg.stdin.end(webm);
  await done;
  return { out, words: words.trim() };
}
