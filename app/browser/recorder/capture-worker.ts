/**
 * One run of one source: encodes what its devices give into WebM. A worker of its own, because a page's timers are slowed while
 * another window is in front, and a busy page would hold up the encoders.
 */
import { CaptureClock } from './capture-clock.ts';
import type { CaptureOrder, CaptureReport, CaptureRequest, SoundBlock } from './capture-messages.ts';
import { Picture } from './picture.ts';
import { blockOf, Sound } from './sound.ts';
import { Webm } from './webm.ts';

const BEAT = 250;
const LOAD_INTERVAL = 1000;

let order: CaptureOrder;
let picture: Picture;
let sound: Sound | null = null;
let webm: Webm;
let ticks: ReturnType<typeof setInterval> | undefined;
let beat: ReturnType<typeof setInterval> | undefined;
const pictureClock = new CaptureClock();

addEventListener('message', ({ data }: MessageEvent<CaptureRequest>) => {
  handle(data).catch(fail);
});

async function handle(request: CaptureRequest): Promise<void> {
  switch (request.kind) {
    case 'begin':
      return begin(request.order);
    case 'frame':
      return look(request.frame, request.frame.timestamp / 1000 - performance.timeOrigin);
    case 'quality':
      picture.quality = request.quality;
      order.quality = request.quality;
      return keepTicking();
    case 'stop':
      return stop();
  }
}

async function begin(begun: CaptureOrder): Promise<void> {
  order = begun;
  webm = new Webm(order.sound !== null, {
    onInit: (init) => {
      // Without a single frame there is no run: stopped so early, the header would know sound only.
      if (picture.zero === null) return;
      tell(
        { kind: 'init', init, beganAt: Math.round(performance.timeOrigin + picture.zero + order.epochOffset) },
        init,
      );
    },
    onCluster: (cluster) => picture.zero !== null && tell({ kind: 'cluster', ...cluster }, cluster.bytes),
    onError: fail,
  });
  picture = new Picture(order.quality, order.stillRate, (chunk, meta) => webm.addPicture(chunk, meta), fail);
  await webm.start();
  if (order.sound !== null) {
    sound = new Sound(
      (chunk, meta) => webm.addSound(chunk, meta),
      fail,
      () => tell({ kind: 'sound-changed' }),
    );
  }
  let loadTold = 0;
  beat = setInterval(() => {
    const now = performance.now();
    picture.stand(now);
    sound?.fill(now, picture.zero);
    if (now - loadTold < LOAD_INTERVAL) return;
    loadTold = now;
    tell({ kind: 'load', load: picture.takeLoad() });
  }, BEAT);
  if (order.picture) void watch(order.picture);
  else keepTicking();
  if (order.sound instanceof ReadableStream) void listen(order.sound);
  else if (order.sound instanceof MessagePort) {
    order.sound.onmessage = ({ data }: MessageEvent<SoundBlock>) => sound?.add(data, performance.now(), picture.zero);
  }
}

async function watch(frames: ReadableStream<VideoFrame>): Promise<void> {
  for (const reader = frames.getReader(); ; ) {
    const { value } = await reader.read();
    if (!value) return;
    look(value, pictureClock.timeOf(value.timestamp / 1000, performance.now()));
  }
}

/** @param time ms at which the frame was captured */
function look(frame: VideoFrame, time: number): void {
  if (beat === undefined) return frame.close();
  picture.add(frame, time);
}

async function listen(blocks: ReadableStream<AudioData>): Promise<void> {
  for (const reader = blocks.getReader(); ; ) {
    const { value } = await reader.read();
    if (!value) return;
    const arrived = performance.now();
    sound?.add(blockOf(value), arrived, picture.zero);
  }
}

/** Asks the page for frames in the rate of the moment, where it has to send them. */
function keepTicking(): void {
  clearInterval(ticks);
  if (!order.picture) ticks = setInterval(() => tell({ kind: 'tick' }), 1000 / order.quality.frameRate);
}

async function stop(): Promise<void> {
  const now = performance.now();
  clearInterval(beat);
  clearInterval(ticks);
  beat = undefined;
  const { zero } = picture;
  await picture.finish();
  await sound?.finish(now, zero);
  sound = null;
  await webm.finish();
  tell({ kind: 'stopped' });
}

function fail(error: unknown): void {
  tell({ kind: 'failed', reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
}

function tell(report: CaptureReport, bytes?: Uint8Array<ArrayBuffer>): void {
  postMessage(report, { transfer: bytes ? [bytes.buffer] : [] });
}
