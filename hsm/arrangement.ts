import { z } from 'zod';
import { paragraph } from './acts/wording.ts';

const KINDS = ['camera', 'microphone', 'screen'] as const;
/** What an exam can record of a test taker. */
export type RecordedKind = (typeof KINDS)[number];

/** Each kind once, in the order of the list: a set has one form only in the canonical bytes. */
const kinds = z
  .array(z.enum(KINDS))
  .refine(
    (list) => list.every((one, i) => i === 0 || KINDS.indexOf(one) > KINDS.indexOf(list[i - 1] as RecordedKind)),
    {
      message: 'are not in the order of the table, or one stands twice',
    },
  );

/** What is otherwise for one test taker of one exam than for everybody else. Why is asked nowhere, and stands nowhere. */
export const arrangementTerms = z
  .strictObject({
    /** Minutes more than the exam gives everybody. */
    extraMinutes: z.int().min(0).max(1440),
    /** Minutes of breaks, by which the time is longer as well. Being away in them is nothing to be noted. */
    breakMinutes: z.int().min(0).max(600),
    /** Kinds of recording that are not made. */
    leftOut: kinds,
    /** Whether they may go on in another browser or device where the exam's rules say one. */
    anyDevice: z.boolean(),
    /** How and where they sit it instead of here, in words for the test taker; empty where they sit it here. */
    elsewhere: paragraph(2000),
  })
  .refine(
    ({ extraMinutes, breakMinutes, leftOut, anyDevice, elsewhere }) =>
      extraMinutes > 0 || breakMinutes > 0 || leftOut.length > 0 || anyDevice || elsewhere !== '',
    'grant nothing',
  );
export type ArrangementTerms = z.infer<typeof arrangementTerms>;

/** Why a request is refused: in a sentence at least, which the test taker reads. */
export const refusalReason = paragraph(2000).min(40);

/** Words in the names of incidents that are about having been away, or about the browser or device. */
const AWAY = ['absent', 'away', 'presence'];
const DEVICE = ['browser', 'device'];

/**
 * @param kind an incident's: words with hyphens between them, such as `camera-covered`
 * @returns whether incidents of this kind are switched off for who has these terms: those that name a kind of recording that was left
 *   out, those about being away where there are breaks or no camera, those about the device where any may be used
 */
export function switchesOff(terms: ArrangementTerms | null, kind: string): boolean {
  if (!terms) return false;
  const away = terms.breakMinutes > 0 || terms.leftOut.includes('camera') ? AWAY : [];
  const off: string[] = [...terms.leftOut, ...away, ...(terms.anyDevice ? DEVICE : [])];
  return kind.split('-').some((word) => off.includes(word));
}
