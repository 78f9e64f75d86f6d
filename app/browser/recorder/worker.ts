/**
 * The recorder's worker: holds keys and clock, encrypts, keeps and sends. It runs on at full speed when the exam is in front and
 * the page's own timers are slowed.
 */
import { Attempt } from './attempt.ts';
import type { PageMessage, WorkerMessage } from './messages.ts';
import { becomeSoleWindow } from './sole-window.ts';
import { words } from '../words/sending.ts';

const TICK = 1000;
/** Milliseconds that a tick comes late at least when the computer slept. */
const ASLEEP = 10_000;
/** Ticks after which the browser is asked how much room there is. */
const LOOK = 5;
/** Ticks after which the appliance is told how recording stands. */
const REPORT = 10;

const tell = (message: WorkerMessage) => postMessage(message);
const attempt = new Attempt(tell);

/** What the page asks for, one after the other. What its captures give has turns of its own. */
let work: Promise<void> = Promise.resolve();
let ticks = 0;
let tickedAt = clocks();

addEventListener('message', ({ data }: MessageEvent<PageMessage>) => {
  if (data.kind === 'run') void attempt.run(data);
  else if (data.kind === 'cluster') void attempt.add(data);
  else if (data.kind === 'lacks') attempt.lack(data.lacks);
  else if (data.kind === 'noted') void attempt.note(data).catch((error: unknown) => attempt.fail(error));
  else if (data.kind === 'pause') void attempt.pause(data.missing);
  else if (data.kind === 'go-on') void attempt.goOn();
  else work = work.then(() => handle(data)).catch((error: unknown) => attempt.fail(error));
});
addEventListener('online', () => attempt.hurry());

setInterval(() => {
  const now = clocks();
  const late = Math.max(now.wall - tickedAt.wall, now.monotonic - tickedAt.monotonic) - TICK;
  tickedAt = now;
  if (late > ASLEEP) tell({ kind: 'slept', milliseconds: late });
  if (ticks % LOOK === 0) void attempt.look();
  if (ticks % REPORT === 0) void attempt.report();
  ticks++;
  tell({ kind: 'progress', progress: attempt.progress() });
}, TICK);

/**
 * The monotonic clock stands still while some systems sleep and goes on in others, and the wall clock may be set: whichever went
 * further tells. A wall clock that is set forward then looks like sleep, at the cost of a new run.
 */
function clocks(): { wall: number; monotonic: number } {
  return { wall: Date.now(), monotonic: performance.now() };
}

async function handle(
  message: Exclude<PageMessage, { kind: 'run' | 'cluster' | 'lacks' | 'noted' | 'pause' | 'go-on' }>,
): Promise<void> {
  switch (message.kind) {
    case 'open':
      await becomeSoleWindow(() => tell({ kind: 'notice', sentence: words.otherWindow }));
      return attempt.open(message.attempt, message.fingerprint);
    case 'start':
      return attempt.start();
    case 'finish':
      return attempt.finish(message.missing);
  }
}
