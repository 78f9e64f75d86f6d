/**
 * One run of one source: encodes what its devices give into WebM. A worker of its own, because a page's timers are slowed while
 * another window is in front, and a busy page would hold up the encoders.
 */
import { CaptureClock } from './capture-clock.ts';
import type { CaptureOrder, CaptureReport, CaptureRequest, Cluster, SoundBlock } from './capture-messages.ts';
import { ClusterCutter } from './cluster.ts';
import { Picture } from './picture.ts';
import { Pulse } from './pulse.ts';
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
let beat: ReturnType<typeof setInterval>;
let pulse: Pulse;
/** Comes true once everything is handed over; null while the run goes on. */
let ending: Promise<void> | null = null;
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
      await (ending ??= finish(performance.now()));
      return tell({ kind: 'stopped' });
  }
}

async function begin(begun: CaptureOrder): Promise<void> {
  order = begun;
  pulse = new Pulse(performance.now());
  cutter = new ClusterCutter(order.sound !== null);
  picture = new Picture(order.quality, order.stillRate, (chunk) => put(cutter.addPicture(packetOf(chunk))), fail);
  if (order.sound !== null) {
    sound = new Sound(
      (chunk) => put(cutter.addSound(packetOf(chunk))),
      fail,
      (soundRate) => tell({ kind: 'sound-changed', soundRate }),
      order.soundRate,
    );
  }
  let loadTold = 0;
  beat = setInterval(() => {
    const now = performance.now();
    if (!goesOn(now)) return;
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
  if (!goesOn(performance.now())) return frame.close();
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
  const now = performance.now();
  if (goesOn(now)) sound?.add(block, now, picture.zero);
}

/** Asks the page for frames in the rate of the moment, where it has to send them. */
function keepTicking(): void {
  clearInterval(ticks);
  if (!order.picture) ticks = setInterval(() => tell({ kind: 'tick' }), 1000 / order.quality.frameRate);
}

/** @returns whether the run takes what comes now. After a sleep or a stall it ends where it was seen last, and says so. */
function goesOn(now: number): boolean {
  if (ending) return false;
  const milliseconds = pulse.miss(now);
  if (milliseconds === null) return true;
  ending = finish(pulse.last);
  ending.then(() => tell({ kind: 'missed', milliseconds })).catch(fail);
  return false;
}

/** @param end ms at which the run ends */
async function finish(end: number): Promise<void> {
  clearInterval(beat);
  clearInterval(ticks);
  const { zero } = picture;
  await picture.finish();
  await sound?.finish(end, zero);
  if (zero !== null) put(cutter.finish(Math.round(end - zero)));
}

/** Hands over what is complete, behind the media header. */
function put(clusters: Cluster[]): void {
  waiting.push(...clusters);
  const { size, zero } = picture;
  if (size === null || zero === null || (sound !== null && sound.sampleRate === null)) return;
  if (!begun) {
    begun = true;
    const beganAt = Math.round(performance.timeOrigin + zero + order.epochOffset);
    const soundRate = sound?.sampleRate ?? null;
    const init = webmHeader(size, soundRate);
    tell({ kind: 'init', init, beganAt, soundRate }, init);
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
