import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { NoteError, parseVerifierKey, type Verifier } from './ledger/note.ts';
import type { RuleFile } from './lint/rules.ts';

const file = z
  .string()
  .min(1)
  .refine((path) => existsSync(path), 'names a file that does not exist');

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** @throws SyntaxError naming the file that is not JSON; a system error where the folder cannot be read */
function readRuleFiles(folder: string): RuleFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => {
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8');
    try {
      return { name: path, content: JSON.parse(text) as unknown };
    } catch {
      throw new SyntaxError(`holds ${name}, which is not JSON`);
    }
  });
}

/** Verifier keys with commas between: name+id+base64. */
const witnessKeys = z.string().transform((text, context): Verifier[] => {
  const witnesses: Verifier[] = [];
  for (const key of text.split(',').map((part) => part.trim())) {
    try {
      const witness = parseVerifierKey(key, 'cosignature');
      if (witnesses.some(({ name }) => name === witness.name)) context.addIssue(`names ${witness.name} twice`);
      witnesses.push(witness);
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      context.addIssue(`holds ${JSON.stringify(key)}, which is no witness’s key: ${error.message}`);
    }
  }
  return witnesses;
});

const settings = z.strictObject({
  /** Custody's own folder: database, ledger, head. */
  CLOISTER_CUSTODY_DATA: file,
  /** Folder of the sockets, one per peer, where systemd does not open them. */
  CLOISTER_CUSTODY_SOCKETS: file.optional(),
  CLOISTER_PKCS11_MODULE: file,
  /** What the module wants to be told when it starts; NSS takes its folder this way. Most modules have a configuration of their own. */
  CLOISTER_PKCS11_PARAMETERS: z.string().min(1).optional(),
  CLOISTER_TOKEN_LABEL: z.string().min(1).max(32),
  /** Holds the token's PIN; gone once the PIN has been sealed (hsm/sealing/). */
  CLOISTER_PIN_FILE: z.string().min(1),
  /** The appliance key, Ed25519 in PKCS#8 PEM, for tokens that make no such signatures; the token certifies it. */
  CLOISTER_LOG_KEY_FILE: file.optional(),
  /** The room's origin: WebAuthn origin; its host is the RP ID. */
  CLOISTER_ROOM_ORIGIN: z
    .url()
    .refine(
      (text) => /^https:|^http:\/\/localhost(:|$)/.test(text) && new URL(text).origin === text,
      'has to be an https origin without a path, or http://localhost',
    ),
  CLOISTER_INSTITUTION: z.string().min(1),
  /** The longest that an exam's rules may keep its recordings, in days from its closing. */
  CLOISTER_RETENTION_DAYS_MAX: z.coerce
    .number('has to be a number of days')
    .int('has to be a whole number of days')
    .min(1)
    .max(3650)
    .default(365),
  /** Folder of the institution's own rules for what test takers are told: JSON files as docs/lint.md says. */
  CLOISTER_LINT_RULES: z
    .string()
    .min(1)
    .transform((folder, context) => {
      try {
        return readRuleFiles(folder);
      } catch (error) {
        context.addIssue(error instanceof SyntaxError ? error.message : 'is not a folder that can be read');
        return z.NEVER;
      }
    })
    .refine((files) => files.length > 0, 'names a folder without a file that ends in .json')
    .optional(),
  /** Whether passkeys that are copied to other devices may be enrolled. */
  CLOISTER_SYNCED_PASSKEYS: z.enum(['refused', 'allowed']).default('refused'),
  /** The only models of authenticators that may be enrolled: AAGUIDs with commas between. They prove it by their attestation. */
  CLOISTER_PASSKEY_MODELS: z
    .string()
    .transform((text) => text.toLowerCase().split(/\s*,\s*/))
    .pipe(z.array(z.guid('is not a list of AAGUIDs with commas between')).min(1))
    .optional(),
  /** File of the root certificates that those attestations lead to, PEM. */
  CLOISTER_PASSKEY_ROOTS: file
    .transform((path, context) => {
      try {
        return (readFileSync(path, 'utf8').match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem));
      } catch {
        context.addIssue('holds a certificate that cannot be read');
        return z.NEVER;
      }
    })
    .refine((roots) => roots.length > 0, 'holds no certificate')
    .optional(),
  /** Name of the ledger in checkpoints and verifier keys (C2SP: a schema-less URL). */
  CLOISTER_LEDGER_ORIGIN: z
    .string()
    .min(1)
    .regex(/^[^\s+]+$/, 'may hold neither spaces nor a plus sign'),
  /** Verifier keys of the witnesses whose cosignatures of the ledger count, as “cloister witness init” prints them. */
  CLOISTER_WITNESS_KEYS: witnessKeys.default([]),
  CLOISTER_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

const custody = settings.refine(
  (own) => (own.CLOISTER_PASSKEY_MODELS === undefined) === (own.CLOISTER_PASSKEY_ROOTS === undefined),
  { path: ['CLOISTER_PASSKEY_MODELS'], message: 'and CLOISTER_PASSKEY_ROOTS go together' },
);

export type CustodyConfig = z.infer<typeof custody>;

/** The configuration cannot be used; the message lists every fault, a line each. */
export class ConfigError extends Error {}

/**
 * Reads custody's `CLOISTER_*` variables; unknown ones are refused.
 * @throws ConfigError naming all faults at once
 */
export function readConfig(environment = process.env): CustodyConfig {
  const own = Object.fromEntries(Object.entries(environment).filter(([key]) => key.startsWith('CLOISTER_')));
  const result = custody.safeParse(own);
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${key} is not a setting of custody`)
      : `${issue.path.join('.')}: ${own[String(issue.path[0])] === undefined ? 'is missing' : issue.message}`,
  );
  throw new ConfigError(`The configuration of custody has ${faults.length} fault(s):\n  ${faults.join('\n  ')}`);
}
