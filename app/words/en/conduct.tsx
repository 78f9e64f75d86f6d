import type { Child } from 'hono/jsx';
import type { ReportedUse, ReportOutcome } from '../../../hsm/conduct/report.ts';

/** Reports of a prohibited use: filing one, its number, its answer. */
export const conduct = {
  uses: {
    payment: {
      name: 'Somebody wants money',
      means: 'You are to pay for being recorded, for not being recorded, or for another way to sit the exam.',
    },
    'no-alternative': {
      name: 'There is no other way',
      means: 'You asked to sit the exam without a recording, and were refused without a reason or got no answer.',
    },
    appearance: {
      name: 'Clothing, religion or culture',
      means: 'You are to take off or change clothing, a covering, hair or anything else about how you look.',
    },
    'personal-use': {
      name: 'Somebody uses recordings or data for themselves',
      means: 'Recordings or details of test takers were shown, passed on, or looked at without a reason.',
    },
    'decrypted-traffic': {
      name: 'The connection is read on its way',
      means: 'You are to install a certificate or a program that can read what your browser sends.',
    },
    other: { name: 'Something else', means: 'Anything else about how you are recorded that should not be.' },
  } satisfies Record<ReportedUse, { name: string; means: string }>,

  form: {
    title: 'Report a prohibited use',
    lead: 'Some things nobody may do with recorded exams. If it happened to you, or you saw it, say so here.',
    readers:
      'Only the privacy officers of the institution read what you write, and one of them has to answer. Whoever teaches you, sets up your exam or watches recordings does not see it. It has no effect on your exam, your recording or your result.',
    answerKnown: (answers: (words: string) => Child) => (
      <>You have a number already? {answers('Look for your answer')}.</>
    ),
    use: 'What is it about?',
    useMissing: 'Choose what it is about. If nothing fits, choose “Something else”.',
    words: 'What happened?',
    wordsHint: 'Who said or wrote what, when and where. Write in English, German or any other language.',
    wordsMissing: 'Write what happened. A few words are enough.',
    wordsLong: 'This is too long: at most 4,000 characters are kept. Shorten it; you can file a second report.',
    wordsDisguised: 'This holds characters that cannot be shown, as some programs add them. Type it here by hand.',
    exam: 'Which exam, if you know it?',
    examHint:
      'Its title, as in the invitation or announcement. If it stands here exactly so, the report reaches the exam by itself.',
    examLong: 'At most 200 characters are kept.',
    who: (exam: Child) => <>You came with your personal link to “{exam}”. Your report is about this exam.</>,
    as: 'As whom do you report?',
    asMissing: 'Choose whether your name goes with the report.',
    link: 'Without my name',
    linkMeans:
      'The privacy officers learn that somebody with a personal link to this exam reports, and not who. You see the answer with a number that only you get.',
    named: 'With my name',
    namedMeans:
      'The privacy officers see your code and can ask you. Kind, day and answer also stand on your exam’s page, for whoever opens your personal link.',
    anonymous: 'You report anonymously',
    anonymousMeans:
      'We do not ask who you are, and keep no address of your device. Nobody can write to you: keep the number that you get. If you have a personal link, open it first: then the report is known to come from somebody whom the exam concerns.',
    send: 'File the report',
  },

  faults: {
    form: 'Nothing has been filed yet. What is missing stands below; all that you wrote is still there.',
    soon: 'Many reports came from you or from your network within a short time. Nothing has been filed, and what you wrote is still there. Wait some minutes and press the button again.',
    full: 'As many reports without a name wait for an answer as can wait at once. Yours has not been filed, and what you wrote is still there. Open your personal link if you have one and report with your name, write to the privacy officer of the institution, or try again tomorrow.',
    fullNamed:
      'Five reports of yours wait for an answer already, or too many do in all. This one has not been filed, and what you wrote is still there. It can be filed once one of them is answered.',
    already:
      'Another report was filed from this page already, under the same number. To file this one too, open the form anew and copy your words into it.',
    away: 'The part of the appliance that keeps reports does not answer at the moment, so nothing has been filed. What you wrote is still there. Leave this page open and press the button again in a few minutes.',
  },

  filed: {
    title: 'Your report is filed',
    lead: 'A privacy officer reads it and answers.',
    number: 'Your number',
    keep: 'With this number, and with nothing else, you see the answer. It is shown here only once, and we cannot look it up for you: write it down, print this page, or save it. Tell it to nobody.',
    save: 'Save the number as a file',
    holds: {
      nothing: 'The privacy officers see it on each of their pages from now on.',
      publication: 'Until a privacy officer has answered, no new version of this exam can be published.',
      start: 'Until a privacy officer has answered, this exam cannot begin.',
      untold:
        'If an exam with this title has not been published yet, it cannot be until a privacy officer has answered.',
    },
    where: (answers: (words: string) => Child) => (
      <>You find the answer on the page {answers('Answers to reports')}: choose it at the foot of any page.</>
    ),
    back: 'You can close this page now.',
    /** The file that holds the number. */
    file: (number: string, address: string) =>
      `Number of a report of a prohibited use\n\n${number}\n\nThe answer: ${address}\nKeep this number to yourself. It cannot be replaced.\n`,
    fileName: 'report-number.txt',
  },

  answers: {
    title: 'Answers to reports',
    lead: 'Enter the number that you got when you filed your report.',
    number: 'Number of your report',
    numberHint: 'Eight groups of four characters. Blanks and hyphens make no difference.',
    numberWrong:
      'This is no number of a report: it has 32 characters, 0 to 9 and A to F. Compare it with what you kept.',
    unknown: 'There is no report with this number. Compare each group with what you kept.',
    soon: 'Numbers were tried too often within a short time. Wait a minute and try again.',
    away: 'The part of the appliance that keeps reports does not answer at the moment. Your report is kept. Try again in a few minutes.',
    show: 'Show the answer',
    new: 'Report something',
    yours: 'Your reports',
    yoursHint: 'Those that you filed with your name. Of others you see the answer with their number.',
    filedOn: (day: Child) => <>Filed on {day}</>,
    about: (exam: string) => `About: ${exam}`,
    waits: 'Waits for a privacy officer',
    waitsText: 'Nobody has answered yet. Look here again later.',
    outcomes: {
      upheld: 'Answered: your report is upheld',
      dismissed: 'Answered: your report is not upheld',
    } satisfies Record<ReportOutcome, string>,
    answeredOn: (day: Child) => <>Answered on {day}:</>,
  },

  heldTitle: 'This exam cannot begin yet',
  held: 'Something about this exam was reported, and a privacy officer has to look at it first. You can prepare and read everything here. As soon as the exam can begin, this notice is gone; that you waited is not held against you.',
};
