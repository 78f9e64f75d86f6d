import { randomBytes, randomUUID } from 'node:crypto';
import * as register from '../../db/custody/register.ts';
import { type Custody, refuse } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { keepEnrolment } from '../register/enrolments.ts';
import type { Role } from '../roles.ts';
import { samePin } from './pin-file.ts';
import { Quorum, type QuorumView } from './quorum.ts';

/** A new officer, invited where no act could bring one. */
export interface RecoveredOfficer {
  representative: string;
  name: string;
  /** base64url; works once, for 72 hours. */
  enrolment: string;
}

/** What giving a share led to. */
export interface RecoveryShareGiven extends QuorumView {
  officer: RecoveredOfficer | null;
}

/** By whose word an officer came back, as it stands in the ledger. */
type Proof = { by: 'custodians'; sealing: string; threshold: number; present: string[] } | { by: 'pin' };

/**
 * Begins to bring back an officer by the custodians' shares. They are kept apart from those that unseal: who gives one says by it that this
 * person shall be an officer. Another name begins anew.
 * @throws CustodyError not-sealed where the PIN is not sealed
 */
export function beginRecovery({ seal }: Pick<Custody, 'seal'>, name: string): QuorumView {
  if (!seal.sealed) throw new CustodyError('not-sealed');
  if (seal.recovery?.name !== name) {
    seal.recovery?.quorum.forget();
    seal.recovery = { name, quorum: new Quorum(seal.sealed) };
  }
  return seal.recovery.quorum.view();
}

/**
 * Takes one custodian's share towards it. That they open the token's own PIN is the proof.
 * @param share 40 bytes; zeroed here
 * @returns the officer once there are enough
 * @throws CustodyError recovery-missing, share-damaged, share-foreign and pin-differs (both entered), seal-broken
 */
export async function giveRecoveryShare(custody: Custody, share: Uint8Array): Promise<RecoveryShareGiven> {
  const { recovery, sealed } = custody.seal;
  if (!recovery || !sealed) {
    share.fill(0);
    throw new CustodyError('recovery-missing');
  }
  const { name, quorum } = recovery;
  const given = await quorum.give(share).catch((error: unknown) => {
    if (!(error instanceof CustodyError) || error.refusal !== 'share-foreign') throw error;
    return refuse(custody, error.refusal, { tried: 'recover-officer', name }, error.facts);
  });
  if (!given) return { ...quorum.view(), officer: null };
  const same = custody.token.isOpenedBy(given.pin);
  given.pin.fill(0);
  custody.seal.recovery = undefined;
  // Beside a PIN file the sealed one opens nothing by itself: somebody could have put theirs there, with custodians of their own.
  if (!same) return refuse(custody, 'pin-differs', { tried: 'recover-officer', name });
  const { sealing, threshold } = sealed;
  const { present } = given;
  const officer = await inviteOfficer(custody, name, { by: 'custodians', sealing, threshold, present });
  return { present, threshold, missing: [], officer };
}

/**
 * The same where the PIN is not sealed, so that there are no custodians: by the PIN itself. Who has it can have the token do anything
 * already; this way it stands in the ledger.
 * @throws CustodyError shares-needed where the PIN is sealed, pin-differs (entered)
 */
export async function recoverByPin(custody: Custody, name: string, given: string): Promise<RecoveredOfficer> {
  if (custody.seal.sealed) throw new CustodyError('shares-needed');
  const pin = custody.seal.readPin();
  const same = pin !== undefined && samePin(pin, Buffer.from(given));
  pin?.fill(0);
  if (!same) return refuse(custody, 'pin-differs', { tried: 'recover-officer', name });
  return inviteOfficer(custody, name, { by: 'pin' });
}

/** Everything else about the register stays as it is: whoever is an officer already is named in the entry, and can see it. */
async function inviteOfficer(custody: Custody, name: string, proof: Proof): Promise<RecoveredOfficer> {
  const roles: Role[] = ['privacy-officer'];
  const officers = register
    .listRepresentatives(custody.db)
    .filter((row) => row.status === 'approved' && (JSON.parse(row.roles) as Role[]).includes('privacy-officer'))
    .map(({ id }) => id);
  const [id, token, now] = [randomUUID(), randomBytes(32), new Date().toISOString()];
  const body = { representative: id, name, roles, unit: null, proof, officers };
  await custody.ledger.append([{ type: 'officer-recovered', body }], () => {
    const row = { id, name, roles: JSON.stringify(roles), unit: null, status: 'invited' as const, createdAt: now };
    register.insertRepresentative(custody.db, row);
    keepEnrolment(custody, { representative: id, token }, now);
  });
  return { representative: id, name, enrolment: token.toString('base64url') };
}
