/** The screen: asking for it, seeing whether it is the screen that was shared, and saying what to do when it is not. */
import type { Quality } from '../../wire.ts';
import { words } from '../words/recorder.ts';

/** Something else than the whole screen was chosen. */
export class WrongSurface extends Error {
  readonly surface: 'window' | 'browser';

  constructor(surface: 'window' | 'browser') {
    super(`a ${surface} was shared`);
    this.surface = surface;
  }
}

/** Chromium's options that the DOM's types do not know yet. */
interface DisplayOptions extends DisplayMediaStreamOptions {
  monitorTypeSurfaces: 'include';
  surfaceSwitching: 'exclude';
  selfBrowserSurface: 'exclude';
}

/**
 * Asks for the whole screen; needs a click of the test taker just before.
 * @returns its track, and whether the browser tells that it is the whole screen: Firefox tells nothing
 * @throws WrongSurface, or DOMException as getDisplayMedia does
 */
export async function shareScreen({ frameRate }: Quality): Promise<{ track: MediaStreamTrack; verified: boolean }> {
  const options: DisplayOptions = {
    video: {
      displaySurface: 'monitor',
      width: { max: 1280 },
      height: { max: 720 },
      frameRate: { max: Math.max(1, frameRate) },
    },
    audio: false,
    monitorTypeSurfaces: 'include',
    surfaceSwitching: 'exclude',
    selfBrowserSurface: 'exclude',
  };
  const stream = await navigator.mediaDevices.getDisplayMedia(options);
  const [track] = stream.getVideoTracks();
  if (!track) throw new DOMException('nothing was shared', 'NotFoundError');
  const { displaySurface } = track.getSettings();
  if (displaySurface === 'window' || displaySurface === 'browser') {
    track.stop();
    throw new WrongSurface(displaySurface);
  }
  return { track, verified: displaySurface === 'monitor' };
}

/** @param error what shareScreen threw @param button the words on the button to press @returns what happened and what to do */
export function sentenceOfSharing(error: unknown, button: string): string {
  const { screen } = words;
  if (error instanceof WrongSurface) return screen.wrong(error.surface, button);
  const name = error instanceof Error || error instanceof DOMException ? error.name : 'unknown';
  if (name === 'NotAllowedError') return screen.refused(button);
  if (name === 'TypeError' || !navigator.mediaDevices?.getDisplayMedia) return screen.unable;
  return screen.failed(name, button);
}
