/** What test takers read about the place of the exam itself. */
export const place = {
  heading: 'Where the exam is',
  asksPassword:
    'The exam is on a page of its own, which asks for a password. You see the password on the recorder’s page once your recording runs, for as long as it runs.',
  password: 'Password for the exam’s page',
  passwordFollows: 'It appears here by itself once the first seconds of your recording have arrived.',

  onPage: 'The exam is on the recorder’s page: you see its documents there once your recording runs, until you finish.',
  documents: 'The exam',
  documentFollows: 'This document is being loaded.',
  /** A link that shows it in a tab of its own. */
  openDocument: 'Open in a tab of its own',
  leave: 'Leave this window open: the exam is on this page.',
  finishText:
    'Recording stops and is sealed, and the exam’s documents are put away. You cannot start again afterwards.',
};
