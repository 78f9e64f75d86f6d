/** A machine of its own with a minimal Debian 12, as campus IT would hand it over: booted by systemd-nspawn, without a way out. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './recorder-browser.ts';

const PROGRAMS = ['mmdebstrap', 'systemd-nspawn', 'ansible-playbook', 'nsenter'];
/** What a machine has to have before anybody installs anything: Ansible wants Python. */
const PACKAGES = 'systemd,systemd-sysv,dbus,python3,ca-certificates,iproute2,procps';
const BOOT_SECONDS = 60;

/** @returns why such a machine cannot be had here; undefined where it can */
export function whyNoMachine(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root boots containers';
  const missing = PROGRAMS.filter((program) => spawnSync('which', [program]).status !== 0);
  return missing.length > 0 ? `${missing.join(', ')} cannot be found` : undefined;
}

export interface Said {
  status: number;
  out: string;
  err: string;
}

export class CleanMachine {
  readonly folder: string;
  readonly root: string;
  #nspawn: ChildProcess;
  /** What it printed as it booted. */
  #words = '';

  private constructor(folder: string, root: string) {
    this.folder = folder;
    this.root = root;
    this.#nspawn = this.#start();
  }

  #start(): ChildProcess {
    const words = ['--directory', this.root, '--register=no', '--keep-unit', '--boot', '--console=read-only'];
    const nspawn = spawn('systemd-nspawn', [...words, '--private-network'], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [nspawn.stdout, nspawn.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.#words = `${this.#words}${chunk}`.slice(-4000)));
    }
    return nspawn;
  }

  /** Makes the root and boots it. @throws Error with what it printed where it does not boot */
  static async boot(): Promise<CleanMachine> {
    const folder = mkdtempSync(join(tmpdir(), 'machine-'));
    const root = join(folder, 'root');
    mkdirSync(root);
    const made = await finish('mmdebstrap', [
      '--quiet',
      '--variant=minbase',
      `--include=${PACKAGES}`,
      'bookworm',
      root,
    ]);
    if (made.status !== 0) throw new Error(`mmdebstrap: ${made.err}`);
    const machine = new CleanMachine(folder, root);
    await machine.#up();
    return machine;
  }

  /** The process id of its init, as this machine counts. */
  get #init(): string {
    for (const pid of childrenOf(String(this.#nspawn.pid))) {
      for (const each of [pid, ...childrenOf(pid)]) if (read(`/proc/${each}/comm`) === 'systemd') return each;
    }
    throw new Error(`it has not booted: ${this.#words}`);
  }

  async #up(): Promise<void> {
    await until(async () => {
      try {
        const { out } = await this.run(['systemctl', 'is-system-running']);
        return ['running', 'degraded'].includes(out.trim());
      } catch {
        return false;
      }
    }, BOOT_SECONDS);
  }

  /** Runs a command in it. @param as an account, root otherwise */
  run(command: string[], as?: string): Promise<Said> {
    const account = as === undefined ? [] : ['setpriv', '--reuid', as, '--regid', as, '--init-groups', '--'];
    const clean = ['env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8'];
    return finish('nsenter', [...this.#into('-m', '-u', '-i', '-n', '-p'), ...clean, ...account, ...command]);
  }

  #into(...namespaces: string[]): string[] {
    return ['--target', this.#init, ...namespaces, '--'];
  }

  /** @returns where a file of its lies for us, mounts of its own included */
  path(inside: string): string {
    return `/proc/${this.#init}/root${inside}`;
  }

  /** @returns a program that is ours and has its network: a browser outside of it that reaches nothing else */
  withItsNetwork(program: string): string {
    const file = join(this.folder, 'outside');
    writeFileSync(file, `#!/bin/sh\nexec nsenter --net=/proc/${this.#init}/ns/net ${program} "$@"\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** Runs the playbook against it, over what stands in for ssh. @param words further ones for ansible-playbook */
  play(variables: Record<string, unknown>, ...words: string[]): Promise<Said> {
    const shell = join(this.folder, 'shell');
    // Ansible hands over options, a host and one command line.
    writeFileSync(
      shell,
      `#!/bin/bash
while [[ "$1" == -* ]]; do case "$1" in -o | -F | -p | -l | -i | -E | -S | -O) shift 2 ;; *) shift ;; esac; done
shift
exec nsenter ${this.#into('-m', '-u', '-i', '-n', '-p').join(' ')} env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 sh -c "$*"
`,
    );
    chmodSync(shell, 0o755);
    const host = {
      ansible_ssh_executable: shell,
      ansible_ssh_transfer_method: 'piped',
      ansible_user: 'root',
      ansible_python_interpreter: '/usr/bin/python3',
    };
    const inventory = join(this.folder, 'inventory.json');
    writeFileSync(inventory, JSON.stringify({ cloister: { hosts: { machine: host }, vars: variables } }));
    const playbook = join(import.meta.dirname, '../ansible/site.yml');
    return finish('ansible-playbook', ['-i', inventory, playbook, ...words], { LC_ALL: 'C.UTF-8' });
  }

  /** Has it shut down in order, and boots it again. */
  async reboot(): Promise<void> {
    const gone = once(this.#nspawn, 'exit');
    await this.run(['systemctl', 'reboot']);
    await gone;
    this.#nspawn = this.#start();
    await this.#up();
  }

  async stop(): Promise<void> {
    if (this.#nspawn.exitCode === null && this.#nspawn.signalCode === null) {
      const gone = once(this.#nspawn, 'exit');
      // To nspawn: an orderly shutdown.
      this.#nspawn.kill('SIGTERM');
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function childrenOf(pid: string): string[] {
  return (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function finish(file: string, words: string[], environment: Record<string, string> = {}): Promise<Said> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...environment }, maxBuffer: 64 * 2 ** 20 };
    execFile(file, words, options, (error, out, err) =>
      resolve({ status: error ? (typeof error.code === 'number' ? error.code : 1) : 0, out, err }),
    );
  });
}
