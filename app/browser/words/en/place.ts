/** What the recorder's page says about the place of the exam. */
export const place = {
  passwordOver: 'Nothing is recorded any more, so the password of the exam’s page is not shown.',
  documentsOver: 'Nothing is recorded any more, so this document is not shown.',
};
