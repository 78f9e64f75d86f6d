import type { Finding } from './finding.ts';
import { words } from '../words/check.ts';

type Device = 'camera' | 'microphone' | 'screen';

/** What a check may ask of the page while it runs. */
export interface Desk {
  /** Ends when the person leaves this check out. */
  left: AbortSignal;
  /** Says what happens, or what the person is asked to do. */
  say(sentence: string): void;
  /** Shows a button and resolves when it is pressed. */
  press(label: string): Promise<void>;
  /** Shows a picture that only the person sees. */
  show(stream: MediaStream): HTMLVideoElement;
}

const PATIENCE = 8000;
const WATCHED = 2000;
const LISTENED = 6000;
/** Loudness (0 to 1) from which it is more than the noise of the device itself. */
const HEARD = 0.01;

const REFUSALS: Record<string, (device: Device) => string> = {
  NotAllowedError: words.devices.refused,
  NotFoundError: words.devices.notFound,
  NotReadableError: words.devices.taken,
  AbortError: words.devices.notStarted,
};

/** Opens the camera and watches what it gives. */
export async function checkCamera(desk: Desk): Promise<Finding> {
  desk.say(words.devices.askingCamera);
  return withDevice(desk, 'camera', { video: { width: { ideal: 640 }, height: { ideal: 480 } } }, async (stream) => {
    const video = desk.show(stream);
    const seen = await watch(video, desk.left);
    if (seen.frames === 0)
      return {
        verdict: 'no',
        sentence: words.devices.noPicture,
      };
    if (seen.black)
      return {
        verdict: 'no',
        sentence: words.devices.black,
      };
    return { verdict: 'good', sentence: words.devices.picture(seen.width, seen.height) };
  });
}

/** Opens the microphone and listens. */
export async function checkMicrophone(desk: Desk): Promise<Finding> {
  desk.say(words.devices.askingMicrophone);
  return withDevice(desk, 'microphone', { audio: true }, async (stream) => {
    desk.say(words.devices.saySomething);
    const loudest = await listen(stream, desk.left);
    if (loudest === null)
      return {
        verdict: 'unmeasured',
        sentence: words.devices.noWayOut,
      };
    if (loudest === 0)
      return {
        verdict: 'no',
        sentence: words.devices.silent,
      };
    if (loudest < HEARD) return { verdict: 'good', sentence: words.devices.quiet };
    return { verdict: 'good', sentence: words.devices.heard };
  });
}

/** Has the person share their screen and looks at what was chosen. */
export async function checkScreen(desk: Desk): Promise<Finding> {
  for (let again = false; ; again = true) {
    desk.say(again ? words.devices.shareAgain : words.devices.share);
    await desk.press(again ? words.devices.shareAgainButton : words.devices.shareButton);
    if (desk.left.aborted) return { verdict: 'skipped', sentence: '' };
    const asked = {
      video: { displaySurface: 'monitor' },
      monitorTypeSurfaces: 'include',
      selfBrowserSurface: 'exclude',
    };
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getDisplayMedia(asked as DisplayMediaStreamOptions);
    } catch (error) {
      return refusalOf(error, 'screen');
    }
    try {
      const surface = stream.getVideoTracks()[0]?.getSettings().displaySurface;
      if (surface === 'window' || surface === 'browser') {
        if (!again) continue;
        return {
          verdict: 'no',
          sentence: words.devices.wrong(surface),
        };
      }
      const seen = await watch(desk.show(stream), desk.left);
      if (seen.frames === 0)
        return {
          verdict: 'no',
          sentence: words.devices.noScreen,
        };
      if (surface === undefined)
        return {
          verdict: 'good',
          sentence: words.devices.unverified,
        };
      return { verdict: 'good', sentence: words.devices.screen };
    } finally {
      stop(stream);
    }
  }
}

async function withDevice(
  desk: Desk,
  device: Device,
  asked: MediaStreamConstraints,
  look: (stream: MediaStream) => Promise<Finding>,
): Promise<Finding> {
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia(asked);
  } catch (error) {
    return refusalOf(error, device);
  }
  try {
    return desk.left.aborted ? { verdict: 'skipped', sentence: '' } : await look(stream);
  } finally {
    stop(stream);
  }
}

function refusalOf(error: unknown, device: Device): Finding {
  const name = error instanceof Error || error instanceof DOMException ? error.name : 'unknown';
  const sentence = REFUSALS[name]?.(device) ?? words.devices.failed(device, name);
  return { verdict: 'no', sentence };
}

/** @returns what a picture gives in two seconds; it waits longer for its first frame */
async function watch(video: HTMLVideoElement, left: AbortSignal) {
  let frames = 0;
  const count = () => {
    frames++;
    video.requestVideoFrameCallback(count);
  };
  video.requestVideoFrameCallback(count);
  await video.play().catch(() => {});
  const end = performance.now() + PATIENCE;
  while (frames === 0 && performance.now() < end && !left.aborted) await pause(50);
  if (frames > 0) await pause(WATCHED);
  return { frames, width: video.videoWidth, height: video.videoHeight, black: frames > 0 && isBlack(video) };
}

function isBlack(video: HTMLVideoElement): boolean {
  const canvas = new OffscreenCanvas(32, 24);
  const context = canvas.getContext('2d');
  if (!context) return false;
  context.drawImage(video, 0, 0, 32, 24);
  return context.getImageData(0, 0, 32, 24).data.every((value, i) => i % 4 === 3 || value < 12);
}

/** @returns the loudest of what was heard, 0 to 1, as soon as it is enough; null where no sound runs: Firefox without a way out for it */
async function listen(stream: MediaStream, left: AbortSignal): Promise<number | null> {
  const context = new AudioContext();
  try {
    const resumed = await Promise.race([context.resume().then(() => true), pause(PATIENCE).then(() => false)]);
    if (!resumed) return null;
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    const end = performance.now() + LISTENED;
    while (loudest < HEARD && performance.now() < end && !left.aborted) {
      await pause(20);
      analyser.getFloatTimeDomainData(samples);
      for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
    }
    return loudest;
  } finally {
    void context.close();
  }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
