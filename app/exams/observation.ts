import type { ExamSetup } from '../../hsm/exam-setup.ts';
import type { Kind } from './draft.ts';

/** What each kind of recording does, what it cannot do, and what it costs the test taker: honestly, for who switches it on. */
export const RECORDED: Record<Kind, { name: string; does: string; cannot: string; costs: string }> = {
  camera: {
    name: 'Camera',
    does: 'Records the picture of one camera, which the test taker chooses and can turn.',
    cannot: 'It does not see beside or behind the camera, and no program looks at the picture: people do, later.',
    costs: 'A look into somebody’s home and at their face; data of some 150 MB an hour.',
  },
  microphone: {
    name: 'Microphone',
    does: 'Records sound near the computer, together with camera or screen.',
    cannot: 'It cannot tell who speaks or to whom, and it does not hear what is written.',
    costs: 'Whatever anybody at home says is recorded too. Who reads aloud to think must be quiet or be overheard.',
  },
  screen: {
    name: 'Screen',
    does: 'Records what is on the screen that the test taker shares.',
    cannot: 'It does not see a second screen, another device or what is typed elsewhere, and it blocks nothing.',
    costs:
      'Messages and open windows are seen. Mobile browsers cannot share a screen: who has no computer needs another way.',
  },
};

/** What can honestly be observed at each place of an exam, and what cannot. */
export const PLACES: Record<ExamSetup['place']['kind'], { name: string; can: string; cannot: string }> = {
  elsewhere: {
    name: 'A page elsewhere',
    can: 'Can be observed: what camera, microphone and the shared screen take in; that the recorder runs all the time. The page’s password can be shown only while somebody is recorded.',
    cannot:
      'Cannot be observed or restricted: what happens inside the page elsewhere, its tabs, its clipboard or other programs. A lockdown browser or the learning platform’s own settings can do that; this page cannot, and does not pretend to.',
  },
  document: {
    name: 'Documents on the recorder’s page',
    can: 'Can be observed: what camera, microphone and the shared screen take in; that the recorder runs all the time. Files are shown only while an attempt runs, and what is handed in has a time and a digest.',
    cannot:
      'Cannot be observed or restricted: other windows, tabs and programs, a second device. A file that is shown can be saved, printed and copied. Where that must not be, a lockdown browser such as Safe Exam Browser, on the university’s own computers, can prevent it; a page cannot.',
  },
  paper: {
    name: 'On paper',
    can: 'Can be observed: the person and the desk, as far as the camera sees them.',
    cannot:
      'Cannot be observed: what is written on the paper, and what lies outside of the picture. The screen shows nothing of the exam.',
  },
};
