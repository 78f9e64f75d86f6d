import { examSetup } from '../../hsm/exam-setup.ts';

/** The demonstration exam, as an examination office might set it up. */
export const DEMONSTRATION = {
  institution: 'Demonstration University',
  title: 'Introduction to Logic, final exam (demonstration)',
  /** Asked for when the exam is made: it closes fourteen days later. */
  get policy() {
    return {
      purposes: ['integrity-review', 'appeal', 'complaint', 'access-request'] as (
        | 'integrity-review'
        | 'appeal'
        | 'complaint'
        | 'access-request'
      )[],
      closesAt: new Date(Date.now() + 14 * 86_400_000).toISOString(),
      retentionDays: 30,
      uploadHours: 72,
      reentry: 'any-browser' as const,
      unit: null,
      dualControl: false,
      leastView: { chaptersAround: 1, drawn: 2 },
    };
  },
  setup: examSetup.parse({
    place: { kind: 'elsewhere', address: '/demonstration' },
    unit: 'Faculty of Philosophy, Examination Office',
    necessity: {
      camera:
        'You sit this exam at home. The camera shows that the person who is registered sits it, and sits it alone.',
      screen:
        'The questions are answered on your computer. The screen shows that they are answered without another program’s help.',
      microphone: 'The microphone shows that nobody dictates answers. Ordinary noise in your home does not matter.',
    },
    reviewers: 'Two reviewers appointed by the examination board, and the privacy officer if you complain',
    arrangement: {
      alternative: 'You can sit the exam on campus without any recording, on the same day and with the same questions.',
      contact: { name: 'Examination Office', email: 'exams@university.example' },
      answerDays: 5,
    },
    privacyOfficer: { name: 'Privacy Officer', email: 'privacy@university.example' },
    legalBasis:
      'University examination act, section 8, and Article 6(1)(e) GDPR. No consent is asked for, because in an exam it would not be free.',
    costsNothing: true,
    // Short, so that a few minutes of trying it out already show several.
    chapterSeconds: 30,
  }),
  names: ['Amal Haddad', 'Jonas Weber', 'Mei-Ling Chen', 'Olivia Brandt', 'Tariq Aziz'],
  /** They sign what sets the demonstration up, with passkeys in software: nobody has to touch anything to try it. */
  founders: {
    officers: ['Founding officer one (software)', 'Founding officer two (software)'] as [string, string],
    administrator: 'Founding administrator (software)',
  },
  representatives: [
    { name: 'Ruth Albrecht', roles: ['privacy-officer'] },
    { name: 'Samuel Okafor', roles: ['privacy-officer'] },
    { name: 'Ines Moreau', roles: ['reviewer'] },
    { name: 'Paulo Nunes', roles: ['exam-administrator'] },
  ] as { name: string; roles: ('privacy-officer' | 'reviewer' | 'exam-administrator')[] }[],
};
