import { type Terms, termsOf, type TimeRules } from './terms.ts';
import type { TestTaker } from './test-taker.ts';

/** @returns the times that hold for this test taker, with all that they are entitled to beyond everybody's */
export function ownTermsOf(rules: TimeRules, _testTaker: Pick<TestTaker, 'candidate'>): Terms {
  return termsOf(rules);
}
