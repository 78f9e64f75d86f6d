import { existsSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { faultsAmong, type MailSettings, mailSettingsOf, smtpAddress } from './mail/settings.ts';
import { witnessList } from './witnesses/setting.ts';

const port = z.coerce.number().int().min(1).max(65535);
const origin = z
  .url()
  .refine(
    (text) => text.startsWith('https://') && new URL(text).origin === text,
    'has to be an https origin without a path',
  );
const file = z
  .string()
  .min(1)
  .refine((path) => existsSync(path), 'names a file that does not exist');
const folder = file;
/** CIDR notation, or one address: 10.0.0.0/8, ::1 */
const network = z.string().transform((text, context) => {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIPv4(address) ? ('ipv4' as const) : isIPv6(address) ? ('ipv6' as const) : undefined;
  const width = family === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : Infinity;
  if (family && prefix <= width && rest.length === 0) return { address, prefix, family };
  context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not a network` });
  return z.NEVER;
});
const networks = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .pipe(z.array(network).min(1, 'names no network'));
const logLevel = z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info');

const shared = {
  CLOISTER_INSTITUTION: z.string().min(1),
  CLOISTER_EXAM_ORIGIN: origin,
  CLOISTER_STAFF_ORIGIN: origin,
  CLOISTER_ROOM_ORIGIN: origin,
  /** Address that the listeners bind to, where systemd has not opened their sockets. */
  CLOISTER_ADDRESS: z.string().min(1).default('127.0.0.1'),
  /** Folder of the recordings: web appends, room reads. */
  CLOISTER_RECORDINGS: folder,
  /** This process's socket of custody. */
  CLOISTER_CUSTODY_SOCKET: z.string().min(1),
  CLOISTER_LOG_LEVEL: logLevel,
};

/** The campus's mail server; none of it where invitations are printed only. */
const mail = {
  /** smtp://user@mail.university.example:587, with STARTTLS; smtps:// with TLS from the first byte on. */
  CLOISTER_SMTP_URL: smtpAddress.optional(),
  /** Address that invitations come from. */
  CLOISTER_SMTP_FROM: z.email('is not an e-mail address').optional(),
  CLOISTER_SMTP_PASSWORD_FILE: file.optional(),
  /** Personal links, and the password, cross the network for everybody on the way to read. */
  CLOISTER_SMTP_DANGEROUSLY_UNENCRYPTED: z.literal('yes', 'can only be “yes”').optional(),
};

const web = z.strictObject({
  ...shared,
  ...mail,
  CLOISTER_DATABASE: z.string().min(1),
  /** Folder of exams' documents and of what test takers hand in: web's alone. */
  CLOISTER_FILES: folder,
  CLOISTER_EXAM_PORT: port.optional(),
  CLOISTER_STAFF_PORT: port.optional(),
  CLOISTER_EXAM_CERTIFICATE: file,
  CLOISTER_EXAM_KEY: file,
  CLOISTER_STAFF_CERTIFICATE: file,
  CLOISTER_STAFF_KEY: file,
  /** Networks (CIDR, separated by commas) from which the staff origin answers. */
  CLOISTER_STAFF_NETWORKS: networks,
  /** The witnesses that are asked to cosign the ledger: verifier key, space, address, with commas between. */
  CLOISTER_WITNESSES: witnessList.default([]),
  /** Bytes of disk that recordings leave free. */
  CLOISTER_DISK_RESERVE: z.coerce
    .number()
    .int()
    .nonnegative()
    .default(2 ** 30),
});

const room = z.strictObject({
  ...shared,
  CLOISTER_ROOM_PORT: port.optional(),
  CLOISTER_ROOM_CERTIFICATE: file,
  CLOISTER_ROOM_KEY: file,
});

export type WebConfig = z.infer<typeof web>;
/** A network whose address and prefix length are known to fit its family. */
export type Network = z.infer<typeof network>;
export type RoomConfig = z.infer<typeof room>;

/** The configuration cannot be used; the message lists every fault, a line each. */
export class ConfigError extends Error {}

/**
 * Reads the process's `CLOISTER_*` variables. Unknown ones are refused, so that a misspelt setting cannot pass for a default.
 * @throws ConfigError naming all faults at once
 */
export function readConfig(process: 'web', environment?: NodeJS.ProcessEnv): WebConfig;
export function readConfig(process: 'room', environment?: NodeJS.ProcessEnv): RoomConfig;
export function readConfig(name: 'web' | 'room', environment = process.env): WebConfig | RoomConfig {
  const own = variables(environment, 'CLOISTER_');
  if (name === 'room') return parse(name, room, own, []);
  return parse(name, web, own, faultsAmong(own));
}

/**
 * Reads what web is told about mail, and nothing else.
 * @returns undefined where mail is not set up
 * @throws ConfigError naming all faults at once
 */
export function readMailSettings(environment = process.env): MailSettings | undefined {
  const own = mailVariables(environment);
  return mailSettingsOf(parse('mail', z.strictObject(mail), own, faultsAmong(own)));
}

/** @returns what this process was told about mail, to be handed on as it is */
export function mailVariables(environment = process.env): Record<string, string> {
  return variables(environment, 'CLOISTER_SMTP_');
}

function variables(environment: NodeJS.ProcessEnv, beginning: string): Record<string, string> {
  const own = Object.entries(environment).filter(([key, value]) => key.startsWith(beginning) && value !== undefined);
  return Object.fromEntries(own) as Record<string, string>;
}

/** @param among faults that lie between settings, each of which is sound */
function parse<T>(name: string, shape: z.ZodType<T>, own: Record<string, string>, among: string[]): T {
  const result = shape.safeParse(own);
  const issues = result.error?.issues ?? [];
  const faults = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${key} is not a setting of ${name}`)
      : `${String(issue.path[0])}: ${own[String(issue.path[0])] === undefined ? 'is missing' : issue.message}`,
  );
  faults.push(...among);
  if (result.success && faults.length === 0) return result.data;
  throw new ConfigError(`The configuration of ${name} has ${faults.length} fault(s):\n  ${faults.join('\n  ')}`);
}
