import { z } from 'zod';
import { paragraph } from './acts/wording.ts';
import { isRestriction, liftedBy, RESTRICTIONS } from './restriction.ts';

const KINDS = ['camera', 'microphone', 'screen'] as const;
/** What an exam can record of a test taker. */
export type RecordedKind = (typeof KINDS)[number];

/** Each name once, in the order of its list: a set has one form only in the canonical bytes. */
const inOrder = <T extends string>(names: readonly [T, ...T[]]) =>
  z
    .array(z.enum(names))
    .refine((list) => list.every((one, i) => i === 0 || names.indexOf(one) > names.indexOf(list[i - 1] as T)), {
      message: 'are not in the order of the table, or one stands twice',
    });

/** What is otherwise for one test taker of one exam than for everybody else. Why is asked nowhere, and stands nowhere. */
export const arrangementTerms = z
  .strictObject({
    /** Minutes more than the exam gives everybody. */
    extraMinutes: z.int().min(0).max(1440),
    /** Minutes of breaks on top of everybody's, by which the time is longer as well. Nothing is recorded in them, and being away is nothing to be noted. */
    breakMinutes: z.int().min(0).max(600),
    /** Kinds of recording that are not made. */
    leftOut: inOrder(KINDS),
    /** Restrictions of the exam's page that do not hold for them, where there are any. */
    lifted: inOrder(RESTRICTIONS)
      .refine((list) => list.length > 0, 'is left out where there are none')
      .optional(),
    /** Whether they may go on in another browser or device where the exam's rules say one. */
    anyDevice: z.boolean(),
    /** How and where they sit it instead of here, in words for the test taker; empty where they sit it here. */
    elsewhere: paragraph(2000),
  })
  .refine(
    ({ extraMinutes, breakMinutes, leftOut, lifted, anyDevice, elsewhere }) =>
      extraMinutes > 0 ||
      breakMinutes > 0 ||
      leftOut.length > 0 ||
      lifted !== undefined ||
      anyDevice ||
      elsewhere !== '',
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
 *   out, those about being away where there are breaks or no camera, those about the device where any may be used; a restriction's where
 *   that does not hold for them
 */
export function switchesOff(terms: ArrangementTerms | null, kind: string): boolean {
  if (!terms) return false;
  if (isRestriction(kind)) return liftedBy(terms).includes(kind);
  const away = terms.breakMinutes > 0 || terms.leftOut.includes('camera') ? AWAY : [];
  const off: string[] = [...terms.leftOut, ...away, ...(terms.anyDevice ? DEVICE : [])];
  return kind.split('-').some((word) => off.includes(word));
}
