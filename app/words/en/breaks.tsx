import { FORMATS } from '../formats.ts';

/** What a test taker's pages say about breaks, in the recorder and beforehand. */
export const breaks = {
  term: 'Breaks',
  /** @param added whether everybody's time is longer by them already */
  everybody: ({ minutes, addedToTime }: { minutes: number; addedToTime: boolean }) =>
    `${FORMATS.en.amount(minutes, 'minute', 'minutes')} in all, when you like and in as many parts as you like: choose “Take a break” on the recorder’s page. Nothing is recorded in a break, and you may leave your place. ${
      addedToTime
        ? 'Your time above is longer by them already, whether you take them or not.'
        : 'They are a part of your time: the clock goes on.'
    }`,
  take: 'Take a break',
  heading: 'You are on a break',
  text: 'Nothing is recorded now. Everything that recorded you is switched off, and what was recorded before is sent to its end.',
  left: 'Left of your breaks',
  over: 'The minutes of your break are over.',
  overText:
    'Nothing goes on by itself, and nothing is held against you: go on when you are ready. The recording shows a break, and from when on its minutes were over.',
  goOn: 'Go on',
  goOnHint:
    'That turns on again what this exam records, as at the beginning. Your browser may ask you again what it may use and share.',
  close:
    'You may close this page or your computer. The break goes on counting; your personal link in this browser leads back here.',
};
