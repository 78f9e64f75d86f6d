/** Camera and microphone: asking for them, choosing among them, and saying what to do when they do not come. */

const AGAIN = 'then choose “Turn on camera and microphone” again.';
/** What stands there while the browser asks. */
export const ASKING = 'Your browser asks whether this page may use your camera and microphone. Choose “Allow”.';
/** Milliseconds after which the browser is not waited for alone: it can lose a request. */
export const ANSWER_PATIENCE = 15_000;
export const UNANSWERED = `Your browser has not answered. Look for its question beside this page’s address and choose “Allow”; if there is none, ${AGAIN}`;

const REFUSALS: Record<string, string> = {
  NotAllowedError: `Your browser did not allow the camera and microphone. Allow both with the icon beside this page’s address, ${AGAIN}`,
  NotFoundError: `No camera or no microphone was found. Connect both, ${AGAIN}`,
  OverconstrainedError: `The camera or microphone you chose is not there any more. Choose another one, ${AGAIN}`,
  NotReadableError: `Your camera or microphone gave no picture or sound; another program may be using it. Close other programs that use it, such as video calls, ${AGAIN}`,
};

/** @param error what getUserMedia threw @returns what happened and what to do */
export function sentenceOfDevices(error: unknown): string {
  const name = error instanceof Error || error instanceof DOMException ? error.name : 'unknown';
  return REFUSALS[name] ?? `Your camera and microphone could not be turned on (${name}). Reload the page, ${AGAIN}`;
}

/** @returns why this browser cannot record, or null when it can */
export function sentenceOfBrowser(): string | null {
  if (!isSecureContext || !navigator.mediaDevices) {
    return 'This page was not opened over a secure connection, so your browser keeps camera and microphone closed to it. Open your personal link again.';
  }
  if (!('VideoEncoder' in globalThis) || !('AudioEncoder' in globalThis)) {
    return 'This browser cannot record. Use a current Chrome, Edge, Firefox or Safari on a computer, and open your personal link there.';
  }
  return null;
}

/**
 * Asks for a camera and a microphone.
 * @param camera device id, or empty for the browser's choice
 * @param microphone device id, or empty for the browser's choice
 * @throws DOMException as getUserMedia does
 */
export async function openDevices(camera: string, microphone: string): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({
    video: {
      width: { ideal: 640 },
      height: { ideal: 480 },
      frameRate: { ideal: 15 },
      ...(camera && { deviceId: { exact: camera } }),
    },
    audio: { channelCount: { ideal: 1 }, ...(microphone && { deviceId: { exact: microphone } }) },
  });
}

/** Fills the two lists with the devices that there are, the ones in use chosen. */
export async function listDevices(
  stream: MediaStream,
  camera: HTMLSelectElement,
  microphone: HTMLSelectElement,
): Promise<void> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const lists = [
    { kind: 'videoinput', select: camera, track: stream.getVideoTracks()[0], word: 'Camera' },
    { kind: 'audioinput', select: microphone, track: stream.getAudioTracks()[0], word: 'Microphone' },
  ];
  for (const { kind, select, track, word } of lists) {
    const options = devices
      .filter((device) => device.kind === kind && device.deviceId !== '')
      .map(({ label, deviceId }, i) => new Option(label || `${word} ${i + 1}`, deviceId));
    select.replaceChildren(...options);
    select.value = track?.getSettings().deviceId ?? '';
  }
}

/**
 * Moves a meter with the loudness of the stream's sound.
 * @returns stops it
 */
export function showLevel(stream: MediaStream, meter: HTMLMeterElement): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let frame = 0;
  const draw = () => {
    analyser.getFloatTimeDomainData(samples);
    meter.value = Math.min(1, 2 * Math.max(...samples.map(Math.abs)));
    frame = requestAnimationFrame(draw);
  };
  draw();
  return () => {
    cancelAnimationFrame(frame);
    void context.close();
  };
}
