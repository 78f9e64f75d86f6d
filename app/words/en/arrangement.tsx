import type { Child } from 'hono/jsx';
import { FORMATS } from '../formats.ts';

const { amount, all } = FORMATS.en;

const recorded = { camera: 'camera', microphone: 'microphone', screen: 'screen' };
type Kind = keyof typeof recorded;

/** Asking to sit the exam otherwise than others, and the answer. */
export const arrangement = {
  title: 'Arrangements',
  heading: 'Ask for an arrangement',
  lead: 'You can ask to sit this exam otherwise than others: with more time or breaks, on another device, in another way, or with less recorded.',
  noReason:
    'You need not say why. Nobody asks you for a diagnosis, a certificate or any other medical reason here; please write none. What you need is enough.',
  free: 'Asking costs nothing and is never held against you. Who reviews recordings is not told that you asked, what you asked for, or what you wrote; only what was not to be recorded, where something was left out.',
  link: 'Ask for an arrangement',
  seeLink: 'Your arrangements',
  back: 'Back to your exam',

  needs: 'What do you need?',
  need: {
    'extra-time': { words: 'More time', means: 'Say how many minutes below.' },
    breaks: { words: 'Breaks', means: 'in which you may leave your place' },
    'another-device': { words: 'Another device', means: 'or to change devices during the exam' },
    'another-mode': { words: 'Another way of sitting the exam', means: 'such as on paper, or orally' },
    'in-person': { words: 'To sit it in person', means: 'on campus, without this appliance' },
    'recording-left-out': { words: 'A kind of recording left out', means: 'Say which below.' },
  },
  minutes: 'How many minutes more?',
  minutesHint: (minutes: number | null) =>
    minutes === null
      ? 'Only if you need more time.'
      : `Only if you need more time. The exam gives everybody ${amount(minutes, 'minute', 'minutes')}.`,
  kinds: 'Which recording should be left out?',
  kind: { camera: 'My camera', microphone: 'My microphone', screen: 'My screen' } as Record<Kind, string>,
  words: 'Anything that helps us to answer (you can leave it empty)',
  wordsHint: 'The office that answers reads it, and nobody else. Please give no medical reason.',
  send: 'Ask for this',
  faults: {
    needs: 'Tick what you need.',
    minutes: 'Write how many minutes more you need: a whole number from 1 to 1440.',
    kinds: 'Tick which recording should be left out.',
    words: 'These words are too long or hold characters that are not shown. Write at most 2000 characters.',
  },
  /** Of custody's refusals of a request. */
  notTaken: {
    'request-open':
      'You have asked already, and that request waits for its answer. You can ask for something else once it is answered.',
    'requests-full':
      'You have asked as often as can be asked here for one exam. Please write to the contact on your exam page.',
  } as Record<string, string>,
  answered: (days: number) => `You have an answer within ${amount(days, 'day', 'days')}, and see it here.`,

  yours: 'What you asked for',
  asked: (at: Child) => <>You asked on {at}.</>,
  open: 'Waits for an answer',
  due: (at: Child) => <>You have an answer by {at}. The office that answers sees the same deadline.</>,
  late: 'The answer is overdue',
  lateText: (at: Child, contact: Child) => (
    <>
      You should have had an answer by {at}. That is not your fault. The office sees that it is late; you can also write
      to the privacy officer: {contact}.
    </>
  ),
  soon: (contact: Child) => (
    <>Your exam begins before that day. Please write to {contact} as well, so that you have an answer in time.</>
  ),
  granted: 'Granted',
  refused: 'Not granted',
  answeredOn: (at: Child) => <>Answered on {at}.</>,
  why: 'Two people signed this answer. Their reason:',
  complain: (contact: Child) => <>You do not agree? Write to {contact}, or ask again with what has changed.</>,
  asking: (minutes: number | null, kinds: Kind[]) =>
    [
      ...(minutes === null ? [] : [`${amount(minutes, 'minute', 'minutes')} more`]),
      ...(kinds.length === 0 ? [] : [`without the recording of your ${all(kinds.map((kind) => recorded[kind]))}`]),
    ].join(', '),
  yourWords: 'What you wrote:',
  remove: 'Delete what I wrote',
  removeHint: 'What you ask for stays; your own words are deleted here for good.',
  again: 'Ask for something else',
  oneAtATime: 'You can ask for something else once this is answered.',

  holds: 'Your arrangement',
  holdsText: 'This holds for you in this exam. Who reviews your recording learns at most what was not to be recorded.',
  terms: {
    extra: (minutes: number) => `You have ${amount(minutes, 'minute', 'minutes')} more than others.`,
    breaks: (minutes: number) =>
      `You have ${amount(minutes, 'minute', 'minutes')} for breaks besides. Take them on the recorder’s page, when you like: nothing is recorded in them. You may leave your place; this is not noted.`,
    time: (minutes: number) => `Your time for the exam is ${amount(minutes, 'minute', 'minutes')} in all.`,
    until: (at: Child) => <>The exam closes for you on {at}.</>,
    leftOut: (kinds: Kind[]) =>
      `Your ${all(kinds.map((kind) => recorded[kind]))} ${kinds.length === 1 ? 'is' : 'are'} not recorded.`,
    device: 'You may go on in another browser or on another device at any time.',
    elsewhere: 'You do not sit this exam on this page:',
  },
};
