const PURPOSES: Record<string, string> = {
  'integrity-review': 'a review of how the exam was sat',
  appeal: 'an appeal',
  complaint: 'a complaint',
  'access-request': 'a request to see your own data',
  'legal-order': 'an order of a court or authority',
};

const OUTCOMES: Record<string, string> = {
  'nothing-to-clarify': 'There is nothing to clarify.',
  'ask-test-taker': 'You are asked to comment before anything else is decided.',
  refer: 'The attempt was passed on to the examination board, which hears you before it decides.',
};

/** Of exams whose chapter keys cannot stay inside the key token while somebody is allowed to watch. */
export const DEGRADED =
  'This exam’s keys are guarded in a degraded way: whenever somebody is allowed to watch, the keys to those minutes are outside of the key token for a moment, in the appliance’s memory.';

/** @returns a purpose of custody's in the words of a test taker's page */
export function describePurpose(purpose: string): string {
  return PURPOSES[purpose] ?? purpose;
}

/** @returns "an appeal, a complaint or an order of a court or authority" */
export function describePurposes(purposes: string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(purposes.map(describePurpose));
}

/** @returns what a browser noted, as words: custody takes names of letters and hyphens only */
export function describeIncident(kind: string): string {
  return kind.replaceAll('-', ' ');
}

/** @returns an outcome of custody's as a sentence to the test taker */
export function describeOutcome(outcome: string): string {
  return OUTCOMES[outcome] ?? outcome;
}
