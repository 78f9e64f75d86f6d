/**
 * A source from run to run: what the capture worker reports goes in by hand, what the recorder's worker is told comes out. Of the
 * browser there is no more than a worker that takes messages and a track that can end.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CaptureOrder, CaptureReport, CaptureRequest } from '../app/browser/recorder/capture-messages.ts';
import { causeOfUnshared } from '../app/browser/recorder/gap-cause.ts';
import type { PageMessage } from '../app/browser/recorder/messages.ts';
import { RecordedSource, type SourceHandlers } from '../app/browser/recorder/recorded-source.ts';
import type { GapCause, Source } from '../app/wire.ts';

class Track extends EventTarget {
  readyState = 'live';
  muted = false;
  stop(): void {
    this.readyState = 'ended';
  }
  end(): void {
    this.stop();
    this.dispatchEvent(new Event('ended'));
  }
}

/** A capture worker, as the page sees it: the test says what it reports. */
class CaptureWorker extends EventTarget {
  order: CaptureOrder | null = null;
  /** Whether it answers to being stopped at once. */
  static prompt = true;
  constructor() {
    super();
    workers.push(this);
  }
  postMessage(request: CaptureRequest): void {
    if (request.kind === 'begin') this.order = request.order;
    if (request.kind === 'stop' && CaptureWorker.prompt) this.report({ kind: 'stopped' });
  }
  report(data: CaptureReport): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
  /** The first frame came, and it is known where it belongs. */
  begin(beganAt: number, soundRate: number | null = null): void {
    this.report({ kind: 'began' });
    this.place(beganAt, soundRate);
  }
  place(beganAt: number, soundRate: number | null = null): void {
    this.report({ kind: 'init', init: new Uint8Array(1), beganAt, soundRate });
  }
  /** So many ms from the run's beginning on are recorded. */
  record(milliseconds: number): void {
    const times = { start: 0, duration: 1000 * milliseconds, keyframe: true };
    this.report({ kind: 'cluster', bytes: new Uint8Array(1), ...times });
  }
  terminate(): void {}
}

let workers: CaptureWorker[];
let told: { sent: PageMessage[]; lost: string[]; broken: number; missed: number[] };
let sound: ReturnType<SourceHandlers['sound']>;
let picture: Track;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance', 'Date'] });
  vi.stubGlobal('Worker', CaptureWorker);
  vi.stubGlobal(
    'MediaStreamTrackProcessor',
    class {
      readable = new ReadableStream();
    },
  );
  vi.stubGlobal('MediaStreamTrack', Track);
  workers = [];
  told = { sent: [], lost: [], broken: 0, missed: [] };
  sound = 'silence';
  picture = new Track();
  CaptureWorker.prompt = true;
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function open(source: Source = 'camera', cause: GapCause | null = null): RecordedSource {
  return new RecordedSource(source, { frameRate: 15, bitrate: 4e5 }, 0.5, cause, {
    send: (message) => told.sent.push(message),
    sound: () => sound,
    epochOffset: () => 0,
    began: () => {},
    lost: (why) => told.lost.push(why),
    broken: () => told.broken++,
    missed: (milliseconds) => told.missed.push(milliseconds),
    silence: () => {},
  });
}

const begin = (source: RecordedSource, track = picture) => source.begin(track as unknown as MediaStreamTrack);
const causes = () => told.sent.flatMap((message) => (message.kind === 'run' ? [message.cause] : []));
const latest = () => workers.at(-1)!;

