import { existsSync } from 'node:fs';
import { Crypto as Provider } from 'node-webcrypto-p11';
import pkcs11 from 'pkcs11js';
import type { Handle, KeyPair, PKCS11 } from 'pkcs11js';
import { reasonOf, TokenError, tokenError } from './errors.ts';
import {
  assertFlags,
  edwardsPublicKey,
  findObjects,
  readFlags,
  readValues,
  rsaPublicKey,
  signEdwards,
} from './objects.ts';
import { readRecipient } from './recipient.ts';
import { rewrapKey } from './rewrap.ts';
import type { RewrapForm } from './rewrap.ts';
import { SessionPool } from './session-pool.ts';
import {
  ALGORITHMS,
  APPLIANCE_PRIVATE,
  APPLIANCE_PUBLIC,
  applianceKeyTemplates,
  BORN_IN_TOKEN,
  CKA,
  CKK,
  CKM,
  CKO,
} from './templates.ts';
import { EXAM_PRIVATE, EXAM_PUBLIC, examKeyTemplates, recipientTemplate } from './templates.ts';
import type { Attribute, Flag, Flags, WrapAlgorithm } from './templates.ts';
import { createRuler, Trial } from './trial.ts';

export { TokenError } from './errors.ts';
export type { WrapAlgorithm } from './templates.ts';
export type { Handle, KeyPair };
/** The raw PKCS#11 calls; the other files of this folder know them by this type only. */
export type Cryptoki = PKCS11;

export interface TokenOptions {
  /** Path of the PKCS#11 module. */
  module: string;
  label: string;
  pin: string;
  /** How many operations the token does at the same time. */
  sessions?: number;
}

export interface AlgorithmTrial {
  works: boolean;
  /** Name of the PKCS#11 return value, when it does not work. */
  reason: string | null;
}

/** A reviewer's public key, in the token until it is closed. */
export interface Recipient {
  readonly handle: Handle;
  readonly bytes: number;
}

export interface ExamKeyAttributes {
  bits: number;
  private: Flags;
  public: Flags;
}

const EXAM_KEY_BITS = 3072;
const SESSIONS = 8;
/** Without it a module may assume one thread and go without locks, while the async calls run on several (PKCS#11 v3.0 section 5.4). */
const CKF_OS_LOCKING_OK = 2;
const CKF_RW_SERIAL_SESSION = 6;
const CKF_TOKEN_INITIALIZED = 0x400;

/** A token that is open and logged in. */
export interface Connection {
  library: Cryptoki;
  provider: Provider;
  /** Session of the provider: synchronous calls only, so that it never is in use twice. */
  main: Handle;
  sessions: Handle[];
  /** Closes every session, which logs out; the last token of a module ends the module. */
  end(): void;
}

/** A PKCS#11 token, logged in, with a pool of sessions. One process opens one token once. */
export class Token {
  /** The best key transport that the token really does; written into each envelope. */
  readonly algorithm: WrapAlgorithm;
  /** Everything that was tried, and how it went. */
  readonly algorithms: Record<WrapAlgorithm, AlgorithmTrial>;
  readonly #connection: Connection;
  readonly #library: Cryptoki;
  readonly #pool: SessionPool<Handle>;
  readonly #form: RewrapForm;
  readonly #examKeys = new Map<string, Handle>();
  /** Kids whose key is being made. */
  readonly #emerging = new Set<string>();
  #applianceKey: Handle | undefined;

  private constructor(connection: Connection, algorithms: Record<WrapAlgorithm, AlgorithmTrial>, form: RewrapForm) {
    this.#connection = connection;
    this.#library = connection.library;
    this.#pool = new SessionPool(connection.sessions);
    this.#form = form;
    this.algorithm = form.algorithm;
    this.algorithms = algorithms;
  }

  /**
   * Loads the module, finds the token by its label, logs in and tries which key transports work.
   * @throws TokenError module-missing, module-unusable, token-missing, token-ambiguous, pin-wrong, pin-locked; template-refused
   *   when no key transport works
   */
  static async open(options: TokenOptions): Promise<Token> {
    const connection = connect(options);
    const { library, main, sessions } = connection;
    try {
      const trial = await Trial.begin(library, sessions[0] ?? main);
      const algorithms = {} as Record<WrapAlgorithm, AlgorithmTrial>;
      let best: RewrapForm | undefined;
      for (const algorithm of ALGORITHMS) {
        try {
          const form = await trial.rewrap(algorithm);
          best ??= form;
          algorithms[algorithm] = { works: true, reason: null };
        } catch (error) {
          algorithms[algorithm] = { works: false, reason: reasonOf(error) };
        }
      }
      trial.end();
      if (!best)
        throw new TokenError(
          'template-refused',
          ALGORITHMS.map((name) => `${name}: ${algorithms[name].reason}`).join('; '),
        );
      return new Token(connection, algorithms, { ...best, ruler: createRuler(library, main) });
    } catch (error) {
      connection.end();
      throw tokenError(error, 'create');
    }
  }

