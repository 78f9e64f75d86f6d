import type { Page } from './page.ts';
import { elapsedOf } from './truth.ts';
import { locale } from '../words/language.ts';
import { words } from '../words/time.ts';

/** Milliseconds before the end at which it is said once. */
const SOON = 5 * 60_000;
/** Milliseconds beyond which what is left is of no interest while somebody sits an exam. */
const FAR = 24 * 3_600_000;
/** Milliseconds by which the end has to move to be news: answers take a while on a slow line. */
const NEWS = 30_000;

/** How long the test taker has still, by the appliance's clock. It only says so: recording goes on until they finish. */
export class OwnTime {
  #page: Page;
  /** On the browser's own count. */
  #ends: number | null = null;
  #clock = '';
  #spoken: 'nothing' | 'soon' | 'over' = 'nothing';

  constructor(page: Page) {
    this.#page = page;
  }

  /** When it is over: a time of day; empty where that is not known, or so far that it is of no interest. */
  get clock(): string {
    return this.#ends === null || this.#ends - performance.now() > FAR ? '' : this.#clock;
  }

  /** @param left milliseconds from now @param endsAt the same moment by the appliance's clock: ISO 8601 @returns what is new of it */
  set(left: number, endsAt: string): string | null {
    const ends = performance.now() + left;
    const moved = this.#ends === null ? 0 : ends - this.#ends;
    this.#ends = ends;
    this.#clock = new Date(endsAt).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
    this.show();
    if (Math.abs(moved) < NEWS || left <= 0) return null;
    if (left > SOON) this.#spoken = 'nothing';
    return moved > 0 ? words.longer(Math.round(moved / 60_000), this.#clock) : words.moved(this.#clock);
  }

  /** Once a second. */
  show(): void {
    const { timeLeft, remaining, ends, timeOver, overSince } = this.#page.elements;
    if (this.#ends === null || !timeLeft || !remaining || !ends || !timeOver || !overSince) return;
    const left = this.#ends - performance.now();
    timeLeft.hidden = left <= 0 || left > FAR;
    timeOver.hidden = left > 0;
    const { text, datetime } = elapsedOf(left);
    remaining.textContent = text;
    remaining.dateTime = datetime;
    ends.textContent = words.until(this.#clock);
    overSince.textContent = words.since(this.#clock);
    const now = left <= 0 ? 'over' : left <= SOON ? 'soon' : 'nothing';
    if (now === this.#spoken) return;
    this.#spoken = now;
    if (now === 'soon') this.#page.speak(words.soon(Math.ceil(left / 60_000)));
    if (now === 'over') this.#page.speak(timeOver.textContent ?? '');
  }
}
