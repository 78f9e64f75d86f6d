/** What test takers read about the place of the exam itself. */
export const place = {
  heading: 'Where the exam is',
  asksPassword:
    'The exam is on a page of its own, which asks for a password. You see the password on the recorder’s page once your recording runs, for as long as it runs.',
  password: 'Password for the exam’s page',
  passwordFollows: 'It appears here by itself once the first seconds of your recording have arrived.',
};
