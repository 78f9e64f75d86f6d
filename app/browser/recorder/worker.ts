/**
 * The recorder's worker: holds keys and clock, encrypts and sends. It runs on at full speed when the exam is in front and
 * the page's own timers are slowed.
 */
import { Attempt, sentenceOf } from './attempt.ts';
import type { PageMessage, WorkerMessage } from './messages.ts';

const TICK = 1000;
const tell = (message: WorkerMessage) => postMessage(message);
const attempt = new Attempt(tell);

/** One message after the other: a cluster waits for the run that it belongs to. */
let work: Promise<void> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<PageMessage>) => {
  work = work.then(() => handle(data)).catch((error: unknown) => tell({ kind: 'failed', sentence: sentenceOf(error) }));
});
addEventListener('online', () => attempt.hurry());
setInterval(() => tell({ kind: 'progress', progress: attempt.progress() }), TICK);

async function handle(message: PageMessage): Promise<void> {
  switch (message.kind) {
    case 'open':
      return attempt.open(message.fingerprint);
    case 'start':
      return attempt.start();
    case 'run':
      return attempt.run(message);
    case 'cluster':
      return attempt.add(message);
    case 'finish':
      return attempt.finish();
  }
}
