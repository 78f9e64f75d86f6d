import type { Refusal } from '../hsm/errors.ts';
import type { Words } from './words/en.ts';
import { errors } from './words/en/errors.ts';

/**
 * Everything that can go wrong for a person, in one closed table: HTTP status and whether trying again can help. The sentence that
 * they read stands in app/words, in each language of test takers. Details go to the log only.
 */
const ERRORS = {
  'not-found': [404, false],
  'not-signed-in': [401, false],
  'other-origin': [403, false],
  'outside-network': [403, false],
  malformed: [400, false],
  'too-large': [413, false],
  'not-supported': [415, false],
  'segment-differs': [409, false],
  'chapter-differs': [409, false],
  'chapter-unknown': [409, true],
  'segments-missing': [409, true],
  'not-recorded': [409, true],
  'attempt-sealed': [409, false],
  /** The sentence names the time. */
  'upload-closed': [410, false],
  'already-done': [409, false],
  'disk-full': [507, true],
  busy: [503, true],
  'custody-away': [503, true],
  'asked-ahead': [503, true],
  /** The sentence is custody's own. */
  refused: [403, false],
  internal: [500, true],
} as const satisfies Record<string, readonly [status: number, retryable: boolean]>;

export type ErrorCode = keyof typeof ERRORS;

/** A failure with a place in the table. `detail` reaches the log, never the person. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: (typeof ERRORS)[ErrorCode][0];
  /** In English. */
  readonly sentence: string;
  readonly retryable: boolean;
  /** Facts for the caller's program, such as the numbers of missing segments. */
  readonly facts: Record<string, unknown> | undefined;
  /** Custody's own name of its refusal (hsm/errors.ts), where it was custody that said no. */
  readonly refusal: string | undefined;
  readonly #own: string | ((errors: Words['errors']) => string) | undefined;

  constructor(
    code: ErrorCode,
    options: {
      detail?: string;
      /** More exact than the code's own: custody's words, which are English, or a message that is there in each language. */
      sentence?: string | ((errors: Words['errors']) => string);
      facts?: Record<string, unknown>;
      /** Another HTTP status than the table's, for `refused`: custody's own. */
      status?: (typeof ERRORS)[ErrorCode][0];
      refusal?: string;
      cause?: unknown;
    } = {},
  ) {
    super(options.detail ? `${code}: ${options.detail}` : code, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    const [status, retryable] = ERRORS[code];
    this.status = options.status ?? status;
    this.retryable = retryable;
    this.facts = options.facts;
    this.refusal = options.refusal;
    this.#own = options.sentence;
    this.sentence = this.sentenceIn({ language: 'en', errors });
  }

  /** @returns what the person reads, in their language; of what custody said in English, what comes closest to it */
  sentenceIn({ language, errors }: Pick<Words, 'language' | 'errors'>): string {
    if (typeof this.#own === 'function') return this.#own(errors);
    if (this.#own !== undefined && language === 'en') return this.#own;
    return errors.refusals[this.refusal as Refusal] ?? errors.sentences[this.code];
  }
}
