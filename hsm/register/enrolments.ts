import { createHash } from 'node:crypto';
import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { transact } from '../../db/custody/open.ts';
import * as register from '../../db/custody/register.ts';
import { type Custody, refuse } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { attestedModel, isTakenFormat } from './attestation.ts';
import { readClientData, relyingParty } from './passkeys.ts';
import { findRepresentative, type RepresentativeView, viewRepresentative } from './representatives.ts';
import { type SignedIn, startSession } from './sessions.ts';

const ENROLMENT_MS = 72 * 3_600_000;

/** A link over which one passkey can be enrolled. */
export interface Enrolment {
  representative: string;
  /** 32 random bytes; kept as a digest only. */
  token: Uint8Array;
}

/** Keeps a link, for 72 hours from `now` (ISO 8601, UTC). */
export function keepEnrolment({ db }: Pick<Custody, 'db'>, enrolment: Enrolment, now: string): void {
  register.insertEnrolment(db, {
    tokenDigest: digest(enrolment.token),
    representative: enrolment.representative,
    expiresAt: new Date(Date.parse(now) + ENROLMENT_MS).toISOString(),
  });
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
    attestationType: custody.config.CLOISTER_PASSKEY_MODELS ? 'direct' : 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: register.listPasskeys(custody.db, representative.id).map((passkey) => ({ id: passkey.id })),
  });
  register.setEnrolmentChallenge(custody.db, enrolment.tokenDigest, options.challenge);
  return { representative, options };
}

/**
 * Enrols the passkey that the browser made over these options, approves the representative and signs them in.
 * @throws CustodyError enrolment-unknown, passkey-refused, passkey-synced, passkey-model, representative-inactive for who was
 *   suspended before enrolling
 */
export async function enrolPasskey(
  custody: Custody,
  token: string,
  response: RegistrationResponseJSON,
): Promise<SignedIn> {
  const { enrolment, representative } = openEnrolment(custody, token);
  const facts = { tried: 'enrol', representative: representative.id };
  const { id, origin } = relyingParty(custody);
  if (readClientData(response).framed) throw new CustodyError('passkey-refused', 'made in a frame');
  if (!isTakenFormat(response)) throw new CustodyError('passkey-refused', 'format of attestation');
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
  const { credential, aaguid, credentialDeviceType, attestationObject } = verified.registrationInfo;
  // A stranger's authenticator may say that it has any id.
  if (register.findPasskey(custody.db, credential.id)) throw new CustodyError('passkey-refused', 'enrolled already');
  const backupEligible = credentialDeviceType === 'multiDevice';
  if (backupEligible && custody.config.CLOISTER_SYNCED_PASSKEYS !== 'allowed') {
    await refuse(custody, 'passkey-synced', { ...facts, aaguid });
  }
  const model = attestedModel(custody.config, attestationObject, aaguid);
  if (custody.config.CLOISTER_PASSKEY_MODELS && !model) await refuse(custody, 'passkey-model', { ...facts, aaguid });
  if (register.findRepresentative(custody.db, representative.id)?.status !== 'invited') {
    await refuse(custody, 'representative-inactive', facts);
  }
  const now = new Date().toISOString();
  const body = {
    representative: representative.id,
    passkey: credential.id,
    // With it whoever has the opened entries can verify each signature that the person gave.
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    aaguid,
    attested: model !== undefined,
    backupEligible,
  };
  await custody.ledger.append([{ type: 'passkey-enrolled', body }], () => {
    if (!register.useEnrolment(custody.db, enrolment.tokenDigest, now)) throw new CustodyError('enrolment-unknown');
    register.insertPasskey(custody.db, {
      id: credential.id,
      representative: representative.id,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      backupEligible,
      transports: JSON.stringify(credential.transports ?? []),
      enrolledAt: now,
    });
    if (!register.changeStatus(custody.db, representative.id, 'invited', 'approved')) {
      throw new CustodyError('representative-inactive');
    }
  });
  return startSession(custody, representative, 'room');
}

function openEnrolment(custody: Custody, token: string) {
  return transact(custody.db, () => {
    const tokenDigest = digest(Buffer.from(token, 'base64url'));
    const enrolment = register.findOpenEnrolment(custody.db, tokenDigest, new Date().toISOString());
    if (!enrolment) throw new CustodyError('enrolment-unknown');
    return { enrolment, representative: viewRepresentative(findRepresentative(custody, enrolment.representative)) };
  });
}

function digest(token: Uint8Array): Buffer {
  return createHash('sha256').update(token).digest();
}
