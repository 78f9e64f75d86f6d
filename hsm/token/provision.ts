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

/** What can be typed at a terminal without meaning something to it. */
const PIN_FORM = /^[\x20-\x7e]{4,255}$/;
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
  if (!(await tokenLabels(conf)).includes(label)) {
    for (const secret of [pin, soPin])
      if (!PIN_FORM.test(secret))
        throw new ProvisionError('A soft token’s PINs have 4 to 255 printable ASCII characters.');
    const outcome = await initialiseToken(conf, label, pin, soPin);
    // `script` ends well whatever became of the command when it is ended itself; only the token is proof.
    if (!(await tokenLabels(conf)).includes(label))
      throw new ProvisionError(`The soft token was not made: ${outcome}.`);
  }
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
 * @returns how it ended, in words
 */
function initialiseToken(conf: string, label: string, pin: string, soPin: string): Promise<string> {
  const variables = [`SOFTHSM2_CONF=${conf}`, `LABEL=${label}`, 'SHELL=/bin/sh', 'LC_ALL=C'];
  const command = 'exec softhsm2-util --init-token --free --label "$LABEL"';
  const terminal = spawn('env', [...variables, 'script', '-qec', command, '/dev/null'], { timeout: PATIENCE_MS });
  const answers = [soPin, soPin, pin, pin];
  let prompt = '';
  let errors = '';
  // A child that ends early closes its input; how it ended says more than EPIPE.
  terminal.stdin.on('error', () => undefined);
  terminal.stderr.on('data', (data) => (errors += data));
  terminal.stdout.on('data', (data) => {
    prompt += data;
    if (!/enter (SO|user) PIN: $/.test(prompt) || answers.length === 0) return;
    prompt = '';
    terminal.stdin.write(`${answers.shift()}\n`);
  });
  return new Promise((done, refuse) => {
    terminal.on('error', refuse);
    terminal.on('close', (code, signal) => done(`softhsm2-util ended with ${signal ?? code} ${errors.trim()}`.trim()));
  });
}
