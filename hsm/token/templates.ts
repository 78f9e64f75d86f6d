/**
 * Attribute and mechanism numbers of PKCS#11 v3.0 (pkcs11t.h) and the templates of Cloister's objects. Pure data: which
 * rights a key has is read here and nowhere else.
 */
export interface Attribute {
  type: number;
  value?: boolean | number | string | Buffer;
}

const FLAGS = {
  token: 0x001,
  private: 0x002,
  sensitive: 0x103,
  encrypt: 0x104,
  decrypt: 0x105,
  wrap: 0x106,
  unwrap: 0x107,
  sign: 0x108,
  signRecover: 0x109,
  verify: 0x10a,
  verifyRecover: 0x10b,
  derive: 0x10c,
  extractable: 0x162,
  local: 0x163,
  neverExtractable: 0x164,
  alwaysSensitive: 0x165,
  modifiable: 0x170,
  copyable: 0x171,
} as const;

export type Flag = keyof typeof FLAGS;
export type Flags = Partial<Record<Flag, boolean>>;

/** CKA_* that hold something else than a boolean. */
export const CKA = {
  class: 0x000,
  label: 0x003,
  value: 0x011,
  keyType: 0x100,
  id: 0x102,
  modulus: 0x120,
  modulusBits: 0x121,
  publicExponent: 0x122,
  valueLength: 0x161,
  ecParams: 0x180,
  ecPoint: 0x181,
} as const;

export const CKO = { publicKey: 2, privateKey: 3, secretKey: 4 } as const;
export const CKK = { rsa: 0x00, ec: 0x03, genericSecret: 0x10, aes: 0x1f, edwards: 0x40 } as const;
export const CKM = {
  rsaKeyPair: 0x0000,
  rsaOaep: 0x0009,
  ecKeyPair: 0x1040,
  ecdsa: 0x1041,
  aesKey: 0x1080,
  aesKeyWrap: 0x2109,
  edwardsKeyPair: 0x1055,
  eddsa: 0x1057,
} as const;

/** The attribute number of a boolean attribute. */
export const flagType = (flag: Flag): number => FLAGS[flag];

export const flagAttributes = (flags: Flags): Attribute[] =>
  Object.entries(flags).map(([flag, value]) => ({ type: FLAGS[flag as Flag], value }));

/**
 * What a release does with a chapter key: it stays inside the token from envelope to recipient, or, where the token cannot, is
 * decrypted by it, lies in the token process's memory for a moment and is wrapped there. Fixed for each exam key when it is made.
 */
export const RELEASE_MODES = ['in-token', 'host-transient'] as const;
export type ReleaseMode = (typeof RELEASE_MODES)[number];

/** Rights that a key should not have but that tell nobody its value: a token that keeps them otherwise, or knows them not, is degraded. */
const LENIENT = ['signRecover', 'verifyRecover', 'derive', 'modifiable', 'copyable'] as const satisfies Flag[];

/** How a token differs from what is asked of it; found out by trying when it is opened. */
export interface Leeway {
  /** Left out of templates, because the token refuses a template that has them. */
  omitted: Flag[];
  /** Kept otherwise than asked, or not told, and not needed for a key to be safe. */
  unkept: Flag[];
}

export const STRICT: Leeway = { omitted: [], unkept: [] };

/** What may be left out of templates, tried in this order. */
export const OMISSIONS: Flag[][] = [[], ['copyable'], ['copyable', 'modifiable'], [...LENIENT]];

/** What a token may keep otherwise than asked. */
export const MAY_DIFFER: ReadonlySet<Flag> = new Set<Flag>([
  ...LENIENT,
  'local',
  'alwaysSensitive',
  'neverExtractable',
]);

/** The rights that are asked for of this token, and have to be read back. */
export const asked = (flags: Flags, { omitted, unkept }: Leeway): Flags =>
  Object.fromEntries(
    Object.entries(flags).filter(([flag]) => !omitted.includes(flag as Flag) && !unkept.includes(flag as Flag)),
  );

/** Private half of an exam key: it does the one thing that its release mode takes, and nothing else, for ever (DESIGN section 4). */
export const examPrivate = (mode: ReleaseMode) =>
  ({
    token: true,
    private: true,
    sensitive: true,
    extractable: false,
    unwrap: mode === 'in-token',
    decrypt: mode === 'host-transient',
    sign: false,
    signRecover: false,
    derive: false,
    modifiable: false,
    copyable: false,
  }) satisfies Flags;

/** The half that everybody has anyway; NSS makes no pair whose halves do not fit together. */
export const examPublic = (mode: ReleaseMode) =>
  ({
    token: true,
    private: false,
    wrap: mode === 'in-token',
    encrypt: mode === 'host-transient',
    verify: false,
    verifyRecover: false,
    derive: false,
    modifiable: false,
    copyable: false,
  }) satisfies Flags;

export const APPLIANCE_PRIVATE = {
  token: true,
  private: true,
  sensitive: true,
  extractable: false,
  sign: true,
  signRecover: false,
  unwrap: false,
  decrypt: false,
  derive: false,
  modifiable: false,
  copyable: false,
} as const satisfies Flags;

export const APPLIANCE_PUBLIC = {
  token: true,
  private: false,
  verify: true,
  verifyRecover: false,
  wrap: false,
  encrypt: false,
  derive: false,
  modifiable: false,
  copyable: false,
} as const satisfies Flags;

