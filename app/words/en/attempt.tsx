import type { Child } from 'hono/jsx';
import type { Refusal } from '../../../hsm/errors.ts';
import { FORMATS } from '../formats.ts';

const { amount } = FORMATS.en;
const chapters = (number: number) => amount(number, 'chapter', 'chapters');

/** During the attempt and after it: how it stands, the receipt, who has watched, what was decided. */
export const attempt = {
  running: {
    late: 'The time to send your recording is over',
    open: 'Your exam has started and is not finished',
    lateText: (started: Child, until: Child) => (
      <>
        Your exam started on {started}, and its recording could be sent until {until}. Your browser did not finish it by
        then. What arrived is kept, and the appliance closes it by itself a day or two later; you need to do nothing,
        and this is not held against you.
      </>
    ),
    openText: (started: Child, until: Child) => (
      <>
        It started on {started}. The recorder has to stay open in one window of one browser. If you closed it, open it
        again: what was recorded is kept, and the pause is not held against you. What is still in your browser can be
        sent until {until}.
      </>
    ),
    back: 'Go back to the recorder',
    help: (contact: Child) => <>Something does not work? Write to {contact}.</>,
  },

  finished: 'Finished',
  started: 'Started',
  receipt: 'Your receipt',
  sealRefused:
    'Your recording is complete and kept, but the key custody could not enter your browser’s seal. The appliance closes your attempt by itself after the time to send recordings, and your receipt is here then. You need to do nothing, and this is not held against you.',
  sealWaits:
    'Your recording is complete, and its seal is kept. The receipt is made by itself as soon as the key custody answers, and is here then. You need to do nothing; you can close this page and open your personal link again later.',

  browsers: {
    heading: 'Where you sat the exam',
    resumed: (at: Child) => <>{at}: your exam went on in another browser</>,
    notYou: (contact: Child) => (
      <>Going on in another browser is not held against you. If that was not you, write to {contact}.</>
    ),
  },

  ended: {
    sealed: 'Finished and sealed',
    closed: 'Finished, and closed by the appliance',
    unsealed: 'Ended without a seal of your browser',
    closedText: (finished: Child) => (
      <>
        Your browser finished the recording on {finished}, and the key custody could not enter its seal. So the
        appliance closed the attempt; what your browser sent is kept. This is not held against you.
      </>
    ),
    unsealedText:
      'Your browser did not finish the recording in the time there was to send it, so the appliance closed it. What arrived until then is kept. This is not held against you.',
    closedAt: 'Closed by the appliance',
    sealedAt: 'Sealed',
    kept: 'Kept',
    keptUntil: (day: Child) => <>until {day}; then its key is destroyed</>,
    entry: 'Entry in the ledger',
    number: (index: number) => `No. ${index}`,
    closedReceipt:
      'Please keep it. It proves when your attempt was closed, and how many chapters of each recording had arrived by then.',
    sealedReceipt:
      'Please keep it. It proves what was sealed, and when: if anybody took a piece out afterwards, changed one or denied that you finished, the receipt would show it, without our help.',
    save: 'Save the receipt',
    holds: 'What the receipt holds',
    head: 'The signed head of the ledger under which its entry stands:',
    object: (contact: Child) => (
      <>You think that somebody watched without a good reason, or you object to a decision? Write to {contact}.</>
    ),
  },

  accesses: {
    heading: 'Who has watched',
    away: 'This cannot be shown just now, because the key custody, which keeps these entries, is not answering. Nobody can newly be allowed to watch meanwhile, and no entry is lost. Open this page again in a few minutes.',
    nobody: 'Nobody has watched this recording.',
    written: 'Whenever somebody is allowed to watch, or has watched, it is written here.',
    watched: 'Watched: what was really shown, as the player reported it',
    who: 'Who',
    when: 'When',
    minutes: 'Minutes of the recording',
    purpose: 'For what',
    whoAllowed: 'Who was allowed to watch',
    allowedText:
      'Being allowed does not mean having watched. A key opens the minutes named, for an hour at most, in that person’s browser only. Whoever wants to see more than the exam’s rules show has to say why, and you read it here.',
    allowed: 'Allowed to watch: who signed for it, and which keys were given out',
    extent: 'What was allowed',
    keys: (stretches: string) => `Keys to ${stretches}`,
    notedHeading: 'What your browser noted',
    notedText: 'Your browser signed these while it recorded. They say where to look, and nothing else.',
    noted: 'Noted while you sat the exam',
    what: 'What',
    entered: 'When it was entered',
    turnedDownHeading: 'What was turned down',
    turnedDown: 'Nothing of these was shown to anybody',
    why: 'Why',
    decisions: 'Decisions',
    undecided: 'Nothing has been decided about this attempt.',
    reason: 'Reason given:',
    program: 'A program, by standing permission',
    stranger: 'Somebody who was not signed in',
    stillOpen: '(still open)',
    segmentRefused: 'A piece of the recording was not as you sent it, and the player refused it.',
    notAllowed: 'The rules of this exam do not allow it.',
    /** Custody's own reasons, which are English, by its names (hsm/errors.ts). */
    refusals: {} as Partial<Record<Refusal, string>>,
  },
  outcomes: {
    'nothing-to-clarify': 'There is nothing to clarify.',
    'ask-test-taker': 'You are asked to comment before anything else is decided.',
    refer: 'The attempt was passed on to the examination board, which hears you before it decides.',
  } as Record<string, string>,
  /** By custody's names, of letters and hyphens; one that is not here is shown as it is. */
  incidents: {
    'full-screen': 'the exam was not in full screen',
    'left-page': 'the exam’s page was not in front',
    'one-screen': 'a second screen was connected',
  } as Record<string, string>,
  quoted: (words: string) => `“${words}”`,

  coverage: {
    signed: 'Signed by name to watch',
    all: 'All of it:',
    part: 'A part of it:',
    extent: (number: number, registered: number) =>
      `${number} of ${chapters(registered)} that ${registered === 1 ? 'was' : 'were'} recorded by then`,
    drawn: (stretches: string) => `. Drawn by lot: ${stretches}`,
    around: (incidents: string, stretches: string) => `. Around what your browser noted (${incidents}): ${stretches}`,
    closed: (number: number) => `. ${chapters(number)} more around such notes stayed closed`,
    two: '. Two people signed for it',
    batch: (attempts: number) => `. Signed for ${attempts} recordings at once`,
    stretch: (from: string, to: string) => `${from} to ${to}`,
    nothing: 'nothing',
  },
};
