import { z } from 'zod';
import type { RecordedKind } from '../../hsm/arrangement.ts';
import { paragraph } from '../../hsm/acts/wording.ts';
import type { Filled } from '../ui/filled.ts';
import type { Words } from '../words/en.ts';

/** What can be asked for, by name; why is asked nowhere. */
export const NEEDS = [
  'extra-time',
  'breaks',
  'another-device',
  'another-mode',
  'in-person',
  'recording-left-out',
] as const;
export type Need = (typeof NEEDS)[number];

/** What a test taker asks for. */
export interface Asked {
  needs: Need[];
  /** Null where no extra time is asked for. */
  extraMinutes: number | null;
  leftOut: RecordedKind[];
}

const listOf = <T extends string>(names: readonly [T, ...T[]]) =>
  z.union([z.enum(names).transform((one) => [one]), z.array(z.enum(names))]).default([]);

/**
 * Reads the form of a request.
 * @param recorded what the exam records
 * @returns the request, or the form as it was filled in with what is wrong beside its fields
 */
export function readRequestForm(
  entries: Filled['entries'],
  recorded: readonly RecordedKind[],
  { arrangement: { faults } }: Words,
): { request: { asked: Asked; words: string } } | { filled: Filled } {
  const form = z.object({
    'needs[]': listOf(NEEDS).refine((needs) => needs.length > 0),
    extraMinutes: z.string().default(''),
    'leftOut[]': listOf(['camera', 'microphone', 'screen']),
    words: paragraph(2000).default(''),
  });
  const read = form.safeParse(entries);
  const wrong: Filled['faults'] = {};
  if (!read.success) {
    for (const { path } of read.error.issues) {
      const field = String(path[0]);
      wrong[field] = field === 'words' ? faults.words : faults.needs;
    }
    return { filled: { entries, faults: wrong } };
  }
  const { 'needs[]': needs, 'leftOut[]': leftOut, extraMinutes, words } = read.data;
  const timed = needs.includes('extra-time');
  const minutes = /^\d{1,4}$/.test(extraMinutes) ? Number(extraMinutes) : 0;
  if (timed && (minutes < 1 || minutes > 1440)) wrong.extraMinutes = faults.minutes;
  const kinds = needs.includes('recording-left-out') ? recorded.filter((kind) => leftOut.includes(kind)) : [];
  if (needs.includes('recording-left-out') && kinds.length === 0) wrong['leftOut[]'] = faults.kinds;
  if (Object.keys(wrong).length > 0) return { filled: { entries, faults: wrong } };
  return { request: { asked: { needs, extraMinutes: timed ? minutes : null, leftOut: kinds }, words } };
}
