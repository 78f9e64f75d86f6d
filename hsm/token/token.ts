import { constants, publicEncrypt, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { connect } from './connection.ts';
import type { Connection, Cryptoki, Handle, KeyPair, TokenOptions } from './connection.ts';
import { reasonOf, TokenError, tokenError } from './errors.ts';
import { releaseThroughHost } from './host-release.ts';
import {
  assertFlags,
  findObjects,
  readFlags,
  readValues,
  rsaPublicKey,
  signingPublicKey,
  signWith,
} from './objects.ts';
import { readRecipient } from './recipient.ts';
import { rewrapKey } from './rewrap.ts';
import { SessionPool } from './session-pool.ts';
import {
  ALGORITHMS,
  APPLIANCE_PRIVATE,
  APPLIANCE_PUBLIC,
  applianceKeyTemplates,
  asked,
  BORN_IN_TOKEN,
  CKA,
  CKK,
  CKM,
  CKO,
  examKeyTemplates,
  examPrivate,
  examPublic,
  OAEP_HASH,
  recipientTemplate,
  RELEASE_MODES,
  SIGNING,
} from './templates.ts';
import type { Attribute, Flag, Flags, KeyType, Leeway, ReleaseMode, SigningKind, WrapAlgorithm } from './templates.ts';
import { createRuler, Trial } from './trial.ts';

export { TokenError } from './errors.ts';
export type { TokenOptions } from './connection.ts';
export type { ReleaseMode, WrapAlgorithm } from './templates.ts';

export interface AlgorithmTrial {
  works: boolean;
  /** Name of the PKCS#11 return value, when it does not work. */
  reason: string | null;
}

/** What a token was found to do. Plain data: told to custody, and told back when the same token is opened again. */
export interface Abilities {
  /** How keys of exams made from now on are released. */
  releaseMode: ReleaseMode;
  /** The best key transport that the token really does in that mode. */
  algorithm: WrapAlgorithm;
  /** Every key transport that was tried in that mode, and how it went. */
  algorithms: Record<WrapAlgorithm, AlgorithmTrial>;
  /** As what kind of key an unwrapped chapter key is taken. */
  keyType: KeyType;
  leeway: Leeway;
}

/** What the token says about itself. */
export interface TokenDescription {
  label: string;
  serial: string;
  manufacturer: string;
  model: string;
  firmware: string;
}

/** An exam's key as its statement names it. */
export interface ExamKeyName {
  kid: string;
  alg: WrapAlgorithm;
  releaseMode: ReleaseMode;
}

/** A reviewer's public key, in the token until it is closed. */
export interface TokenRecipient {
  /** Undefined where the token takes no public keys, which host-transient releases do without. */
  readonly handle: Handle | undefined;
  readonly bytes: number;
  readonly key: KeyObject;
}

export interface ExamKeyAttributes {
  bits: number;
  private: Flags;
  public: Flags;
}

/** The same of the appliance key, or of the token's key that certifies it. */
export interface ApplianceKeyAttributes {
  kind: SigningKind;
  private: Flags;
  public: Flags;
}

const EXAM_KEY_BITS = 3072;
/** What an RSA-3072 pair takes in a token, generously; tokens tell their room in bytes. */
const EXAM_KEY_ROOM = 8192n;
/** Below it what a token says of its memory is no such thing: NSS says 1. */
const LEAST_MEMORY = 16_384n;
const CK_UNAVAILABLE_INFORMATION = 2n ** 64n - 1n;
const TRIES = 3;

/** A PKCS#11 token, logged in, with a pool of sessions. One process opens one token once. */
export class Token {
  readonly abilities: Abilities;
  readonly #connection: Connection;
  readonly #library: Cryptoki;
  readonly #pool: SessionPool<Handle>;
  readonly #ruler: Handle | undefined;
  /** Private halves by kid. Looking one up in the token takes as long as it has objects. */
  readonly #examKeys: Map<string, Handle>;
  /** For what each private half was made, once it was read. */
  readonly #modes = new Map<string, ReleaseMode>();
  /** Kids whose key is being made. */
  readonly #emerging = new Set<string>();
  #signing: { key: Handle; publicKey: Handle; kind: SigningKind } | undefined;
  /** One trial at a time: it makes and destroys keys of one name. */
  #roomAsked: Promise<boolean> | undefined;

  private constructor(connection: Connection, abilities: Abilities) {
    this.#connection = connection;
    this.#library = connection.library;
    this.#pool = new SessionPool(connection.sessions);
    this.#ruler = createRuler(connection.library, connection.main);
    this.abilities = abilities;
    this.#examKeys = new Map(this.#listExamKeys());
  }

  /**
   * Loads the module, finds the token by its label, logs in and tries what it can do.
   * @param known what it was found to do before; then nothing is tried
   * @throws TokenError module-missing, module-unusable, token-missing, token-ambiguous, token-away, pin-wrong, pin-locked;
   *   template-refused when no key transport works in either release mode
   */
  static async open(options: TokenOptions, known?: Abilities): Promise<Token> {
    const connection = connect(options);
    try {
      return new Token(connection, known ?? (await tryOut(connection)));
    } catch (error) {
      connection.end();
      throw tokenError(error, 'create');
    }
  }

  /** The best key transport; written into each envelope. */
  get algorithm(): WrapAlgorithm {
    return this.abilities.algorithm;
  }

  describe(): TokenDescription {
    const { label, serialNumber, manufacturerID, model, firmwareVersion } = this.#connection.provider.slot.getToken();
    const firmware = `${firmwareVersion.major}.${firmwareVersion.minor}`;
    return {
      label: label.trim(),
      serial: serialNumber.trim(),
      manufacturer: manufacturerID.trim(),
      model: model.trim(),
      firmware,
    };
  }

  /** Asks the token for a sign of life. @throws TokenError token-away */
  check(): void {
    try {
      this.#library.C_GetSessionInfo(this.#connection.main);
      this.#library.C_GetTokenInfo(this.#connection.provider.slot.handle);
    } catch (error) {
      throw tokenError(error, 'find');
    }
  }

  /**
   * Makes an exam's RSA-3072 pair and reads back that the token keeps it as asked.
   * @param kid name of the key in the token, an exam's id
   * @returns the public half as DER SubjectPublicKeyInfo, and how its envelopes are made and released
   * @throws TokenError key-exists, template-refused (nothing is left behind), token-full, token-away
   */
  async createExamKey(kid: string): Promise<{ spki: Uint8Array; alg: WrapAlgorithm; releaseMode: ReleaseMode }> {
    if (this.#emerging.has(kid) || this.#find(examKey(CKO.publicKey, kid), examKey(CKO.privateKey, kid)).length > 0)
      throw new TokenError('key-exists', kid);
    this.#emerging.add(kid);
    try {
      const { releaseMode, algorithm: alg, leeway } = this.abilities;
      const flags = {
        publicKey: examPublic(releaseMode),
        privateKey: { ...examPrivate(releaseMode), ...BORN_IN_TOKEN },
      };
      const templates = examKeyTemplates(kid, EXAM_KEY_BITS, releaseMode, leeway);
      const pair = await this.#generate(CKM.rsaKeyPair, templates, flags);
      const key = rsaPublicKey(this.#library, this.#connection.main, pair.publicKey);
      this.#examKeys.set(kid, pair.privateKey);
      return { spki: Uint8Array.from(key.export({ format: 'der', type: 'spki' })), alg, releaseMode };
    } finally {
      this.#emerging.delete(kid);
    }
  }

  /** Whether another exam key fits: by what the token says of its memory, or by making one and destroying it. */
  hasRoomForExamKey(): Promise<boolean> {
    this.#roomAsked ??= this.#tryRoom().finally(() => (this.#roomAsked = undefined));
    return this.#roomAsked;
  }

  async #tryRoom(): Promise<boolean> {
    const { totalPrivateMemory, freePrivateMemory } = this.#library.C_GetTokenInfo(
      this.#connection.provider.slot.handle,
    );
    const [total, free] = [BigInt(totalPrivateMemory), BigInt(freePrivateMemory)];
    if (total >= LEAST_MEMORY && total !== CK_UNAVAILABLE_INFORMATION && free !== CK_UNAVAILABLE_INFORMATION)
      return free >= EXAM_KEY_ROOM;
    try {
      return await this.#pool.run(async (session) => {
        const trial = new Trial(this.#library, session);
        try {
          await trial.fill(this.abilities.releaseMode, this.abilities.leeway, EXAM_KEY_BITS);
          return true;
        } finally {
          await trial.end();
        }
      });
    } catch (error) {
      if (error instanceof TokenError && error.code === 'token-full') return false;
      throw error;
    }
  }

  /** Names of all exam keys in the token. */
  examKeyIds(): string[] {
    return this.#listExamKeys().map(([kid]) => kid);
  }

  /**
   * The rights of both halves as the token holds them now; an attribute that the token does not know is left out.
   * @throws TokenError key-missing
   */
  examKeyAttributes(kid: string): ExamKeyAttributes {
    const { main } = this.#connection;
    const [privateKey, publicKey] = [this.#one(examKey(CKO.privateKey, kid)), this.#one(examKey(CKO.publicKey, kid))];
    const privateFlags = Object.keys({ ...examPrivate('in-token'), ...BORN_IN_TOKEN }) as Flag[];
    return {
      bits: rsaPublicKey(this.#library, main, publicKey).asymmetricKeyDetails?.modulusLength ?? 0,
      private: readFlags(this.#library, main, privateKey, privateFlags),
      public: readFlags(this.#library, main, publicKey, Object.keys(examPublic('in-token')) as Flag[]),
    };
  }

  /**
   * Destroys both halves: nothing sealed to this exam can be released any more.
   * @throws TokenError key-missing
   */
  destroyExamKey(kid: string): void {
    const halves = this.#find(examKey(CKO.privateKey, kid), examKey(CKO.publicKey, kid));
    if (halves.length === 0) throw new TokenError('key-missing', kid);
    this.#forget(kid);
    this.#destroy(halves);
  }

  /**
   * Puts a reviewer's public key into the token. Close it when the view ends.
   * @param spki DER SubjectPublicKeyInfo
   * @throws TokenError recipient-refused
   */
  openRecipient(spki: Uint8Array): TokenRecipient {
    const { key, modulus, bytes } = readRecipient(spki);
    try {
      // The main session makes it: a session object dies with the session that made it.
      const handle = this.#library.C_CreateObject(this.#connection.main, recipientTemplate(modulus));
      return { handle, bytes, key };
    } catch (error) {
      if (this.abilities.releaseMode === 'host-transient') return { handle: undefined, bytes, key };
      throw tokenError(error, 'recipient');
    }
  }

  closeRecipient({ handle }: TokenRecipient): void {
    if (handle) this.#destroy([handle]);
  }

  /**
   * Releases one chapter key: out of its envelope and under the recipient's key, in the way that its exam key was made for.
   * @param wrapped the envelope's wrapped key, as long as the exam key's modulus
   * @returns the chapter key under the recipient's key with the exam key's algorithm
   * @throws TokenError key-missing, template-refused where the key is made for the other mode, envelope-unreadable, recipient-refused,
   *   token-full, token-away
   */
  async rewrap(exam: ExamKeyName, wrapped: Uint8Array, recipient: TokenRecipient): Promise<Uint8Array> {
    if (wrapped.length !== EXAM_KEY_BITS / 8) throw new TokenError('envelope-unreadable', `${wrapped.length} bytes`);
    const key = this.#examKey(exam);
    // Most tokens say the same of an envelope and of themselves: it is said to hold nothing only when good ones open in between.
    for (let tries = 1; ; tries++) {
      try {
        return await this.#pool.run((session) => this.#release(session, key, exam, wrapped, recipient));
      } catch (error) {
        if (!(error instanceof TokenError)) throw error;
        if (error.code === 'key-missing') this.#forget(exam.kid);
        if (error.code !== 'envelope-unreadable' || tries === TRIES) throw error;
        await this.#pool.run((session) => this.#control(session, key, exam, recipient));
      }
    }
  }

  /**
   * Finds the appliance's signing pair or makes it; `sign` uses it from then on.
   * @param expected the public half that it has to have; then none is made
   * @returns its public key: 32 bytes (RFC 8032), or an uncompressed P-256 point
   * @throws TokenError template-refused when a pair of this label has other rights than the appliance key may have;
   *   token-exchanged when it is not the expected one; log-key-missing when the token makes no signatures of this kind
   */
  async ensureApplianceKey(
    label: string,
    kind: SigningKind = 'Ed25519',
    expected?: Uint8Array,
  ): Promise<{ publicKey: Uint8Array }> {
    const [privateHalf, publicHalf] = [CKO.privateKey, CKO.publicKey].map((one) =>
      keyOf(one, SIGNING[kind].keyType, label),
    ) as [Attribute[], Attribute[]];
    const flags = { publicKey: APPLIANCE_PUBLIC, privateKey: { ...APPLIANCE_PRIVATE, ...BORN_IN_TOKEN } };
    let pair: KeyPair;
    if (this.#find(privateHalf, publicHalf).length > 0) {
      pair = { privateKey: this.#one(privateHalf), publicKey: this.#one(publicHalf) };
      const wanted = asked(flags.privateKey, this.abilities.leeway);
      assertFlags(this.#library, this.#connection.main, pair.privateKey, wanted);
    } else {
      if (expected) throw new TokenError('token-exchanged', 'it holds no appliance key');
      const { slot } = this.#connection.provider;
      if (!this.#library.C_GetMechanismList(slot.handle).includes(SIGNING[kind].mechanism))
        throw new TokenError(kind === 'Ed25519' ? 'log-key-missing' : 'template-refused', `no ${kind}`);
      const templates = applianceKeyTemplates(label, kind, this.abilities.leeway);
      pair = await this.#generate(SIGNING[kind].pairMechanism, templates, flags);
    }
    const publicKey = signingPublicKey(this.#library, this.#connection.main, pair.publicKey, kind);
    if (expected && !Buffer.from(publicKey).equals(expected))
      throw new TokenError('token-exchanged', 'its appliance key is another one');
    this.#signing = { key: pair.privateKey, publicKey: pair.publicKey, kind };
    return { publicKey };
  }

  /** The appliance key's attributes as the token reads them back. @throws TokenError key-missing before `ensureApplianceKey` */
  applianceKeyAttributes(): ApplianceKeyAttributes {
    if (!this.#signing) throw new TokenError('key-missing', 'the appliance key has not been ensured');
    const { main } = this.#connection;
    const { key, publicKey, kind } = this.#signing;
    const privateFlags = Object.keys({ ...APPLIANCE_PRIVATE, ...BORN_IN_TOKEN }) as Flag[];
    return {
      kind,
      private: readFlags(this.#library, main, key, privateFlags),
      public: readFlags(this.#library, main, publicKey, Object.keys(APPLIANCE_PUBLIC) as Flag[]),
    };
  }

  /**
   * Signs with the appliance key.
   * @returns 64 bytes: Ed25519 (RFC 8032), or ECDSA with SHA-256 as r ‖ s
   * @throws TokenError key-missing before `ensureApplianceKey`, token-away
   */
  async sign(bytes: Uint8Array): Promise<Uint8Array> {
    const signing = this.#signing;
    if (!signing) throw new TokenError('key-missing', 'the appliance key has not been ensured');
    for (let tries = 1; ; tries++) {
      try {
        const { key, kind } = signing;
        return await this.#pool.run((session) => signWith(this.#library, session, key, kind, bytes), true);
      } catch (error) {
        // A signature is two calls, so that it is begun anew as a whole where the second one failed.
        if (tries === TRIES || !(error instanceof TokenError) || error.code !== 'failed') throw error;
      }
    }
  }

  /** Lets the operations under way end, refuses the others (token-away), logs out. */
  async close(): Promise<void> {
    await this.#pool.close(new TokenError('token-away', 'closed'));
    this.#connection.end();
  }

  async #release(
    session: Handle,
    examKey: Handle,
    { alg, releaseMode }: ExamKeyName,
    wrapped: Uint8Array,
    { handle, bytes, key }: TokenRecipient,
  ): Promise<Uint8Array> {
    if (releaseMode === 'in-token') {
      if (!handle) throw new TokenError('recipient-refused', 'the token holds no recipients');
      const form = { algorithm: alg, keyType: this.abilities.keyType, ruler: this.#ruler };
      return rewrapKey(this.#library, session, form, { examKey, wrapped, recipient: { handle, bytes } });
    }
    const job = { examKey, wrapped, algorithm: alg, recipient: key };
    for (let tries = 1; ; tries++) {
      try {
        return await releaseThroughHost(this.#library, session, job);
      } catch (error) {
        if (tries === TRIES || !(error instanceof TokenError) || error.code !== 'envelope-unreadable') throw error;
      }
    }
  }

  /** Releases an envelope that is known to be good. @throws TokenError failed when that does not go either */
  async #control(session: Handle, key: Handle, exam: ExamKeyName, recipient: TokenRecipient): Promise<void> {
    const { main } = this.#connection;
    const spki = rsaPublicKey(this.#library, main, this.#one(examKey(CKO.publicKey, exam.kid)));
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const good = publicEncrypt({ key: spki, oaepHash: OAEP_HASH[exam.alg], padding }, randomBytes(32));
    try {
      await this.#release(session, key, exam, good, recipient);
    } catch (error) {
      if (error instanceof TokenError && error.code === 'envelope-unreadable')
        throw new TokenError('failed', `it opens no envelope: ${error.detail}`);
      throw error;
    }
  }

  /** @throws TokenError key-missing; template-refused when the key is not made for this release mode */
  #examKey({ kid, releaseMode }: ExamKeyName): Handle {
    const key = this.#examKeys.get(kid) ?? this.#one(examKey(CKO.privateKey, kid));
    this.#examKeys.set(kid, key);
    const mode = this.#modes.get(kid) ?? this.#modeOf(key);
    if (mode !== releaseMode) throw new TokenError('template-refused', `the key is not made for ${releaseMode}`);
    this.#modes.set(kid, mode);
    return key;
  }

  #modeOf(key: Handle): ReleaseMode | undefined {
    const { unwrap, decrypt } = readFlags(this.#library, this.#connection.main, key, ['unwrap', 'decrypt']);
    if (unwrap === decrypt) return undefined;
    return unwrap ? 'in-token' : 'host-transient';
  }

  #forget(kid: string): void {
    this.#examKeys.delete(kid);
    this.#modes.delete(kid);
  }

  #listExamKeys(): [string, Handle][] {
    const { main } = this.#connection;
    const template = [
      { type: CKA.class, value: CKO.privateKey },
      { type: CKA.keyType, value: CKK.rsa },
    ];
    return findObjects(this.#library, main, template, 100_000).map((key) => [
      String(readValues(this.#library, main, key, [CKA.label])[0]),
      key,
    ]);
  }

  #generate(
    mechanism: number,
    templates: { publicKey: Attribute[]; privateKey: Attribute[] },
    flags: { publicKey: Flags; privateKey: Flags },
  ): Promise<KeyPair> {
    return this.#pool.run(async (session) => {
      let pair: KeyPair | undefined;
      try {
        pair = await this.#library.C_GenerateKeyPairAsync(
          session,
          { mechanism },
          templates.publicKey,
          templates.privateKey,
        );
        const { leeway } = this.abilities;
        assertFlags(this.#library, session, pair.publicKey, asked(flags.publicKey, leeway));
        assertFlags(this.#library, session, pair.privateKey, asked(flags.privateKey, leeway));
        return pair;
      } catch (error) {
        if (pair) this.#destroy([pair.privateKey, pair.publicKey]);
        throw tokenError(error, 'create');
      }
    });
  }

  #find(...templates: Attribute[][]): Handle[] {
    return templates.flatMap((template) => findObjects(this.#library, this.#connection.main, template, 2));
  }

  #one(template: Attribute[]): Handle {
    const [first, second] = this.#find(template);
    if (!first) throw new TokenError('key-missing');
    if (second) throw new TokenError('failed', 'several keys of the same name');
    return first;
  }

  #destroy(objects: Handle[]): void {
    try {
      for (const object of objects) this.#library.C_DestroyObject(this.#connection.main, object);
    } catch (error) {
      throw tokenError(error, 'find');
    }
  }
}

const keyOf = (objectClass: number, keyType: number, name: string): Attribute[] => [
  { type: CKA.class, value: objectClass },
  { type: CKA.keyType, value: keyType },
  { type: CKA.label, value: name },
];
const examKey = (objectClass: number, kid: string) => keyOf(objectClass, CKK.rsa, kid);

/**
 * Finds the best that a token does: a release inside it before one through memory, SHA-256 before SHA-1.
 * @throws TokenError template-refused when it does none of them
 */
async function tryOut({ library, main, sessions }: Connection): Promise<Abilities> {
  const trial = new Trial(library, sessions[0] ?? main);
  const refusals: string[] = [];
  try {
    for (const releaseMode of RELEASE_MODES) {
      const algorithms = {} as Record<WrapAlgorithm, AlgorithmTrial>;
      let best: { algorithm: WrapAlgorithm; keyType: KeyType } | undefined;
      for (const algorithm of ALGORITHMS) {
        try {
          const keyType =
            releaseMode === 'in-token' ? await trial.rewrap(algorithm) : await trial.hostRelease(algorithm);
          best ??= { algorithm, keyType: keyType ?? 'generic-secret' };
          algorithms[algorithm] = { works: true, reason: null };
        } catch (error) {
          if (error instanceof TokenError && error.code === 'token-away') throw error;
          algorithms[algorithm] = { works: false, reason: reasonOf(error) };
          refusals.push(`${releaseMode}, ${algorithm}: ${reasonOf(error)}`);
        }
      }
      if (best) return { releaseMode, ...best, algorithms, leeway: await trial.leeway(releaseMode) };
    }
    throw new TokenError('template-refused', refusals.join('; '));
  } finally {
    await trial.end();
  }
}
