import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { entitlementOf, grantedTo } from '../arrangements/own-exam.ts';
import { type Terms, termsOf, type TimeRules } from './terms.ts';
import type { TestTaker } from './test-taker.ts';

/** An exam's times, and by how much custody says they were extended. */
export interface ExtendedRules extends TimeRules {
  /** Of one test taker, by their code, or of everybody: null. An answer of custody's that was kept from before says none. */
  extensions?: { candidate: string | null; minutes: number }[];
}

/** @returns minutes of breaks that this test taker may take in all: those of everybody, and those that were granted to them */
export function breakMinutesOf(
  db: ApplianceDatabase,
  { breaks }: Pick<TimeRules['setup'], 'breaks'>,
  { id }: Pick<TestTaker, 'id'>,
): number {
  return (breaks?.minutes ?? 0) + (grantedTo(db, id)?.breakMinutes ?? 0);
}

/** @returns the times that hold for this test taker, with all that they are entitled to beyond everybody's */
export function ownTermsOf(
  db: ApplianceDatabase,
  rules: ExtendedRules,
  { id, candidate }: Pick<TestTaker, 'id' | 'candidate'>,
): Terms {
  const arranged = entitlementOf(grantedTo(db, id)).extraMinutes;
  const theirs = (rules.extensions ?? []).filter((one) => one.candidate === null || one.candidate === candidate);
  return termsOf(rules, { extraMinutes: theirs.reduce((sum, { minutes }) => sum + minutes, arranged) });
}
