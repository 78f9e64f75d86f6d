import type { Restriction } from '../../wire.ts';

const names = {
  'full-screen': 'Full screen',
  'left-page': 'Leaving the page',
  'one-screen': 'One screen',
  clipboard: 'Copying and pasting',
} satisfies Record<Restriction, string>;

/** What test takers read about what the page of their exam restricts. */
export const restrictions = {
  heading: 'What is restricted, and why',
  names,
  does: {
    'full-screen':
      'The page asks to be shown in full screen. From when to when it is not is noted; you have a minute at the beginning, and ten seconds later. Where your browser cannot, nothing is noted.',
    'left-page':
      'From when to when another tab, window or program is in front of the exam is noted, not which one and not what you do there. A second or two are not noted, nor are dialogs that this page opens.',
    'one-screen':
      'If a second screen stays connected for more than a minute, from when to when is noted. Browsers that do not tell note nothing.',
    clipboard: 'You cannot copy from the exam’s page or paste into it. That you tried is noted nowhere.',
  } satisfies Record<Restriction, string>,
  /** @param some what was granted not to hold */
  lifted: (some: Restriction[]) => `Not restricted for you: ${some.map((one) => names[one].toLowerCase()).join(', ')}.`,
  why: 'Why:',
  meaning:
    'You are told at once of each note. It has its times and nothing else, and decides nothing: people may look at the recording around it. If one of these does not fit you, such as with a screen magnifier or dictation, ask for another arrangement; it is never held against you.',
  fullScreen: 'Show in full screen',
  noted: 'What your browser noted',
  notedText:
    'Times and nothing else. It says nothing about why and decides nothing; people may look at the recording around it, and you can say what it was.',
  clipboard: 'Copying and pasting are switched off on this page. That somebody tries is noted nowhere.',
};
