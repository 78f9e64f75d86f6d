import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const CREDENTIAL_INCLUDED = 0x40;

/** Options of `navigator.credentials.create`, as far as a passkey reads them. */
interface CreationOptions {
  challenge: string;
  rp: { id?: string | undefined };
}

/**
 * A passkey in software: a real P-256 key in WebAuthn's byte layouts (level 3, sections 6.1 and 6.5), without anybody who touches it.
 * For the demonstration's own officers; whoever has the file has the key.
 */
export class SoftwarePasskey {
  readonly id: Buffer;
  readonly privateKey: KeyObject;

  constructor(kept?: { id: string; privateKey: string }) {
    this.id = kept ? Buffer.from(kept.id, 'base64url') : randomBytes(32);
    this.privateKey = kept
      ? createPrivateKey(kept.privateKey)
      : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  }

  /** @returns what the constructor takes: the private key in the clear */
  toJSON(): { id: string; privateKey: string } {
    const privateKey = this.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    return { id: this.id.toString('base64url'), privateKey };
  }

  /** Answers `navigator.credentials.create` for these options on a page of this origin. */
  enrol(options: CreationOptions, origin: string) {
    const jwk = createPublicKey(this.privateKey).export({ format: 'jwk' });
    // {1: 2, 3: -7, -1: 1, -2: x, -3: y} (RFC 9053)
    const cose = Buffer.concat([
      Buffer.from('a5010203262001215820', 'hex'),
      Buffer.from(jwk.x as string, 'base64url'),
      Buffer.from('225820', 'hex'),
      Buffer.from(jwk.y as string, 'base64url'),
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const flags = this.flags | CREDENTIAL_INCLUDED;
    const data = Buffer.concat([
      this.authenticatorData(options.rp.id as string, flags),
      this.aaguid,
      length,
      this.id,
      cose,
    ]);
    const client = clientData('webauthn.create', options.challenge, origin);
    return {
      ...this.#credential(),
      response: {
        clientDataJSON: client.toString('base64url'),
        attestationObject: this.attest(data, client).toString('base64url'),
        transports: ['usb'],
      },
    };
  }

  /** Answers `navigator.credentials.get` for a challenge (base64url) on a page of this origin. */
  touch(challenge: string, origin: string) {
    return this.assert(this.authenticatorData(new URL(origin).hostname, this.flags), challenge, origin);
  }

  /** Signs authenticator data and client data. */
  protected assert(data: Buffer, challenge: string, origin: string) {
    const client = clientData('webauthn.get', challenge, origin);
    const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
    return {
      ...this.#credential(),
      response: {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: sign('sha256', signed, this.privateKey).toString('base64url'),
      },
    };
  }

  /** What it says of itself with each answer. */
  protected get flags(): number {
    return USER_PRESENT | USER_VERIFIED;
  }

  /** Its model: none. */
  protected get aaguid(): Buffer {
    return Buffer.alloc(16);
  }

  /** Authenticators that do not count say zero. */
  protected count(): number {
    return 0;
  }

  /** @returns an attestation object: {"fmt": "none", "attStmt": {}, "authData": bytes} */
  protected attest(data: Buffer, _client: Buffer): Buffer {
    return Buffer.concat([
      Buffer.from('a363666d74646e6f6e656761747453746d74a068617574684461746159', 'hex'),
      Buffer.from([data.length >> 8, data.length & 0xff]),
      data,
    ]);
  }

  protected authenticatorData(rpId: string, flags: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.count());
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), counter]);
  }

  #credential() {
    const id = this.id.toString('base64url');
    return { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {} };
  }
}

function clientData(type: string, challenge: string, origin: string): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
}
