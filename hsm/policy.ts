import { z } from 'zod';

/** For what a recording may be watched. The test taker reads these on their page. */
export const PURPOSES = {
  'integrity-review': 'an integrity review',
  appeal: 'an appeal',
  complaint: 'a complaint',
  'access-request': 'an access request',
  'legal-order': 'a legal order',
} as const;

export const purpose = z.enum(Object.keys(PURPOSES) as [keyof typeof PURPOSES, ...(keyof typeof PURPOSES)[]]);

/** What a decision can say. None of them is a verdict: an adverse one is reached elsewhere, by named people, after the test taker answered. */
export const OUTCOMES = {
  'nothing-to-clarify': 'there is nothing to clarify',
  'ask-test-taker': 'the test taker is asked to comment',
  refer: 'the attempt is referred to the responsible board',
} as const;

export const outcome = z.enum(Object.keys(OUTCOMES) as [keyof typeof OUTCOMES, ...(keyof typeof OUTCOMES)[]]);

/** The rules of an exam as custody enforces them. */
export const policy = z
  .strictObject({
    /** The unit whose exam it is: its exam administrators run it, its reviewers may be assigned. Null: the whole institution's. */
    unit: z.uuid().nullable().default(null),
    purposes: z.array(purpose).min(1),
    /** End of the exam's window: no attempt begins after it. ISO 8601, UTC. */
    closesAt: z.iso.datetime(),
    /** Days from then until the exam key is destroyed, whoever sat the exam and whenever they finished. */
    retentionDays: z.int().min(1).max(3650),
    /** Hours from the end of the window in which what was recorded by then can still be sent. */
    uploadHours: z
      .int()
      .min(1)
      .max(14 * 24)
      .default(72),
    /** Whether a test taker whose browser or computer is lost goes on in another one without asking anybody. */
    reentry: z.enum(['any-browser', 'same-browser']).default('any-browser'),
    /** Whether a recording is watched only when a second person has signed the same act. */
    dualControl: z.boolean().default(false),
    /** What a least-view release covers: chapters on both sides of an incident's, and how many custody draws besides. */
    leastView: z
      .strictObject({ chaptersAround: z.int().min(0).max(3), drawn: z.int().min(0).max(5) })
      .default({ chaptersAround: 1, drawn: 2 }),
  })
  .refine(
    ({ retentionDays, uploadHours }) => uploadHours <= retentionDays * 24,
    'keeps recordings for a shorter time than they can be sent in',
  );
export type Policy = z.infer<typeof policy>;
/** An exam's rules as they are proposed: what has a default may be left out. */
export type PolicyInput = z.input<typeof policy>;
