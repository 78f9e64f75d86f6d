import { listChapters } from '../../db/custody/attempts.ts';
import * as rows from '../../db/custody/grants.ts';
import { transact } from '../../db/custody/open.ts';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import type { RepresentativeView } from '../register/representatives.ts';
import { type Interval, uniteIntervals } from '../viewing.ts';
import { barredFrom, isLive, ownGrant } from './grant.ts';

/**
 * Keeps what the player says was really shown, together with what it said before; it is entered once, when the grant ends.
 * @throws CustodyError not-found, malformed for a recording of another attempt, grant-ended
 */
export function reportViewing(
  custody: Custody,
  representative: RepresentativeView,
  id: string,
  intervals: Interval[],
): void {
  transact(custody.db, (): void => {
    const grant = ownGrant(custody, representative, id);
    if (grant.endedAt) throw new CustodyError('grant-ended');
    const known = new Set(listChapters(custody.db, grant.attempt).map(({ recording }) => recording));
    if (!intervals.every(({ recording }) => known.has(recording))) throw new CustodyError('malformed', 'recording');
    rows.setViewing(custody.db, id, JSON.stringify(uniteIntervals(JSON.parse(grant.viewing), intervals)));
  });
}

/** Enters that a player refused a segment of the recording. */
export async function reportFault(
  custody: Custody,
  representative: RepresentativeView,
  id: string,
  fault: { recording: string; segment: number; fault: string },
): Promise<void> {
  const grant = ownGrant(custody, representative, id);
  if (!isLive(grant) || barredFrom(custody, grant)) throw new CustodyError('grant-ended');
  const body = { ...fault, grant: id, attempt: grant.attempt, representative: representative.id };
  await custody.ledger.append([{ type: 'segment-refused', body, concerns: grant.attempt }]);
}
