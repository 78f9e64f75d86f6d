import type { Progress, Trouble } from './messages.ts';
import type { Page } from './page.ts';
import { truthOf } from './truth.ts';
import { locale } from '../words/language.ts';
import { words } from '../words/recorder.ts';

/** The third step: shows how the rest is sent and sealed. It needs no device. */
export class SealingStep {
  #page: Page;
  #total = 0;
  /** What was spoken of last: the figures change every second. */
  #stage: Trouble | 'sending' | 'stored' | null = null;

  constructor(page: Page) {
    this.#page = page;
  }

  /** @param uploadBy ISO 8601: until when the rest can be sent; null where that is not known yet */
  begin(uploadBy: string | null): void {
    const { sealingMessage, sealingUntil } = this.#page.elements;
    this.#page.show('sealing');
    sealingMessage.textContent = words.sealing.begun;
    if (uploadBy === null) return;
    const until = new Date(uploadBy).toLocaleString(locale, { dateStyle: 'full', timeStyle: 'long' });
    sealingUntil.textContent = words.sealing.until(until);
  }

  heed(progress: Progress): void {
    const { sealing, sealingMessage } = this.#page.elements;
    const { waitingBytes, trouble } = progress;
    this.#total = Math.max(this.#total, waitingBytes, 1);
    sealing.max = this.#total;
    sealing.value = this.#total - waitingBytes;
    const stage = trouble ?? (waitingBytes === 0 ? 'stored' : 'sending');
    let sentence = words.sealing.left(sizeOf(waitingBytes));
    if (trouble) sentence = truthOf(progress);
    else if (waitingBytes === 0) sentence = words.sealing.stored;
    sealingMessage.textContent = sentence;
    // A practice run has its own words.
    if (stage !== this.#stage && !sealingMessage.closest('[hidden]')) this.#page.speak(sentence);
    this.#stage = stage;
  }
}

/** @returns "1.4 MB" */
function sizeOf(bytes: number): string {
  if (bytes < 1e5) return `${Math.ceil(bytes / 1000)} kB`;
  return `${(bytes / 1e6).toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} MB`;
}
