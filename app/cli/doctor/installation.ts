import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The appliance as the units in systemd/ install it. */
export const PLACES = {
  custody: '/var/lib/cloister-custody',
  web: '/var/lib/cloister-web',
  recordings: '/var/lib/cloister-recordings',
  credentials: '/etc/cloister/credentials',
  certificates: '/etc/cloister/tls',
  /** Of the campus's mail server, where it wants one. */
  mailPassword: '/etc/cloister/credentials/web/smtp-password',
  operatorSocket: '/run/cloister/operator.sock',
} as const;

export type Settings = Record<'appliance' | 'web' | 'custody', Record<string, string>>;

/**
 * Reads the settings that the units hand to the processes (systemd.exec(5), EnvironmentFile=).
 * @returns undefined where none are installed
 * @throws a system error where they cannot be read
 */
export function readSettings(folder: string): Settings | undefined {
  if (!existsSync(join(folder, 'appliance.env'))) return undefined;
  const read = (name: string) => {
    const lines = readFileSync(join(folder, `${name}.env`), 'utf8').split('\n');
    const entries = lines.flatMap((line) => {
      const [, key, quoted, plain] = /^([A-Z0-9_]+)=(?:"(.*)"|(.*))$/.exec(line) ?? [];
      return key === undefined ? [] : [[key, quoted ?? plain ?? ''] as const];
    });
    return Object.fromEntries(entries);
  };
  return { appliance: read('appliance'), web: read('web'), custody: read('custody') };
}

/** @returns address and port that systemd listens on for an origin @throws Error where there is no such socket */
export async function listenedOn(place: 'exam' | 'staff' | 'room'): Promise<{ host: string; port: number }> {
  const { stdout } = await run('systemctl', ['show', '--property=Listen', `cloister-${place}.socket`]);
  const [, host, port] = /Listen=\[?([^\]\s]+?)\]?:(\d+) /.exec(stdout) ?? [];
  if (!host || !port) throw new Error(`cloister-${place}.socket listens on nothing.`);
  // Where it listens on every address, this machine's own is one of them.
  return { host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port: Number(port) };
}
