import type { Child } from 'hono/jsx';
import { recorder as said } from '../../browser/words/en/recorder.ts';
import type { Asked } from '../../browser/words/en/recorder.ts';

/** The recorder's page. What its script says, and the buttons that it names, stand in app/browser/words. */
export const recorder = {
  title: (exam: string) => `Recorder: ${exam}`,
  noScript: (contact: Child) => (
    <>
      JavaScript is switched off in this browser, and without it nothing can be recorded. Switch it on for this page and
      load it again, or write to {contact}.
    </>
  ),

  /** @param kinds what the exam records, in this order */
  check: (kinds: ('camera' | 'microphone' | 'screen')[]) =>
    `Check ${[kinds.slice(0, -1).join(', '), kinds.at(-1)].filter(Boolean).join(' and ')}`,
  yourself: 'Nothing is recorded or sent yet. Only you see this.',
  preview: 'Picture from your camera',
  level: 'Microphone: say something, and the bar moves',
  camera: 'Camera',
  microphone: 'Microphone',
  turnOn: said.devices.turnOn,
  turnOnHint: (asked: Asked) =>
    `Turn on your ${asked === 'both' ? 'camera and microphone' : asked}. Your browser asks you whether this page may use ${asked === 'both' ? 'them' : 'it'}.`,
  shareHint:
    'Share your screen. Your browser asks you what to share: choose the entire screen, because this exam records all of it. Close what you would rather not show.',
  screenPreview: 'Picture of your screen',
  share: said.screen.share,
  start: said.check.start,
  cannot: (contact: Child) => (
    <>You cannot turn something on, or would rather not? Write to {contact}; asking is never held against you.</>
  ),

  lamps: {
    camera: ['Camera on', 'Camera off'],
    microphone: ['Microphone on', 'Microphone off'],
    screen: ['Screen on', 'Screen off'],
    sending: ['Sending', 'Waiting to send'],
  } as Record<'camera' | 'microphone' | 'screen' | 'sending', [on: string, off: string]>,
  recorded: 'Recorded',
  unsent: 'Nothing has been sent yet.',
  shareAgain: said.screen.shareAgain,
  turnOnAgain: said.record.turnOnAgain,
  open: 'Open the exam',
  leave: 'Leave this window open, in the background if you like. The exam opens in a window of its own.',
  help: (contact: Child) => <>Something does not work? Write to {contact}. You can go on meanwhile.</>,

  finish: 'Finish the exam',
  finishHeading: 'Finish the exam?',
  finishText:
    'Recording stops and is sealed. You cannot start again afterwards. Hand in your answers in the exam’s own window first.',
  elsewhere:
    'If you sat a part of this exam in another browser of yours, something of it may still wait there. Open it there first: once you have finished, nothing can be added.',
  finishConfirm: 'Finish and seal',
  finishCancel: 'Go on with the exam',

  sealing: 'Finishing',
  sealingText:
    'The last of your recording is being sent and sealed. Nothing is recorded any more. Please leave this window open until it says done.',
  sent: 'Sent so far',
  done: 'Done. Your recording is sealed.',
  doneText:
    'Nothing is recorded any more. Please save your receipt: it proves that your recording is whole. If it cannot be made just now, it follows by itself, and this button says so.',
  save: 'Save the receipt',
  back: 'See your exam and who watches the recording',
};
