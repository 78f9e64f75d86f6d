import { execFile, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export interface SoftTokenOptions {
  /** Folder for the token and its softhsm2.conf; made when missing. */
  folder: string;
  label: string;
  /** 4 to 255 characters. */
  pin: string;
  /** The security officer's PIN, 4 to 255 characters. */
  soPin: string;
}

/** The soft token could not be made; the message says why. */
export class ProvisionError extends Error {}

const PATIENCE_MS = 20_000;

/**
 * Makes a SoftHSM token, for the demonstration and for tests. A token of this label that is already there stays as it is.
 * @returns path of the configuration, to be named in SOFTHSM2_CONF of the process that opens the token
 * @throws ProvisionError
 */
export async function provisionSoftToken({
  folder,
  label,
  pin,
  soPin,
}: SoftTokenOptions): Promise<{ configuration: string }> {
  const conf = join(resolve(folder), 'softhsm2.conf');
  const tokens = join(resolve(folder), 'tokens');
  await mkdir(tokens, { recursive: true, mode: 0o700 });
  await writeFile(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  if (!(await tokenLabels(conf)).includes(label)) await initialiseToken(conf, label, pin, soPin);
  return { configuration: conf };
}

/** Labels of the initialised tokens. `env` sets the variable for the one command and leaves this process's own alone. */
async function tokenLabels(conf: string): Promise<string[]> {
  const command = ['env', [`SOFTHSM2_CONF=${conf}`, 'softhsm2-util', '--show-slots']] as const;
  const { stdout } = await promisify(execFile)(...command).catch(
    (error: NodeJS.ErrnoException & { stderr?: string }) => {
      throw new ProvisionError(
        `softhsm2-util cannot be used: ${error.stderr?.trim() || error.message}. Install softhsm2.`,
      );
    },
  );
  return [...stdout.matchAll(/Initialized:\s+yes[^]*?Label:[ \t]*(.*)/g)].map((match) => (match[1] ?? '').trimEnd());
}

/**
 * softhsm2-util takes PINs from its arguments, which every account of the machine can read, or from a terminal. So it gets
 * a terminal, through `script`, and the PINs are typed when it asks: the officer's twice, then the user's twice.
 */
function initialiseToken(conf: string, label: string, pin: string, soPin: string): Promise<void> {
  const variables = [`SOFTHSM2_CONF=${conf}`, `LABEL=${label}`, 'SHELL=/bin/sh', 'LC_ALL=C'];
  const command = 'exec softhsm2-util --init-token --free --label "$LABEL"';
  const terminal = spawn('env', [...variables, 'script', '-qec', command, '/dev/null'], { timeout: PATIENCE_MS });
  const answers = [soPin, soPin, pin, pin];
  let unanswered = '';
  let errors = '';
  terminal.stderr.on('data', (data) => (errors += data));
  terminal.stdout.on('data', (data) => {
    unanswered += data;
    if (!/enter (SO|user) PIN: $/.test(unanswered) || answers.length === 0) return;
    unanswered = '';
    terminal.stdin.write(`${answers.shift()}\n`);
  });
  return new Promise((done, refuse) => {
    const fail = (reason: string) => refuse(new ProvisionError(`The soft token could not be made: ${reason}.`));
    terminal.on('error', (error) => fail(error.message));
    terminal.on('close', (code, signal) => {
      if (code === 0) return done();
      if (signal) return fail(`softhsm2-util did not finish within ${PATIENCE_MS / 1000} seconds`);
      fail(`softhsm2-util ended with ${code}: ${errors.trim() || unanswered.trim()}`);
    });
  });
}