/** What the token itself says about the origin of a key it made: never outside, not for a moment. */
export const BORN_IN_TOKEN = { local: true, alwaysSensitive: true, neverExtractable: true } as const satisfies Flags;

/** A chapter key between unwrap and wrap: extractable for the wrap, sensitive so that no call reads its value. */
const CONTENT_KEY = {
  token: false,
  private: true,
  sensitive: true,
  extractable: true,
  encrypt: false,
  decrypt: false,
  sign: false,
  verify: false,
  wrap: false,
  unwrap: false,
  derive: false,
} as const satisfies Flags;

const RECIPIENT = { ...examPublic('in-token'), token: false } as const satisfies Flags;

const RULER = {
  token: false,
  private: true,
  sensitive: true,
  extractable: false,
  wrap: true,
  unwrap: false,
  encrypt: false,
  decrypt: false,
} as const satisfies Flags;

/** Bytes of a chapter key. */
export const CONTENT_KEY_BYTES = 32;

export type KeyType = 'generic-secret' | 'aes';

export const contentKeyTemplate = (keyType: KeyType): Attribute[] => [
  { type: CKA.class, value: CKO.secretKey },
  { type: CKA.keyType, value: keyType === 'aes' ? CKK.aes : CKK.genericSecret },
  ...flagAttributes(CONTENT_KEY),
];

/** A session key whose only use is to learn the length of another key from the length of its AES key wrap (RFC 3394). */
export const RULER_TEMPLATE: Attribute[] = [
  { type: CKA.class, value: CKO.secretKey },
  { type: CKA.keyType, value: CKK.aes },
  { type: CKA.valueLength, value: 32 },
  ...flagAttributes(RULER),
];

export const recipientTemplate = (modulus: Buffer): Attribute[] => [
  { type: CKA.class, value: CKO.publicKey },
  { type: CKA.keyType, value: CKK.rsa },
  { type: CKA.modulus, value: modulus },
  { type: CKA.publicExponent, value: PUBLIC_EXPONENT },
  ...flagAttributes(RECIPIENT),
];

/** 65537, the only exponent that Cloister makes or accepts. */
export const PUBLIC_EXPONENT = Buffer.from([1, 0, 1]);

const named = (label: string): Attribute[] => [
  { type: CKA.label, value: label },
  { type: CKA.id, value: Buffer.from(label) },
];

interface PairTemplates {
  publicKey: Attribute[];
  privateKey: Attribute[];
}

/** @param leeway what this token is not asked for */
export const examKeyTemplates = (kid: string, bits: number, mode: ReleaseMode, leeway: Leeway): PairTemplates => ({
  publicKey: [
    { type: CKA.modulusBits, value: bits },
    { type: CKA.publicExponent, value: PUBLIC_EXPONENT },
    ...named(kid),
    ...flagAttributes(without(examPublic(mode), leeway)),
  ],
  privateKey: [...named(kid), ...flagAttributes(without(examPrivate(mode), leeway))],
});

const without = (flags: Flags, { omitted }: Leeway): Flags => asked(flags, { omitted, unkept: [] });

/** With what the token signs for the appliance: as the appliance key itself, or only to certify one that is kept elsewhere. */
export type SigningKind = 'Ed25519' | 'P-256';

export const SIGNING = {
  Ed25519: {
    // id-Ed25519, 1.3.101.112 (RFC 8410), as PKCS#11 v3.0 section 2.3.5 has it.
    params: Buffer.from('06032b6570', 'hex'),
    keyType: CKK.edwards,
    pairMechanism: CKM.edwardsKeyPair,
    mechanism: CKM.eddsa,
  },
  'P-256': {
    // secp256r1, 1.2.840.10045.3.1.7 (RFC 5480 section 2.1.1.1).
    params: Buffer.from('06082a8648ce3d030107', 'hex'),
    keyType: CKK.ec,
    pairMechanism: CKM.ecKeyPair,
    mechanism: CKM.ecdsa,
  },
} as const;

export const applianceKeyTemplates = (label: string, kind: SigningKind, leeway: Leeway): PairTemplates => ({
  publicKey: [
    { type: CKA.ecParams, value: SIGNING[kind].params },
    ...named(label),
    ...flagAttributes(without(APPLIANCE_PUBLIC, leeway)),
  ],
  privateKey: [...named(label), ...flagAttributes(without(APPLIANCE_PRIVATE, leeway))],
});

/** JOSE names (RFC 7518 section 4.3) of the key transports a token may offer; the best first. */
export const ALGORITHMS = ['RSA-OAEP-256', 'RSA-OAEP'] as const;
export type WrapAlgorithm = (typeof ALGORITHMS)[number];

/** The hash inside each algorithm, as node:crypto calls it. */
export const OAEP_HASH = { 'RSA-OAEP-256': 'sha256', 'RSA-OAEP': 'sha1' } as const satisfies Record<
  WrapAlgorithm,
  string
>;

/** CK_RSA_PKCS_OAEP_PARAMS with MGF1 over the same hash and no label, as WebCrypto does it. */
export const oaepMechanism = (algorithm: WrapAlgorithm) => ({
  mechanism: CKM.rsaOaep,
  parameter: {
    // CK_PARAMS_RSA_OAEP of pkcs11js, CKM_SHA256 or CKM_SHA_1, CKG_MGF1_*, CKZ_DATA_SPECIFIED.
    type: 4,
    hashAlg: algorithm === 'RSA-OAEP-256' ? 0x250 : 0x220,
    mgf: algorithm === 'RSA-OAEP-256' ? 2 : 1,
    source: 1,
  },
});
