import * as rows from '../../db/custody/grants.ts';
import { findExam } from '../../db/custody/exams.ts';
import { transact } from '../../db/custody/open.ts';
import { endSessions, findSession, listSessionHolders } from '../../db/custody/register.ts';
import type { Custody } from '../custody.ts';
import { CustodyError, type Refusal } from '../errors.ts';
import type { RepresentativeView } from '../register/representatives.ts';
import { endSession, sessionDigest } from '../register/sessions.ts';
import { standingOf, standingOfExam } from '../register/standing.ts';
import { TokenError } from '../token/errors.ts';
import { barredFrom, isLive, ownGrant } from './grant.ts';

/**
 * How a grant ends: first it is marked, durably, and from then on nothing is released, handed out or reported under it; then what was
 * viewed is entered in the ledger, now or, where that cannot be, by the sweep. Why: its holder closed it or signed out, its time was
 * over, or they may not open the exam any more.
 */
type Cause = 'closed' | 'signed-out' | 'expired' | Refusal;

/** Ends a grant and enters what was viewed under it. Ending it again changes nothing. */
export async function endGrant(custody: Custody, representative: RepresentativeView, id: string): Promise<void> {
  const grant = ownGrant(custody, representative, id);
  mark(custody, grant.id, 'closed');
  if (!grant.endEntered) await enterEnd(custody, grant.id);
}

/** Ends a session of the room, and with it every view of who signed out: a picture must not stay where somebody has left. */
export async function leaveRoom(custody: Custody, session: string | undefined): Promise<void> {
  const found = session === undefined ? undefined : findSession(custody.db, sessionDigest(session), 'room');
  const who = found && found.expiresAt > now() ? found.holder.id : undefined;
  const own = rows.listUnentered(custody.db).filter(({ representative }) => representative === who);
  transact(custody.db, (): void => {
    endSession(custody, session);
    for (const { id } of own) mark(custody, id, 'signed-out');
  });
  for (const { id } of own) await enterEnd(custody, id);
}

/**
 * Ends every session of who may do nothing any more, every view whose holder may not open its exam any more, and the standing grants
 * of exams that nothing may be opened of. To be called in the very transaction that suspends or unassigns: a reinstatement then
 * opens none of them again.
 */
export function endBarred(custody: Custody): void {
  for (const holder of listSessionHolders(custody.db, now())) {
    if (standingOf(custody, holder)) endSessions(custody.db, holder, now());
  }
  for (const grant of rows.listUnentered(custody.db)) {
    const barred = grant.endedAt === null && barredFrom(custody, grant);
    if (barred) mark(custody, grant.id, barred);
  }
  for (const { act, exam } of rows.listStandingGrants(custody.db)) {
    const gone = standingOfExam(custody, exam) ?? findExam(custody.db, exam)?.keyDestroyedAt;
    if (gone) rows.markStandingEnded(custody.db, act, now());
  }
}

/** Ends what is over, and enters the ends that are not entered yet. Called every second. */
export async function sweepGrants(custody: Custody): Promise<void> {
  endBarred(custody);
  for (const grant of rows.listUnentered(custody.db)) {
    if (isLive(grant)) continue;
    mark(custody, grant.id, 'expired');
    await enterEnd(custody, grant.id);
  }
  for (const { act, expiresAt } of rows.listStandingGrants(custody.db)) {
    if (expiresAt > now()) continue;
    rows.markStandingEnded(custody.db, act, now());
    await forgetRecipient(custody, act);
  }
}

/** The first word on how it ended stands. */
function mark(custody: Custody, id: string, because: Cause): void {
  rows.markEnded(custody.db, id, now(), because);
}

/** Two ends at once are entered once. */
function enterEnd(custody: Custody, id: string): Promise<void> {
  let ending = custody.endings.get(id);
  if (!ending) {
    ending = enter(custody, id).finally(() => custody.endings.delete(id));
    custody.endings.set(id, ending);
  }
  return ending;
}

async function enter(custody: Custody, id: string): Promise<void> {
  const grant = rows.findGrant(custody.db, id);
  if (!grant || grant.endEntered) return;
  const body = {
    grant: grant.id,
    attempt: grant.attempt,
    representative: grant.representative,
    purpose: grant.purpose,
    endedAt: grant.endedAt,
    because: grant.endedBecause,
    intervals: JSON.parse(grant.viewing),
  };
  try {
    await custody.ledger.append([{ type: 'viewed', body, concerns: grant.attempt }], () => {
      if (!rows.markEndEntered(custody.db, id)) throw new CustodyError('grant-ended');
    });
  } catch (error) {
    if (error instanceof CustodyError) return;
    if (!(error instanceof TokenError)) throw error;
    // It has ended all the same; the sweep enters it once there is a token to sign with.
    custody.log.debug({ err: error, grant: id }, 'the end of a view waits to be entered');
    return;
  }
  await forgetRecipient(custody, id);
}

async function forgetRecipient(custody: Custody, grant: string): Promise<void> {
  const recipient = custody.recipients.get(grant);
  custody.recipients.delete(grant);
  if (recipient) await custody.token.closeRecipient(recipient);
}

function now(): string {
  return new Date().toISOString();
}
