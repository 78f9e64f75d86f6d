import type { ErrorBody, HandIn } from '../../wire.ts';
import { language, locale } from '../words/language.ts';
import { words } from '../words/place.ts';
import { words as connection } from '../words/sending.ts';
import { delayAfter, request } from './request.ts';

type Sent = HandIn | { sentence: string; retryable: boolean; status: number; retryAfter: number };

/** Sends the files that a test taker hands in, one after the other, until each is stored or refused for good. */
export class HandInUploads {
  #section = document.querySelector<HTMLElement>('[data-hand-in]');
  #standing = document.querySelector<HTMLElement>('[data-hand-in-standing]');
  #attempt: string;
  #speak: (sentence: string) => void;
  #open = false;
  #under = 0;
  /** Names of which a file is stored. */
  #stored = new Set<string>();
  #turn: Promise<void> = Promise.resolve();

  /** @param attempt its id @param speak says news to screen readers */
  constructor(attempt: string, speak: (sentence: string) => void) {
    this.#attempt = attempt;
    this.#speak = speak;
    const input = this.#find<HTMLInputElement>('[data-hand-in-files]');
    input?.addEventListener('change', () => {
      for (const file of input.files ?? []) this.#add(file);
      // The same file can be chosen again, once it was changed.
      input.value = '';
    });
  }

  /** Files that are not stored yet. */
  get under(): number {
    return this.#under;
  }

  /** The attempt runs: shows what was handed in already. */
  async show(): Promise<void> {
    if (!this.#section || this.#open) return;
    this.#open = true;
    this.#tell();
    for (let failures = 0; this.#open; failures++) {
      const answer = await request('GET', `/attempt/hand-ins?attempt=${this.#attempt}`);
      if (answer.accepted) {
        const { until, handIns } = (await answer.json()) as { until: string; handIns: HandIn[] };
        const time = this.#find<HTMLTimeElement>('[data-hand-in-until]');
        if (time) {
          time.dateTime = until;
          time.textContent = new Date(until).toLocaleString(locale, { dateStyle: 'long', timeStyle: 'long' });
        }
        const items = handIns.filter(({ counts }) => counts).map((handIn) => itemOf(handIn.name, wordDone(handIn)));
        this.#find('[data-hand-in-list]')?.prepend(...items);
        for (const { name } of handIns) this.#stored.add(name);
        return this.#tell();
      }
      if (!answer.retryable) return;
      await pause(delayAfter(failures, answer));
    }
  }

  /** The attempt has ended: nothing more is taken. */
  close(): void {
    this.#open = false;
    const input = this.#find<HTMLInputElement>('[data-hand-in-files]');
    if (input) input.disabled = true;
  }

  #add(file: File): void {
    const item = itemOf(file.name, words.handIn.waits);
    this.#find('[data-hand-in-list]')?.append(item);
    this.#under++;
    this.#tell();
    this.#turn = this.#turn.then(async () => {
      if (await this.#hand(file, item)) this.#stored.add(file.name);
      this.#under--;
      this.#tell();
    });
  }

  /** @returns whether it was stored */
  async #hand(file: File, item: HTMLElement): Promise<boolean> {
    const status = item.querySelector('[data-hand-in-status]') ?? item;
    const progress = document.createElement('progress');
    progress.max = 1;
    progress.setAttribute('aria-label', file.name);
    item.append(progress);
    const refuse = (sentence: string) => {
      status.textContent = words.handIn.refused(sentence);
      this.#speak(`${file.name}: ${status.textContent}`);
      return false;
    };
    const path = `/attempt/hand-ins?attempt=${this.#attempt}&name=${encodeURIComponent(file.name)}`;
    try {
      for (let failures = 0; this.#open; failures++) {
        const sent = await send(path, file, (part) => {
          progress.value = part;
          status.textContent = part < 1 ? words.handIn.sending(Math.floor(100 * part)) : words.handIn.storing;
        });
        if ('digest' in sent) {
          status.textContent = wordDone(sent);
          this.#speak(words.handIn.spoken(file.name));
          return true;
        }
        if (!sent.retryable) return refuse(sent.sentence);
        // What cannot be read any more looks like a lost connection.
        if (sent.status === 0 && !(await isReadable(file))) return refuse(words.handIn.unreadable);
        status.textContent = words.handIn.again(sent.sentence);
        await pause(delayAfter(failures, sent));
      }
      return false;
    } finally {
      progress.remove();
    }
  }

  /** What the question says that is asked before the end. */
  #tell(): void {
    if (!this.#standing) return;
    const { nothing, some, under } = words.handIn;
    const stored = this.#stored.size === 0 ? nothing : some(this.#stored.size);
    this.#standing.textContent = this.#under > 0 ? `${stored} ${under(this.#under)}` : stored;
  }

  #find<E extends HTMLElement>(selector: string): E | null {
    return this.#section?.querySelector<E>(selector) ?? null;
  }
}

function itemOf(name: string, status: string): HTMLElement {
  const item = document.createElement('li');
  const title = document.createElement('strong');
  title.textContent = name;
  const line = document.createElement('span');
  line.className = 'hint';
  line.dataset['handInStatus'] = '';
  line.textContent = status;
  item.append(title, line);
  return item;
}

/**
 * Sends one file. XMLHttpRequest, because fetch does not tell how much of a body is sent.
 * @param onProgress hears which part is sent: 0 to 1
 */
function send(path: string, file: File, onProgress: (part: number) => void): Promise<Sent> {
  return new Promise((resolve) => {
    const sent = new XMLHttpRequest();
    sent.open('POST', path);
    sent.setRequestHeader('accept', 'application/json');
    sent.setRequestHeader('accept-language', language);
    sent.setRequestHeader('content-type', 'application/octet-stream');
    sent.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
    sent.addEventListener('loadend', () => resolve(answerOf(sent)));
    sent.send(file);
  });
}

function answerOf(sent: XMLHttpRequest): Sent {
  const { status } = sent;
  const retryAfter = 1000 * (Number(sent.getResponseHeader('retry-after')) || 0);
  if (status === 0) return { sentence: connection.paused, retryable: true, status, retryAfter };
  let told: Partial<ErrorBody & HandIn> = {};
  try {
    told = JSON.parse(sent.responseText) as typeof told;
  } catch {
    // Somebody between us answered: said below, by its status.
  }
  if (status < 300 && told.digest) return told as HandIn;
  const retryable = told.retryable === true || [401, 408, 429].includes(status) || status >= 500;
  return { sentence: told.message ?? connection.unexplained(status), retryable, status, retryAfter };
}

async function isReadable(file: File): Promise<boolean> {
  const first = file.slice(0, 1).arrayBuffer();
  return first.then(
    () => true,
    () => false,
  );
}

function wordDone({ handedInAt, bytes, digest }: HandIn): string {
  const size = `${(bytes / 1000).toLocaleString(locale, { maximumSignificantDigits: 3 })} kB`;
  return words.handIn.done(new Date(handedInAt).toLocaleTimeString(locale), size, digest);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
