/** Asking for camera and microphone, of a browser that has the devices that each test names. */
import { afterEach, expect, test, vi } from 'vitest';
import { openDevices, sentenceOfSilence } from '../app/browser/recorder/devices.ts';

afterEach(() => vi.unstubAllGlobals());

type Fault = 'NotReadableError' | 'NotAllowedError';

/**
 * A browser that answers as Media Capture and Streams section 10.2 says.
 * @param devices by kind, in the browser's order, each with what keeps it from being opened
 * @returns the constraints it was asked with
 */
function browser(devices: Record<'video' | 'audio', Record<string, Fault | null>>): MediaStreamConstraints[] {
  const asked: MediaStreamConstraints[] = [];
  const open = (kind: 'video' | 'audio', constraints: MediaTrackConstraints) => {
    const { exact } = (constraints.deviceId ?? {}) as ConstrainDOMStringParameters;
    const there = Object.entries(devices[kind]);
    if (there.length === 0) throw new DOMException('none', 'NotFoundError');
    const found = there.find(([id]) => exact === undefined || id === exact);
    // Not a DOMException in browsers either.
    if (!found) throw Object.assign(new Error('gone'), { name: 'OverconstrainedError' });
    if (found[1]) throw new DOMException('kept', found[1]);
    return found[0];
  };
  vi.stubGlobal('navigator', {
    permissions: { query: async () => ({ state: 'granted' }) },
    mediaDevices: {
      async getUserMedia(constraints: MediaStreamConstraints) {
        asked.push(constraints);
        const video = constraints.video ? [open('video', constraints.video as MediaTrackConstraints)] : [];
        const audio = constraints.audio ? [open('audio', constraints.audio as MediaTrackConstraints)] : [];
        return { getVideoTracks: () => video, getAudioTracks: () => audio };
      },
    },
  });
  return asked;
}

test('takes what was chosen where it is there, in one question', async () => {
  const asked = browser({ video: { inner: null, outer: null }, audio: { desk: null, headset: null } });
  const devices = await openDevices({ camera: 'outer', microphone: 'headset' });
  expect(devices).toEqual({ picture: 'outer', sound: 'headset', soundFault: null });
  expect(asked).toHaveLength(1);
});

test.each([null, 'outer'])(
  'takes another microphone for a headset that was pulled out (with the camera %s)',
  async (camera) => {
    browser({ video: { inner: null, outer: null }, audio: { desk: null } });
    expect(await openDevices({ camera, microphone: 'headset' })).toEqual({
      picture: camera,
      sound: 'desk',
      soundFault: null,
    });
  },
);

test('takes another camera for one that was pulled out, and keeps the microphone', async () => {
  browser({ video: { inner: null }, audio: { desk: null, headset: null } });
  const devices = await openDevices({ camera: 'outer', microphone: 'headset' });
  expect(devices).toEqual({ picture: 'inner', sound: 'headset', soundFault: null });
});

test('takes others for both, and for a camera that another program holds', async () => {
  browser({ video: { inner: null, outer: 'NotReadableError' }, audio: { desk: null } });
  const devices = await openDevices({ camera: 'outer', microphone: 'headset' });
  expect(devices).toEqual({ picture: 'inner', sound: 'desk', soundFault: null });
});

test('takes any camera alone where there is no microphone', async () => {
  browser({ video: { inner: null }, audio: {} });
  const { picture, sound, soundFault } = await openDevices({ camera: 'outer', microphone: 'headset' });
  expect([picture, sound, (soundFault as DOMException).name]).toEqual(['inner', null, 'NotFoundError']);
});

test('asks no second time after a refusal but for the camera alone', async () => {
  const asked = browser({ video: { inner: null }, audio: { desk: 'NotAllowedError', headset: 'NotAllowedError' } });
  const { picture, soundFault } = await openDevices({ camera: 'inner', microphone: 'headset' });
  expect([picture, (soundFault as DOMException).name]).toEqual(['inner', 'NotAllowedError']);
  expect(asked).toHaveLength(2);
  expect(asked[1]!.audio).toBe(false);
});

test('says of a chosen microphone that is gone no more than that', () => {
  const gone = Object.assign(new Error('gone'), { name: 'OverconstrainedError' });
  expect(sentenceOfSilence(gone)).toMatch(/^The microphone you chose is not there any more, and no other/);
});
