import type { Child } from 'hono/jsx';
import { FORMATS } from '../formats.ts';

const minutes = (number: number) => FORMATS.en.amount(number, 'minute', 'minutes');

/** When an exam can be begun, and how long a test taker has. */
export const terms = {
  heading: 'When',
  opens: 'Opens',
  lastEntry: 'Begin by',
  time: 'Your time',
  fromStart: (number: number) => `${minutes(number)} from the moment you begin`,
  untilClosing: 'from the moment you begin until the exam closes',
  closes: 'Closes',

  early: {
    opens: (at: Child) => <>This exam opens on {at}.</>,
    left: 'Opens in',
    meanwhile:
      'There is nothing that you have to do until then. Leave this page open: it goes on by itself when the exam opens, by the appliance’s clock. Until then you can check your device and practise.',
    look: 'See whether it is open',
  },

  late: {
    status: 'The time to begin is over',
    text: (until: Child) => (
      <>
        This exam could be begun until {until}, and it was not begun with your link by then. Nothing was recorded of
        you, and no reason is assumed.
      </>
    ),
    write: (contact: Child) => (
      <>
        If something kept you from beginning, write to {contact}: they can tell you what is possible now. You need not
        say why you could not begin.
      </>
    ),
  },

  /** In the recorder. */
  remaining: 'Time left',
  over: 'Your time is over.',
  overText:
    'If you have not handed in your answers yet, do that first, then choose “Finish the exam”. Take the time that you need for it: recording goes on until you finish, and nothing is cut off.',
};
