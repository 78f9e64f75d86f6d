import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { paragraph } from '../../hsm/acts/wording.ts';
import { REPORTED_USES, type ReportedUse, reportFiling, reportNumber } from '../../hsm/conduct/report.ts';
import type { Words } from '../words/en.ts';

const USES = Object.keys(REPORTED_USES) as [ReportedUse, ...ReportedUse[]];

/** @returns a number that nobody can guess: 128 random bits. It comes with the form, so that a form that is sent twice is one report */
export function createReportNumber(): string {
  return randomBytes(16).toString('hex');
}

/** @returns its groups of four, as a person reads, types and keeps them */
export function groupNumber(number: string): string[] {
  return number.toUpperCase().match(/.{4}/g) ?? [];
}

/** A number as somebody typed or pasted it. */
export const typedNumber = z
  .string()
  .max(200)
  .transform((text) => text.replaceAll(/[\s\p{Pd}]/gu, '').toLowerCase())
  .pipe(reportNumber);

/** What a report's form holds. @param signedIn whether the reporter came with a personal link */
export function reportForm({ form }: Words['conduct'], signedIn: boolean) {
  return z.object({
    number: reportNumber,
    page: reportFiling.shape.page.catch('/reports/new'),
    use: z.enum(USES, form.useMissing),
    words: z
      .string(form.wordsMissing)
      .trim()
      .min(1, form.wordsMissing)
      .max(4000, form.wordsLong)
      .refine((text) => paragraph(4000).safeParse(text).success, form.wordsDisguised),
    namedExam: z.string().trim().max(200, form.examLong).default(''),
    as: signedIn ? z.enum(['link', 'test-taker'], form.asMissing) : z.literal('anybody').default('anybody'),
  });
}
