/** Camera and microphone: asking for them, choosing among them, and saying what to do when they do not come. */
import type { Asked } from '../words/en/recorder.ts';
import { words } from '../words/recorder.ts';

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

/** @returns what is asked for of the two */
export function askedOf({ camera, microphone }: Wanted): Asked {
  if (camera === null) return 'microphone';
  return microphone === null ? 'camera' : 'both';
}

/** @param error what getUserMedia threw @param button the words on the button to press @returns what happened and what to do */
export function sentenceOfDevices(error: unknown, wanted: Wanted, button: string): string {
  const { devices } = words;
  const asked = askedOf(wanted);
  switch (nameOf(error)) {
    case 'NotAllowedError':
      return devices.refused(asked, button);
    case 'NotFoundError':
      return devices.notFound(asked, button);
    case 'OverconstrainedError':
      return devices.gone(asked, button);
    case 'NotReadableError':
      return devices.taken(asked, button);
    default:
      return devices.failed(asked, nameOf(error), button);
  }
}

/** @returns what is said where the picture came and the microphone did not */
export function sentenceOfSilence(error: unknown): string {
  const { silence } = words.devices;
  switch (nameOf(error)) {
    case 'NotAllowedError':
      return silence.refused;
    case 'NotFoundError':
      return silence.notFound;
    case 'OverconstrainedError':
      return silence.gone;
    default:
      return silence.taken;
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
    return words.page.insecure;
  }
  if (!('VideoEncoder' in globalThis) || !('AudioEncoder' in globalThis)) {
    return words.page.unable;
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
  const name = kind === 'videoinput' ? 'camera' : 'microphone';
  const options = devices
    .filter((device) => device.kind === kind && device.deviceId !== '')
    .map(({ label, deviceId }, i) => new Option(label || words.devices.numbered(name, i + 1), deviceId));
  select.replaceChildren(...options);
  select.value = used?.getSettings().deviceId ?? '';
}
