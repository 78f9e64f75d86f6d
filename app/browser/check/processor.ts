import type { Quality, RecordedKinds, Source } from '../../wire.ts';
import { type Finding, judgeProcessor } from './finding.ts';
import { PICTURE } from './needs.ts';
import { words } from '../words/check.ts';

const FRAMES = 40;
const DRAWN = 10;
const KEYFRAME_SECONDS = 2;
const QUEUED = 4;
/** Milliseconds after which a computer is slow enough to say so. */
const PATIENCE = 8000;

/** Encodes moving pictures of each source's size as the recorder does, and reckons what a second of recording costs. */
export async function checkProcessor({ sources, bounds }: RecordedKinds): Promise<Finding> {
  if (typeof VideoEncoder === 'undefined') return { verdict: 'unmeasured', sentence: words.processor.unable };
  const cost = { most: 0, least: 0 };
  try {
    for (const source of sources) {
      const frame = await secondsOfFrame(source, bounds[source].most);
      cost.most += frame * bounds[source].most.frameRate;
      cost.least += frame * bounds[source].least.frameRate;
    }
  } catch (error) {
    const name = error instanceof Error || error instanceof DOMException ? error.name : 'unknown';
    return { verdict: 'unmeasured', sentence: words.processor.failed(name) };
  }
  return judgeProcessor(cost);
}

/** @returns seconds that encoding one frame takes */
async function secondsOfFrame(source: Source, { bitrate, frameRate }: Quality): Promise<number> {
  const { width, height } = PICTURE[source];
  // Drawn beforehand: a camera's pictures cost no drawing.
  const drawn = drawFrames(width, height);
  let fault: DOMException | null = null;
  const encoder = new VideoEncoder({ output: () => {}, error: (error) => (fault = error) });
  try {
    encoder.configure({ codec: 'vp8', width, height, bitrate, framerate: frameRate, latencyMode: 'realtime' });
    const began = performance.now();
    let encoded = 0;
    while (encoded < FRAMES && performance.now() - began < PATIENCE) {
      const timestamp = Math.round((1e6 * encoded) / frameRate);
      const frame = new VideoFrame(drawn[encoded % drawn.length] as VideoFrame, { timestamp });
      encoder.encode(frame, { keyFrame: encoded % Math.ceil(KEYFRAME_SECONDS * frameRate) === 0 });
      frame.close();
      encoded++;
      if (encoder.encodeQueueSize > QUEUED)
        await new Promise((resolve) => encoder.addEventListener('dequeue', resolve, { once: true }));
      if (fault) throw fault as DOMException;
    }
    await encoder.flush();
    return (performance.now() - began) / 1000 / encoded;
  } finally {
    if (encoder.state !== 'closed') encoder.close();
    for (const frame of drawn) frame.close();
  }
}

function drawFrames(width: number, height: number): VideoFrame[] {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('nothing to draw on');
  return Array.from({ length: DRAWN }, (_, number) => {
    draw(context, width, height, number);
    return new VideoFrame(canvas, { timestamp: 0 });
  });
}

/** Something of everything that costs: areas, edges, letters, and movement between two frames. */
function draw(context: OffscreenCanvasRenderingContext2D, width: number, height: number, number: number): void {
  context.fillStyle = '#ece8df';
  context.fillRect(0, 0, width, height);
  context.font = '20px serif';
  for (let i = 0; i < 24; i++) {
    context.fillStyle = `hsl(${15 * i} 60% 40%)`;
    context.fillRect((37 * i + 5 * number) % width, (53 * i + 3 * number) % height, 90, 60);
    context.fillText(`Line ${i} of picture ${number}`, (61 * i + 2 * number) % width, (29 * i + number) % height);
  }
}
