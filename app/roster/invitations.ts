import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { findOnRoster, keepInvitations, listInvitees } from '../../db/appliance/roster.ts';
import { createToken, digestToken } from '../attempts/token.ts';
import { AppError } from '../errors.ts';
import { fragmentOf } from '../exams/fingerprint.ts';
import type { ExamRules } from '../exams/rule-book.ts';

/** Invitations that are made at once: what a browser prints in one go. */
export const BATCH = 500;

/** Whom to invite: those who have no personal link, everybody who has not begun, or one test taker by their id. */
export type Invitees = 'new' | 'all' | { testTaker: string };

/** What one test taker is handed. The link is in no other place once this is gone. */
export interface Invitation {
  candidate: string;
  name: string;
  link: string;
}

/**
 * Makes new personal links. Each ends the one that the same test taker had before.
 * @param before moment (ISO 8601, UTC) at which making them for everybody began: who got one since is not given another
 * @param examOrigin where the links lead
 * @returns at most {@link BATCH} invitations, in the order of names
 * @throws AppError not-found for nobody on this roster, already-done for somebody whose attempt has ended
 */
export function makeInvitations(
  db: ApplianceDatabase,
  rules: ExamRules,
  invitees: Invitees,
  before: string,
  examOrigin: string,
): Invitation[] {
  const { exam } = rules;
  const work = () => {
    const chosen =
      typeof invitees === 'string'
        ? listInvitees(db, exam, { whom: invitees, before, limit: BATCH })
        : [findInvitee(db, exam, invitees.testTaker)];
    const made = chosen.map(({ id, candidate, name }) => ({ id, candidate, name, token: createToken() }));
    keepInvitations(
      db,
      made.map(({ id, token }) => ({ testTaker: id, linkDigest: digestToken(token) })),
      new Date().toISOString(),
    );
    return made.map(({ candidate, name, token }) => ({ candidate, name, link: linkOf(examOrigin, token, rules) }));
  };
  return db.$client.transaction(work).immediate();
}

/** @returns the personal link that holds a token, with the fingerprint that the test taker's browser compares */
export function linkOf(examOrigin: string, token: string, { examKey }: ExamRules): string {
  return `${examOrigin}/i/${token}#${fragmentOf(examKey.applianceKey)}`;
}

/** @throws AppError not-found for nobody on this roster, already-done for somebody whose attempt has ended */
export function findInvitee(db: ApplianceDatabase, exam: string, id: string) {
  const testTaker = findOnRoster(db, exam, id);
  if (!testTaker) throw new AppError('not-found', { detail: 'test taker' });
  if (testTaker.endedAt) {
    throw new AppError('already-done', {
      detail: 'attempt ended',
      sentence: `${testTaker.name} has sat this exam, and the personal link they have leads them to their recording’s page. No new one was made, and theirs stays good.`,
    });
  }
  return testTaker;
}
