/** Everything that can go wrong with the token, in one closed table: what happened, what to do. */
const SENTENCES = {
  'module-missing': 'The PKCS#11 module is not where CLOISTER_PKCS11_MODULE says. Install it or correct the path.',
  'module-unusable':
    'The PKCS#11 module could not be loaded or started. Check that it is built for this machine and that its own configuration (for SoftHSM: SOFTHSM2_CONF) can be read.',
  'token-missing': 'No token with this label is connected. Connect it, or correct CLOISTER_TOKEN_LABEL.',
  'token-ambiguous': 'Several connected tokens have this label. Remove all but one, or give them different labels.',
  'pin-wrong': 'The token refused the PIN. Correct it before trying again: a few wrong ones lock the token.',
  'pin-locked': 'The token’s PIN is locked or expired. The token’s security officer has to set a new one.',
  'token-full': 'The token has no room left. Destroy exam keys that are past their end of life, then try again.',
  'token-away':
    'The token does not answer. Connect it again; custody finds it by itself, and recording goes on meanwhile.',
  'token-exchanged':
    'Another token than before carries this label, or it has lost the appliance key. Connect the one that the ledger was begun with.',
  'token-busy': 'The token has more to do than it can. Try again in a moment.',
  'log-key-missing':
    'The token makes no Ed25519 signatures. Set CLOISTER_LOG_KEY_FILE to a file with an Ed25519 private key, which the token will certify.',
  'key-missing': 'The token holds no key of this name. Check that this is the token the exam was set up with.',
  'key-exists': 'The token already holds a key of this name. Nothing was changed.',
  'envelope-unreadable': 'The envelope does not hold a chapter key for this exam key. Nothing was released.',
  'recipient-refused':
    'The recipient’s public key cannot be used. It has to be RSA of 2048 to 4096 bits with the exponent 65537, and still be open.',
  'template-refused':
    'The token does not keep a key the way Cloister needs it. Run “cloister token probe” to see what it lacks.',
  failed:
    'The token could not do what was asked. The log has the details; “cloister token probe” shows what the token can do.',
} as const satisfies Record<string, string>;

export type TokenErrorCode = keyof typeof SENTENCES;

/** A failure with a place in the table: `message` is the sentence, `detail` (a CKR name, attribute names) is for the log. Neither ever holds a PIN or key bytes. */
export class TokenError extends Error {
  readonly code: TokenErrorCode;
  readonly detail: string | undefined;

  constructor(code: TokenErrorCode, detail?: string) {
    super(SENTENCES[code]);
    this.name = 'TokenError';
    this.code = code;
    this.detail = detail;
  }
}

/** Return values that mean the same whatever was being done. */
const ANYWHERE: Record<number, TokenErrorCode> = {
  0x030: 'token-away', // CKR_DEVICE_ERROR
  0x031: 'token-full', // CKR_DEVICE_MEMORY
  0x032: 'token-away', // CKR_DEVICE_REMOVED
  0x0a0: 'pin-wrong', // CKR_PIN_INCORRECT
  0x0a1: 'pin-wrong', // CKR_PIN_INVALID
  0x0a2: 'pin-wrong', // CKR_PIN_LEN_RANGE
  0x0a3: 'pin-locked', // CKR_PIN_EXPIRED
  0x0a4: 'pin-locked', // CKR_PIN_LOCKED
  0x0b0: 'token-away', // CKR_SESSION_CLOSED
  0x0b3: 'token-away', // CKR_SESSION_HANDLE_INVALID
  0x0e0: 'token-away', // CKR_TOKEN_NOT_PRESENT
  0x0e1: 'token-away', // CKR_TOKEN_NOT_RECOGNIZED
  0x101: 'token-away', // CKR_USER_NOT_LOGGED_IN: the login is lost with the token
  0x190: 'token-away', // CKR_CRYPTOKI_NOT_INITIALIZED
};

const TEMPLATE: Record<number, TokenErrorCode> = {
  0x010: 'template-refused', // CKR_ATTRIBUTE_READ_ONLY
  0x012: 'template-refused', // CKR_ATTRIBUTE_TYPE_INVALID
  0x013: 'template-refused', // CKR_ATTRIBUTE_VALUE_INVALID
  0x0d0: 'template-refused', // CKR_TEMPLATE_INCOMPLETE
  0x0d1: 'template-refused', // CKR_TEMPLATE_INCONSISTENT
};

/**
 * What is being done decides what the rest means. Whatever is wrong with an envelope gives one and the same answer,
 * so that no caller can use the token as a padding oracle (RFC 8017 section 7.1.2).
 */
const STEPS = {
  start: { codes: {}, rest: 'module-unusable' },
  open: { codes: {}, rest: 'failed' },
  create: { codes: TEMPLATE, rest: 'failed' },
  find: { codes: { 0x060: 'key-missing', 0x082: 'key-missing' }, rest: 'failed' },
  unwrap: {
    codes: { ...TEMPLATE, 0x060: 'key-missing', 0x082: 'key-missing', 0x0f0: 'key-missing' },
    rest: 'envelope-unreadable',
  },
  recipient: { codes: {}, rest: 'recipient-refused' },
  wrap: {
    codes: {
      0x060: 'recipient-refused', // CKR_KEY_HANDLE_INVALID
      0x082: 'recipient-refused', // CKR_OBJECT_HANDLE_INVALID
      0x113: 'recipient-refused', // CKR_WRAPPING_KEY_HANDLE_INVALID
      0x114: 'recipient-refused', // CKR_WRAPPING_KEY_SIZE_RANGE
      0x115: 'recipient-refused', // CKR_WRAPPING_KEY_TYPE_INCONSISTENT
      0x069: 'template-refused', // CKR_KEY_NOT_WRAPPABLE
      0x06a: 'template-refused', // CKR_KEY_UNEXTRACTABLE
    },
    rest: 'failed',
  },
  sign: { codes: { 0x060: 'key-missing', 0x082: 'key-missing' }, rest: 'failed' },
} as const satisfies Record<string, { codes: Record<number, TokenErrorCode>; rest: TokenErrorCode }>;

export type Step = keyof typeof STEPS;

/** The PKCS#11 return value in an error of the library, if it is one. pkcs11js gives some errors a `code` and leaves others as “CKR_NAME:number”; return values it has no name for are CKR_VENDOR_DEFINED. */
export function returnValue(error: unknown): { name: string; number: number } | undefined {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const [, name, number] = /(CKR_\w+)(?::(\d+))?/.exec(String(message)) ?? [];
  return name ? { name, number: Number(number ?? code) } : undefined;
}

/** The name of the PKCS#11 return value in an error of the library, or the error's kind. Never its text. */
export function reasonOf(error: unknown): string {
  if (error instanceof TokenError) return error.detail ?? error.code;
  const value = returnValue(error);
  if (!value) return (error as Error)?.name ?? 'unknown';
  return value.name === 'CKR_VENDOR_DEFINED' ? `CKR 0x${value.number.toString(16)}` : value.name;
}

/**
 * Turns whatever the library threw while doing `step` into a TokenError. Errors that are none of the library's, such as
 * an abort, pass unchanged.
 */
export function tokenError(error: unknown, step: Step): unknown {
  const value = returnValue(error);
  if (error instanceof TokenError || !value) return error;
  const { codes, rest } = STEPS[step];
  const known = ANYWHERE[value.number] ?? (codes as Record<number, TokenErrorCode>)[value.number];
  return new TokenError(known ?? rest, `${step}: ${reasonOf(error)}`);
}
