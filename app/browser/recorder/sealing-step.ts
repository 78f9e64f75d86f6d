import type { Progress, Trouble } from './messages.ts';
import type { Page } from './page.ts';
import { truthOf } from './truth.ts';

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
    sealingMessage.textContent = 'Sending what is left. Leave this page open.';
    if (uploadBy === null) return;
    const until = new Date(uploadBy).toLocaleString(document.documentElement.lang || 'en', {
      dateStyle: 'full',
      timeStyle: 'long',
    });
    sealingUntil.textContent = `If this page is closed before, or your computer switched off, nothing is lost: open your personal link again in this browser, until ${until}, and the rest is sent.`;
  }

  heed(progress: Progress): void {
    const { sealing, sealingMessage } = this.#page.elements;
    const { waitingBytes, trouble } = progress;
    this.#total = Math.max(this.#total, waitingBytes, 1);
    sealing.max = this.#total;
    sealing.value = this.#total - waitingBytes;
    const stage = trouble ?? (waitingBytes === 0 ? 'stored' : 'sending');
    let sentence = `Sending what is left: ${sizeOf(waitingBytes)}. Leave this page open.`;
    if (trouble) sentence = truthOf(progress);
    else if (waitingBytes === 0) sentence = 'Everything is stored. Your recording is being sealed.';
    sealingMessage.textContent = sentence;
    // A practice run has its own words.
    if (stage !== this.#stage && !sealingMessage.closest('[hidden]')) this.#page.speak(sentence);
    this.#stage = stage;
  }
}

/** @returns "1.4 MB" */
function sizeOf(bytes: number): string {
  return bytes < 1e5 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
