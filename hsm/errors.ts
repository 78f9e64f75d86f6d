/**
 * Why custody says no, in one closed table: HTTP status on the socket, the sentence a person reads, and whether the refusal is
 * entered in the ledger (attempts at what must not happen are; an honest mistake such as an expired session is not).
 */
const REFUSALS = {
  malformed: [400, 'Custody did not understand the request.', false],
  'not-found': [404, 'There is nothing here that you may see.', false],
  'session-unknown': [401, 'You are not signed in, or your session has ended. Sign in again with your passkey.', false],
  'enrolment-unknown': [
    404,
    'This enrolment link is not valid, was used already or has expired. Ask an officer for a new one.',
    false,
  ],
  'ticket-unknown': [
    401,
    'This way to the staff pages was used already or is too old. Go back to the reading room and take a new one.',
    false,
  ],
  'passkey-unknown': [
    401,
    'This passkey is not enrolled here. Use the one you enrolled, or ask an officer for a new enrolment.',
    true,
  ],
  'passkey-refused': [
    400,
    'The passkey’s answer could not be verified. Try again; if it happens again, tell an officer.',
    true,
  ],
  'representative-inactive': [403, 'Your approval as a representative is not in force. Ask an officer.', true],
  'not-assigned': [403, 'You are not assigned to this exam. Ask an officer if you should be.', true],
  'purpose-not-allowed': [403, 'This exam’s rules do not allow a recording to be watched for this purpose.', true],
  'justification-missing': [
    400,
    'This purpose needs a justification in your own words. It will stand in the ledger and in the test taker’s record.',
    false,
  ],
  'recipient-unusable': [
    400,
    'The browser’s key for this view is not one that custody can use. Reload the page and try again.',
    false,
  ],
  'act-expired': [409, 'This act has expired unsigned. Propose it again.', false],
  'act-used': [409, 'This act was signed already. An act counts once.', true],
  'act-not-yours': [403, 'This act was proposed by somebody else; only they can sign it.', true],
  'challenge-differs': [403, 'The passkey signed something else than this act. Nothing was done.', true],
  'origin-differs': [403, 'The passkey was touched on another page than the reading room. Nothing was done.', true],
  'grant-ended': [
    403,
    'This view has ended. Open the recording again with a new purpose and a touch if you need more.',
    true,
  ],
  'recipient-differs': [
    403,
    'The key is asked for by another browser than the one shown when the act was signed. Nothing was released.',
    true,
  ],
  'chapter-unregistered': [403, 'This chapter was never registered with custody. Nothing was released.', true],
  'envelope-differs': [
    403,
    'The envelope is not the one that was registered for this chapter. Nothing was released.',
    true,
  ],
  'envelope-foreign': [403, 'The envelope belongs to another recording. Nothing was released.', true],
  'envelope-conflict': [409, 'Another envelope is registered for this chapter. The registered one stays.', true],
  'attempt-conflict': [409, 'This attempt is registered with another key. The registered one stays.', true],
  'attempt-sealed': [409, 'This attempt has ended and its recording is sealed. Nothing can be added to it.', false],
  'seal-refused': [
    400,
    'The seal does not fit the attempt or its signature is not the attempt key’s. Nothing was sealed.',
    true,
  ],
  'token-away': [503, 'The key token does not answer. Recording goes on; watching has to wait.', false],
  'ledger-stopped': [503, 'The ledger has stopped, and custody does nothing without it. Tell the operator.', false],
} as const satisfies Record<
  string,
  readonly [status: 400 | 401 | 403 | 404 | 409 | 503, sentence: string, entered: boolean]
>;

export type Refusal = keyof typeof REFUSALS;

/** Custody's no. `detail` goes to the log only. */
export class CustodyError extends Error {
  readonly refusal: Refusal;
  readonly status: (typeof REFUSALS)[Refusal][0];
  readonly sentence: string;
  readonly entered: boolean;

  constructor(refusal: Refusal, detail?: string) {
    super(detail ? `${refusal}: ${detail}` : refusal);
    this.name = 'CustodyError';
    this.refusal = refusal;
    const [status, sentence, entered] = REFUSALS[refusal];
    this.status = status;
    this.sentence = sentence;
    this.entered = entered;
  }
}

/** @returns the sentence of a refusal as it stands in an entry of the ledger */
export function sentenceOf(refusal: string): string {
  return REFUSALS[refusal as Refusal]?.[1] ?? refusal;
}
