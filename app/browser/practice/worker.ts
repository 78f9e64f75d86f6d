/** The practice run's worker: the recorder's in everything that a test taker notices, except that nothing is kept. */
import type { RecordedKinds } from '../../wire.ts';
import type { PracticePageMessage, PracticeWorkerMessage } from './messages.ts';
import { Practice } from './practice.ts';

const TICK = 1000;
/** Milliseconds that a tick comes late at least when the computer slept, as in the recorder. */
const ASLEEP = 10_000;
const tell = (message: PracticeWorkerMessage) => postMessage(message);
const practice = new Practice(tell);
let kinds: RecordedKinds | null = null;
let tickedAt = Date.now();

/** One message after the other: a cluster waits for the run that it belongs to. */
let work: Promise<void> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<PracticePageMessage>) => {
  work = work.then(() => handle(data)).catch((error: unknown) => practice.fail(error));
});
addEventListener('online', () => practice.hurry());
setInterval(() => {
  const late = Date.now() - tickedAt - TICK;
  tickedAt = Date.now();
  if (late > ASLEEP) tell({ kind: 'slept', milliseconds: late });
  tell({ kind: 'progress', progress: practice.progress() });
}, TICK);

async function handle(message: PracticePageMessage): Promise<void> {
  switch (message.kind) {
    case 'kinds':
      kinds = message.kinds;
      return;
    case 'open':
      if (kinds) practice.open(kinds);
      return;
    case 'start':
      return practice.start();
    case 'run':
      return practice.run(message);
    case 'cluster':
      return practice.add(message);
    case 'finish':
      return practice.finish();
  }
}
