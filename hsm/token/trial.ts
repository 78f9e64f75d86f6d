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
import type { Cryptoki, Handle, KeyPair } from './connection.ts';
import { TokenError, tokenError } from './errors.ts';
import { releaseThroughHost } from './host-release.ts';
import { assertFlags, differingFlags, findObjects, rsaPublicKey, signingPublicKey, signWith } from './objects.ts';
import { readRecipient } from './recipient.ts';
import { assertContentKey, rewrapKey, unwrapContentKey } from './rewrap.ts';
import type { RewrapForm } from './rewrap.ts';
import {
  APPLIANCE_PRIVATE,
  applianceKeyTemplates,
  asked,
  BORN_IN_TOKEN,
  CKA,
  CKM,
  CONTENT_KEY_BYTES,
  examKeyTemplates,
  examPrivate,
  examPublic,
  MAY_DIFFER,
  OAEP_HASH,
  OMISSIONS,
  recipientTemplate,
  RELEASE_MODES,
  RULER_TEMPLATE,
  SIGNING,
} from './templates.ts';
import type { Flag, KeyType, Leeway, ReleaseMode, SigningKind, WrapAlgorithm } from './templates.ts';

const KEY_TYPES: KeyType[] = ['generic-secret', 'aes'];
/** Each pair has a name of its own: NSS takes two keys of one CKA_ID for the same key. */
const nameOf = (purpose: ReleaseMode | SigningKind | 'room') => `cloister-trial-${purpose}`;
const NAMES = [...RELEASE_MODES, 'Ed25519', 'P-256', 'room'] as const;
const BITS = 2048;

/** A throw-away exam key, and how the token differed from what was asked of it. */
interface ExamTrial {
  pair: KeyPair;
  publicKey: KeyObject;
  leeway: Leeway;
}

/**
 * Tries what Cloister needs of a token, on throw-away keys with the templates of the real ones, and against this process's own
 * cryptography: what passes here works with a browser at either end. The keys lie in the token for that moment, as the real ones
 * do: tokens refuse for those what they take for a session's, and the other way round.
 */
export class Trial {
  readonly #library: Cryptoki;
  readonly #session: Handle;
  readonly #exams = new Map<ReleaseMode, Promise<ExamTrial>>();
  #host: Promise<{ privateKey: KeyObject; publicKey: KeyObject }> | undefined;
  readonly #ruler: Handle | undefined;

  constructor(library: Cryptoki, session: Handle) {
    this.#library = library;
    this.#session = session;
    this.#sweep();
    this.#ruler = createRuler(library, session);
  }

