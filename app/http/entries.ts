import { z } from 'zod';

/** A form's fields by their names; those of a list end in `[]`. */
export const anyForm = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/** @returns a whole number, as a field of a form has it @param wrong the sentence for anything else */
export function whole(least: number, most: number, wrong: string) {
  return z
    .string(wrong)
    .regex(/^\d{1,6}$/, wrong)
    .transform(Number)
    .refine((number) => number >= least && number <= most, wrong);
}

/** @returns a moment (ISO 8601, UTC) that a form's field has in the appliance's own zone @param wrong the sentence for anything else */
export function moment(wrong: string) {
  return (
    z
      .string(wrong)
      .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?$/, wrong)
      // Without a zone it is the local one (ECMA-262 section 21.4.1.32).
      .transform((local) => Date.parse(local))
      .refine((at) => Number.isFinite(at), wrong)
      .transform((at) => new Date(at).toISOString())
  );
}
