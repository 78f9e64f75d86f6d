/** What an exam’s people may say to test takers in their own name: a beginning, which they confirm or rewrite. */
export const suggestion = {
  /** Of each template (app/exams/templates.ts): what its test takers may use, and why each kind is recorded that it switches on. */
  templates: {
    'open-book': {
      instructions: 'You may use your notes, books and the internet. Work alone: nobody else may help you.',
      necessity: {
        camera:
          'You sit this exam at home. The camera shows that the person who is registered sits it, and sits it alone.',
      },
    },
    'closed-book': {
      instructions: 'You may use a pen and blank paper. Close all other programs and put your phone out of reach.',
      necessity: {
        camera:
          'You sit this exam at home. The camera shows that the person who is registered sits it, and sits it alone.',
        screen:
          'The questions are answered on your computer, and no aids are allowed. The screen shows that they are answered without another program.',
      },
    },
    oral: {
      instructions: 'You meet your examiners in a video call, which opens in a window of its own.',
      necessity: {
        camera: 'The recording stands for the written minutes of an oral exam: it shows who was examined.',
        microphone:
          'The recording stands for the written minutes of an oral exam: it holds what was asked and answered.',
      },
    },
    practice: {
      instructions: 'This is a trial. It has no marks, and nothing in it counts.',
      necessity: {
        camera: 'You see before the exam itself what being recorded is like. Nobody judges this recording.',
      },
    },
    paper: {
      instructions: 'Write your answers on paper. At the end, follow the instructions for handing them in.',
      necessity: {
        camera:
          'You sit this exam at home, on paper. The camera shows that the person who is registered sits it, and sits it alone.',
      },
    },
  },
  /** Examples of what only the university can promise: they stand beside the fields, never in them. */
  examples: {
    reviewers: 'Two reviewers appointed by the examination board',
    alternative: 'You can sit the exam on campus without any recording.',
  },
};
