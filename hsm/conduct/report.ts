import { z } from 'zod';
import { candidateCode, line, paragraph } from '../acts/wording.ts';

/** What is reported: the five prohibited uses, and anything else. The words are those that stand in the sentences of acts. */
export const REPORTED_USES = {
  payment: 'a payment that is demanded',
  'no-alternative': 'no way round being recorded',
  appearance: 'a demand about clothing, religion or culture',
  'personal-use': 'a personal use of test takers’ data',
  'decrypted-traffic': 'traffic that is decrypted on its way',
  other: 'something else',
} as const;

export type ReportedUse = keyof typeof REPORTED_USES;
export const reportedUse = z.enum(Object.keys(REPORTED_USES) as [ReportedUse, ...ReportedUse[]]);

/** Those that hold an exam until they are answered. */
export const HOLDING_USES: readonly ReportedUse[] = ['payment', 'appearance'];

/** By what a reporter finds the answer: 128 random bits in lower-case hexadecimal. Custody keeps its digest alone. */
export const reportNumber = z.string().regex(/^[0-9a-f]{32}$/);

/** A report as web files it. */
export const reportFiling = z.strictObject({
  number: reportNumber,
  use: reportedUse,
  words: paragraph(4000).min(1),
  /** Path of the test taker's page that the way here began on, without anything that names a person or a link. */
  page: z.string().regex(/^(\/[a-z-]{0,30}){1,4}$/),
  /** In which the reporter reads the answer. */
  language: z.enum(['en', 'de']),
  /** The exam that it is about, published or not; null where nobody could tell. */
  exam: z.uuid().nullable(),
  /** The exam in the reporter's own words. */
  namedExam: line(200).nullable(),
  /** Who reports: somebody by their code, somebody who holds a personal link of the exam, or anybody. */
  reporter: z.discriminatedUnion('as', [
    z.strictObject({ as: z.literal('test-taker'), candidate: candidateCode }),
    z.strictObject({ as: z.literal('link') }),
    z.strictObject({ as: z.literal('anybody') }),
  ]),
});
export type ReportFiling = z.infer<typeof reportFiling>;

/** What a report stops until it is answered: nothing, the publication of the exam or of its next version, or its start as well. */
export type Holds = 'nothing' | 'publication' | 'start';

/** What an answer says. */
export const REPORT_OUTCOMES = { upheld: 'upheld', dismissed: 'dismissed' } as const;
export const reportOutcome = z.enum(Object.keys(REPORT_OUTCOMES) as ['upheld', 'dismissed']);
export type ReportOutcome = z.infer<typeof reportOutcome>;
