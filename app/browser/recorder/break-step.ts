import { words } from '../words/break.ts';
import type { Progress } from './messages.ts';
import type { Page } from './page.ts';
import { elapsedOf } from './truth.ts';

/** Offers a break while recording runs, and shows how much of it is left while one lasts. Nothing goes on by itself. */
export class BreakStep {
  #page: Page;
  /** Whether it was said that the minutes of this break are over. */
  #over = false;

  /** @param take the test taker takes a break @param goOn and goes on */
  constructor(page: Page, take: () => void, goOn: () => void) {
    this.#page = page;
    page.elements.takeBreak?.addEventListener('click', take);
    page.elements.goOn?.addEventListener('click', goOn);
  }

  /** @param ready whether the test taker can go on: not before everything is switched off */
  begin(ready: boolean): void {
    this.#over = false;
    this.enable(ready);
    this.#page.show('break');
  }

  enable(ready: boolean): void {
    const { goOn } = this.#page.elements;
    if (goOn) goOn.disabled = !ready;
  }

  /** While recording runs: once a second. */
  offer(breaks: Progress['breaks']): void {
    const { takeBreak, breakOffer } = this.#page.elements;
    if (!takeBreak || !breakOffer) return;
    const offered = breaks !== null && !breaks.on;
    // Below a second a break would be over with the press.
    takeBreak.hidden = !offered || breaks.left < 1000;
    breakOffer.hidden = !offered;
    if (offered) breakOffer.textContent = takeBreak.hidden ? words.taken : words.left(Math.floor(breaks.left / 1000));
  }

  /** During a break: once a second. @param ends when the time for the exam is over: a time of day, or empty */
  heed(breaks: Progress['breaks'], ends: string): void {
    const { breakLeft, breakClock, breakOver, breakEnds } = this.#page.elements;
    if (!breaks?.on || !breakLeft || !breakClock || !breakOver || !breakEnds) return;
    const { text, datetime } = elapsedOf(breaks.left);
    breakClock.textContent = text;
    breakClock.dateTime = datetime;
    const over = breaks.left <= 0;
    breakLeft.hidden = over;
    breakOver.hidden = !over;
    breakEnds.textContent = ends && words.ends(ends);
    if (over && !this.#over) this.#page.speak(breakOver.textContent ?? '');
    this.#over = over;
  }
}
