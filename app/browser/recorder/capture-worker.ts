/**
 * One run of one source: encodes what its devices give into WebM. A worker of its own, because a page's timers are slowed while
 * another window is in front, and a busy page would hold up the encoders.
 */
import { CaptureClock } from './capture-clock.ts';
import type { CaptureOrder, CaptureReport, CaptureRequest, Cluster, SoundBlock } from './capture-messages.ts';
import { ClusterCutter } from './cluster.ts';
import { Picture } from './picture.ts';
import { blockOf, Sound } from './sound.ts';
import { type Packet, webmHeader } from './webm.ts';

const BEAT = 250;
const LOAD_INTERVAL = 1000;

let order: CaptureOrder;
let picture: Picture;
let sound: Sound | null = null;
let cutter: ClusterCutter;
/** The media header is out: the first frame and, where there is any, the first sound are there. */
let begun = false;
/** Clusters that wait for it. */
let waiting: Cluster[] = [];
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
  cutter = new ClusterCutter(order.sound !== null);
  picture = new Picture(order.quality, order.stillRate, (chunk) => put(cutter.addPicture(packetOf(chunk))), fail);
  if (order.sound !== null) {
    sound = new Sound(
      (chunk) => put(cutter.addSound(packetOf(chunk))),
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
    order.sound.onmessage = ({ data }: MessageEvent<SoundBlock>) => hear(data);
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
    hear(blockOf(value));
  }
}

function hear(block: SoundBlock): void {
  if (beat !== undefined) sound?.add(block, performance.now(), picture.zero);
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
  if (zero !== null) put(cutter.finish(Math.round(now - zero)));
  tell({ kind: 'stopped' });
}

/** Hands over what is complete, behind the media header. */
function put(clusters: Cluster[]): void {
  waiting.push(...clusters);
  const { size, zero } = picture;
  if (size === null || zero === null || (sound !== null && sound.sampleRate === null)) return;
  if (!begun) {
    begun = true;
    const beganAt = Math.round(performance.timeOrigin + zero + order.epochOffset);
    const init = webmHeader(size, sound?.sampleRate ?? null);
    tell({ kind: 'init', init, beganAt }, init);
  }
  for (const cluster of waiting) tell({ kind: 'cluster', ...cluster }, cluster.bytes);
  waiting = [];
}

function packetOf(chunk: EncodedVideoChunk | EncodedAudioChunk): Packet {
  const bytes = new Uint8Array(chunk.byteLength);
  chunk.copyTo(bytes);
  return { time: Math.round(chunk.timestamp / 1000), bytes, keyframe: chunk.type === 'key' };
}

function fail(error: unknown): void {
  tell({ kind: 'failed', reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
}

function tell(report: CaptureReport, bytes?: Uint8Array<ArrayBuffer>): void {
  postMessage(report, { transfer: bytes ? [bytes.buffer] : [] });
}
