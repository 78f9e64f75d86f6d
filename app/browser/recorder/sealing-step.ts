import type { Progress } from './messages.ts';
import type { Page } from './page.ts';
import { truthOf } from './truth.ts';

/** The third step: shows how the rest is sent and sealed. It needs no device. */
export class SealingStep {
  #page: Page;
  #total = 0;

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
    if (trouble) sealingMessage.textContent = truthOf(progress);
    else if (waitingBytes === 0) sealingMessage.textContent = 'Everything is stored. Your recording is being sealed.';
    else sealingMessage.textContent = `Sending what is left: ${sizeOf(waitingBytes)}. Leave this page open.`;
  }
}

/** @returns "1.4 MB" */
function sizeOf(bytes: number): string {
  return bytes < 1e5 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
