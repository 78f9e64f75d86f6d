import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import pkcs11 from 'pkcs11js';
import type { Handle } from 'pkcs11js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { provisionSoftToken } from '../hsm/token/provision.ts';
import { unwrapContentKey } from '../hsm/token/rewrap.ts';
import { CKA, CKM, CKO, flagType, oaepMechanism } from '../hsm/token/templates.ts';
import { Token } from '../hsm/token/token.ts';
import type { TokenRecipient } from '../hsm/token/token.ts';
import { hashOf, LABEL, makeReviewer, makeSoftToken, MODULE, PIN, seal, SO_PIN } from './soft-token.ts';
import type { Reviewer } from './soft-token.ts';

const options = { module: MODULE, label: LABEL, pin: PIN };
const exam = crypto.randomUUID();
let folder: string;
let token: Token;
let examKey: Uint8Array;
let reviewer: Reviewer;
let recipient: TokenRecipient;
let hash: string;

/** Of PKCS#11 v2.40; the library has no name for it. */
const CKR_ACTION_PROHIBITED = 0x1b;

/** An exam key as its statement names it. */
const named = (kid: string) => ({ kid, alg: token.algorithm, releaseMode: 'in-token' as const });
const code = (error: unknown) => (error as { code?: string }).code;
const codeOf = (promise: Promise<unknown>) => promise.then(() => 'no error', code);

beforeAll(async () => {
  folder = await makeSoftToken();
  token = await Token.open(options);
  hash = hashOf(token.algorithm);
  examKey = (await token.createExamKey(exam)).spki;
  reviewer = await makeReviewer(hash);
  recipient = token.openRecipient(reviewer.spki);
});

