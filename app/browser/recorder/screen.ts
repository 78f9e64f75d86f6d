/** The screen: asking for it, seeing whether it is the screen that was shared, and saying what to do when it is not. */
import type { Quality } from '../../wire.ts';

export const ASKING_SCREEN = 'Your browser asks what to share. Choose the entire screen.';

/** Something else than the whole screen was chosen. */
export class WrongSurface extends Error {
  /** "a window" or "a browser tab" */
  readonly what: string;

  constructor(what: string) {
    super(`${what} was shared`);
    this.what = what;
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
    throw new WrongSurface(displaySurface === 'window' ? 'a window' : 'a browser tab');
  }
  return { track, verified: displaySurface === 'monitor' };
}

/** @param error what shareScreen threw @param button the words on the button to press @returns what happened and what to do */
export function sentenceOfSharing(error: unknown, button: string): string {
  const again = `choose “${button}”`;
  if (error instanceof WrongSurface) {
    return `You shared ${error.what}. This exam records the whole screen: ${again} once more and take “Entire screen” in your browser’s question.`;
  }
  const name = error instanceof Error || error instanceof DOMException ? error.name : 'unknown';
  if (name === 'NotAllowedError') {
    return `Your screen is not shared: the question was closed, or your computer does not let this browser share it. To share it, ${again} and then “Entire screen”. On a Mac, allow it under System Settings, Privacy & Security, Screen Recording.`;
  }
  if (name === 'TypeError' || !navigator.mediaDevices?.getDisplayMedia) {
    return 'This browser cannot share a screen. Use a current Chrome, Edge, Firefox or Safari on a computer.';
  }
  return `Your screen could not be shared (${name}). To try again, ${again}.`;
}

/** @returns what stands there once the screen is shared */
export function sentenceOfShared(verified: boolean): string {
  return verified
    ? 'Your screen is shared.'
    : 'Your screen is shared. This browser does not tell whether it is the entire screen; please look at the picture below. That it cannot be told is not held against you.';
}
