import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const file = z
  .string()
  .min(1)
  .refine((path) => existsSync(path), 'names a file that does not exist');

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

const settings = z.strictObject({
  /** Custody's own folder: database, ledger, head. */
  CLOISTER_CUSTODY_DATA: file,
  /** Folder of the sockets, one per peer. */
  CLOISTER_CUSTODY_SOCKETS: file,
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
