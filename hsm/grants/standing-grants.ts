import { findAttempt } from '../../db/custody/attempts.ts';
import { findStandingGrant } from '../../db/custody/grants.ts';
import { type Custody, refuse } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { policyOf } from '../exams.ts';
import { standingOfExam } from '../register/standing.ts';
import { type ChapterRequest, releaseOn } from '../release.ts';
import { coverOf, isLive } from './grant.ts';
import { selectChapters } from './selection.ts';

/**
 * Releases chapters to the program that a standing grant was signed for. It covers chapters that are recorded after it was signed too:
 * what a least view covers is selected at each release, by the same rule and out of the same draw.
 * @param id the act that the two people signed
 * @param request.recipient SHA-256 of the program's key, base64url
 * @throws CustodyError not-found; envelope-foreign for an attempt at another exam; exam-suspended, unit-suspended; as {@link releaseOn}
 */
export async function releaseByStandingGrant(
  custody: Custody,
  id: string,
  request: { attempt: string; recipient: string; chapters: ChapterRequest[] },
) {
  const standing = findStandingGrant(custody.db, id);
  const attempt = standing && findAttempt(custody.db, request.attempt);
  if (!standing || !attempt) throw new CustodyError('not-found', 'standing grant');
  if (attempt.exam !== standing.exam) {
    return refuse(custody, 'envelope-foreign', { tried: 'release', attempt: attempt.id, grant: id });
  }
  const { purpose, extent } = standing;
  const { leastView } = policyOf(standing);
  const { chapters, drawn, incidents, leftOut } = await selectChapters(custody, {
    ...{ attempt: attempt.id, extent, leastView },
    viewer: id,
  });
  return releaseOn(
    custody,
    {
      grant: id,
      attempt: attempt.id,
      recipient: standing.recipient,
      examKey: standing,
      facts: { standing: true },
      body: { standing: true, purpose, extent, drawn, incidents, leftOut },
      covers: coverOf(chapters),
      barred() {
        const barred = standingOfExam(custody, standing.exam);
        if (barred) return barred;
        const now = findStandingGrant(custody.db, id);
        return now && isLive(now) ? undefined : 'grant-ended';
      },
    },
    request,
  );
}
