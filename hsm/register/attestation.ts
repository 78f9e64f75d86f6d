import { X509Certificate } from 'node:crypto';
import { decodeAttestationObject } from '@simplewebauthn/server/helpers';
import type { CustodyConfig } from '../config.ts';

/**
 * Whether a passkey proved to be of a model that the institution takes: a packed attestation with certificates (WebAuthn level 3,
 * section 8.2), whose signature and AAGUID extension verifyRegistrationResponse has verified, and whose chain ends in one of the
 * configured roots. Revocation lists are not fetched: custody has no network.
 * @param aaguid as the authenticator data has it, in UUID form
 * @returns the AAGUID; undefined when it proved nothing, or no models are configured
 */
export function attestedModel(
  config: Pick<CustodyConfig, 'CLOISTER_PASSKEY_MODELS' | 'CLOISTER_PASSKEY_ROOTS'>,
  attestationObject: Uint8Array<ArrayBuffer>,
  aaguid: string,
): string | undefined {
  const { CLOISTER_PASSKEY_MODELS: models, CLOISTER_PASSKEY_ROOTS: roots } = config;
  if (!models?.includes(aaguid) || !roots) return undefined;
  const attestation = decodeAttestationObject(attestationObject);
  const x5c = attestation.get('fmt') === 'packed' ? attestation.get('attStmt').get('x5c') : undefined;
  if (!x5c || x5c.length === 0) return undefined;
  const chain = x5c.map((der) => new X509Certificate(der));
  return leadsTo(chain, roots) ? aaguid : undefined;
}

/**
 * Whether a new passkey attests in a format that custody takes: none, or packed. It asks for no other, and verifying others would have
 * the library fetch what a stranger's certificate names.
 */
export function isTakenFormat({ response }: { response: { attestationObject: string } }): boolean {
  try {
    const bytes = Uint8Array.from(Buffer.from(response.attestationObject, 'base64url'));
    return ['none', 'packed'].includes(decodeAttestationObject(bytes).get('fmt'));
  } catch {
    return false;
  }
}

/** @param chain leaf first */
function leadsTo(chain: readonly X509Certificate[], roots: readonly X509Certificate[]): boolean {
  const now = new Date();
  const valid = (one: X509Certificate) => one.validFromDate <= now && now <= one.validToDate;
  for (const [index, one] of chain.entries()) {
    if (!valid(one) || (index > 0 && !one.ca)) return false;
    if (roots.some((root) => valid(root) && isIssuedBy(one, root))) return true;
    const next = chain[index + 1];
    if (!next || !isIssuedBy(one, next)) return false;
  }
  return false;
}

function isIssuedBy(one: X509Certificate, issuer: X509Certificate): boolean {
  return one.checkIssued(issuer) && one.verify(issuer.publicKey);
}
