import type { Child } from 'hono/jsx';

/** The exam origin's first page. */
export const welcome = {
  title: 'Exams',
  heading: 'You need your personal link',
  lead: (institution: string) => `This is where test takers of ${institution} sit exams that are recorded.`,
  link: (exam: (words: string) => Child) => (
    <>
      You received an invitation with a link that is yours alone. Open that link, and you see what is recorded and why
      before anything begins. Came here from your exam before? {exam('Go to your exam')}.
    </>
  ),
  device: (check: (words: string) => Child) => (
    <>Before the exam day, {check('check whether your device will do')}. Nothing is recorded.</>
  ),
  lostHeading: 'No link, or it does not work?',
  lost: (institution: string) =>
    `Ask whoever holds the exam: the contact stands in your invitation. If you have no invitation, ask your teacher or the examination office of ${institution}. You miss nothing by coming here too early: nothing is recorded on this page.`,
};