  /** What the token says about itself. */
  describe(): { label: string; serial: string; manufacturer: string; model: string; firmware: string } {
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

  /**
   * Makes an exam's RSA-3072 pair and reads back that the token keeps it as asked.
   * @param kid name of the key in the token, an exam's id
   * @returns the public half as DER SubjectPublicKeyInfo
   * @throws TokenError key-exists, template-refused (nothing is left behind), token-full, token-away
   */
  async createExamKey(kid: string): Promise<{ spki: Uint8Array }> {
    if (this.#emerging.has(kid) || this.#find(examKey(CKO.publicKey, kid), examKey(CKO.privateKey, kid)).length > 0)
      throw new TokenError('key-exists', kid);
    this.#emerging.add(kid);
    try {
      const flags = { publicKey: EXAM_PUBLIC, privateKey: { ...EXAM_PRIVATE, ...BORN_IN_TOKEN } };
      const pair = await this.#generate(CKM.rsaKeyPair, examKeyTemplates(kid, EXAM_KEY_BITS), flags);
      const key = rsaPublicKey(this.#library, this.#connection.main, pair.publicKey);
      this.#examKeys.set(kid, pair.privateKey);
      return { spki: Uint8Array.from(key.export({ format: 'der', type: 'spki' })) };
    } finally {
      this.#emerging.delete(kid);
    }
  }

  /** Names of all exam keys in the token. */
  examKeyIds(): string[] {
    const { main } = this.#connection;
    const template = [
      { type: CKA.class, value: CKO.privateKey },
      { type: CKA.keyType, value: CKK.rsa },
    ];
    return findObjects(this.#library, main, template, 100_000).map((key) =>
      String(readValues(this.#library, main, key, [CKA.label])[0]),
    );
  }

  /**
   * The rights of both halves as the token holds them now; an attribute that the token does not know is left out.
   * @throws TokenError key-missing
   */
  examKeyAttributes(kid: string): ExamKeyAttributes {
    const { main } = this.#connection;
    const [privateKey, publicKey] = [this.#one(examKey(CKO.privateKey, kid)), this.#one(examKey(CKO.publicKey, kid))];
    return {
      bits: rsaPublicKey(this.#library, main, publicKey).asymmetricKeyDetails?.modulusLength ?? 0,
      private: readFlags(this.#library, main, privateKey, Object.keys({ ...EXAM_PRIVATE, ...BORN_IN_TOKEN }) as Flag[]),
      public: readFlags(this.#library, main, publicKey, Object.keys(EXAM_PUBLIC) as Flag[]),
    };
  }

  /**
   * Destroys both halves; from then on nobody opens the exam's envelopes.
   * @throws TokenError key-missing
   */
  destroyExamKey(kid: string): void {
    this.#examKeys.delete(kid);
    const objects = this.#find(examKey(CKO.privateKey, kid), examKey(CKO.publicKey, kid));
    if (objects.length === 0) throw new TokenError('key-missing', kid);
    this.#destroy(objects);
  }

  /**
   * Takes the public key that a release is for into the token, usable for wrapping only. Every session of the pool sees it.
   * @param spki DER SubjectPublicKeyInfo, RSA of 2048 to 4096 bits, exponent 65537
   * @throws TokenError recipient-refused, token-away
   */
  async openRecipient(spki: Uint8Array): Promise<Recipient> {
    const { modulus, bytes } = readRecipient(spki);
    try {
      // The main session makes it: a session object dies with the session that made it.
      return { handle: this.#library.C_CreateObject(this.#connection.main, recipientTemplate(modulus)), bytes };
    } catch (error) {
      throw tokenError(error, 'recipient');
    }
  }

  closeRecipient(recipient: Recipient): void {
    this.#destroy([recipient.handle]);
  }

  /**
   * Releases one chapter key: out of its envelope and under the recipient's key, inside the token.
   * @param wrapped the envelope's wrapped key, as long as the exam key's modulus
   * @returns the chapter key under the recipient's key with `algorithm`
   * @throws TokenError key-missing, envelope-unreadable, recipient-refused, token-away; the signal's reason
   */
  async rewrap(kid: string, wrapped: Uint8Array, recipient: Recipient, signal?: AbortSignal): Promise<Uint8Array> {
    if (wrapped.length !== EXAM_KEY_BITS / 8) throw new TokenError('envelope-unreadable', `${wrapped.length} bytes`);
    try {
      const key = this.#examKeys.get(kid) ?? this.#one(examKey(CKO.privateKey, kid));
      this.#examKeys.set(kid, key);
      const job = { examKey: key, wrapped, recipient, signal };
      return await this.#pool.run((session) => rewrapKey(this.#library, session, this.#form, job), signal);
    } catch (error) {
      if (error instanceof TokenError && error.code === 'key-missing') this.#examKeys.delete(kid);
      throw error;
    }
  }

  /**
   * Finds the appliance's Ed25519 pair or makes it; `sign` uses it from then on.
   * @returns its public key, 32 bytes (RFC 8032)
   * @throws TokenError template-refused when a pair of this label has other rights than the appliance key may have
   */
  async ensureApplianceKey(label: string): Promise<{ publicKey: Uint8Array }> {
    const flags = { publicKey: APPLIANCE_PUBLIC, privateKey: { ...APPLIANCE_PRIVATE, ...BORN_IN_TOKEN } };
    const [privateHalf, publicHalf] = [applianceKey(CKO.privateKey, label), applianceKey(CKO.publicKey, label)];
    let pair: KeyPair;
    if (this.#find(privateHalf, publicHalf).length > 0) {
      pair = { privateKey: this.#one(privateHalf), publicKey: this.#one(publicHalf) };
      assertFlags(this.#library, this.#connection.main, pair.privateKey, flags.privateKey);
    } else {
      pair = await this.#generate(CKM.edwardsKeyPair, applianceKeyTemplates(label), flags);
    }
    this.#applianceKey = pair.privateKey;
    return { publicKey: edwardsPublicKey(this.#library, this.#connection.main, pair.publicKey) };
  }

  /**
   * Signs with the appliance key.
   * @returns Ed25519 signature, 64 bytes (RFC 8032)
   * @throws TokenError key-missing before `ensureApplianceKey`, token-away
   */
  async sign(bytes: Uint8Array): Promise<Uint8Array> {
    const key = this.#applianceKey;
    if (!key) throw new TokenError('key-missing', 'the appliance key has not been ensured');
    return this.#pool.run((session) => signEdwards(this.#library, session, key, bytes));
  }

  /** Lets the operations under way end, refuses the others (token-away), logs out. */
  async close(): Promise<void> {
    await this.#pool.close(new TokenError('token-away', 'closed'));
    this.#connection.end();
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
        assertFlags(this.#library, session, pair.publicKey, flags.publicKey);
        assertFlags(this.#library, session, pair.privateKey, flags.privateKey);
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
const applianceKey = (objectClass: number, label: string) => keyOf(objectClass, CKK.edwards, label);

/** Modules of this process and the tokens open in them: C_Initialize and C_Finalize count per process, not per token. */
const modules = new Map<string, { library: Cryptoki; labels: Set<string> }>();

/**
 * Opens a token without trying anything; `Token.open` is what custody uses, this is for the probe.
 * @throws TokenError module-missing, module-unusable, token-missing, token-ambiguous, pin-wrong, pin-locked
 */
export function connect({ module, label, pin, sessions = SESSIONS }: TokenOptions): Connection {
  const { library, labels } = modules.get(module) ?? startModule(module);
  const opened: Handle[] = [];
  const end = (): void => {
    try {
      for (const session of opened) library.C_CloseSession(session);
    } finally {
      endModuleIfIdle(module);
    }
  };
  try {
    // A second login would succeed whatever the PIN.
    if (labels.has(label)) throw new TokenError('failed', 'this process has the token open already');
    const provider = new Provider({ library: module, slot: slotIndex(library, label), readWrite: true });
    const main = provider.session.handle;
    opened.push(main);
    if (provider.token.label.trim() !== label) throw new TokenError('token-missing', 'it was exchanged meanwhile');
    provider.login(pin);
    const { handle } = provider.slot;
    for (let made = 0; made < sessions; made++) opened.push(library.C_OpenSession(handle, CKF_RW_SERIAL_SESSION));
    labels.add(label);
    return { library, provider, main, sessions: opened.slice(1), end: () => (labels.delete(label), end()) };
  } catch (error) {
    end();
    throw tokenError(error, 'open');
  }
}

/** The library opens by index, so the index is looked up here by label, and the label is checked again afterwards. */
function slotIndex(library: Cryptoki, label: string): number {
  const matching = library.C_GetSlotList(true).flatMap((slot, index) => {
    const info = library.C_GetTokenInfo(slot);
    return info.flags & CKF_TOKEN_INITIALIZED && info.label.trim() === label ? [index] : [];
  });
  const [index] = matching;
  if (index === undefined) throw new TokenError('token-missing', label);
  if (matching.length > 1) throw new TokenError('token-ambiguous', label);
  return index;
}

function startModule(module: string): { library: Cryptoki; labels: Set<string> } {
  if (!existsSync(module)) throw new TokenError('module-missing', module);
  const started = { library: new pkcs11.PKCS11(), labels: new Set<string>() };
  try {
    started.library.load(module);
    started.library.C_Initialize({ flags: CKF_OS_LOCKING_OK });
  } catch (error) {
    throw new TokenError('module-unusable', reasonOf(error));
  }
  modules.set(module, started);
  return started;
}

function endModuleIfIdle(module: string): void {
  const started = modules.get(module);
  if (!started || started.labels.size > 0) return;
  modules.delete(module);
  started.library.C_Finalize();
  started.library.close();
}
