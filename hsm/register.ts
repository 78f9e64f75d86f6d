import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { assign, findExam } from '../db/custody/exams.ts';
import { transact } from '../db/custody/open.ts';
import * as register from '../db/custody/register.ts';
import { type Custody, refuse } from './custody.ts';
import { CustodyError } from './errors.ts';

const SESSION_HOURS = 8;
const ENROLMENT_HOURS = 72;
const MINUTE = 60_000;

/** A representative as other processes see one. */
export interface RepresentativeView {
  id: string;
  name: string;
  role: register.RepresentativeRow['role'];
}

/** What signing in gives. */
export interface SignedIn {
  /** Bearer of the representative's rights on this socket: 32 random bytes, base64url. */
  session: string;
  representative: RepresentativeView;
}

/**
 * Invites a representative: they count once a passkey is enrolled over the link with this token.
 * @param input.exams ids of exams they are assigned to
 * @returns the representative's id and the enrolment token (base64url, works once, 72 hours)
 * @throws CustodyError not-found for an exam that is not here
 */
export async function inviteRepresentative(
  custody: Custody,
  input: { name: string; role: RepresentativeView['role']; exams: string[] },
): Promise<{ representative: string; enrolment: string }> {
  if (!input.exams.every((exam) => findExam(custody.db, exam))) throw new CustodyError('not-found', 'exam');
  const id = randomUUID();
  const token = randomBytes(32);
  const now = new Date();
  const body = { representative: id, name: input.name, role: input.role, exams: input.exams };
  await custody.ledger.append([{ type: 'representative-invited', body }], () => {
    register.insertRepresentative(custody.db, {
      id,
      name: input.name,
      role: input.role,
      status: 'invited',
      createdAt: now.toISOString(),
    });
    register.insertEnrolment(custody.db, {
      tokenDigest: digest(token),
      representative: id,
      expiresAt: new Date(now.getTime() + ENROLMENT_HOURS * 60 * MINUTE).toISOString(),
    });
    for (const exam of input.exams) assign(custody.db, exam, id);
  });
  return { representative: id, enrolment: token.toString('base64url') };
}

/** @throws CustodyError enrolment-unknown */
export async function enrolmentOptions(
  custody: Custody,
  token: string,
): Promise<{ representative: RepresentativeView; options: PublicKeyCredentialCreationOptionsJSON }> {
  const { enrolment, representative } = openEnrolment(custody, token);
  const options = await generateRegistrationOptions({
    rpName: custody.config.CLOISTER_INSTITUTION,
    rpID: relyingParty(custody).id,
    userName: representative.name,
    userDisplayName: representative.name,
    userID: new TextEncoder().encode(representative.id),
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: register.listPasskeys(custody.db, representative.id).map((passkey) => ({ id: passkey.id })),
  });
  register.setEnrolmentChallenge(custody.db, enrolment.tokenDigest, options.challenge);
  return { representative, options };
}

/**
 * Enrols the passkey that the browser made over these options, approves the representative and signs them in.
 * @throws CustodyError enrolment-unknown, passkey-refused, representative-inactive for who was suspended before enrolling
 */
export async function enrolPasskey(
  custody: Custody,
  token: string,
  response: RegistrationResponseJSON,
): Promise<SignedIn> {
  const { enrolment, representative } = openEnrolment(custody, token);
  const { id, origin } = relyingParty(custody);
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: enrolment.challenge ?? '',
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: true,
  }).catch((error: Error) => {
    throw new CustodyError('passkey-refused', error.message);
  });
  if (!verified.verified) throw new CustodyError('passkey-refused', 'the registration did not verify');
  const { credential, aaguid } = verified.registrationInfo;
  if (register.findRepresentative(custody.db, representative.id)?.status !== 'invited') {
    await refuse(custody, 'representative-inactive', { tried: 'enrol', representative: representative.id });
  }
  const now = new Date().toISOString();
  const body = { representative: representative.id, passkey: credential.id, aaguid };
  await custody.ledger.append([{ type: 'passkey-enrolled', body }], () => {
    if (!register.useEnrolment(custody.db, enrolment.tokenDigest, now)) throw new CustodyError('enrolment-unknown');
    register.insertPasskey(custody.db, {
      id: credential.id,
      representative: representative.id,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: JSON.stringify(credential.transports ?? []),
      enrolledAt: now,
    });
    if (!register.changeStatus(custody.db, representative.id, 'invited', 'approved')) {
      throw new CustodyError('representative-inactive');
    }
  });
  return startSession(custody, representative, 'room');
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

