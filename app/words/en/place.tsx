import type { Child } from 'hono/jsx';

/** What test takers read about the place of the exam itself. */
export const place = {
  heading: 'Where the exam is',
  asksPassword:
    'The exam is on a page of its own, which asks for a password. You see the password on the recorder’s page once your recording runs, for as long as it runs.',
  password: 'Password for the exam’s page',
  passwordFollows: 'It appears here by itself once the first seconds of your recording have arrived.',

  onPage:
    'The exam is on the recorder’s page: you see its documents there once your recording runs, until you finish. There you also hand in your answers as files.',
  documents: 'The exam',
  documentFollows: 'This document is being loaded.',
  /** A link that shows it in a tab of its own. */
  openDocument: 'Open in a tab of its own',
  leave: 'Leave this window open: the exam is on this page.',
  finishText:
    'Recording stops and is sealed, and the exam’s documents are put away. You cannot start again afterwards, and hand in nothing more.',

  handIn: {
    heading: 'Hand in your answers',
    /** @param until the last moment, with its zone */
    until: (until: Child) => <>You can hand in files until {until}, for as long as you have not finished.</>,
    how: 'Any kind of file, at most 20 MB each. You can hand in a file again: of those with the same name the last one counts.',
    files: 'Files to hand in',
    nothing: 'You have handed in nothing yet.',
    handed: 'What you have handed in',
    inOrder: 'In the order in which they arrived',
    name: 'Name',
    size: 'Size',
    at: 'Handed in',
    digest: 'SHA-256',
    replaced: 'a later one counts',
    save: 'Save the list, with digests',
    proves: 'A digest names exactly the file that arrived: whoever changes a letter of it gets another one.',
  },
};
