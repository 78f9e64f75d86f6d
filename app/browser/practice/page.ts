/** Entry of /assets/practice.js: the recorder's own page and capture over a worker that keeps nothing, and its end to watch. */
import type { Source } from '../../wire.ts';
import { Page } from '../recorder/page.ts';
import { Session } from '../recorder/session.ts';
import type { PracticePageMessage, Practised, PracticeWorkerMessage } from './messages.ts';
import { openPractised, Playback } from './playback.ts';
import { truthOfPractice } from './truth.ts';
import { language } from '../words/language.ts';
import { words } from '../words/practice.ts';

const main = document.querySelector<HTMLElement>('main[data-practice]');
if (main) open(main, Page.find(main));

function open(main: HTMLElement, page: Page): void {
  const worker = new Worker('/assets/practice-worker.js', { type: 'module', name: language });
  worker.addEventListener('message', ({ data }: MessageEvent<PracticeWorkerMessage>) => {
    if (data.kind === 'practised') void play(main, data);
  });
  worker.postMessage({ kind: 'kinds', kinds: page.kinds } satisfies PracticePageMessage);
  new Session(page, worker, truthOfPractice).open('', null);
}

async function play(main: HTMLElement, practised: Practised): Promise<void> {
  const find = <E extends HTMLElement>(selector: string) => main.querySelector(selector) as E;
  const message = find('[data-playback-message]');
  const forget = find<HTMLButtonElement>('button[data-forget]');
  const playback = new Playback();
  forget.addEventListener('click', () => {
    playback.forget();
    find('[data-playback]').hidden = true;
    find('[data-forgotten]').hidden = false;
    find('[data-forgotten]').focus();
  });
  try {
    const clips = await openPractised(practised);
    if (clips.length === 0) {
      message.textContent = words.tooShort;
      forget.hidden = true;
      return;
    }
    await playback.show(clips, (source: Source) => find<HTMLVideoElement>(`video[data-play=${source}]`));
    message.textContent = words.seen;
  } catch (error) {
    const name = error instanceof Error || error instanceof DOMException ? error.name : 'unknown';
    message.textContent = words.notShown(name);
  }
}
