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
/** The first frame is encoded. */
let begun = false;
/** The media header is out: it is known where the run begins, and the first sound is there where there is any. */
let placed = false;
/** Clusters that wait for it. */
let waiting: Cluster[] = [];
let ticks: ReturnType<typeof setInterval> | undefined;
let beat: ReturnType<typeof setInterval>;
let pulse: Pulse;
/** Comes true once everything is handed over; null while the run goes on. */
let ending: Promise<void> | null = null;
/** The run's times are those of the picture. */
const clock = new CaptureClock();

addEventListener('message', ({ data }: MessageEvent<CaptureRequest>) => {
  handle(data).catch(fail);
});

async function handle(request: CaptureRequest): Promise<void> {
  switch (request.kind) {
    case 'begin':
      return begin(request.order);
    case 'frame':
      return sample(request.frame);
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
  picture = new Picture(order.quality, order.stillRate, show, fail);
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
    clock.settle(now);
    if (clock.zero !== null) picture.stand(now - clock.zero);
    sound?.fill(now, zero());
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
    look(value, value.timestamp / 1000, performance.now());
  }
}

/** Takes a frame that the page stamped on this browser's own clock: it is not late, however long it was under way. */
function sample(frame: VideoFrame): void {
  const taken = frame.timestamp / 1000 - performance.timeOrigin;
  look(frame, taken, taken);
}

/** @param stamp ms on the clock of whoever stamped it @param arrived ms on the own clock */
function look(frame: VideoFrame, stamp: number, arrived: number): void {
  if (!goesOn(performance.now())) return frame.close();
  picture.add(frame, clock.timeOf(stamp, arrived));
}

function show(chunk: EncodedVideoChunk): void {
  if (!begun) tell({ kind: 'began' });
  begun = true;
  put(cutter.addPicture(packetOf(chunk)));
}

/** @returns ms on the own clock at which the run begins; null until that is known */
function zero(): number | null {
  return clock.settled ? clock.zero : null;
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
  if (goesOn(now)) sound?.add(block, now, zero());
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
  clock.settle(Infinity);
  const began = zero();
  await picture.finish();
  await sound?.finish(end, began);
  if (began !== null) put(cutter.finish(Math.round(end - began)));
}

/** Hands over what is complete, behind the media header. */
function put(clusters: Cluster[]): void {
  waiting.push(...clusters);
  const { size } = picture;
  const began = zero();
  if (size === null || began === null || (sound !== null && sound.sampleRate === null)) return;
  if (!placed) {
    placed = true;
    const beganAt = Math.round(performance.timeOrigin + began + order.epochOffset);
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
