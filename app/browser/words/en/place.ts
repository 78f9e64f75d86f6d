/** What the recorder's page says about the place of the exam. */
export const place = {
  passwordOver: 'Nothing is recorded any more, so the password of the exam’s page is not shown.',
  passwordRests:
    'Nothing is recorded just now, so the password of the exam’s page is not shown. It comes back by itself.',
  documentsOver: 'Nothing is recorded any more, so this document is not shown.',
  handIn: {
    waits: 'waits for the one before it',
    /** @param percent 0 to 100 */
    sending: (percent: number) => `${percent} % sent`,
    storing: 'sent; it is being stored',
    /** @param at a time of day @param digest SHA-256 */
    done: (at: string, size: string, digest: string) => `Handed in at ${at}, ${size}. SHA-256 ${digest}`,
    again: (sentence: string) => `Not handed in yet: it is tried again by itself. ${sentence}`,
    refused: (sentence: string) => `Not handed in. ${sentence}`,
    unreadable:
      'Your browser could not read the file: it was moved, changed or deleted meanwhile. Choose it once more.',
    spoken: (name: string) => `${name} is handed in.`,
    nothing: 'You have handed in nothing.',
    some: (files: number) => (files === 1 ? 'You have handed in one file.' : `You have handed in ${files} files.`),
    under: (files: number) =>
      `${files === 1 ? 'One file is' : `${files} files are`} not handed in yet. If you finish now, ${files === 1 ? 'it is' : 'they are'} not taken any more.`,
  },
};
