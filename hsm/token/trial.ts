import {
  constants,
  createPublicKey,
  generateKeyPair,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  verify,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { TokenError } from './errors.ts';
import { readRecipient } from './recipient.ts';
import { assertContentKey, rewrapKey, unwrapContentKey } from './rewrap.ts';
import type { RewrapForm } from './rewrap.ts';
import {
  APPLIANCE_PRIVATE,
  applianceKeyTemplates,
  CKA,
  CKM,
  CONTENT_KEY_BYTES,
  EXAM_PRIVATE,
  examKeyTemplates,
} from './templates.ts';
import { OAEP_HASH, recipientTemplate, RULER_TEMPLATE } from './templates.ts';
import type { KeyType, WrapAlgorithm } from './templates.ts';
import { assertFlags, edwardsPublicKey, rsaPublicKey, signEdwards } from './objects.ts';
import type { Cryptoki, Handle, KeyPair } from './token.ts';

const KEY_TYPES: KeyType[] = ['generic-secret', 'aes'];
const SESSION_ONLY = { token: false };

/**
 * Tries what Cloister needs of a token, on throw-away session objects with the templates of the real ones, and against
 * this process's own cryptography: what passes here works with a browser at either end.
 */
export class Trial {
  readonly #library: Cryptoki;
  readonly #session: Handle;
  readonly #exam: KeyPair;
  readonly #examPublic: KeyObject;
  readonly #host: KeyObject;
  readonly #recipient: { handle: Handle; bytes: number };
  readonly #ruler: Handle | undefined;

  private constructor(
    library: Cryptoki,
    session: Handle,
    exam: KeyPair,
    host: { privateKey: KeyObject; publicKey: KeyObject },
  ) {
    this.#library = library;
    this.#session = session;
    this.#exam = exam;
    this.#examPublic = rsaPublicKey(library, session, exam.publicKey);
    this.#host = host.privateKey;
    const { modulus, bytes } = readRecipient(host.publicKey.export({ format: 'der', type: 'spki' }));
    this.#recipient = { handle: library.C_CreateObject(session, recipientTemplate(modulus)), bytes };
    this.#ruler = createRuler(library, session);
  }

  /** Makes an exam key pair that lives as long as the session, and a recipient outside the token. */
  static async begin(library: Cryptoki, session: Handle): Promise<Trial> {
    const host = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    const templates = examKeyTemplates('trial', 2048, SESSION_ONLY);
    const mechanism = { mechanism: CKM.rsaKeyPair };
    const exam = await library.C_GenerateKeyPairAsync(session, mechanism, templates.publicKey, templates.privateKey);
    assertFlags(library, session, exam.privateKey, { ...EXAM_PRIVATE, ...SESSION_ONLY });
    return new Trial(library, session, exam, host);
  }

  /** Unwraps an envelope made outside; gives the kind of key the token lets it become. */
  async unwrap(algorithm: WrapAlgorithm): Promise<KeyType> {
    return this.#withContentKey(algorithm, () => undefined);
  }

  /** The unwrapped key is sensitive, and really so: its value cannot be read. */
  async keepSecret(algorithm: WrapAlgorithm): Promise<void> {
    await this.#withContentKey(algorithm, (key, form) => {
      assertContentKey(this.#library, this.#session, form, key);
      if (this.#canRead(key)) throw new TokenError('template-refused', 'the value of a sensitive key can be read');
    });
  }

  /** A whole release: what the recipient opens is what was sealed. */
  async rewrap(algorithm: WrapAlgorithm): Promise<RewrapForm> {
    const form = this.#form(algorithm, await this.unwrap(algorithm));
    const secret = randomBytes(CONTENT_KEY_BYTES);
    const job = { examKey: this.#exam.privateKey, wrapped: this.#seal(algorithm, secret), recipient: this.#recipient };
    const wrapped = await rewrapKey(this.#library, this.#session, form, job);
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const opened = privateDecrypt({ key: this.#host, oaepHash: OAEP_HASH[algorithm], padding }, wrapped);
    if (!opened.equals(secret)) throw new TokenError('failed', 'the rewrapped key is another one');
    return form;
  }

  /** Makes an Ed25519 pair, signs, and has the signature checked outside (RFC 8032). */
  async edwards(): Promise<void> {
    const [library, session] = [this.#library, this.#session];
    const templates = applianceKeyTemplates('trial', SESSION_ONLY);
    const mechanism = { mechanism: CKM.edwardsKeyPair };
    const pair = await library.C_GenerateKeyPairAsync(session, mechanism, templates.publicKey, templates.privateKey);
    try {
      assertFlags(library, session, pair.privateKey, { ...APPLIANCE_PRIVATE, ...SESSION_ONLY });
      const x = Buffer.from(edwardsPublicKey(library, session, pair.publicKey)).toString('base64url');
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      const message = randomBytes(64);
      const signature = await signEdwards(library, session, pair.privateKey, message);
      if (!verify(null, message, key, signature)) throw new TokenError('failed', 'the signature does not verify');
    } finally {
      for (const handle of [pair.publicKey, pair.privateKey]) library.C_DestroyObject(session, handle);
    }
  }

  /** Destroys what `begin` made. */
  end(): void {
    const { publicKey, privateKey } = this.#exam;
    for (const handle of [publicKey, privateKey, this.#recipient.handle, this.#ruler])
      if (handle) this.#library.C_DestroyObject(this.#session, handle);
  }

  #canRead(key: Handle): boolean {
    try {
      return this.#library.C_GetAttributeValue(this.#session, key, [{ type: CKA.value }])[0]?.value?.length !== 0;
    } catch {
      return false;
    }
  }

  #form(algorithm: WrapAlgorithm, keyType: KeyType): RewrapForm {
    return { algorithm, keyType, ruler: this.#ruler };
  }

  #seal(algorithm: WrapAlgorithm, secret: Buffer): Buffer {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    return publicEncrypt({ key: this.#examPublic, oaepHash: OAEP_HASH[algorithm], padding }, secret);
  }

  async #withContentKey(algorithm: WrapAlgorithm, look: (key: Handle, form: RewrapForm) => void): Promise<KeyType> {
    const envelope = this.#seal(algorithm, randomBytes(CONTENT_KEY_BYTES));
    let refusal: unknown;
    for (const keyType of KEY_TYPES) {
      const form = this.#form(algorithm, keyType);
      let key;
      try {
        key = await unwrapContentKey(this.#library, this.#session, form, this.#exam.privateKey, envelope);
      } catch (error) {
        refusal ??= error;
        continue;
      }
      try {
        look(key, form);
        return keyType;
      } finally {
        this.#library.C_DestroyObject(this.#session, key);
      }
    }
    throw refusal;
  }
}

/** Tokens without AES key wrap get none; they have to tell the length of an unwrapped key themselves. */
export function createRuler(library: Cryptoki, session: Handle): Handle | undefined {
  try {
    return library.C_GenerateKey(session, { mechanism: CKM.aesKey }, RULER_TEMPLATE);
  } catch {
    return undefined;
  }
}
