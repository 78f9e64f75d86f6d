import { z } from 'zod';

const words = z.string().trim().min(1).max(2000);

const contact = z.strictObject({ name: words, email: z.email() });

/**
 * What a test taker is told about an exam's recording, beyond the rules that custody enforces (purposes, retention).
 * Stored as JSON with the exam. Nothing in it can ask for something to be worn, taken off or paid.
 */
export const noticeSchema = z.strictObject({
  /** The unit (faculty, course) that holds the exam and answers for the recording. */
  unit: words,
  /** Why each kind of recording is needed, in words for the test taker. */
  necessity: z.strictObject({ camera: words, microphone: words }),
  /** Who may be allowed to watch: "two reviewers appointed by the examination board". */
  reviewers: words,
  /** The other way to sit the exam, whom to ask for it, and how soon they answer. */
  arrangement: z.strictObject({ alternative: words, contact, answerDays: z.int().min(1).max(60) }),
  /** Whom to complain to. */
  privacyOfficer: contact,
  legalBasis: words,
  /** Seconds of recording under one key: what one permission to watch can be limited to. */
  chapterSeconds: z.int().min(5).max(1800).default(300),
});

export type Notice = z.infer<typeof noticeSchema>;
/** A person to write to. */
export type Contact = z.infer<typeof contact>;

/** Where the exam itself is: a page of this appliance or an https address. No other scheme ever becomes a link. */
export const examPageSchema = z.union([
  z.string().regex(/^\/(?![/\\])/, 'has to begin with one slash'),
  z.url({ protocol: /^https$/ }),
]);
