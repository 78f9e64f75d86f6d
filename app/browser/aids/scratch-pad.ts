import { words } from '../words/aids.ts';
import { Notes } from './notes.ts';

/** Milliseconds after a stroke in which notes are kept: no more is lost in a crash. */
const SOON = 300;

/** The scratch pad on the recorder's page. What is written there stays in this browser until the attempt's end. */
export class ScratchPad {
  #field = document.querySelector<HTMLTextAreaElement>('[data-notes]');
  /** Said before the end, where there are notes. */
  #left = document.querySelector<HTMLElement>('[data-notes-left]');
  #attempt: string;
  #notes: Promise<Notes> | null = null;
  #over = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** One after the other: what is deleted is not written again. */
  #turn: Promise<void> = Promise.resolve();

  /** @param attempt its id */
  constructor(attempt: string) {
    this.#attempt = attempt;
    if (!this.#field) return;
    // Until it is known what stands there.
    this.#field.readOnly = true;
    this.#field.addEventListener('input', () => {
      this.#tell();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#keep(), SOON);
    });
    document.addEventListener('visibilitychange', () => this.#keep());
    addEventListener('pagehide', () => {
      this.#keep();
      if (!this.#field) return;
      // Whoever comes back to this page from another one may be somebody else; it is opened anew then. That it stands empty is not kept.
      this.#field.readOnly = true;
      this.#field.value = '';
    });
  }

  /** The attempt runs, and in no other window of this browser: shows what was written in it before. */
  async open(): Promise<void> {
    const field = this.#field;
    if (!field || this.#notes) return;
    this.#notes = Notes.open();
    try {
      const text = await (await this.#notes).read(this.#attempt);
      if (!this.#over) field.value = text;
    } catch {
      this.#tellUnkept();
    }
    field.readOnly = this.#over;
    this.#tell();
  }

  /** The attempt has ended: nothing of the notes stays. */
  delete(): void {
    if (!this.#field || this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#field.value = '';
    this.#field.readOnly = true;
    this.#tell();
    // A browser that keeps nothing has nothing to delete.
    this.#turn = this.#turn.then(() => Notes.forgetAttempt(this.#attempt)).catch(() => {});
  }

  #keep(): void {
    clearTimeout(this.#timer);
    const { value, readOnly } = this.#field ?? { value: '', readOnly: true };
    const notes = this.#notes;
    if (readOnly || !notes) return;
    this.#turn = this.#turn
      .then(async () => (this.#over ? undefined : (await notes).write(this.#attempt, value)))
      .catch(() => this.#tellUnkept());
  }

  #tell(): void {
    if (this.#left) this.#left.hidden = !this.#field?.value;
  }

  #tellUnkept(): void {
    const notice = document.querySelector<HTMLElement>('[data-notes-notice]');
    const message = notice?.querySelector('[data-notes-message]');
    if (!notice || !message || !notice.hidden) return;
    notice.hidden = false;
    message.textContent = words.notesNotKept;
  }
}
