import type { Outcome, Purpose, Role } from './custody.ts';

/** For what recordings are watched. All tables here give custody's codes in the words that representatives read. */
export const PURPOSES: Record<string, string> = {
  'integrity-review': 'Integrity review',
  appeal: 'Appeal',
  complaint: 'Complaint',
  'access-request': 'Access request',
  'legal-order': 'Legal order',
} satisfies Record<Purpose, string>;

/** What decisions can say. */
export const OUTCOMES: Record<string, string> = {
  'nothing-to-clarify': 'There is nothing to clarify',
  'ask-test-taker': 'Ask the test taker to comment',
  refer: 'Refer the attempt to the responsible board',
} satisfies Record<Outcome, string>;

/** What happened to a recording. */
export const ACCESSES: Record<string, string> = {
  granted: 'Allowed to watch',
  released: 'Keys released',
  viewed: 'Watched',
  'segment-refused': 'A segment was refused',
  refused: 'Refused by custody',
  decided: 'Decided',
  sealed: 'Recording sealed',
  resumed: 'Went on in another browser',
  closed: 'Closed by the appliance',
};

/** What representatives are to custody. */
const ROLES: Record<Role, string> = {
  'exam-administrator': 'exam administrator',
  reviewer: 'reviewer',
  'privacy-officer': 'privacy officer',
  observer: 'observer',
  custodian: 'key custodian',
};

/** @returns “Reviewer, privacy officer” */
export function wordRoles(roles: readonly Role[]): string {
  const words = roles.map((role) => ROLES[role]).join(', ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
