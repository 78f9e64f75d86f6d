import type { Aid } from '../../../hsm/exam-setup.ts';

/** What test takers read about the calculator and the scratch pad on the recorder's page. */
const told: Record<Aid, (screen: boolean) => string> = {
  calculator: () =>
    'On that page you have a calculator with basic and scientific functions. What you calculate is not sent to anybody.',
  /** @param screen whether the screen is recorded */
  'scratch-pad': (screen) =>
    `On that page you have a scratch pad for notes. They stay in your browser: they are not sent, they are no part of your answers, and nobody can ask for them. They outlive a reload or a crash of this browser, and are not there in another one. They are deleted when you finish; if the exam ends without that, the next time you open your page in this browser. ${screen ? screenSeen : ''}`.trim(),
};
const screenSeen = 'Your screen is recorded, so whoever watches the recording sees what was on it, your notes too.';

export const aids = {
  told,
  heading: 'Calculator and notes',
  notesLeft:
    'Your notes on the scratch pad are deleted when you finish, and nobody gets them. What you still need of them has to be in your answers first.',
  calculator: {
    heading: 'Calculator',
    expression: 'Calculation',
    how: 'Type it or use the keys; Enter calculates. Decimals have a point: 1.5',
    result: 'Result',
    angles: 'Angles in',
    degrees: 'Degrees',
    radians: 'Radians',
    keys: 'Keys',
    history: 'Last results',
    historyHow: 'Choose a result to use it again. They are gone when this page is closed.',
    /** What each key is called aloud, where the sign on it does not say so. */
    key: {
      sin: 'Sine',
      cos: 'Cosine',
      tan: 'Tangent',
      asin: 'Arc sine',
      acos: 'Arc cosine',
      atan: 'Arc tangent',
      ln: 'Natural logarithm',
      log: 'Logarithm to base 10',
      pi: 'Pi',
      e: 'Euler’s number',
      root: 'Square root',
      square: 'Squared',
      power: 'To the power of',
      factorial: 'Factorial',
      percent: 'Percent',
      open: 'Open parenthesis',
      close: 'Close parenthesis',
      times: 'Times',
      over: 'Divided by',
      plus: 'Plus',
      minus: 'Minus',
      decimal: 'Decimal point',
      tens: 'Times ten to the power of',
      last: 'Last result',
      back: 'Delete the last sign',
      clear: 'Clear the calculation',
      equals: 'Calculate',
    },
  },
  pad: {
    heading: 'Scratch pad',
    label: 'Notes',
    stays:
      'Your notes stay in this browser and are deleted when you finish. They are not sent, and they are no part of your answers.',
    screenSeen: 'Your screen is recorded: your notes are seen in the recording while they are on it.',
  },
};
