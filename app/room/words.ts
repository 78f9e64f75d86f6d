import type { ActType, Outcome, Purpose, Role } from './custody.ts';

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
  incident: 'Noted by the test taker’s browser',
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

/** What browsers note of an exam's restrictions. Of all others, the name. */
export const INCIDENTS: Record<string, string> = {
  'full-screen': 'The exam’s page was not in full screen',
  'left-page': 'The exam’s page was not in front',
  'one-screen': 'A second screen was connected',
};

/** @returns that kinds of recording are not there, and that this is as it should be; why is told to nobody who reviews */
export function wordUnrecorded(kinds: readonly string[]): string {
  const list = new Intl.ListFormat('en-GB').format(kinds);
  return `Not to be recorded in this attempt: ${list}. That there is nothing of it says nothing about the test taker.`;
}

/** What representatives are to custody, and what that lets them do. */
export const ROLES: Record<Role, { name: string; does: string }> = {
  'exam-administrator': { name: 'exam administrator', does: 'publishes exams and assigns people to them' },
  reviewer: { name: 'reviewer', does: 'watches recordings of the exams they are assigned to, and decides' },
  'privacy-officer': { name: 'privacy officer', does: 'approves and suspends people, and answers complaints' },
  observer: { name: 'observer', does: 'speaks for the test takers in cases against the institution; watches nothing' },
  custodian: { name: 'key custodian', does: 'holds a share of what opens the appliance' },
};

/** Of exams whose chapter keys cannot stay inside the token; that they do is what everybody expects, and is not said. */
export const DEGRADED = 'Degraded: chapter keys leave the key token for a moment whenever a recording is opened';

/** @returns “Reviewer, privacy officer” */
export function wordRoles(roles: readonly Role[]): string {
  const words = roles.map((role) => ROLES[role].name).join(', ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What an act is, in lists. */
export const ACT_TYPES: Record<ActType, string> = {
  'register-unit': 'Register a unit',
  'approve-representative': 'Approve a representative',
  'change-roles': 'Change roles',
  'replace-passkeys': 'Replace passkeys',
  'suspend-representative': 'Suspend a representative',
  'reinstate-representative': 'Reinstate a representative',
  'suspend-unit': 'Suspend a unit',
  'reinstate-unit': 'Reinstate a unit',
  'suspend-exam': 'Suspend an exam',
  'reinstate-exam': 'Reinstate an exam',
  'publish-exam': 'Publish an exam',
  'revise-exam': 'Change what test takers are told',
  'extend-time': 'Give more time',
  'change-policy': 'Change an exam’s rules',
  assign: 'Assign somebody',
  unassign: 'End an assignment',
  'grant-arrangement': 'Grant an arrangement',
  'refuse-arrangement': 'Refuse an arrangement',
  release: 'Watch recordings',
  'standing-grant': 'Let a program open recordings',
  decide: 'Decide',
  'destroy-key': 'Destroy an exam’s key',
  'answer-report': 'Answer a report',
};