/** @throws CustodyError passkey-unknown, passkey-refused, challenge-differs, origin-differs, representative-inactive */
export async function signIn(custody: Custody, response: AuthenticationResponseJSON): Promise<SignedIn> {
  const passkey = register.findPasskey(custody.db, response.id);
  // Not entered: anybody can try, and nobody in particular was meant.
  if (!passkey) throw new CustodyError('passkey-unknown');
  const now = new Date().toISOString();
  const { challenge } = clientData(response);
  if (!register.takeSignIn(custody.db, challenge, now)) throw new CustodyError('passkey-refused', 'challenge not open');
  await verifyAssertion(custody, response, passkey, challenge, {
    tried: 'sign-in',
    representative: passkey.representative,
  });
  const representative = register.findRepresentative(custody.db, passkey.representative);
  if (representative?.status !== 'approved') {
    return refuse(custody, 'representative-inactive', { tried: 'sign-in', representative: passkey.representative });
  }
  return startSession(custody, view(representative), 'room');
}

/**
 * Verifies a passkey's assertion over `challenge`, from the room's origin, with user verification, and moves its counter.
 * @param facts what is entered in the ledger if it does not verify
 * @throws CustodyError challenge-differs, origin-differs, passkey-refused
 */
export async function verifyAssertion(
  custody: Custody,
  response: AuthenticationResponseJSON,
  passkey: register.PasskeyRow,
  challenge: string,
  facts: { tried: string; representative: string; [name: string]: unknown },
): Promise<void> {
  const { id, origin } = relyingParty(custody);
  const signed = clientData(response);
  if (signed.origin !== origin)
    await refuse(custody, 'origin-differs', { ...facts, origin: signed.origin.slice(0, 200) });
  if (signed.challenge !== challenge) await refuse(custody, 'challenge-differs', facts);
  const result = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: true,
    credential: { id: passkey.id, publicKey: new Uint8Array(passkey.publicKey), counter: passkey.counter },
  }).catch(() => undefined);
  if (!result?.verified) return refuse(custody, 'passkey-refused', facts);
  register.setCounter(custody.db, passkey.id, result.authenticationInfo.newCounter);
}

/** @throws CustodyError session-unknown, representative-inactive */
export function sessionHolder(
  custody: Custody,
  session: string | undefined,
  place: 'room' | 'staff',
): RepresentativeView {
  const row =
    session &&
    register.findSession(custody.db, digest(Buffer.from(session, 'base64url')), place, new Date().toISOString());
  if (!row) throw new CustodyError('session-unknown');
  if (row.status !== 'approved') throw new CustodyError('representative-inactive');
  return view(row);
}

/** Ends a session of either place; one that is not there is no fault. */
export function endSession(custody: Custody, session: string | undefined): void {
  if (session) register.deleteSession(custody.db, digest(Buffer.from(session, 'base64url')));
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
  const representative = id && register.findRepresentative(custody.db, id);
  if (!representative || representative.status !== 'approved') throw new CustodyError('ticket-unknown');
  return startSession(custody, view(representative), 'staff');
}

function startSession(custody: Custody, representative: RepresentativeView, place: 'room' | 'staff'): SignedIn {
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
    new Date(now).toISOString(),
  );
  return { session: token.toString('base64url'), representative };
}

function openEnrolment(custody: Custody, token: string) {
  return transact(custody.db, () => {
    const tokenDigest = digest(Buffer.from(token, 'base64url'));
    const enrolment = register.findOpenEnrolment(custody.db, tokenDigest, new Date().toISOString());
    const representative = enrolment && register.findRepresentative(custody.db, enrolment.representative);
    if (!enrolment || !representative) throw new CustodyError('enrolment-unknown');
    return { enrolment, representative: view(representative) };
  });
}

function clientData(response: AuthenticationResponseJSON): { challenge: string; origin: string } {
  try {
    const { challenge, origin } = JSON.parse(Buffer.from(response.response.clientDataJSON, 'base64url').toString());
    return { challenge: String(challenge), origin: String(origin) };
  } catch {
    throw new CustodyError('malformed', 'clientDataJSON');
  }
}

function relyingParty(custody: Custody): { id: string; origin: string } {
  const { origin, hostname } = new URL(custody.config.CLOISTER_ROOM_ORIGIN);
  return { id: hostname, origin };
}

function view(row: register.RepresentativeRow): RepresentativeView {
  return { id: row.id, name: row.name, role: row.role };
}

function digest(token: Uint8Array): Buffer {
  return createHash('sha256').update(token).digest();
}
