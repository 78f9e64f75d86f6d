import { z } from 'zod';
import { paragraph } from '../../hsm/acts/wording.ts';
import { type ArrangementTerms, arrangementTerms, type RecordedKind, refusalReason } from '../../hsm/arrangement.ts';
import type { Fault } from '../../hsm/exam-findings.ts';
import { RESTRICTIONS } from '../../hsm/restriction.ts';
import type { Filled } from '../ui/filled.ts';

const KINDS = ['camera', 'microphone', 'screen'] as const;
const ticked = <T extends string>(names: readonly [T, ...T[]]) =>
  z.union([z.enum(names).transform((one) => [one]), z.array(z.enum(names))]).default([]);

/** An empty field is none. */
const minutes = (most: number) => {
  const wrong = `Write a whole number of minutes, ${most} at most, or leave it empty.`;
  return z
    .string(wrong)
    .default('')
    .refine((text) => /^\d{0,4}$/.test(text) && Number(text) <= most, wrong)
    .transform(Number);
};

const grantForm = z.object({
  extraMinutes: minutes(1440),
  breakMinutes: minutes(600),
  'leftOut[]': ticked(KINDS),
  'lifted[]': ticked(RESTRICTIONS),
  'anyDevice[]': ticked(['any']),
  elsewhere: paragraph(2000).default(''),
});
const refusalForm = z.object({ reason: refusalReason });

/** What a form says, or what is wrong beside which of its fields. */
type Read<T> = { value: T } | { faults: Filled['faults'] };

/** Reads what is granted. */
export function readGrantForm(entries: Filled['entries']): Read<ArrangementTerms> {
  const read = grantForm.safeParse(entries);
  if (!read.success) return { faults: faultsOf(read.error) };
  const { extraMinutes, breakMinutes, 'leftOut[]': left, 'lifted[]': some, 'anyDevice[]': any, elsewhere } = read.data;
  const leftOut: RecordedKind[] = KINDS.filter((kind) => left.includes(kind));
  const lifted = RESTRICTIONS.filter((one) => some.includes(one));
  const terms = arrangementTerms.safeParse({
    ...{ extraMinutes, breakMinutes, leftOut, elsewhere },
    ...(lifted.length > 0 && { lifted }),
    anyDevice: any.length > 0,
  });
  if (terms.success) return { value: terms.data };
  return { faults: { '': 'This would grant nothing. Fill in at least one of the fields below.' } };
}

/** Reads why a request is refused. */
export function readRefusalForm(entries: Filled['entries']): Read<string> {
  const read = refusalForm.safeParse(entries);
  if (read.success) return { value: read.data.reason };
  return {
    faults: { reason: 'Write why, in a sentence at least: 40 to 2000 characters. The test taker reads it.' },
  };
}

function faultsOf({ issues }: z.ZodError): Filled['faults'] {
  const faults: Filled['faults'] = {};
  for (const { path, message } of issues) faults[String(path[0])] ??= message;
  return faults;
}

/** The fields of what custody finds faults in. */
const FIELDS: Record<string, string> = {
  'terms.leftOut': 'leftOut[]',
  'terms.lifted': 'lifted[]',
  'terms.elsewhere': 'elsewhere',
};

/** @returns custody's faults beside the fields that they are about, and its sentence above all */
export function besideFields(sentence: string, faults: readonly Fault[]): Filled['faults'] {
  const beside: Filled['faults'] = { '': sentence };
  for (const { field, why, instead } of faults) {
    beside[FIELDS[field] ?? field.replace('terms.', '')] ??= `${why} ${instead}`;
  }
  return beside;
}
