import { createHash, randomBytes } from 'node:crypto';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import * as register from '../../db/custody/register.ts';
import { type Custody, refuse } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { readClientData, relyingParty, verifyAssertion } from './passkeys.ts';
import { findRepresentative, type RepresentativeView, viewRepresentative } from './representatives.ts';
import { standingOf } from './standing.ts';

const SESSION_HOURS = 8;
const MINUTE = 60_000;

/** What signing in gives. */
export interface SignedIn {
  /** Bearer of the representative's rights on this socket: 32 random bytes, base64url. */
  session: string;
  representative: RepresentativeView;
}

/** @returns WebAuthn options for a sign-in with any passkey enrolled here; the challenge counts once, for five minutes */
export async function signInOptions(custody: Custody): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const options = await generateAuthenticationOptions({ rpID: relyingParty(custody).id, userVerification: 'required' });
  const now = Date.now();
  register.insertSignIn(
    custody.db,
    options.challenge,
    new Date(now + 5 * MINUTE).toISOString(),
    new Date(now).toISOString(),
  );
  return options;
}

/**
 * @throws CustodyError passkey-unknown, passkey-refused, counter-behind, challenge-differs, origin-differs, representative-inactive,
 *   unit-suspended
 */
export async function signIn(custody: Custody, response: AuthenticationResponseJSON): Promise<SignedIn> {
  const passkey = register.findPasskey(custody.db, response.id);
  // Not entered: anybody can try, and nobody in particular was meant.
  if (!passkey) throw new CustodyError('passkey-unknown');
  const now = new Date().toISOString();
  const { challenge } = readClientData(response);
  if (!register.takeSignIn(custody.db, challenge, now)) throw new CustodyError('passkey-refused', 'challenge not open');
  const facts = { tried: 'sign-in', representative: passkey.representative };
  await verifyAssertion(custody, response, passkey, challenge, facts);
  const barred = standingOf(custody, passkey.representative);
  if (barred) return refuse(custody, barred, facts);
  return startSession(custody, viewRepresentative(findRepresentative(custody, passkey.representative)), 'room');
}

/** @throws CustodyError session-unknown, representative-inactive, unit-suspended */
export function sessionHolder(
  custody: Custody,
  session: string | undefined,
  place: 'room' | 'staff',
): RepresentativeView {
  const found = session && register.findSession(custody.db, sessionDigest(session), place);
  if (!found) throw new CustodyError('session-unknown');
  const { holder, expiresAt } = found;
  // Said of an ended session as well: their suspension is what ended it.
  const barred = standingOf(custody, holder.id);
  if (barred) throw new CustodyError(barred, 'session');
  if (expiresAt <= new Date().toISOString()) throw new CustodyError('session-unknown', 'ended');
  return viewRepresentative(holder);
}

/** Ends a session of either place; one that is not there is no fault. */
export function endSession(custody: Custody, session: string | undefined): void {
  if (session) register.deleteSession(custody.db, sessionDigest(session));
}

/** @returns a ticket (base64url) that signs this representative in at the staff origin, once, within a minute */
export function issueTicket(custody: Custody, representative: RepresentativeView): string {
  const token = randomBytes(32);
  const now = Date.now();
  register.insertTicket(
    custody.db,
    { tokenDigest: digest(token), representative: representative.id, expiresAt: new Date(now + MINUTE).toISOString() },
    new Date(now).toISOString(),
  );
  return token.toString('base64url');
}

/** @throws CustodyError ticket-unknown */
export function redeemTicket(custody: Custody, ticket: string): SignedIn {
  const id = register.takeTicket(custody.db, digest(Buffer.from(ticket, 'base64url')), new Date().toISOString());
  if (!id || standingOf(custody, id)) throw new CustodyError('ticket-unknown');
  return startSession(custody, viewRepresentative(findRepresentative(custody, id)), 'staff');
}

/** Starts a session of 8 hours. */
export function startSession(custody: Custody, representative: RepresentativeView, place: 'room' | 'staff'): SignedIn {
  const token = randomBytes(32);
  const now = Date.now();
  register.insertSession(
    custody.db,
    {
      tokenDigest: digest(token),
      representative: representative.id,
      place,
      expiresAt: new Date(now + SESSION_HOURS * 60 * MINUTE).toISOString(),
    },
    new Date(now - SESSION_HOURS * 60 * MINUTE).toISOString(),
  );
  return { session: token.toString('base64url'), representative };
}

/** @returns by what a session is kept */
export function sessionDigest(session: string): Buffer {
  return digest(Buffer.from(session, 'base64url'));
}

function digest(token: Uint8Array): Buffer {
  return createHash('sha256').update(token).digest();
}