afterAll(async () => {
  await token?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('opening a token', () => {
  test('it says which key transports were tried, and takes the best that works', () => {
    expect(Object.keys(token.abilities.algorithms)).toEqual(['RSA-OAEP-256', 'RSA-OAEP']);
    const working = Object.entries(token.abilities.algorithms).filter(([, trial]) => trial.works);
    expect(token.algorithm).toBe(working[0]?.[0]);
    for (const trial of Object.values(token.abilities.algorithms)) expect(trial.works).toBe(trial.reason === null);
  });

  test('it describes itself', () => {
    const description = token.describe();
    expect(description.label).toBe(LABEL);
    expect(description.serial).toMatch(/^[0-9a-f]{16}$/);
    expect(description.manufacturer).toContain('SoftHSM');
  });

  test('it leaves nothing of its trials behind', () => {
    expect(token.examKeyIds()).toEqual([exam]);
  });

  test('the same process opens the same token once', async () => {
    expect(await codeOf(Token.open({ ...options, pin: 'another' }))).toBe('failed');
    expect(token.examKeyIds()).toEqual([exam]);
  });

  test('a missing module and a missing label are named, with what to do', async () => {
    await expect(Token.open({ ...options, module: '/no/such/module.so' })).rejects.toThrow(
      /PKCS#11 module is not where/,
    );
    await expect(Token.open({ ...options, label: 'elsewhere' })).rejects.toThrow(/No token with this label/);
  });

  test('a file that is no module is called unusable', async () => {
    expect(await codeOf(Token.open({ ...options, module: process.execPath }))).toBe('module-unusable');
  });
});

describe('an exam key', () => {
  test('unwraps and does nothing else, cannot leave the token and cannot be changed', () => {
    expect(token.examKeyAttributes(exam)).toEqual({
      bits: 3072,
      private: {
        token: true,
        private: true,
        sensitive: true,
        extractable: false,
        unwrap: true,
        decrypt: false,
        sign: false,
        signRecover: false,
        derive: false,
        modifiable: false,
        copyable: false,
        local: true,
        alwaysSensitive: true,
        neverExtractable: true,
      },
      public: {
        token: true,
        private: false,
        wrap: true,
        encrypt: false,
        verify: false,
        verifyRecover: false,
        derive: false,
        modifiable: false,
        copyable: false,
      },
    });
    expect(createPublicKey({ key: Buffer.from(examKey), format: 'der', type: 'spki' }).asymmetricKeyDetails).toEqual({
      modulusLength: 3072,
      publicExponent: 65537n,
    });
  });

  test('the token itself refuses to decrypt with it, to change it and to copy it', () => {
    const { library, session, key } = rawKey(exam);
    const attempts = [
      () => library.C_DecryptInit(session, { mechanism: pkcs11.CKM_RSA_PKCS }, key),
      () => library.C_DecryptInit(session, oaepMechanism(token.algorithm), key),
      () => library.C_SetAttributeValue(session, key, [{ type: flagType('decrypt'), value: true }]),
      () => library.C_CopyObject(session, key, [{ type: flagType('modifiable'), value: true }]),
      () => library.C_GetAttributeValue(session, key, [{ type: pkcs11.CKA_PRIVATE_EXPONENT }]),
    ];
    expect(attempts.map((attempt) => numberThrown(attempt))).toEqual([
      pkcs11.CKR_KEY_FUNCTION_NOT_PERMITTED,
      pkcs11.CKR_KEY_FUNCTION_NOT_PERMITTED,
      CKR_ACTION_PROHIBITED,
      CKR_ACTION_PROHIBITED,
      pkcs11.CKR_ATTRIBUTE_SENSITIVE,
    ]);
    library.C_CloseSession(session);
  });

  test('is refused a second time under the same name, also while the first is being made', async () => {
    expect(await codeOf(token.createExamKey(exam))).toBe('key-exists');
    const kid = crypto.randomUUID();
    const codes = await Promise.all([codeOf(token.createExamKey(kid)), codeOf(token.createExamKey(kid))]);
    expect(codes.sort()).toEqual(['key-exists', 'no error']);
    token.destroyExamKey(kid);
  });

  test('is gone once destroyed, also for a process that has used it', async () => {
    const kid = crypto.randomUUID();
    const { spki } = await token.createExamKey(kid);
    const wrapped = await seal(spki, randomBytes(32), hash);
    await token.rewrap(named(kid), wrapped, recipient);
    token.destroyExamKey(kid);
    expect(token.examKeyIds()).not.toContain(kid);
    expect(await codeOf(token.rewrap(named(kid), wrapped, recipient))).toBe('key-missing');
    expect(() => token.examKeyAttributes(kid)).toThrow(/holds no key of this name/);
    expect(() => token.destroyExamKey(kid)).toThrow(/holds no key of this name/);
  });
});

describe('a release', () => {
  test('gives the reviewer’s browser exactly what the test taker’s browser sealed', async () => {
    const secret = randomBytes(32);
    const wrapped = await token.rewrap(named(exam), await seal(examKey, secret, hash), recipient);
    expect(await reviewer.open(wrapped)).toEqual(secret);
  });

  test('goes to keys of 3072 and 4096 bits too', async () => {
    for (const bits of [3072, 4096]) {
      const other = await makeReviewer(hash, bits);
      const opened = token.openRecipient(other.spki);
      const secret = randomBytes(32);
      expect(await other.open(await token.rewrap(named(exam), await seal(examKey, secret, hash), opened))).toEqual(
        secret,
      );
      token.closeRecipient(opened);
    }
  });

  test('the unwrapped key’s value cannot be read', async () => {
    const { library, session, key } = rawKey(exam);
    const envelope = await seal(examKey, randomBytes(32), hash);
    const form = { algorithm: token.algorithm, keyType: 'generic-secret' } as const;
    const unwrapped = await unwrapContentKey(library, session, form, key, envelope);
    const read = () => library.C_GetAttributeValue(session, unwrapped, [{ type: CKA.value }]);
    expect(numberThrown(read)).toBe(pkcs11.CKR_ATTRIBUTE_SENSITIVE);
    library.C_CloseSession(session);
  });

  test('fifty at once all succeed, the event loop runs on, and no key stays in the token', async () => {
    const secrets = Array.from({ length: 50 }, () => randomBytes(32));
    const envelopes = await Promise.all(secrets.map((secret) => seal(examKey, secret, hash)));
    const before = secretKeys();
    let done = false;
    // Were the token's work done on this thread, all fifty would pass between two turns of the loop.
    const turns = (async () => {
      for (let count = 0; ; count++) {
        if (done) return count;
        await setImmediate();
      }
    })();
    const wrapped = await Promise.all(envelopes.map((envelope) => token.rewrap(named(exam), envelope, recipient)));
    done = true;
    expect(await turns).toBeGreaterThan(50);
    expect(await Promise.all(wrapped.map(reviewer.open))).toEqual(secrets);
    expect(secretKeys()).toBe(before);
  });

  test('envelopes that are foreign, damaged or of another length give one and the same answer', async () => {
    const good = await seal(examKey, randomBytes(32), hash);
    const damaged = Uint8Array.from(good);
    damaged[100]! ^= 1;
    const foreign = await seal((await makeReviewer(hash, 3072)).spki, randomBytes(32), hash);
    const otherHash = await seal(examKey, randomBytes(32), hash === 'SHA-1' ? 'SHA-256' : 'SHA-1');
    const lengths = await Promise.all([0, 16, 24, 33, 48].map((bytes) => seal(examKey, randomBytes(bytes), hash)));
    const before = secretKeys();
    const bad = [damaged, foreign, otherHash, ...lengths, randomBytes(384), new Uint8Array(384), good.subarray(1)];
    for (const wrapped of bad) {
      await expect(token.rewrap(named(exam), wrapped, recipient)).rejects.toMatchObject({
        code: 'envelope-unreadable',
        message: 'The envelope does not hold a chapter key for this exam key. Nothing was released.',
      });
    }
    expect(secretKeys()).toBe(before);
  });

  test('an unknown exam and a closed recipient are told apart', async () => {
    const wrapped = await seal(examKey, randomBytes(32), hash);
    expect(await codeOf(token.rewrap(named(crypto.randomUUID()), wrapped, recipient))).toBe('key-missing');
    const closed = token.openRecipient(reviewer.spki);
    token.closeRecipient(closed);
    expect(await codeOf(token.rewrap(named(exam), wrapped, closed))).toBe('recipient-refused');
  });

  test('recipients of another kind, size, exponent or encoding are refused', async () => {
    const spki = (pair: { publicKey: { export(as: { format: 'der'; type: 'spki' }): Buffer } }) =>
      pair.publicKey.export({ format: 'der', type: 'spki' });
    const refused = [
      spki(generateKeyPairSync('rsa', { modulusLength: 1024 })),
      spki(generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 })),
      spki(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
      spki(generateKeyPairSync('rsa-pss', { modulusLength: 2048 })),
      Buffer.concat([reviewer.spki, Buffer.from([0])]),
      randomBytes(294),
    ];
    for (const key of refused)
      expect(() => token.openRecipient(key)).toThrow(/RSA of 2048 to 4096 bits with the exponent 65537/);
  });
});

describe('the appliance key', () => {
  test('signs what others can verify, sixty-four at once', async () => {
    const { publicKey } = await token.ensureApplianceKey('appliance');
    const x = Buffer.from(publicKey).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const messages = Array.from({ length: 64 }, (_, index) => randomBytes(index + 1));
    const signatures = await Promise.all(messages.map((message) => token.sign(message)));
    expect(messages.map((message, index) => verify(null, message, key, signatures[index]!))).not.toContain(false);
    expect((await token.ensureApplianceKey('appliance')).publicKey).toEqual(publicKey);
    expect(token.examKeyIds()).toEqual([exam]);
  });

  test('a key of that name with more rights than it may have is refused', async () => {
    const { library, session } = rawKey(exam);
    const params = { type: CKA.ecParams, value: Buffer.from('06032b6570', 'hex') };
    const label = { type: CKA.label, value: 'planted' };
    const stays = { type: flagType('token'), value: true };
    library.C_GenerateKeyPair(
      session,
      { mechanism: CKM.edwardsKeyPair },
      [params, label, stays],
      [label, stays, { type: flagType('extractable'), value: true }],
    );
    library.C_CloseSession(session);
    await expect(token.ensureApplianceKey('planted')).rejects.toMatchObject({ code: 'template-refused' });
  });
});

describe('closing and opening again', () => {
  test('a wrong PIN is refused without being repeated, the right one finds the keys again', async () => {
    const { publicKey } = await token.ensureApplianceKey('appliance');
    const wrapped = await seal(examKey, randomBytes(32), hash);
    await token.close();
    expect(await codeOf(token.rewrap(named(exam), wrapped, recipient))).toBe('token-away');
    const wrong = await Token.open({ ...options, pin: 'hunter2hunter2' }).catch((error: unknown) => error);
    expect(wrong).toMatchObject({ code: 'pin-wrong', message: expect.stringContaining('The token refused the PIN') });
    expect(JSON.stringify(wrong) + (wrong as Error).stack).not.toContain('hunter2');
    token = await Token.open(options);
    expect((await token.ensureApplianceKey('appliance')).publicKey).toEqual(publicKey);
    recipient = token.openRecipient(reviewer.spki);
    expect((await token.rewrap(named(exam), wrapped, recipient)).length).toBe(256);
  });

  test('two tokens of one label are said to be two', async () => {
    await token.close();
    const twin = 'a second one';
    await provisionSoftToken({ folder, label: twin, pin: PIN, soPin: SO_PIN });
    relabel(twin, LABEL);
    expect(await codeOf(Token.open(options))).toBe('token-ambiguous');
    await rm(folder, { recursive: true, force: true });
    folder = await makeSoftToken();
    token = await Token.open(options);
    expect(token.examKeyIds()).toEqual([]);
  });
});

/** The exam key as an attacker inside custody would reach for it: by the raw calls, in a session that is logged in. */
function rawKey(kid: string): { library: pkcs11.PKCS11; session: Handle; key: Handle } {
  const library = new pkcs11.PKCS11();
  library.load(MODULE);
  const slot = library
    .C_GetSlotList(true)
    .find((candidate) => library.C_GetTokenInfo(candidate).label.trim() === LABEL);
  const session = library.C_OpenSession(slot!, pkcs11.CKF_RW_SESSION | pkcs11.CKF_SERIAL_SESSION);
  const template = [
    { type: CKA.class, value: CKO.privateKey },
    { type: CKA.label, value: kid },
  ];
  library.C_FindObjectsInit(session, template);
  const [key] = library.C_FindObjects(session, 2);
  library.C_FindObjectsFinal(session);
  return { library, session, key: key! };
}

function secretKeys(): number {
  const { library, session } = rawKey(exam);
  library.C_FindObjectsInit(session, [{ type: CKA.class, value: CKO.secretKey }]);
  const found = library.C_FindObjects(session, 1000).length;
  library.C_FindObjectsFinal(session);
  library.C_CloseSession(session);
  return found;
}

/** Initialises the token `from` again as `to`: the tools refuse to make two of one label, a restored backup does not. */
function relabel(from: string, to: string): void {
  const library = new pkcs11.PKCS11();
  library.load(MODULE);
  library.C_Initialize();
  const slot = library.C_GetSlotList(true).find((candidate) => library.C_GetTokenInfo(candidate).label.trim() === from);
  library.C_InitToken(slot!, SO_PIN, to.padEnd(32));
  library.C_Finalize();
  library.close();
}

function numberThrown(attempt: () => unknown): number | undefined {
  try {
    attempt();
  } catch (error) {
    const { code: known, message } = error as { code?: number; message: string };
    return known ?? Number(/CKR_\w+:(\d+)/.exec(message)?.[1]);
  }
  return undefined;
}
