import type { Child } from 'hono/jsx';
import { FORMATS } from '../formats.ts';

const { amount, any } = FORMATS.en;

const purposes: Record<string, string> = {
  'integrity-review': 'a review of how the exam was sat',
  appeal: 'an appeal',
  complaint: 'a complaint',
  'access-request': 'a request to see your own data',
  'legal-order': 'an order of a court or authority',
};

/** Before the attempt: everything that a test taker has a right to know. */
export const notice = {
  lead: 'This exam is recorded while you sit it. Please read what that means for you; nothing is recorded before you press “Start recording”.',
  check: 'Check what is recorded',
  before: (check: (words: string) => Child) => (
    <>
      Before the exam day, {check('check whether your device will do')}, and do a practice run: it goes as the exam
      goes, and nothing of it is kept.
    </>
  ),
  practise: 'Practise',

  changed: (at: Child) => (
    <>
      What this page says of your exam was changed on {at}. If you read it before then, please read it again: what
      stands here now is what holds.
    </>
  ),
  instructions: 'What you may use, and have to know',
  what: 'What is recorded, and why',
  who: 'Who records',
  recorder: (unit: Child, institution: string) => (
    <>
      {unit}, {institution}. The recording stays on the university’s own machine.
    </>
  ),
  kinds: {
    camera: 'Picture from your camera',
    microphone: 'Sound from your microphone',
    screen: 'Picture of your screen',
  },
  legalBasis: 'Legal basis',
  notRecorded: 'What is not recorded',
  /** @param recorded of the three kinds */
  nothingElse: (recorded: { camera: boolean; microphone: boolean; screen: boolean }) =>
    `Not ${recorded.camera ? '' : 'your camera, '}${recorded.microphone ? '' : 'your microphone, '}${recorded.screen ? '' : 'your screen, '}your keystrokes, your files or where you are. Faces are not recognised, and no program judges or scores what you do.`,
  failing: 'If your connection or your computer fails',
  goOn: (until: Child, elsewhere: boolean) => (
    <>
      Go on with your exam. What is recorded waits in your browser, encrypted, and is sent when the connection is back,
      until {until} at the latest. After a crash or a restart, open your personal link again: recording goes on where it
      stopped{elsewhere ? ', also on another computer' : ''}. None of this is held against you.
    </>
  ),
  never: 'What is never required of you',
  neverText:
    'You are never asked to remove or change clothing, a head covering or anything else about how you look, and never to pay. If anybody has to check who you are, there is always another way than showing an identity card to a camera.',

  watchers: 'Who may watch',
  /** @param seconds of a chapter @param allowed custody's names of purposes */
  watching: (reviewers: Child, seconds: number, allowed: string[]) => (
    <>
      {reviewers}. Your recording is encrypted in your browser, in chapters of{' '}
      {seconds % 60 === 0 ? amount(seconds / 60, 'minute', 'minutes') : amount(seconds, 'second', 'seconds')} with a key
      each. Somebody who wants to watch has to sign for it by name, with a purpose:{' '}
      {any(allowed.map((purpose) => purposes[purpose] ?? purpose))}. Nobody can download it.
    </>
  ),
  purposes,
  degraded:
    'This exam’s keys are guarded in a degraded way: whenever somebody is allowed to watch, the keys to those minutes are outside of the key token for a moment, in the appliance’s memory.',
  entries:
    'Each time somebody is allowed to watch, and each time somebody has watched, an entry is written that nobody can remove unnoticed.',
  entriesShown: 'You see these entries on this page after your exam.',
  howLong: 'How long it is kept',
  kept: (day: Child) => (
    <>
      Until {day}; then its key is destroyed, and nobody can ever watch the recording again, wherever copies of it may
      be.
    </>
  ),

  arrangement: 'If you would rather not be recorded',
  ask: (alternative: Child, contact: Child, days: number) => (
    <>
      {alternative} Write to {contact}; you have an answer within {amount(days, 'day', 'days')}. Asking is never held
      against you.
    </>
  ),
  complain: (contact: Child) => (
    <>Something is not right, or you want to complain: {contact}, before the exam or at any time after it.</>
  ),

  place: 'Check that this is the right place',
  compare: 'Your invitation shows the same fingerprint. If it differs, do not start; write to the contact above.',
  fingerprint: 'Fingerprint of the appliance’s key',
  onwards: 'Go on to what is recorded',
};
