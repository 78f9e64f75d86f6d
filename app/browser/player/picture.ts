import type { Source } from '../../wire.ts';
import type { Hole } from './layout.ts';
import { drawWatermark } from './watermark.ts';
import { HOLES } from './words.ts';

/** A picture place: a video under its watermark, and the words that stand there when there is nothing to show. */
export interface Picture {
  video: HTMLVideoElement;
  /** @param hole why there is nothing to show, undefined while there is */
  say(hole: Hole | undefined): void;
}

/** @param watermark drawn over the picture */
export function addPicture(pictures: HTMLElement, source: Source, watermark: string): Picture {
  const figure = document.createElement('figure');
  const video = document.createElement('video');
  const canvas = document.createElement('canvas');
  const words = document.createElement('figcaption');
  figure.dataset['source'] = source;
  video.dataset['source'] = source;
  video.playsInline = true;
  video.preload = 'auto';
  video.disablePictureInPicture = true;
  video.disableRemotePlayback = true;
  video.addEventListener('contextmenu', (event) => event.preventDefault());
  video.setAttribute('aria-label', `Picture of the ${source}`);
  canvas.setAttribute('aria-hidden', 'true');
  figure.append(video, words, canvas);
  pictures.append(figure);
  drawWatermark(canvas, watermark);
  return {
    video,
    say(hole) {
      figure.toggleAttribute('data-absent', hole !== undefined);
      const sentence = hole ? HOLES[hole.cause] : '';
      if (words.textContent !== sentence) words.textContent = sentence;
    },
  };
}
