import { type AuthenticationResponseJSON, verifyAuthenticationResponse } from '@simplewebauthn/server';
import { transactTogether } from '../../db/custody/open.ts';
import * as register from '../../db/custody/register.ts';
import { type Custody, refuse } from '../custody.ts';
import { CustodyError } from '../errors.ts';

/** The WebAuthn relying party: the room's host, and the only origin on which a passkey counts. */
export function relyingParty({ config }: Pick<Custody, 'config'>): { id: string; origin: string } {
  const { origin, hostname } = new URL(config.CLOISTER_ROOM_ORIGIN);
  return { id: hostname, origin };
}

/**
 * Verifies a passkey's assertion over `challenge`, from the room's origin and no frame of another, with user verification, and moves
 * its counter. A counter counts only where it is not zero (WebAuthn level 3, section 6.1.1); whether the passkey can be backed up may not have changed
 * (section 7.2, step 19).
 * @param facts what is entered in the ledger if it does not verify
 * @throws CustodyError challenge-differs, origin-differs, passkey-refused, counter-behind
 */
export async function verifyAssertion(
  custody: Custody,
  response: AuthenticationResponseJSON,
  passkey: register.PasskeyRow,
  challenge: string,
  facts: { tried: string; representative: string; [name: string]: unknown },
): Promise<void> {
  const signed = readClientData(response);
  const { origin } = relyingParty(custody);
  if (signed.origin !== origin || signed.framed)
    await refuse(custody, 'origin-differs', {
      ...facts,
      origin: signed.origin.slice(0, 200),
      ...(signed.framed && { framed: true }),
    });
  if (signed.challenge !== challenge) await refuse(custody, 'challenge-differs', facts);
  const info = await checkAssertion(custody, response, passkey, challenge);
  if (!info || (info.credentialDeviceType === 'multiDevice') !== passkey.backupEligible) {
    return refuse(custody, 'passkey-refused', facts);
  }
  const { newCounter: counter } = info;
  if (!(await transactTogether(custody.db, () => register.moveCounter(custody.db, passkey.id, counter)))) {
    await refuse(custody, 'counter-behind', { ...facts, passkey: passkey.id, counter });
  }
}

/** Verifies everything of an assertion but its counter. @returns what it says; undefined when it does not verify, or came out of a frame */
export async function checkAssertion(
  custody: Pick<Custody, 'config'>,
  response: AuthenticationResponseJSON,
  passkey: register.PasskeyRow,
  challenge: string,
) {
  const { id, origin } = relyingParty(custody);
  if (readClientData(response).framed) return undefined;
  const result = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: true,
    // The counter is judged by the caller: no counter is behind this one.
    credential: { id: passkey.id, publicKey: new Uint8Array(passkey.publicKey), counter: -1 },
  }).catch(() => undefined);
  return result?.verified ? result.authenticationInfo : undefined;
}

/**
 * @returns what the browser signed, and whether it says that the page was framed by one of another origin (WebAuthn level 3,
 *   section 5.8.1): the reading room never is, and a frame shows whatever is around it
 * @throws CustodyError malformed
 */
export function readClientData({ response }: { response: { clientDataJSON: string } }): {
  challenge: string;
  origin: string;
  framed: boolean;
} {
  try {
    const { challenge, origin, crossOrigin, topOrigin } = JSON.parse(
      Buffer.from(response.clientDataJSON, 'base64url').toString(),
    );
    const framed = Boolean(crossOrigin) || topOrigin !== undefined;
    return { challenge: String(challenge), origin: String(origin), framed };
  } catch {
    throw new CustodyError('malformed', 'clientDataJSON');
  }
}
