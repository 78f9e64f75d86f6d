import { createHash, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { openCustodyDatabase } from '../db/custody/open.ts';
import * as register from '../db/custody/register.ts';
import type { CustodyConfig } from '../hsm/config.ts';
import type { Custody } from '../hsm/custody.ts';
import { enrolmentOptions, enrolPasskey, keepEnrolment } from '../hsm/register/enrolments.ts';
import { checkAssertion, verifyAssertion } from '../hsm/register/passkeys.ts';
import vectors from './webauthn-vectors.json' with { type: 'json' };

type Name = keyof typeof vectors.vectors;
const NAMES = Object.keys(vectors.vectors) as Name[];
const FRAMED: readonly Name[] = ['none-es256-crossOrigin', 'none-es256-topOrigin'];
const WHOLE = NAMES.filter((name) => !FRAMED.includes(name));

const FLAG = { UP: 0x01, UV: 0x04, BE: 0x08, BS: 0x10, AT: 0x40, ED: 0x80 } as const;
const RP_ID_HASH = createHash('sha256').update('example.org').digest();
const PERSON = '3b1d1f0e-5d3c-4d0a-9a5e-6f2d3c4b5a69';

const hex = (text: string) => Buffer.from(text, 'hex');
const base64url = (bytes: Buffer) => bytes.toString('base64url');
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
const of = (name: Name) => vectors.vectors[name];

/** An assertion or a registration, in bytes that a test may change. */
interface Assertion {
  authenticatorData: Buffer;
  clientDataJSON: Buffer;
  signature: Buffer;
}

const assertionOf = (name: Name): Assertion => {
  const { authenticatorData, clientDataJSON, signature } = of(name).authentication;
  return { authenticatorData: hex(authenticatorData), clientDataJSON: hex(clientDataJSON), signature: hex(signature) };
};

/** The credential's own private key, which the specification gives as well: with it a changed statement is signed anew. */
function privateKeyOf(name: Name): KeyObject {
  const { privateKey, alg } = of(name);
  if (alg === 'EdDSA') {
    const pkcs8 = Buffer.concat([hex('302e020100300506032b657004220420'), hex(privateKey)]);
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  }
  if (alg !== 'ES256') throw new TypeError('no private key of these is kept');
  const sec1 = Buffer.concat([hex('30310201010420'), hex(privateKey), hex('a00a06082a8648ce3d030107')]);
  return createPrivateKey({ key: sec1, format: 'der', type: 'sec1' });
}

function signAnew(name: Name, change: { authenticatorData?: Buffer; clientData?: object }): Assertion {
  const given = assertionOf(name);
  const authenticatorData = change.authenticatorData ?? given.authenticatorData;
  const clientDataJSON = change.clientData
    ? Buffer.from(JSON.stringify({ ...JSON.parse(given.clientDataJSON.toString()), ...change.clientData }))
    : given.clientDataJSON;
  const signed = Buffer.concat([authenticatorData, digest(clientDataJSON)]);
  const hash = of(name).alg === 'EdDSA' ? null : 'sha256';
  return { authenticatorData, clientDataJSON, signature: sign(hash, signed, privateKeyOf(name)) };
}

/** Authenticator data of an assertion (WebAuthn level 3, section 6.1). */
function dataOf(flags: number, counter = 0, rpIdHash = RP_ID_HASH): Buffer {
  const rest = Buffer.alloc(5);
  rest[0] = flags;
  rest.writeUInt32BE(counter, 1);
  return Buffer.concat([rpIdHash, rest]);
}

/** The credential public key inside an attestation object, behind id and AAGUID (WebAuthn level 3, section 6.5.1). */
function publicKeyOf(name: Name): Buffer {
  const { registration, credentialId } = of(name);
  const object = hex(registration.attestationObject);
  const id = hex(credentialId);
  return object.subarray(object.indexOf(id) + id.length);
}

const backupEligible = (name: Name) =>
  Boolean((hex(of(name).authentication.authenticatorData)[32] as number) & FLAG.BE);

function passkeyOf(name: Name, more: Partial<register.PasskeyRow> = {}): register.PasskeyRow {
  return {
    id: base64url(hex(of(name).credentialId)),
    representative: PERSON,
    publicKey: publicKeyOf(name),
    counter: 0,
    backupEligible: backupEligible(name),
    transports: '[]',
    enrolledAt: '2026-01-01T00:00:00.000Z',
    ...more,
  };
}

const responseOf = (name: Name, { authenticatorData, clientDataJSON, signature }: Assertion) => ({
  id: base64url(hex(of(name).credentialId)),
  rawId: base64url(hex(of(name).credentialId)),
  type: 'public-key' as const,
  clientExtensionResults: {},
  response: {
    authenticatorData: base64url(authenticatorData),
    clientDataJSON: base64url(clientDataJSON),
    signature: base64url(signature),
  },
});

const CONFIG = {
  CLOISTER_ROOM_ORIGIN: 'https://example.org',
  CLOISTER_INSTITUTION: 'Test University',
  CLOISTER_SYNCED_PASSKEYS: 'refused',
} as CustodyConfig;

/** A register of custody's own, with its ledger's entries in a list: everything of custody that judges a passkey, and no token. */
const entries: { type: string; body: Record<string, unknown> }[] = [];
let custody: Custody;
const opened: Custody['db'][] = [];

beforeEach(() => {
  entries.length = 0;
  custody = custodyWith({});
});
afterAll(() => opened.forEach((db) => db.$client.close()));

function custodyWith(config: Partial<CustodyConfig>): Custody {
  const db = openCustodyDatabase(':memory:');
  opened.push(db);
  const representative = { id: PERSON, name: 'Vera Vector', roles: '["reviewer"]', unit: null };
  register.insertRepresentative(db, { ...representative, status: 'invited', createdAt: new Date().toISOString() });
  const append = async (added: typeof entries, apply?: (numbers: number[]) => void) => {
    db.$client.transaction(() => apply?.(added.map((_, index) => entries.length + index)))();
    entries.push(...added);
    return [];
  };
  return { config: { ...CONFIG, ...config }, db, ledger: { append } } as unknown as Custody;
}

const challengeOf = (name: Name, of_: 'registration' | 'authentication' = 'authentication') =>
  base64url(hex(of(name)[of_].challenge));

const check = (name: Name, assertion: Assertion, challenge = challengeOf(name)) =>
  checkAssertion(custody, responseOf(name, assertion), passkeyOf(name), challenge);

/** As acts and sign-ins have it verified, with the register and the ledger behind it. @returns the refusal, or 'taken' */
async function verify(name: Name, assertion: Assertion, passkey: Partial<register.PasskeyRow> = {}, keep = true) {
  if (keep) register.insertPasskey(custody.db, passkeyOf(name, passkey));
  const row = register.findPasskey(custody.db, base64url(hex(of(name).credentialId))) as register.PasskeyRow;
  const facts = { tried: 'release', representative: PERSON };
  return verifyAssertion(custody, responseOf(name, assertion), row, challengeOf(name), facts).then(
    () => 'taken',
    (error: { refusal: string }) => error.refusal,
  );
}

/** Why the last enrolment was refused, as custody's log has it. */
let said = '';

/** Registers with custody's own enrolment. @returns the refusal, or 'enrolled' */
async function enrol(
  name: Name,
  change: { attestationObject?: Buffer; clientData?: object; challenge?: string } = {},
  at = custody,
) {
  const link = Buffer.alloc(32, 1);
  const { attestationObject, clientDataJSON } = of(name).registration;
  const now = new Date().toISOString();
  keepEnrolment(at, { representative: PERSON, token: link }, now);
  await enrolmentOptions(at, base64url(link));
  // The specification's challenge in place of the one that was drawn.
  register.setEnrolmentChallenge(at.db, digest(link), change.challenge ?? challengeOf(name, 'registration'));
  const client = change.clientData
    ? Buffer.from(JSON.stringify({ ...JSON.parse(hex(clientDataJSON).toString()), ...change.clientData }))
    : hex(clientDataJSON);
  const id = base64url(hex(of(name).credentialId));
  const response = {
    ...{ id, rawId: id, type: 'public-key' as const, clientExtensionResults: {} },
    response: {
      clientDataJSON: base64url(client),
      attestationObject: base64url(change.attestationObject ?? hex(attestationObject)),
    },
  };
  return enrolPasskey(at, base64url(link), response).then(
    () => 'enrolled',
    (error: { refusal: string; message: string }) => {
      said = error.message;
      return error.refusal;
    },
  );
}

/** The attestation object with other flags, or another RP id, in its authenticator data. */
function attestationWith(name: Name, change: { turn?: number; rpIdHash?: Buffer }): Buffer {
  const object = Buffer.from(hex(of(name).registration.attestationObject));
  const at = object.indexOf(RP_ID_HASH);
  if (change.turn !== undefined) object[at + 32] = (object[at + 32] as number) ^ change.turn;
  change.rpIdHash?.copy(object, at);
  return object;
}

const flagsAt = (name: Name) => {
  const object = hex(of(name).registration.attestationObject);
  return object[object.indexOf(RP_ID_HASH) + 32] as number;
};

/**
 * Where in an ECDSA signature (DER, RFC 3279 section 2.2.3) its two numbers lie, without the zero that keeps one positive. Around them the
 * library takes other framings of the same numbers: the same signature.
 */
function numbersIn(signature: Buffer): number[] {
  const first = 4;
  const second = first + (signature[3] as number) + 2;
  const within = (from: number, length: number) => Array.from({ length }, (_, index) => from + index);
  const all = [...within(first, signature[3] as number), ...within(second, signature[second - 1] as number)];
  return all.filter((at) => !((at === first || at === second) && signature[at] === 0));
}

describe('the assertions of the specification', () => {
  test.each(WHOLE)('%s verifies where it shows user verification, and not where it does not', async (name) => {
    const given = assertionOf(name);
    const flags = given.authenticatorData[32] as number;
    const info = await check(name, given);
    expect(info !== undefined).toBe(Boolean(flags & FLAG.UV));
    if (info) expect(info).toMatchObject({ newCounter: 0, userVerified: true });
  });

  // Of RS256 the specification gives the primes, which no library takes as a key; its assertion has no user verification either.
  test.each(WHOLE.filter((name) => of(name).alg !== 'RS256'))(
    '%s verifies signed anew with verification',
    async (name) => {
      const flags = (assertionOf(name).authenticatorData[32] as number) | FLAG.UV;
      expect(await check(name, signAnew(name, { authenticatorData: dataOf(flags) }))).toMatchObject({
        userVerified: true,
      });
      expect(await check(name, signAnew(name, { authenticatorData: dataOf(flags & ~FLAG.UV) }))).toBeUndefined();
    },
  );

  test.each(FRAMED)(
    '%s, made in a frame of another page, is refused as it stands and the ledger names it',
    async (name) => {
      const given = assertionOf(name);
      expect((given.authenticatorData[32] as number) & FLAG.UV).toBe(FLAG.UV);
      expect(await check(name, given)).toBeUndefined();
      expect(await verify(name, given)).toBe('origin-differs');
      expect(entries.at(-1)).toMatchObject({ type: 'refused', body: { refusal: 'origin-differs', framed: true } });
      // What keeps it out is the frame alone.
      const unframed = signAnew(name, { clientData: { crossOrigin: false, topOrigin: undefined } });
      expect(await verify(name, unframed, {}, false)).toBe('taken');
    },
  );
});

describe('an assertion, with one thing turned and signed anew', () => {
  const name: Name = 'packed-es256';
  const whole = FLAG.UP | FLAG.UV | FLAG.BE;

  test('without user presence or user verification is refused', async () => {
    for (const flag of [FLAG.UP, FLAG.UV]) {
      expect(
        await verify(name, signAnew(name, { authenticatorData: dataOf(whole & ~flag) }), {}, flag === FLAG.UP),
      ).toBe('passkey-refused');
    }
    expect(entries.map(({ body }) => body.refusal)).toEqual(['passkey-refused', 'passkey-refused']);
  });

  test('backup state may change with eligibility, eligibility may not, and there is no state without it', async () => {
    const flagged = (flags: number) => signAnew(name, { authenticatorData: dataOf(FLAG.UP | FLAG.UV | flags) });
    expect(await verify(name, flagged(FLAG.BE | FLAG.BS))).toBe('taken');
    expect(await verify(name, flagged(FLAG.BE), {}, false)).toBe('taken');
    expect(await verify(name, flagged(0), {}, false)).toBe('passkey-refused');
    expect(await verify(name, flagged(FLAG.BS), {}, false)).toBe('passkey-refused');
    const other: Name = 'packed-eddsa';
    const single = (flags: number) => signAnew(other, { authenticatorData: dataOf(FLAG.UP | FLAG.UV | flags) });
    expect(await verify(other, single(0))).toBe('taken');
    expect(await verify(other, single(FLAG.BE), {}, false)).toBe('passkey-refused');
    expect(await verify(other, single(FLAG.BS), {}, false)).toBe('passkey-refused');
  });

  test('with attested data or extensions announced that are not there, or bytes behind the end, is refused', async () => {
    for (const flag of [FLAG.AT, FLAG.ED]) {
      expect(await check(name, signAnew(name, { authenticatorData: dataOf(whole | flag) }))).toBeUndefined();
    }
    const more = Buffer.concat([dataOf(whole), Buffer.from([0])]);
    expect(await check(name, signAnew(name, { authenticatorData: more }))).toBeUndefined();
    expect(await check(name, signAnew(name, { authenticatorData: dataOf(whole).subarray(0, 36) }))).toBeUndefined();
    // Extensions that are there are no fault: {"x": true}
    const extended = Buffer.concat([dataOf(whole | FLAG.ED), hex('a16178f5')]);
    expect(await check(name, signAnew(name, { authenticatorData: extended }))).toBeDefined();
  });

  test('for another RP id is refused, its host’s child and parent included', async () => {
    for (const rpId of ['example.com', 'sub.example.org', 'org', 'EXAMPLE.ORG', '']) {
      const data = dataOf(whole, 0, digest(Buffer.from(rpId)));
      expect(await check(name, signAnew(name, { authenticatorData: data })), rpId).toBeUndefined();
    }
  });

  test('from another origin is refused by that name', async () => {
    register.insertPasskey(custody.db, passkeyOf(name));
    for (const origin of [
      'https://example.org.evil.test',
      'http://example.org',
      'https://sub.example.org',
      'https://example.org:444',
      'https://example.org/',
      'null',
    ]) {
      expect(await verify(name, signAnew(name, { clientData: { origin } }), {}, false), origin).toBe('origin-differs');
      expect(await check(name, signAnew(name, { clientData: { origin } }))).toBeUndefined();
      expect(entries.at(-1)?.body).toMatchObject({ refusal: 'origin-differs', origin });
    }
  });

  test('of another type is refused', async () => {
    for (const type of ['webauthn.create', 'payment.get', 'webauthn.get ', '', null])
      expect(await check(name, signAnew(name, { clientData: { type } }))).toBeUndefined();
  });

  test('over another challenge is refused by that name', async () => {
    register.insertPasskey(custody.db, passkeyOf(name));
    const registered = base64url(hex(of(name).registration.challenge));
    for (const challenge of [registered, '', `${challengeOf(name)}=`, challengeOf(name).slice(0, -1)]) {
      expect(await verify(name, signAnew(name, { clientData: { challenge } }), {}, false)).toBe('challenge-differs');
      expect(await check(name, signAnew(name, { clientData: { challenge } }))).toBeUndefined();
    }
  });

  test('out of a frame is refused, however the browser says it', async () => {
    register.insertPasskey(custody.db, passkeyOf(name));
    const frames = [
      { crossOrigin: true },
      { crossOrigin: 'true' },
      { topOrigin: 'https://example.org' },
      { crossOrigin: true, topOrigin: 'https://example.com' },
    ];
    for (const clientData of frames) {
      expect(await verify(name, signAnew(name, { clientData }), {}, false)).toBe('origin-differs');
    }
    expect(await verify(name, signAnew(name, { clientData: { crossOrigin: undefined } }), {}, false)).toBe('taken');
  });

  test.each(WHOLE)(
    '%s is refused with any byte changed of signature, authenticator data or client data',
    async (one) => {
      const given = of(one).alg === 'RS256' ? assertionOf(one) : signAnew(one, { authenticatorData: dataOf(whole) });
      for (const part of ['signature', 'authenticatorData', 'clientDataJSON'] as const) {
        const numbers = part === 'signature' && of(one).alg === 'ES256';
        for (const at of numbers ? numbersIn(given[part]) : given[part].keys()) {
          const changed = Buffer.from(given[part]);
          changed[at] = (changed[at] as number) ^ (1 << at % 8);
          const outcome = await check(one, { ...given, [part]: changed }).catch(
            (error: { refusal: string }) => error.refusal,
          );
          expect(outcome === undefined || outcome === 'malformed', `${part} ${at}`).toBe(true);
        }
      }
    },
  );

  test('cut short, empty or another one, no signature counts', async () => {
    const given = assertionOf(name);
    const { signature } = given;
    for (const other of [
      signature.subarray(0, -1),
      Buffer.alloc(0),
      Buffer.alloc(72),
      assertionOf('packed-self-es256').signature,
    ])
      expect(await check(name, { ...given, signature: other })).toBeUndefined();
  });

  test('with another credential’s key does not verify', async () => {
    const passkey = { ...passkeyOf(name), publicKey: publicKeyOf('none-es256') };
    const given = responseOf(name, assertionOf(name));
    expect(await checkAssertion(custody, given, passkey, challengeOf(name))).toBeUndefined();
  });
});

describe('the counter', () => {
  const name: Name = 'packed-es256';
  const counted = (counter: number) =>
    signAnew(name, { authenticatorData: dataOf(FLAG.UP | FLAG.UV | FLAG.BE, counter) });

  test.each([
    [0, 0, 'taken'],
    [0, 1, 'taken'],
    [7, 8, 'taken'],
    [7, 0xffffffff, 'taken'],
    [7, 7, 'counter-behind'],
    [7, 6, 'counter-behind'],
    [7, 0, 'counter-behind'],
  ])('kept at %i, shown %i: %s', async (kept, shown, outcome) => {
    expect(await verify(name, counted(shown), { counter: kept })).toBe(outcome);
    const row = register.findPasskey(custody.db, base64url(hex(of(name).credentialId)));
    expect(row?.counter).toBe(outcome === 'taken' ? shown : kept);
    if (outcome !== 'taken') expect(entries.at(-1)?.body).toMatchObject({ refusal: outcome, counter: shown });
  });

  test('is not moved by an assertion that does not verify', async () => {
    const broken = { ...counted(9), signature: assertionOf(name).signature };
    expect(await verify(name, broken, { counter: 7 })).toBe('passkey-refused');
    expect(register.findPasskey(custody.db, base64url(hex(of(name).credentialId)))?.counter).toBe(7);
  });
});

describe('the registrations of the specification', () => {
  test.each(NAMES)(
    '%s is taken where it shows verification, outside a frame, and is synced only by permission',
    async (name) => {
      const flags = flagsAt(name);
      const framed = FRAMED.includes(name);
      const allowed = custodyWith({ CLOISTER_SYNCED_PASSKEYS: 'allowed' });
      const verified = Boolean(flags & FLAG.UV);
      const synced = Boolean(flags & FLAG.BE);
      const refusal = framed || !verified ? 'passkey-refused' : undefined;
      expect(await enrol(name)).toBe(refusal ?? (synced ? 'passkey-synced' : 'enrolled'));
      expect(await enrol(name, {}, allowed)).toBe(refusal ?? 'enrolled');
      if (refusal) return;
      expect(entries.map(({ type }) => type)).toEqual(
        synced ? ['refused', 'passkey-enrolled'] : ['passkey-enrolled', 'passkey-enrolled'],
      );
      expect(entries.at(-1)?.body).toMatchObject({ backupEligible: synced, attested: false });
      const [kept] = register.listPasskeys(allowed.db, PERSON);
      expect(kept).toMatchObject({ id: base64url(hex(of(name).credentialId)), backupEligible: synced, counter: 0 });
      expect(kept?.publicKey.equals(publicKeyOf(name))).toBe(true);
    },
  );

  // Attestation none signs nothing: what is turned in it is refused for itself, not for a broken signature.
  test.each(['none-es256', 'none-es256-long-credential-id'] as Name[])(
    '%s with verification turned on is taken',
    async (name) => {
      const allowed = custodyWith({ CLOISTER_SYNCED_PASSKEYS: 'allowed' });
      expect(await enrol(name, { attestationObject: attestationWith(name, { turn: FLAG.UV }) }, allowed)).toBe(
        'enrolled',
      );
      const apart = custodyWith({ CLOISTER_SYNCED_PASSKEYS: 'allowed' });
      const turned = attestationWith(name, { turn: FLAG.UV | (flagsAt(name) & (FLAG.BE | FLAG.BS)) });
      expect(await enrol(name, { attestationObject: turned }, apart)).toBe('enrolled');
      expect(entries.at(-1)?.body.backupEligible).toBe(false);
    },
  );

  test.each([
    ['user presence', FLAG.UV | FLAG.UP],
    ['attested data', FLAG.UV | FLAG.AT],
    ['extensions that are not there', FLAG.UV | FLAG.ED],
    ['backup eligibility, with its state left', FLAG.UV | FLAG.BE],
  ])('with %s turned is refused', async (_, turn) => {
    expect(await enrol('none-es256', { attestationObject: attestationWith('none-es256', { turn }) })).toBe(
      'passkey-refused',
    );
  });

  const good = attestationWith('none-es256', { turn: FLAG.UV | FLAG.BE | FLAG.BS });
  test.each([
    [
      'another RP id',
      {
        attestationObject: attestationWith('none-es256', {
          turn: FLAG.UV,
          rpIdHash: digest(Buffer.from('example.com')),
        }),
      },
    ],
    ['another origin', { attestationObject: good, clientData: { origin: 'https://example.com' } }],
    ['another type', { attestationObject: good, clientData: { type: 'webauthn.get' } }],
    ['another challenge', { attestationObject: good, challenge: base64url(Buffer.alloc(32)) }],
    ['a frame', { attestationObject: good, clientData: { crossOrigin: true } }],
    ['a named frame', { attestationObject: good, clientData: { topOrigin: 'https://example.org' } }],
  ])('for %s is refused', async (_, change) => {
    expect(await enrol('none-es256', change)).toBe('passkey-refused');
    expect(register.listPasskeys(custody.db, PERSON)).toEqual([]);
  });

  test('and without any of that is taken', async () => {
    expect(await enrol('none-es256', { attestationObject: good })).toBe('enrolled');
  });

  test('in a format that custody did not ask for is refused before anything of it is verified', async () => {
    // {"fmt": "none" …} as "tpm_", "fido", "andr": four letters, so that the rest stays as it is.
    for (const format of ['tpm_', 'appl', 'andr', 'u2f_']) {
      const object = Buffer.from(good);
      object.write(format, object.indexOf('none'), 'latin1');
      custody = custodyWith({});
      expect(await enrol('none-es256', { attestationObject: object })).toBe('passkey-refused');
      expect(said).toContain('format of attestation');
    }
    custody = custodyWith({});
    expect(await enrol('none-es256', { attestationObject: Buffer.alloc(5_000, 0x81) })).toBe('passkey-refused');
  });
});

describe('models of security keys', () => {
  const root = new X509Certificate(hex(vectors.attestationCaCert));
  const aaguid = (name: Name) => of(name).aaguid.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
  const only = (model: string, roots = [root]) =>
    custodyWith({
      CLOISTER_SYNCED_PASSKEYS: 'allowed',
      CLOISTER_PASSKEY_MODELS: [model],
      CLOISTER_PASSKEY_ROOTS: roots,
    });
  const proven: Name[] = ['packed-es256', 'packed-rs256'];

  test.each(proven)('%s proves its AAGUID by the specification’s root', async (name) => {
    expect(await enrol(name, {}, only(aaguid(name)))).toBe('enrolled');
    expect(entries.at(-1)?.body).toMatchObject({ aaguid: aaguid(name), attested: true });
  });

  test('a model that is not on the list, one of another root, and one that attests itself are refused', async () => {
    const [first, second] = proven as [Name, Name];
    expect(await enrol(first, {}, only(aaguid(second)))).toBe('passkey-model');
    const stranger = new X509Certificate(leafOf(first));
    expect(await enrol(first, {}, only(aaguid(first), [stranger]))).toBe('passkey-model');
    expect(await enrol('packed-self-es256', {}, only(aaguid('packed-self-es256')))).toBe('passkey-model');
    expect(entries.map(({ body }) => body.refusal)).toEqual(['passkey-model', 'passkey-model', 'passkey-model']);
  });

  test('any byte of the attestation’s signature changed, it does not verify', async () => {
    const [name] = proven as [Name];
    const object = hex(of(name).registration.attestationObject);
    const from = object.indexOf(Buffer.from('csig')) + 6;
    const length = object[from - 1] as number;
    for (const at of numbersIn(object.subarray(from, from + length)).map((index) => from + index)) {
      const changed = Buffer.from(object);
      changed[at] = (changed[at] as number) ^ 1;
      expect(await enrol(name, { attestationObject: changed }, only(aaguid(name))), String(at)).toBe('passkey-refused');
    }
  });

  /** The leaf certificate in a packed attestation: behind "x5c", an array of one, a byte string of two bytes' length. */
  function leafOf(name: Name): Buffer {
    const object = hex(of(name).registration.attestationObject);
    const at = object.indexOf(Buffer.from('cx5c')) + 5;
    return object.subarray(at + 3, at + 3 + object.readUInt16BE(at + 1));
  }
});
