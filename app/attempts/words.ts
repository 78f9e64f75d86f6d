import type { Words } from '../words/en.ts';

/** @returns a purpose of custody's in the words of a test taker's page */
export function describePurpose({ notice }: Words, purpose: string): string {
  return notice.purposes[purpose] ?? purpose;
}

/** @returns what a browser noted, as words: custody takes names of letters and hyphens only */
export function describeIncident({ attempt }: Words, kind: string): string {
  return attempt.incidents[kind] ?? kind.replaceAll('-', ' ');
}
