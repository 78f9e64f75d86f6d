import type { GapCause } from '../../wire.ts';

/** Milliseconds that somebody who comes back to the page has to share the screen again. */
const TIME_TO_SHARE = 60_000;

/**
 * One gap has one cause: that of its greater part. A screen that is not shared again after the page was left goes unrecorded
 * first for the one reason and then for the other.
 * @param first why nothing was recorded when the gap began
 * @param away ms from its beginning until the page was there again @param unshared ms since then
 */
export function causeOfUnshared(first: GapCause, away: number, unshared: number): GapCause {
  if (first !== 'reload' && first !== 'closed') return first;
  return unshared > Math.max(TIME_TO_SHARE, away) ? 'sharing' : first;
}
