/** What stands around every page. */
export const shell = {
  skip: 'Skip to the content',
  place: 'Exam',
  theme: 'Switch between light and dark',
  /** Names the group of the languages' buttons. */
  language: 'Language of this page',
  /** Names the links at the foot of a page. */
  foot: 'Rights',
  report: 'Report a prohibited use',
  answers: 'Answers to reports',
  charter: 'Charter',
  newTab: 'opens in a new tab',
};
