import { type Terms, termsOf, type TimeRules } from './terms.ts';
import type { TestTaker } from './test-taker.ts';

/** An exam's times, and by how much custody says they were extended. */
export interface ExtendedRules extends TimeRules {
  /** Of one test taker, by their code, or of everybody: null. An answer of custody's that was kept from before says none. */
  extensions?: { candidate: string | null; minutes: number }[];
}

/** @returns the times that hold for this test taker, with all that they are entitled to beyond everybody's */
export function ownTermsOf(rules: ExtendedRules, { candidate }: Pick<TestTaker, 'candidate'>): Terms {
  const theirs = (rules.extensions ?? []).filter((one) => one.candidate === null || one.candidate === candidate);
  return termsOf(rules, { extraMinutes: theirs.reduce((sum, { minutes }) => sum + minutes, 0) });
}
