/** Entry of /assets/recorder.js: on every page it keeps the link's fingerprint, on the recorder page it records, on an ended attempt's it clears up. */
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
if (ended) void Store.forgetAttempt(ended).catch(() => {});
if (main) open(Page.find(main), main.dataset['attempt'] ?? '');

function open(page: Page, attempt: string): void {
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