describe('a recorded source', () => {
  test('tells of every hole of more than a quarter of a second between two runs, and of none that is shorter', async () => {
    const source = open();
    await begin(source);
    latest().begin(10_000);
    latest().record(2000);
    await source.restart(null);
    latest().begin(12_200);
    latest().record(2000);
    await source.restart(null);
    latest().begin(14_500);
    expect(causes()).toEqual([null, null, 'device']);
  });

  test('keeps the first cause of a gap that is open when the computer sleeps within it', async () => {
    const source = open('screen', 'sharing');
    await source.restart('asleep');
    expect(source.missing).toBe('sharing');
    await begin(source);
    latest().begin(10_000);
    expect(causes()).toEqual(['sharing']);
    await source.restart('asleep');
    latest().begin(80_000);
    expect(causes()).toEqual(['sharing', 'asleep']);
    latest().report({ kind: 'failed', reason: 'EncodingError' });
    await source.restart('asleep');
    expect(source.missing).toBe('device');
  });

  test('names sleep that comes while a run without a cause is about to begin', async () => {
    const source = open();
    await begin(source);
    latest().begin(10_000);
    CaptureWorker.prompt = false;
    const first = source.restart(null);
    await source.restart('asleep');
    workers[0]!.report({ kind: 'stopped' });
    await first;
    latest().begin(70_000);
    expect(workers).toHaveLength(2);
    expect(causes()).toEqual([null, 'asleep']);
  });

  test('gives each run the cause of the gap before it, also where the next one follows before it is known where it belongs', async () => {
    const source = open('camera', 'reload');
    await begin(source);
    latest().report({ kind: 'began' });
    expect(source.missing).toBeNull();
    expect(told.sent).toEqual([]);
    CaptureWorker.prompt = false;
    const again = source.restart('asleep');
    workers[0]!.place(10_000, 16_000);
    workers[0]!.record(900);
    workers[0]!.report({ kind: 'stopped' });
    await again;
    expect(source.missing).toBe('asleep');
    latest().begin(70_000);
    expect(causes()).toEqual(['reload', 'asleep']);
    // The microphone was another one by then, for all that is known.
    expect(latest().order!.soundRate).toBe(48_000);
  });

  test('leaves the gap before a run open of which nothing came, with its cause', async () => {
    const source = open('camera', 'reload');
    await begin(source);
    latest().report({ kind: 'began' });
    latest().report({ kind: 'failed', reason: 'EncodingError' });
    expect(source.missing).toBe('reload');
  });

  test('takes the sound that there is when the run begins, not when it was asked for', async () => {
    const source = open();
    await begin(source);
    latest().begin(10_000);
    CaptureWorker.prompt = false;
    const again = source.restart(null);
    sound = new Track() as unknown as MediaStreamTrack;
    workers[0]!.report({ kind: 'stopped' });
    await again;
    expect(workers[0]!.order!.sound).toBe('silence');
    expect(workers[1]!.order!.sound).toBeInstanceOf(ReadableStream);
  });

  test('begins silence at the rate that sound had last, so that a microphone that starts late changes nothing', async () => {
    const source = open();
    await begin(source);
    expect(latest().order!.soundRate).toBe(48_000);
    latest().begin(10_000, 48_000);
    latest().report({ kind: 'sound-changed', soundRate: 44_100 });
    await vi.waitFor(() => expect(workers).toHaveLength(2));
    expect(latest().order!.soundRate).toBe(44_100);
    latest().begin(12_000, 44_100);
    await source.restart('asleep');
    expect(latest().order!.soundRate).toBe(44_100);
    latest().begin(14_000, 16_000);
    await source.restart('asleep');
    expect(latest().order!.soundRate).toBe(16_000);
  });

  test.each(['camera', 'screen'] as const)(
    'goes on with the same picture after its encoder broke, every three seconds and no oftener (%s)',
    async (kind) => {
      const source = open(kind);
      await begin(source);
      latest().begin(10_000);
      for (let tries = 1; tries <= 3; tries++) {
        latest().report({ kind: 'failed', reason: 'EncodingError' });
        await vi.advanceTimersByTimeAsync(2900);
        source.watch();
        await vi.advanceTimersByTimeAsync(0);
        expect([workers.length, told.broken, source.on, source.live]).toEqual([tries, tries, true, false]);
        expect(source.missing).toBe('device');
        await vi.advanceTimersByTimeAsync(200);
        source.watch();
        await vi.advanceTimersByTimeAsync(0);
        expect(workers).toHaveLength(tries + 1);
      }
      latest().begin(20_000);
      expect([picture.readyState, source.live, source.missing]).toEqual(['live', true, null]);
      expect(causes()).toEqual([null, 'device']);
      expect(told.lost).toEqual([]);
    },
  );

  test('says that a picture ended, also while its encoder is to be tried anew', async () => {
    const source = open('screen');
    await begin(source);
    latest().begin(10_000);
    latest().report({ kind: 'failed', reason: 'EncodingError' });
    picture.end();
    expect([told.lost, source.on]).toEqual([['ended'], false]);
    await vi.advanceTimersByTimeAsync(5000);
    source.watch();
    expect(workers).toHaveLength(1);
  });

  test('passes on what a capture missed, of the run that is under way alone', async () => {
    const source = open();
    await begin(source);
    latest().begin(10_000);
    latest().report({ kind: 'missed', milliseconds: 7000 });
    await source.restart('device');
    workers[0]!.report({ kind: 'missed', milliseconds: 7000 });
    expect(told.missed).toEqual([7000]);
  });

  test('is not misled by a clock that is set: a camera is silent by the browser’s count', async () => {
    const source = open();
    await begin(source);
    latest().begin(10_000);
    vi.setSystemTime(Date.now() + 3600_000);
    source.watch();
    expect(told.lost).toEqual([]);
    await vi.advanceTimersByTimeAsync(20_100);
    source.watch();
    expect(told.lost).toEqual(['silent']);
  });
});

describe('the cause of a screen that is not shared again', () => {
  test('is that of the greater part: leaving the page at first, and then that it is not shared', () => {
    expect(causeOfUnshared('reload', 2000, 50_000)).toBe('reload');
    expect(causeOfUnshared('reload', 2000, 61_000)).toBe('sharing');
    expect(causeOfUnshared('closed', 3600_000, 1800_000)).toBe('closed');
    expect(causeOfUnshared('closed', 3600_000, 3601_000)).toBe('sharing');
  });

  test('stays what it was where it is another one', () => {
    expect(causeOfUnshared('permission', 0, 3600_000)).toBe('permission');
    expect(causeOfUnshared('asleep', 0, 3600_000)).toBe('asleep');
  });
});
