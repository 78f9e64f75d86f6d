/** Camera and microphone: asking for them, choosing among them, and saying what to do when they do not come. */

/** Milliseconds after which the browser is not waited for alone: it can lose a request. */
export const ANSWER_PATIENCE = 15_000;

/** Which devices are asked for. A device id, or empty for the browser's choice; null where the exam does not record it. */
export interface Wanted {
  camera: string | null;
  microphone: string | null;
}

export interface Devices {
  picture: MediaStreamTrack | null;
  sound: MediaStreamTrack | null;
  /** Why the microphone did not come although the rest did. */
  soundFault: unknown;
}

/** @returns "camera and microphone", or the one of them that is wanted */
export function wordOf({ camera, microphone }: Wanted): string {
  if (camera === null) return 'microphone';
  return microphone === null ? 'camera' : 'camera and microphone';
}

/** @returns what stands there while the browser asks */
export function askingFor(wanted: Wanted): string {
  return `Your browser asks whether this page may use your ${wordOf(wanted)}. Choose “Allow”.`;
}

/** @returns what stands there when the browser has not answered */
export function unanswered(wanted: Wanted): string {
  return `Your browser has not answered. Look for its question beside this page’s address and choose “Allow”; if there is none, choose “Turn on ${wordOf(wanted)}” again.`;
}

/** @param error what getUserMedia threw @param button the words on the button to press @returns what happened and what to do */
export function sentenceOfDevices(error: unknown, wanted: Wanted, button: string): string {
  const word = wordOf(wanted);
  const again = `then choose “${button}”.`;
  const either = word.replace(' and ', ' or ');
  switch (nameOf(error)) {
    case 'NotAllowedError':
      return `Your browser did not allow the ${word}. Allow ${both(word)} with the icon beside this page’s address, ${again}`;
    case 'NotFoundError':
      return `No ${word.replace(' and ', ' or no ')} was found. Connect ${both(word)}, ${again}`;
    case 'OverconstrainedError':
      return `The ${either} you chose is not there any more. Choose another one, ${again}`;
    case 'NotReadableError':
      return `Your ${either} gave nothing; another program may be using it. Close other programs that use it, such as video calls, ${again}`;
    default:
      return `Your ${word} could not be turned on (${nameOf(error)}). Reload the page, ${again}`;
  }
}

/** @returns what is said where the picture came and the microphone did not */
export function sentenceOfSilence(error: unknown): string {
  const silent = 'Recording goes on with silence until it gives sound; this is not held against you.';
  switch (nameOf(error)) {
    case 'NotAllowedError':
      return `Your browser does not allow the microphone. Allow it with the icon beside this page’s address. ${silent}`;
    case 'NotFoundError':
      return `No microphone was found. Connect one, and it is used by itself. ${silent}`;
    case 'OverconstrainedError':
      return `The microphone you chose is not there any more, and no other one could be used. Connect one, and it is used by itself. ${silent}`;
    default:
      return `Your microphone gives no sound; another program may be using it. Close programs that use it. ${silent}`;
  }
}

/** @returns whether the browser, or whoever sits before it, said no */
export function isRefusal(error: unknown): boolean {
  return nameOf(error) === 'NotAllowedError';
}

export function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : 'unknown';
}

/** @returns why this browser cannot record, or null when it can */
export function sentenceOfBrowser(): string | null {
  if (!isSecureContext || !navigator.mediaDevices) {
    return 'This page was not opened over a secure connection, so your browser keeps camera, microphone and screen closed to it. Open your personal link again.';
  }
  if (!('VideoEncoder' in globalThis) || !('AudioEncoder' in globalThis)) {
    return 'This browser cannot record. Use a current Chrome, Edge, Firefox or Safari on a computer, and open your personal link there.';
  }
  return null;
}

/**
 * Asks for what is wanted, in one question. A chosen device that does not come is done without: any other is asked for. Where only
 * the microphone is missing, the camera comes alone.
 * @throws DOMException as getUserMedia does, when no wanted picture came
 */
export async function openDevices(wanted: Wanted): Promise<Devices> {
  try {
    return devicesOf(await openAny(wanted), null);
  } catch (error) {
    if (wanted.microphone === null) throw error;
    if (wanted.camera === null) return { picture: null, sound: null, soundFault: error };
    // Asked for alone only where that is no second question on top of a refusal.
    if (isRefusal(error) && (await permissionOf('camera')) !== 'granted') throw error;
    return devicesOf(await openAny({ camera: wanted.camera, microphone: null }), error);
  }
}

/** Asks for the devices that are chosen, and once more without each choice, as long as that is no second question after a refusal. */
async function openAny(wanted: Wanted): Promise<MediaStream> {
  const any = { camera: wanted.camera && '', microphone: wanted.microphone && '' };
  const choices = [wanted, { ...wanted, microphone: any.microphone }, { ...wanted, camera: any.camera }, any];
  const asked = new Map(choices.map((choice) => [JSON.stringify(choice), choice]));
  let fault: unknown;
  for (const choice of asked.values()) {
    try {
      return await navigator.mediaDevices.getUserMedia(constraintsOf(choice));
    } catch (error) {
      fault = error;
      if (isRefusal(error)) break;
    }
  }
  throw fault;
}

function constraintsOf({ camera, microphone }: Wanted): MediaStreamConstraints {
  const video = camera !== null && {
    width: { ideal: 640 },
    height: { ideal: 480 },
    frameRate: { ideal: 15 },
    ...(camera && { deviceId: { exact: camera } }),
  };
  const audio = microphone !== null && {
    channelCount: { ideal: 1 },
    ...(microphone && { deviceId: { exact: microphone } }),
  };
  return { video, audio };
}

function devicesOf(stream: MediaStream, soundFault: unknown): Devices {
  return { picture: stream.getVideoTracks()[0] ?? null, sound: stream.getAudioTracks()[0] ?? null, soundFault };
}

/** @returns what the browser says of the permission; null where it says nothing */
export async function permissionOf(name: 'camera' | 'microphone'): Promise<PermissionState | null> {
  return (await permissionStatus(name))?.state ?? null;
}

/** @param changed is called whenever the permission is given after it was not */
export async function watchPermission(name: 'camera' | 'microphone', changed: () => void): Promise<void> {
  const status = await permissionStatus(name);
  status?.addEventListener('change', () => status.state === 'granted' && changed());
}

async function permissionStatus(name: 'camera' | 'microphone'): Promise<PermissionStatus | null> {
  return navigator.permissions.query({ name }).catch(() => null);
}

/** Fills a list with the devices that there are, the one in use chosen. */
export async function listDevices(
  kind: 'videoinput' | 'audioinput',
  select: HTMLSelectElement,
  used: MediaStreamTrack | null,
): Promise<void> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const word = kind === 'videoinput' ? 'Camera' : 'Microphone';
  const options = devices
    .filter((device) => device.kind === kind && device.deviceId !== '')
    .map(({ label, deviceId }, i) => new Option(label || `${word} ${i + 1}`, deviceId));
  select.replaceChildren(...options);
  select.value = used?.getSettings().deviceId ?? '';
}

function both(word: string): string {
  return word.includes(' and ') ? 'both' : 'it';
}
