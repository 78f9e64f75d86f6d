/**
 * Everything that can go wrong for a person, in one closed table: HTTP status, the sentence they read (what happened,
 * what it means, what to do) and whether trying again can help. Details go to the log only.
 */
const ERRORS = {
  'not-found': [
    404,
    'There is nothing here that you may see. Check the link, or go back to where you came from.',
    false,
  ],
  'not-signed-in': [
    401,
    'You are not signed in, or your session has ended. Open your link or sign in again; nothing you saved is lost.',
    false,
  ],
  'other-origin': [
    403,
    'This request came from another page than ours and was stopped. Open the page from its own address and try again.',
    false,
  ],
  'outside-network': [
    403,
    'This page is open to the institution’s own network only. Connect to it and try again.',
    false,
  ],
  malformed: [
    400,
    'The request was not understood. Reload the page and try again; if it happens again, report it.',
    false,
  ],
  'too-large': [413, 'The request is larger than this page accepts.', false],
  'not-supported': [415, 'This kind of content is not accepted here.', false],
  'segment-differs': [
    409,
    'Another segment is already stored under this number. The stored one stays as it is.',
    false,
  ],
  'chapter-differs': [
    409,
    'Another envelope is already stored for this chapter. The stored one stays as it is.',
    false,
  ],
  'chapter-unknown': [409, 'This chapter has no envelope yet. Its envelope has to arrive before its segments.', true],
  'segments-missing': [409, 'The statement names segments that have not arrived.', true],
  'attempt-sealed': [409, 'This attempt has ended and its recording is sealed. Nothing can be added to it.', false],
  /** The sentence names the time. */
  'upload-closed': [410, 'The time to send this recording is over. This is not held against you.', false],
  'already-done': [409, 'This has been done already. Nothing was changed.', false],
  'disk-full': [
    507,
    'The appliance is running out of space. Your browser keeps what is not yet stored; leave the page open.',
    true,
  ],
  busy: [503, 'The appliance is busy. Your browser keeps what is not yet stored and tries again by itself.', true],
  'custody-away': [
    503,
    'The key custody is not answering. Recording goes on; watching and signing have to wait. Try again in a minute.',
    true,
  ],
  'asked-ahead': [
    503,
    'This page is not fetched ahead of time, because opening it begins a view. Open it when you want to watch.',
    true,
  ],
  /** The sentence is custody's own. */
  refused: [403, 'Custody refused this.', false],
  internal: [
    500,
    'Something went wrong on our side. It was logged under the number below. Try again; what was acknowledged is safe.',
    true,
  ],
} as const satisfies Record<string, readonly [status: number, sentence: string, retryable: boolean]>;

export type ErrorCode = keyof typeof ERRORS;

/** A failure with a place in the table. `detail` reaches the log, never the person. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: (typeof ERRORS)[ErrorCode][0];
  readonly sentence: string;
  readonly retryable: boolean;
  /** Facts for the caller's program, such as the numbers of missing segments. */
  readonly facts: Record<string, unknown> | undefined;
  /** Custody's own name of its refusal (hsm/errors.ts), where it was custody that said no. */
  readonly refusal: string | undefined;

  constructor(
    code: ErrorCode,
    options: {
      detail?: string;
      sentence?: string;
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
    const [status, sentence, retryable] = ERRORS[code];
    this.status = options.status ?? status;
    this.sentence = options.sentence ?? sentence;
    this.retryable = retryable;
    this.facts = options.facts;
    this.refusal = options.refusal;
  }
}
