import type { ExamSetup } from '../../hsm/exam-setup.ts';
import { type Draft, type Kind, kindsOf } from './draft.ts';

/** A way to hold an exam that many do, as a beginning: what its kind needs is switched on, everything else is off. */
interface Template {
  name: string;
  /** For whom it is, and what it records. */
  describes: string;
  place: ExamSetup['place']['kind'];
  instructions: string;
  /** Why each kind of recording may be needed: suggestions, which an administrator confirms or rewrites. */
  suggests: Partial<Record<Kind, string>>;
  /** Few: a review takes days, and whoever wants to complain has a month. */
  retentionDays: number;
}

export const TEMPLATES = {
  'open-book': {
    name: 'Open book',
    describes: 'Notes, books and the internet are allowed. The camera only: that somebody works alone.',
    place: 'elsewhere',
    instructions: 'You may use your notes, books and the internet. Work alone: nobody else may help you.',
    suggests: {
      camera:
        'You sit this exam at home. The camera shows that the person who is registered sits it, and sits it alone.',
    },
    retentionDays: 30,
  },
  'closed-book': {
    name: 'Closed book',
    describes: 'No aids are allowed. Camera and screen: that somebody works alone and without other programs.',
    place: 'elsewhere',
    instructions: 'You may use a pen and blank paper. Close all other programs and put your phone out of reach.',
    suggests: {
      camera:
        'You sit this exam at home. The camera shows that the person who is registered sits it, and sits it alone.',
      screen:
        'The questions are answered on your computer, and no aids are allowed. The screen shows that they are answered without another program.',
    },
    retentionDays: 30,
  },
  oral: {
    name: 'Oral',
    describes: 'A conversation over a video call. Camera and microphone: a record of what was asked and answered.',
    place: 'elsewhere',
    instructions: 'You meet your examiners in a video call, which opens in a window of its own.',
    suggests: {
      camera: 'The recording stands for the written minutes of an oral exam: it shows who was examined.',
      microphone: 'The recording stands for the written minutes of an oral exam: it holds what was asked and answered.',
    },
    retentionDays: 30,
  },
  practice: {
    name: 'Practice',
    describes: 'A trial with no marks, to get used to it. The camera only, kept for one day.',
    place: 'elsewhere',
    instructions: 'This is a trial. It has no marks, and nothing in it counts.',
    suggests: { camera: 'You see before the exam itself what being recorded is like. Nobody judges this recording.' },
    retentionDays: 1,
  },
  paper: {
    name: 'Paper',
    describes: 'Questions and answers on paper, beside the computer. The camera only.',
    place: 'paper',
    instructions: 'Write your answers on paper. At the end, follow the instructions for handing them in.',
    suggests: {
      camera:
        'You sit this exam at home, on paper. The camera shows that the person who is registered sits it, and sits it alone.',
    },
    retentionDays: 30,
  },
} satisfies Record<string, Template>;

export type TemplateName = keyof typeof TEMPLATES;

/** @returns a draft as its template has it; where, when, who and why are still to be said */
export function draftFrom(template: TemplateName, title: string): Draft {
  const { place, instructions, suggests, retentionDays }: Template = TEMPLATES[template];
  return {
    title,
    policy: {
      ...{ purposes: ['integrity-review', 'appeal', 'complaint', 'access-request'], retentionDays },
      ...{ uploadHours: Math.min(72, retentionDays * 24), reentry: 'any-browser', dualControl: false },
      leastView: { chaptersAround: 1, drawn: 0 },
    },
    setup: { language: 'en', place: { kind: place }, instructions, arrangement: { answerDays: 5 } },
    recordings: kindsOf(suggests),
  };
}
