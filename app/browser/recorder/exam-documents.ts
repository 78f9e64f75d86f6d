import { words } from '../words/place.ts';
import { delayAfter, type Refusal, request } from './request.ts';

/** Shows the documents that the exam is on, while the attempt runs and no longer. */
export class ExamDocuments {
  #figures = [...document.querySelectorAll<HTMLElement>('figure[data-document]')];
  #attempt: string;
  #shows = false;

  /** @param attempt its id */
  constructor(attempt: string) {
    this.#attempt = attempt;
  }

  /** The attempt runs: each document is asked for, until it is there. */
  show(): void {
    if (this.#shows) return;
    this.#shows = true;
    for (const figure of this.#figures) void this.#load(figure);
  }

  /** Recording has ended, or cannot go on. */
  hide(): void {
    this.#shows = false;
    for (const figure of this.#figures) figure.replaceChildren(words.documentsOver);
  }

  async #load(figure: HTMLElement): Promise<void> {
    const address = `/attempt/documents/${figure.dataset['document']}?attempt=${this.#attempt}`;
    const message = figure.querySelector<HTMLElement>('[data-document-message]');
    const sheet = figure.querySelector<HTMLElement>('[data-document-sheet]');
    const tab = figure.querySelector<HTMLAnchorElement>('[data-document-tab]');
    for (let failures = 0; this.#shows && sheet && message; failures++) {
      const shown = await display(sheet, address);
      // Recording may have ended meanwhile.
      if (!this.#shows) return;
      if (shown === null) {
        message.remove();
        sheet.hidden = false;
        if (tab) {
          tab.href = address;
          tab.hidden = false;
        }
        return;
      }
      message.textContent = shown.sentence;
      if (!shown.retryable) return;
      await new Promise((resolve) => setTimeout(resolve, delayAfter(failures, shown)));
    }
  }
}

/** @returns null once it is there; else why it is not */
async function display(sheet: HTMLElement, address: string): Promise<Refusal | null> {
  // Asked for by the script first: what is refused then comes with its reason, which a frame or a picture would swallow.
  const loads = sheet instanceof HTMLImageElement || sheet instanceof HTMLIFrameElement;
  const answer = await request(loads ? 'HEAD' : 'GET', address);
  if (!answer.accepted) return answer;
  if (loads) sheet.src = address;
  else sheet.textContent = answer.text();
  return null;
}
