/** What an exam can restrict in the page that shows it, beyond what it records. Pure. */
import type { ArrangementTerms } from './arrangement.ts';
import type { ExamSetup } from './exam-setup.ts';

/**
 * Each by the name that it has everywhere. All but the clipboard are noted as incidents of the same name.
 * - full-screen: the page asks to be shown in full screen; that it is not is noted
 * - left-page: that another tab, window or program is in front is noted
 * - one-screen: that a second screen is connected is noted, where the browser tells
 * - clipboard: nothing is copied out of the page or pasted into it; that somebody tried is noted nowhere
 */
export const RESTRICTIONS = ['full-screen', 'left-page', 'one-screen', 'clipboard'] as const;
export type Restriction = (typeof RESTRICTIONS)[number];

/** Where a page can restrict anything: where it shows the exam itself. Elsewhere it is in the background all the time, as it should be. */
export const RESTRICTED_PLACE = 'document';

/** Those that cannot hold for somebody who is away from the page in breaks of their own. */
const OF_PRESENCE: readonly Restriction[] = ['full-screen', 'left-page'];

/** @returns what does not hold for who has these terms, though it holds for everybody else */
export function liftedBy(terms: Pick<ArrangementTerms, 'lifted' | 'breakMinutes'> | null): Restriction[] {
  if (!terms) return [];
  return RESTRICTIONS.filter(
    (one) => terms.lifted?.includes(one) || (terms.breakMinutes > 0 && OF_PRESENCE.includes(one)),
  );
}

/** @returns what the exam restricts for who has these terms, in the order of the list */
export function restrictionsOf(
  { restrictions }: Pick<ExamSetup, 'restrictions'>,
  terms: ArrangementTerms | null = null,
): Restriction[] {
  const lifted = liftedBy(terms);
  return RESTRICTIONS.filter((one) => restrictions[one] !== undefined && !lifted.includes(one));
}

/** @returns whether an incident's kind is a restriction's name */
export function isRestriction(kind: string): kind is Restriction {
  return (RESTRICTIONS as readonly string[]).includes(kind);
}
