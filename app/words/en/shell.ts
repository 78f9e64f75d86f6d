/** What stands around every page. */
export const shell = {
  skip: 'Skip to the content',
  place: 'Exam',
  theme: 'Switch between light and dark',
  /** Names the group of the languages' buttons. */
  language: 'Language of this page',
};
