import { z } from 'zod';
import type { Policy } from '../policy.ts';

/** A term and its value, as the room shows them below an act's sentence. Moments are ISO 8601, UTC. */
export interface Detail {
  term: string;
  value: string;
}

/** Control characters, line separators, unpaired surrogates, and marks that turn the direction of what stands behind them. */
const DISGUISES = /[\p{Cc}\p{Cs}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;

/**
 * Words of a person that stand in an act, on one line. Nothing in them can make the sentence around them read otherwise than its
 * bytes say (UTS 39 section 5.4, UAX 9).
 */
export const line = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .refine((text) => !DISGUISES.test(text), 'holds characters that are not shown');

/** The same over several lines. */
export const paragraph = (longest: number) =>
  z
    .string()
    .trim()
    .max(longest)
    .refine((text) => !DISGUISES.test(text.replaceAll(/\r?\n|\t/g, ' ')), 'holds characters that are not shown');

/** The code by which custody, and so whoever reviews, knows a test taker: it stands in the sentences of acts. */
export const candidateCode = line(64);

/** @returns “1 chapter”, “2 chapters”; “1 person”, “2 people” where the plural is given */
export function amount(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'long', year: 'numeric' },
  ...{ hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
});

/** @returns a moment (ISO 8601) to the minute, in the appliance's own zone, as pages show it: “23 November 2026 at 16:00 CET” */
export function wordMoment(moment: string): string {
  return CLOCK.format(new Date(moment));
}

/** @returns what an exam's rules show of a recording without a further reason */
export function wordLeastView({ chaptersAround, drawn }: Policy['leastView']): string {
  const beside = chaptersAround === 0 ? '' : `, with ${amount(chaptersAround, 'chapter')} on each side`;
  const lot = drawn === 0 ? '' : `, and ${amount(drawn, 'chapter')} that custody draws by lot`;
  return `Chapters in which the test taker’s browser noted an incident${beside}${lot}`;
}

/** Why an act is done, where it has to be said. */
export const reason = paragraph(2000).min(1);
