/**
 * Why custody says no, in one closed table: HTTP status on the socket and the sentence a person reads. `refuse` enters a refusal in
 * the ledger as well: for tries at what must not happen, not for honest mistakes such as an expired session.
 */
const REFUSALS = {
  malformed: [400, 'Custody did not understand the request.'],
  'too-large': [413, 'The request is larger than custody accepts.'],
  'not-found': [404, 'There is nothing here that you may see.'],
  'session-unknown': [401, 'You are not signed in, or your session has ended. Sign in again with your passkey.'],
  'enrolment-unknown': [
    404,
    'This enrolment link is not valid, was used already or has expired. Ask an officer for a new one.',
  ],
  'ticket-unknown': [
    401,
    'This way to the staff pages was used already or is too old. Go back to the reading room and take a new one.',
  ],
  'passkey-unknown': [
    401,
    'This passkey is not enrolled here. Use the one you enrolled, or ask an officer for a new enrolment.',
  ],
  'passkey-refused': [
    400,
    'The passkey’s answer could not be verified. Try again; if it happens again, tell an officer.',
  ],
  'passkey-synced': [
    403,
    'This passkey is copied to other devices by whoever keeps it, and your institution takes only ones that cannot leave their device. Enrol a security key or this device’s own passkey.',
  ],
  'passkey-model': [
    403,
    'This is not a make of security key that your institution takes, or it does not prove its make. Ask an officer which ones are taken.',
  ],
  'counter-behind': [
    403,
    'This passkey’s counter went back, which happens when it was copied. Nothing was done. Tell an officer.',
  ],
  'register-in-use': [
    409,
    'The register has enrolled people already: whoever comes from now on is approved by two officers, in the reading room.',
  ],
  'representative-inactive': [403, 'Your approval as a representative is not in force. Ask an officer.'],
  'unit-suspended': [
    403,
    'The unit is suspended. Nothing of it can be done or opened until two officers reinstate it.',
  ],
  'exam-suspended': [
    403,
    'This exam is suspended. Nothing of it can be opened until two officers reinstate it. Recording goes on.',
  ],
  'role-missing': [403, 'None of your roles lets you do this. Ask an officer.'],
  'out-of-scope': [403, 'This is another unit’s. You answer for your own unit only.'],
  'own-case': [403, 'This is about yourself: others have to sign it.'],
  'not-assignable': [
    409,
    'Who is assigned to an exam has to be an approved reviewer or privacy officer of its unit or of the whole institution.',
  ],
  'officers-needed': [409, 'At least two privacy officers have to stay in force. Approve another one first.'],
  'already-so': [409, 'This is so already. Nothing was changed.'],
  'name-taken': [409, 'There is one of this name already.'],
  'promise-broken': [
    409,
    'Test takers have begun this exam under its rules: its recordings cannot be kept for longer than they were told.',
  ],
  'exam-faulty': [
    403,
    'Something in it may not be put to test takers, or does not fit together. Nothing was done. Change what is named, and propose it again.',
  ],
  'version-taken': [
    409,
    'The exam was changed since this was proposed. Nothing was done. Read it as it stands now, and propose the change again.',
  ],
  'promise-weakened': [
    409,
    'Test takers have begun this exam as it was told to them: nobody can be recorded in more ways, more finely or in longer chapters from now on, nor have less time.',
  ],
  'extension-too-long': [
    409,
    'With all extensions together, too little of the time would be left in which recordings can be sent: at least half of it has to stay. Nothing was done. Give fewer minutes, or have the exam’s rules allow more time to send.',
  ],
  'exam-in-past': [409, 'The exam’s window lies in the past.'],
  'exam-held': [
    409,
    'A report of a prohibited use holds this exam until a privacy officer has answered it. Nothing was done.',
  ],
  'report-answered': [409, 'A report among these has its answer already. Nothing was done.'],
  'reports-full': [409, 'As many reports wait for an answer as can wait at once. Nothing was filed.'],
  'token-full': [409, 'The key token has no room for another exam’s key. Nothing was published. Ask the operator.'],
  'proposals-full': [
    409,
    'Too many proposals wait for a signature. Have some signed or withdrawn in the reading room first.',
  ],
  'not-assigned': [403, 'You are not assigned to this exam. Ask an officer if you should be.'],
  'purpose-not-allowed': [403, 'This exam’s rules do not allow a recording to be watched for this purpose.'],
  'justification-missing': [
    400,
    'This needs a justification in your own words. It will stand in the ledger and in the test taker’s record.',
  ],
  'recipient-unusable': [
    400,
    'The key that chapters are to be opened with is not one that custody can use: it takes RSA keys of 2048 to 4096 bits with the exponent 65537. For a view, reload the page and try again.',
  ],
  'act-expired': [409, 'This act has expired unsigned. Propose it again.'],
  'act-used': [409, 'This act was signed already. An act counts once.'],
  'act-withdrawn': [409, 'This act was withdrawn. Propose it again if it is still wanted.'],
  'act-not-yours': [403, 'This act was proposed by somebody else; they sign it first, or alone.'],
  'signed-already': [403, 'You have signed this act. It takes another person now.'],
  'act-altered': [
    403,
    'What the others signed is not what stands here now, or their passkeys are not in force any more. Nothing was done. Propose it again.',
  ],
  'challenge-differs': [403, 'The passkey signed something else than this act. Nothing was done.'],
  'origin-differs': [403, 'The passkey was touched on another page than the reading room. Nothing was done.'],
  'grant-ended': [
    403,
    'This view has ended. Open the recording again with a new purpose and a touch if you need more.',
  ],
  'recipient-differs': [
    403,
    'The key is asked for by another browser than the one shown when the act was signed. Nothing was released.',
  ],
  'chapter-unregistered': [
    403,
    'This chapter is not registered with key custody, or not yet: the appliance may still be handing it over. Nothing was released; try again in a few minutes.',
  ],
  'chapter-not-granted': [
    403,
    'This chapter is not part of this release. Ask for more, with a justification, if you need it. Nothing was released.',
  ],
  'nothing-to-release': [
    409,
    'This exam’s rules show nothing of this recording by themselves. Ask for all of it, with a justification, if you need it.',
  ],
  'envelope-differs': [403, 'The envelope is not the one that was registered for this chapter. Nothing was released.'],
  'envelope-foreign': [403, 'The envelope belongs to another recording. Nothing was released.'],
  'envelope-unreadable': [
    409,
    'The envelope of one chapter holds no key that the token can open, so that chapter cannot be watched by anybody. Nothing was released; the other chapters can be asked for without it.',
  ],
  'envelope-conflict': [409, 'Another envelope is registered for this chapter. The registered one stays.'],
  'keys-exhausted': [
    409,
    'This attempt has gone on in as many browsers as one attempt may. What they recorded is kept.',
  ],
  'attempt-conflict': [409, 'This attempt is registered with another key. The registered one stays.'],
  'key-destroyed': [
    409,
    'The key of this exam has been destroyed as announced. Its recordings cannot be watched any more.',
  ],
  'exam-over': [409, 'This exam is over. No attempt can begin any more.'],
  'attempt-sealed': [409, 'This attempt has ended and its recording is sealed. Nothing can be added to it.'],
  'incident-refused': [
    400,
    'The incident does not fit the attempt or its signature is not the attempt key’s. It counts for nothing.',
  ],
  'incident-off': [409, 'Incidents of this kind are not noted for this test taker. It counts for nothing.'],
  'request-open': [409, 'A request of this test taker waits for its answer already.'],
  'requests-full': [409, 'This test taker has made as many requests as custody takes for one exam.'],
  'sits-elsewhere': [
    409,
    'It was granted to this test taker to sit the exam elsewhere than here. No attempt of theirs begins on this appliance.',
  ],
  'incidents-full': [409, 'As many incidents of this attempt stand in the ledger as one attempt may have.'],
  'seal-refused': [
    400,
    'The seal does not fit the attempt or its signature is not the attempt key’s. Nothing was sealed.',
  ],
  'witness-unknown': [403, 'This is not a cosignature by a witness that custody knows. It was not kept.'],
  'cosignature-refused': [
    403,
    'The cosignature is not the witness’s word about this ledger’s checkpoint of this size. It was not kept.',
  ],
  'cosignature-early': [
    409,
    'The witness’s time lies more than five minutes ahead: one of the two clocks is wrong. The cosignature was not kept.',
  ],
  'cosignature-older': [409, 'A newer cosignature by this witness is kept already. This one was not.'],
  sealed: [
    503,
    'The key custody is sealed since it was started. Recording goes on; watching and signing wait until its custodians have given their shares.',
  ],
  'not-sealed': [409, 'Custody is not sealed. No share is needed.'],
  'share-damaged': [
    400,
    'There is a typing error in this share: its checksum does not fit. Compare each group and type it again.',
  ],
  'share-foreign': [
    403,
    'This share belongs to another sealing, or was never handed out. Look for the paper with the sealing that is asked for. What others gave still counts.',
  ],
  'share-shown': [
    409,
    'This share was handed out already, and custody does not have it any more. Type back what was written down, or give the sealing up and begin again.',
  ],
  'share-unconfirmed': [409, 'Not every custodian has typed back their share yet. Nothing was sealed.'],
  'shares-needed': [409, 'The PIN is sealed: this takes its custodians’ shares, not the PIN.'],
  'seal-broken': [
    409,
    'The shares are the right ones, but the sealed PIN does not open with them: its file was changed. Put its copy back from a backup.',
  ],
  'sealing-unsafe': [
    400,
    'A sealing needs at least two custodians to open it, at least as many custodians as that, and a different name for each.',
  ],
  'sealing-under-way': [409, 'Another sealing is under way. Go on with it, or give it up first.'],
  'sealing-missing': [
    409,
    'No sealing is under way: it was given up, or custody was started again. Shares that were handed out in it open nothing. Begin again.',
  ],
  'sealed-already': [409, 'The PIN is sealed already, and its file is gone. To seal it anew, set a new PIN first.'],
  'pin-differs': [403, 'This is not the PIN that custody opens its token with. Nothing was done.'],
  'pin-refused': [
    409,
    'The shares opened the sealed PIN, but the token did not open with it. The log says why. Set the token right, then give the shares again.',
  ],
  'recovery-missing': [
    409,
    'No officer’s recovery is under way, or it was begun for another name. Begin it first; shares are asked for then.',
  ],
  'token-away': [503, 'The key token does not answer. Recording goes on; watching has to wait.'],
} as const satisfies Record<string, readonly [status: 400 | 401 | 403 | 404 | 409 | 413 | 503, sentence: string]>;

export type Refusal = keyof typeof REFUSALS;

/** Custody's no. `detail` goes to the log only, `facts` to the caller's program. */
export class CustodyError extends Error {
  readonly refusal: Refusal;
  readonly status: (typeof REFUSALS)[Refusal][0];
  readonly sentence: string;
  readonly facts: Record<string, unknown> | undefined;

  constructor(refusal: Refusal, detail?: string, facts?: Record<string, unknown>) {
    super(detail ? `${refusal}: ${detail}` : refusal);
    this.name = 'CustodyError';
    this.refusal = refusal;
    const [status, sentence] = REFUSALS[refusal];
    this.status = status;
    this.sentence = sentence;
    this.facts = facts;
  }
}

/** @returns the sentence of a refusal as it stands in an entry of the ledger */
export function sentenceOf(refusal: string): string {
  return REFUSALS[refusal as Refusal]?.[1] ?? refusal;
}
