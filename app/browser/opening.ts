/** Entry of /assets/opening.js: counts the time until the exam opens, and loads the page again then. */
import { elapsedOf } from './recorder/truth.ts';

/** Milliseconds over which the pages of all test takers spread their coming back. */
const SPREAD = 3000;
/** Milliseconds for which the page may be out of sight, or the computer asleep, before it asks the appliance again. */
const UNSEEN = 60_000;

const shown = document.querySelector<HTMLElement>('[data-opens-in]');
if (shown) count(shown, Number(shown.dataset['opensIn']));

/** @param left milliseconds, by the appliance's clock, at the moment the page was made */
function count(element: HTMLElement, left: number): void {
  const opens = performance.now() + left;
  const comesBack = opens + Math.random() * SPREAD;
  const timer = setInterval(() => {
    const now = performance.now();
    element.textContent = elapsedOf(opens - now + 999).text;
    if (now < comesBack) return;
    clearInterval(timer);
    location.reload();
  }, 500);
  let hiddenAt = 0;
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') hiddenAt = Date.now();
    else if (hiddenAt > 0 && Date.now() - hiddenAt > UNSEEN) location.reload();
  });
}
