/** Entry of /assets/recorder.js: on every page it keeps the link's fingerprint, on the recorder page it records, on an ended attempt's it clears up. */
import { Calculator } from '../aids/calculator.ts';
import { Notes } from '../aids/notes.ts';
import { keepFingerprint } from './fingerprint.ts';
import { Page } from './page.ts';
import { Session } from './session.ts';
import { Store } from './store.ts';
import { language } from '../words/language.ts';
import { words } from '../words/recorder.ts';

const { fingerprint, contradicted } = keepFingerprint();
const main = document.querySelector<HTMLElement>('main[data-recorder]');
const ended = document.querySelector<HTMLElement>('main[data-ended]')?.dataset['ended'];
// The browser may have died, or gone on elsewhere, before it could forget. One that keeps nothing has nothing to forget.
if (ended) {
  void Store.forgetAttempt(ended).catch(() => {});
  void Notes.forgetAttempt(ended).catch(() => {});
}
if (main) open(Page.find(main), main.dataset['attempt'] ?? '');

function open(page: Page, attempt: string): void {
  // Whose page it is the origin says: it may be another's by now.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });
  openAids();
  const { allow, share, start, startMessage } = page.elements;
  if (contradicted) {
    if (allow) allow.disabled = true;
    if (share) share.disabled = true;
    return page.fail(words.page.contradicted);
  }
  if (fingerprint === null) {
    const hint = document.createElement('p');
    hint.className = 'hint';
    hint.dataset['unchecked'] = '';
    hint.textContent = words.page.unchecked;
    startMessage.after(hint);
  }
  // What waits to be sent is then cleared by nobody but the test taker. Workers cannot ask; recording does not depend on it.
  start.addEventListener('click', () => void navigator.storage.persist().catch(() => false), { once: true });
  const worker = new Worker('/assets/recorder-worker.js', { type: 'module', name: language });
  new Session(page, worker).open(attempt, fingerprint);
}

/** What the page gives to work with. It stands open where there is room for it beside the exam. */
function openAids(): void {
  const calculator = document.querySelector<HTMLElement>('[data-calculator]');
  if (calculator) new Calculator(calculator);
  const roomy = matchMedia('(width >= 72rem)').matches;
  for (const aid of document.querySelectorAll<HTMLDetailsElement>('details[data-aid]')) aid.open = roomy;
}
