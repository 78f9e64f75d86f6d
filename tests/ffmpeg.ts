import { existsSync } from 'node:fs';
import ffmpegStatic from 'ffmpeg-static';

/** The ffmpeg to run: the npm package's where its binary could be fetched, else CLOISTER_FFMPEG, else the system's. */
export const FFMPEG =
  ffmpegStatic && existsSync(ffmpegStatic) ? ffmpegStatic : (process.env['CLOISTER_FFMPEG'] ?? 'ffmpeg');
