import { existsSync } from 'node:fs';
import { z } from 'zod';

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
const networks = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);
const logLevel = z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info');

const shared = {
  CLOISTER_INSTITUTION: z.string().min(1),
  CLOISTER_EXAM_ORIGIN: origin,
  CLOISTER_STAFF_ORIGIN: origin,
  CLOISTER_ROOM_ORIGIN: origin,
  /** Address that the listeners bind to. */
  CLOISTER_ADDRESS: z.string().min(1).default('127.0.0.1'),
  /** Folder of the recordings: web appends, room reads. */
  CLOISTER_RECORDINGS: folder,
  /** This process's socket of custody. */
  CLOISTER_CUSTODY_SOCKET: z.string().min(1),
  CLOISTER_LOG_LEVEL: logLevel,
};

const web = z.strictObject({
  ...shared,
  CLOISTER_DATABASE: z.string().min(1),
  CLOISTER_EXAM_PORT: port,
  CLOISTER_STAFF_PORT: port,
  CLOISTER_EXAM_CERTIFICATE: file,
  CLOISTER_EXAM_KEY: file,
  CLOISTER_STAFF_CERTIFICATE: file,
  CLOISTER_STAFF_KEY: file,
  /** Networks (CIDR) from which the staff origin answers. */
  CLOISTER_STAFF_NETWORKS: networks,
  /** Bytes of disk that recordings leave free. */
  CLOISTER_DISK_RESERVE: z.coerce
    .number()
    .int()
    .nonnegative()
    .default(2 ** 30),
});

const room = z.strictObject({
  ...shared,
  CLOISTER_ROOM_PORT: port,
  CLOISTER_ROOM_CERTIFICATE: file,
  CLOISTER_ROOM_KEY: file,
});

export type WebConfig = z.infer<typeof web>;
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
  const own = Object.fromEntries(Object.entries(environment).filter(([key]) => key.startsWith('CLOISTER_')));
  const result = (name === 'web' ? web : room).safeParse(own);
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => `${key} is not a setting of ${name}`)
      : `${issue.path.join('.')}: ${own[String(issue.path[0])] === undefined ? 'is missing' : issue.message}`,
  );
  throw new ConfigError(`The configuration of ${name} has ${faults.length} fault(s):\n  ${faults.join('\n  ')}`);
}
