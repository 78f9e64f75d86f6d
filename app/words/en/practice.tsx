import type { Child } from 'hono/jsx';

/** The practice run, where it says other things than the recorder. */
export const practice = {
  title: (exam: string) => `Practice: ${exam}`,
  heading: (exam: Child) => <>Practice: {exam}</>,
  mark: 'Practice, not your exam',
  about: (institution: string) =>
    `Everything goes as in your exam at ${institution}, but what is sent is thrown away as it arrives. Nobody can watch it, and nothing of it is kept.`,
  start: 'Start the practice',
  recorded: 'Practised',
  open: 'Open the demonstration exam',
  finish: 'Finish the practice',
  finishHeading: 'Finish the practice?',
  finishText:
    'You can practise again as often as you like. In your exam this step cannot be taken back: there you hand in your answers in the exam’s own window first.',
  finishConfirm: 'Finish the practice',
  finishCancel: 'Go on practising',
  sealing: 'Ending the practice',
  sealingText:
    'What is left is being sent and thrown away. In your exam, your recording would now be sealed, and you would get a receipt.',
  done: 'This was practice. Nothing was kept.',
  opening: 'The last half minute is being opened.',
  camera: (sound: boolean) => `Your camera${sound ? ', with sound' : ''}`,
  screen: (sound: boolean) => `Your screen${sound ? ', with sound' : ''}`,
  alone:
    'It is in this page alone, and goes with it. It was encrypted on its way, as in your exam; the only key to it is in this page too.',
  forget: 'Forget it now',
  forgotten: 'Forgotten. There is no copy of it anywhere.',
  exam: 'Go to your exam',
  again: 'Practise again',
};