  /** Makes an exam key for a release mode, and reads back what became of its rights. @throws TokenError template-refused */
  async leeway(mode: ReleaseMode): Promise<Leeway> {
    return (await this.#exam(mode)).leeway;
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

  /** A whole release inside the token: what the recipient opens is what was sealed. */
  async rewrap(algorithm: WrapAlgorithm): Promise<KeyType> {
    const { pair } = await this.#exam('in-token');
    const keyType = await this.unwrap(algorithm);
    const { secret, wrapped } = await this.#seal('in-token', algorithm);
    const { modulus, bytes } = readRecipient((await this.#recipient()).publicKey.export(SPKI));
    const handle = this.#library.C_CreateObject(this.#session, recipientTemplate(modulus));
    try {
      const job = { examKey: pair.privateKey, wrapped, recipient: { handle, bytes } };
      await this.#open(
        algorithm,
        secret,
        await rewrapKey(this.#library, this.#session, this.#form(algorithm, keyType), job),
      );
    } finally {
      this.#library.C_DestroyObject(this.#session, handle);
    }
    return keyType;
  }

  /** A whole release through this process's memory. */
  async hostRelease(algorithm: WrapAlgorithm): Promise<undefined> {
    const { pair } = await this.#exam('host-transient');
    const { secret, wrapped } = await this.#seal('host-transient', algorithm);
    const recipient = (await this.#recipient()).publicKey;
    const job = { examKey: pair.privateKey, wrapped, algorithm, recipient };
    await this.#open(algorithm, secret, await releaseThroughHost(this.#library, this.#session, job));
  }

  /** Makes a signing pair, signs, and has the signature checked outside (RFC 8032; FIPS 186-5 section 6). */
  async sign(kind: SigningKind): Promise<void> {
    const [library, session] = [this.#library, this.#session];
    const { pairMechanism } = SIGNING[kind];
    const { leeway, pair } = await this.#adapt((omissions) => {
      const templates = applianceKeyTemplates(nameOf(kind), kind, omissions);
      return this.#generate(pairMechanism, templates, { ...APPLIANCE_PRIVATE, ...BORN_IN_TOKEN }, {});
    });
    try {
      assertFlags(library, session, pair.privateKey, asked(APPLIANCE_PRIVATE, leeway));
      const message = randomBytes(64);
      const signature = await signWith(library, session, pair.privateKey, kind, message);
      const key = signingKeyObject(kind, signingPublicKey(library, session, pair.publicKey, kind));
      if (!verifySignature(kind, message, key, signature))
        throw new TokenError('failed', 'the signature does not verify');
    } finally {
      this.#destroy(pair);
    }
  }

  /** Makes an exam key of full length, and with that tells whether there is room for one. @throws TokenError token-full */
  async fill(mode: ReleaseMode, leeway: Leeway, bits: number): Promise<void> {
    const { publicKey, privateKey } = examKeyTemplates(nameOf('room'), bits, mode, leeway);
    try {
      this.#destroy(
        await this.#library.C_GenerateKeyPairAsync(this.#session, { mechanism: CKM.rsaKeyPair }, publicKey, privateKey),
      );
    } catch (error) {
      throw tokenError(error, 'create');
    }
  }

  /** Destroys what the trial made. */
  async end(): Promise<void> {
    for (const made of await Promise.allSettled(this.#exams.values()))
      if (made.status === 'fulfilled') this.#destroy(made.value.pair);
    if (this.#ruler) this.#library.C_DestroyObject(this.#session, this.#ruler);
  }

  #exam(mode: ReleaseMode): Promise<ExamTrial> {
    let exam = this.#exams.get(mode);
    if (!exam) this.#exams.set(mode, (exam = this.#makeExam(mode)));
    return exam;
  }

  async #makeExam(mode: ReleaseMode): Promise<ExamTrial> {
    const { pair, leeway } = await this.#adapt((omissions) => {
      const templates = examKeyTemplates(nameOf(mode), BITS, mode, omissions);
      return this.#generate(CKM.rsaKeyPair, templates, { ...examPrivate(mode), ...BORN_IN_TOKEN }, examPublic(mode));
    });
    return { pair, leeway, publicKey: rsaPublicKey(this.#library, this.#session, pair.publicKey) };
  }

  /** Tries templates with fewer and fewer of the rights that may be left out, until the token takes one. */
  async #adapt(
    attempt: (leeway: Leeway) => Promise<{ pair: KeyPair; unkept: Flag[] }>,
  ): Promise<{ pair: KeyPair; leeway: Leeway }> {
    let refusal: unknown;
    for (const omitted of OMISSIONS) {
      try {
        const { pair, unkept } = await attempt({ omitted, unkept: [] });
        return { pair, leeway: { omitted, unkept } };
      } catch (error) {
        if (error instanceof TokenError && UNRELATED.includes(error.code)) throw error;
        refusal ??= error;
      }
    }
    throw refusal;
  }

  async #generate(
    mechanism: number,
    templates: ReturnType<typeof examKeyTemplates>,
    privateFlags: Partial<Record<Flag, boolean>>,
    publicFlags: Partial<Record<Flag, boolean>>,
  ): Promise<{ pair: KeyPair; unkept: Flag[] }> {
    const [library, session] = [this.#library, this.#session];
    const { publicKey, privateKey } = templates;
    let pair: KeyPair;
    try {
      pair = await library.C_GenerateKeyPairAsync(session, { mechanism }, publicKey, privateKey);
    } catch (error) {
      throw tokenError(error, 'create');
    }
    const unkept = [
      ...differingFlags(library, session, pair.privateKey, privateFlags),
      ...differingFlags(library, session, pair.publicKey, publicFlags),
    ];
    const needed = unkept.filter((flag) => !MAY_DIFFER.has(flag));
    if (needed.length === 0) return { pair, unkept: [...new Set(unkept)] };
    this.#destroy(pair);
    throw new TokenError('template-refused', `differs from what was asked: ${needed.join(', ')}`);
  }

  /** What a trial that was cut off left in the token. */
  #sweep(): void {
    for (const name of NAMES) {
      const left = findObjects(this.#library, this.#session, [{ type: CKA.label, value: nameOf(name) }], 100);
      for (const handle of left) this.#library.C_DestroyObject(this.#session, handle);
    }
  }

  #destroy({ publicKey, privateKey }: KeyPair): void {
    try {
      for (const handle of [publicKey, privateKey]) this.#library.C_DestroyObject(this.#session, handle);
    } catch (error) {
      throw tokenError(error, 'find');
    }
  }

  #canRead(key: Handle): boolean {
    try {
      return this.#library.C_GetAttributeValue(this.#session, key, [{ type: CKA.value }])[0]?.value?.length !== 0;
    } catch {
      return false;
    }
  }

  #recipient() {
    this.#host ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    return this.#host;
  }

