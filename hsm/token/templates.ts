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
export const CKK = { rsa: 0x00, genericSecret: 0x10, aes: 0x1f, edwards: 0x40 } as const;
export const CKM = {
  rsaKeyPair: 0x0000,
  rsaOaep: 0x0009,
  aesKey: 0x1080,
  aesKeyWrap: 0x2109,
  edwardsKeyPair: 0x1055,
  eddsa: 0x1057,
} as const;

/** The attribute number of a boolean attribute. */
export const flagType = (flag: Flag): number => FLAGS[flag];

export const flagAttributes = (flags: Flags): Attribute[] =>
  Object.entries(flags).map(([flag, value]) => ({ type: FLAGS[flag as Flag], value }));

/** Private half of an exam key: it unwraps, and does nothing else, for ever (DESIGN section 4). */
export const EXAM_PRIVATE = {
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
} as const satisfies Flags;

export const EXAM_PUBLIC = {
  token: true,
  private: false,
  wrap: true,
  encrypt: false,
  verify: false,
  verifyRecover: false,
  derive: false,
  modifiable: false,
  copyable: false,
} as const satisfies Flags;

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

const RECIPIENT = { ...EXAM_PUBLIC, token: false } as const satisfies Flags;

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

/** @param flags overrides for throw-away trials (`{ token: false }`) */
export const examKeyTemplates = (kid: string, bits: number, flags: Flags = {}): PairTemplates => ({
  publicKey: [
    { type: CKA.modulusBits, value: bits },
    { type: CKA.publicExponent, value: PUBLIC_EXPONENT },
    ...named(kid),
    ...flagAttributes({ ...EXAM_PUBLIC, ...flags }),
  ],
  privateKey: [...named(kid), ...flagAttributes({ ...EXAM_PRIVATE, ...flags })],
});

/** @param flags overrides for throw-away trials (`{ token: false }`) */
export const applianceKeyTemplates = (label: string, flags: Flags = {}): PairTemplates => ({
  publicKey: [
    // id-Ed25519, 1.3.101.112 (RFC 8410), as PKCS#11 v3.0 section 2.3.5 has it.
    { type: CKA.ecParams, value: Buffer.from('06032b6570', 'hex') },
    ...named(label),
    ...flagAttributes({ ...APPLIANCE_PUBLIC, ...flags }),
  ],
  privateKey: [...named(label), ...flagAttributes({ ...APPLIANCE_PRIVATE, ...flags })],
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
