import { fromBase64url, type ReleasedKey } from '../../wire.ts';
import type { Recipient } from '../recipient.ts';
import { RequestError, requestJson } from '../room-request.ts';
import { deriveChapterKeys, type ChapterKeys } from '../sframe.ts';

/** Custody cannot release this chapter, to nobody and never; its sentence is the message. */
export class ChapterRefused extends Error {
  readonly chapter: number;

  constructor(chapter: number, sentence: string) {
    super(sentence);
    this.name = 'ChapterRefused';
    this.chapter = chapter;
  }
}

/** The chapter keys of one grant, asked for one chapter at a time; none of them can be read by scripts. */
export class ReleasedKeys {
  readonly #grant: string;
  readonly #recipient: Promise<Recipient>;
  readonly #digest: string | null;
  readonly #asked = new Map<string, Promise<ChapterKeys>>();

  /**
   * @param recipient the key that the grant was signed for, as this browser keeps it
   * @param digest of that key where it is known before: chapter keys are asked for without waiting for `recipient` then
   */
  constructor(grant: string, recipient: Promise<Recipient>, digest: string | null) {
    this.#grant = grant;
    this.#recipient = recipient;
    this.#digest = digest;
  }

  /** @returns whether the chapter's key was asked for already */
  has(recording: string, chapter: number): boolean {
    return this.#asked.has(`${recording}/${chapter}`);
  }

  /**
   * @returns the chapter's keys; asks custody for them the first time, and again after a failure that may pass
   * @throws ChapterRefused; RequestError with custody's sentence; an Error when the key does not open in this browser
   */
  get(recording: string, chapter: number): Promise<ChapterKeys> {
    const name = `${recording}/${chapter}`;
    const known = this.#asked.get(name);
    if (known) return known;
    const asked = this.#ask(recording, chapter);
    this.#asked.set(name, asked);
    asked.catch((error: unknown) => {
      const isFinal = error instanceof ChapterRefused || (error instanceof RequestError && !error.retryable);
      if (!isFinal) this.#asked.delete(name);
    });
    return asked;
  }

  forget(): void {
    this.#asked.clear();
  }

  async #ask(recording: string, chapter: number): Promise<ChapterKeys> {
    const { keys } = await requestJson<{ keys: ReleasedKey[] }>('POST', `/grants/${this.#grant}/releases`, {
      body: { recipient: this.#digest ?? (await this.#recipient).digest, chapters: [{ recording, chapter }] },
    }).catch((error: unknown) => {
      throw isAbout(error, recording, chapter) ? new ChapterRefused(chapter, error.message) : error;
    });
    const released = keys.find((key) => key.recording === recording && key.chapter === chapter);
    if (!released) throw new Error('Custody released another chapter than the one asked for. Reload the page.');
    const recipient = await this.#recipient;
    const base = await crypto.subtle
      .unwrapKey('raw', fromBase64url(released.key), recipient.key, { name: 'RSA-OAEP' }, 'HKDF', false, [
        'deriveKey',
        'deriveBits',
      ])
      .catch(() => {
        throw new Error(
          'The released key does not open in this browser. Open the recording again from the attempt’s page.',
        );
      });
    return deriveChapterKeys(base, chapter);
  }
}

/** @returns whether custody refused this chapter for what it is, and not the view or the person */
function isAbout(error: unknown, recording: string, chapter: number): error is RequestError {
  if (!(error instanceof RequestError) || error.code !== 'refused') return false;
  return error.facts['recording'] === recording && error.facts['chapter'] === chapter;
}
