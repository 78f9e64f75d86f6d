import { words } from '../words/place.ts';
import { delayAfter, request } from './request.ts';

/** Milliseconds after which the password is asked for again: it may have been changed. */
const AGAIN = 60_000;

/** Shows the password of the page that the exam is on, while recording runs and no longer. */
export class ExamPassword {
  #panel: Element | null = document.querySelector('[data-password]');
  #address: string;
  /** What asks for it at present. */
  #asking: object | null = null;

  /** @param attempt its id */
  constructor(attempt: string) {
    this.#address = `/attempt/password?attempt=${attempt}`;
  }

  /** Something of what is recorded here is stored: the password is asked for from now on, where there is one. */
  async show(): Promise<void> {
    const shown = this.#panel?.querySelector('[data-password-shown]');
    if (!shown || this.#asking) return;
    const own = (this.#asking = {});
    for (let failures = 0; this.#asking === own; failures++) {
      const answer = await request('GET', this.#address);
      // Recording may have ended meanwhile.
      if (this.#asking !== own || (!answer.accepted && !answer.retryable)) return;
      if (answer.accepted) {
        const { password } = (await answer.json()) as { password: string };
        if (shown.textContent !== password) shown.replaceChildren(writtenOut(password));
        failures = 0;
      }
      const wait = answer.accepted ? AGAIN : delayAfter(failures, answer);
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  /** Nothing is recorded for a while. */
  rest(): void {
    this.#asking = null;
    this.#panel?.querySelector('[data-password-shown]')?.replaceChildren(words.passwordRests);
  }

  /** Recording has ended, or cannot go on. */
  hide(): void {
    this.#asking = null;
    this.#panel?.replaceChildren(words.passwordOver);
  }
}

/** Letters that are told apart. */
function writtenOut(password: string): HTMLElement {
  const code = document.createElement('code');
  code.textContent = password;
  return code;
}