  #form(algorithm: WrapAlgorithm, keyType: KeyType): RewrapForm {
    return { algorithm, keyType, ruler: this.#ruler };
  }

  async #seal(mode: ReleaseMode, algorithm: WrapAlgorithm): Promise<{ secret: Buffer; wrapped: Buffer }> {
    const { publicKey: key } = await this.#exam(mode);
    const secret = randomBytes(CONTENT_KEY_BYTES);
    return { secret, wrapped: publicEncrypt({ key, oaepHash: OAEP_HASH[algorithm], padding: OAEP }, secret) };
  }

  async #open(algorithm: WrapAlgorithm, secret: Buffer, wrapped: Uint8Array): Promise<void> {
    const key = (await this.#recipient()).privateKey;
    const opened = privateDecrypt({ key, oaepHash: OAEP_HASH[algorithm], padding: OAEP }, wrapped);
    if (!opened.equals(secret)) throw new TokenError('failed', 'the rewrapped key is another one');
  }

  async #withContentKey(algorithm: WrapAlgorithm, look: (key: Handle, form: RewrapForm) => void): Promise<KeyType> {
    const { pair } = await this.#exam('in-token');
    const { wrapped } = await this.#seal('in-token', algorithm);
    let refusal: unknown;
    for (const keyType of KEY_TYPES) {
      const form = this.#form(algorithm, keyType);
      let key;
      try {
        key = await unwrapContentKey(this.#library, this.#session, form, pair.privateKey, wrapped);
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

const OAEP = constants.RSA_PKCS1_OAEP_PADDING;
const SPKI = { format: 'der', type: 'spki' } as const;
/** Failures that another template does not mend. */
const UNRELATED = ['token-away', 'token-full', 'pin-wrong', 'pin-locked'];

/** Tokens without AES key wrap get none; they have to tell the length of an unwrapped key themselves. */
export function createRuler(library: Cryptoki, session: Handle): Handle | undefined {
  try {
    return library.C_GenerateKey(session, { mechanism: CKM.aesKey }, RULER_TEMPLATE);
  } catch {
    return undefined;
  }
}

/** @param bytes as `signingPublicKey` gives them */
function signingKeyObject(kind: SigningKind, bytes: Uint8Array): KeyObject {
  const part = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString('base64url');
  const key =
    kind === 'Ed25519'
      ? { kty: 'OKP', crv: 'Ed25519', x: part(0, 32) }
      : { kty: 'EC', crv: 'P-256', x: part(1, 33), y: part(33, 65) };
  return createPublicKey({ key, format: 'jwk' });
}

function verifySignature(kind: SigningKind, message: Buffer, key: KeyObject, signature: Buffer): boolean {
  if (kind === 'Ed25519') return verify(null, message, key, signature);
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
