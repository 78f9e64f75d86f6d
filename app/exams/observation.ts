import type { Aid, ExamSetup } from '../../hsm/exam-setup.ts';
import type { Restriction } from '../../hsm/restriction.ts';
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

/** What each restriction of the exam's own page does, what it cannot do, and what it costs the test taker. */
export const RESTRICTED: Record<Restriction, { name: string; does: string; cannot: string; costs: string }> = {
  'full-screen': {
    name: 'Full screen',
    does: 'The page asks to be shown in full screen. From when to when it is not is noted: after a minute at the beginning, after ten seconds later.',
    cannot:
      'It does not keep anybody in it: a key leads out. It does not stop a second screen or device. Safari on an iPhone cannot do it; there nothing is noted.',
    costs:
      'Who uses a screen magnifier, a dictionary or their own notes beside the exam is in the way of it. A call or an update can end it.',
  },
  'left-page': {
    name: 'Leaving the page',
    does: 'Notes from when to when another tab, window or program was in front: after one second where it covers the page, after three where it does not.',
    cannot:
      'It cannot tell what was in front, nor why: a notification, the address line and help to read look the same. It does not see a second device, and it stops nothing.',
    costs:
      'Who writes an answer in another program leaves the page: do not switch it on where files are written and handed in. Documents cannot be opened in a tab of their own.',
  },
  'one-screen': {
    name: 'One screen',
    does: 'Asks for a second screen to be switched off, and notes from when to when one was connected, after a minute.',
    cannot:
      'Chrome and Edge tell whether there is one; Firefox and Safari do not, and nothing is noted there. It does not see a screen of another device.',
    costs: 'Who works at a laptop with a larger screen has to close one, and may read worse on the other.',
  },
  clipboard: {
    name: 'Copying and pasting',
    does: 'Prevents copying out of the exam’s page and pasting into it, on a scratch pad too. That somebody tries is noted nowhere.',
    cannot:
      'It does not reach into PDFs, which the browser’s own viewer shows, and it stops no photograph and no typing. The computer’s clipboard itself stays as it is.',
    costs:
      'Who uses dictation or a reading aid may need the clipboard for it; somebody who cannot retype easily is slower.',
  },
};

/** Why a page restricts nothing where it does not show the exam, and what can. */
export const UNRESTRICTED =
  'At this place nothing can be restricted here: the exam is not on the recorder’s page, which is in the background, as it should be, and that is no incident. Where restrictions are needed, a lockdown browser such as Safe Exam Browser on managed computers can enforce them, or the learning platform’s own settings, or a room with an invigilator.';

/** What the recorder's page can give beside documents: what each does, what it cannot, and what it costs the test taker. */
export const AID_TOLD: Record<Aid, { words: string; means: string }> = {
  calculator: {
    words: 'A calculator',
    means:
      'Basic and scientific functions, by mouse, touch or keyboard. It draws and solves nothing. What is calculated is neither sent nor kept; it is seen only where the screen is recorded.',
  },
  'scratch-pad': {
    words: 'A scratch pad',
    means:
      'Plain text that stays in the test taker’s browser, outlives a reload or a crash there, and is deleted at the end. Nobody can ask for it, and it is no answer: what shall count is handed in. Where the screen is recorded, what is written is seen. In another browser the pad is empty.',
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
    can: 'Can be observed: what camera, microphone and the shared screen take in; that the recorder runs all the time; where the section on restrictions switches it on, whether its page is in front, in full screen and on one screen. Files are shown only while an attempt runs, and what is handed in has a time and a digest.',
    cannot:
      'Cannot be observed or restricted: what other windows, tabs and programs show, a second device. A file that is shown can be saved, printed and copied. Where that must not be, a lockdown browser such as Safe Exam Browser, on the university’s own computers, can prevent it; a page cannot.',
  },
  paper: {
    name: 'On paper',
    can: 'Can be observed: the person and the desk, as far as the camera sees them.',
    cannot:
      'Cannot be observed: what is written on the paper, and what lies outside of the picture. The screen shows nothing of the exam.',
  },
};
