import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds before a process that ended is started again: what it held (a port, a lock) is free by then. */
const PAUSE = 500;
/** A process that ends this often within a minute would only go on doing so. */
const MOST_ENDS = 5;
const MINUTE = 60_000;

/** One of the appliance's processes, and what it is run with. */
export interface Program {
  name: string;
  script: string;
  /** All that it sees beside PATH. */
  environment: Record<string, string>;
  /** File that its output goes to. */
  log: string;
}

/** The appliance's processes: started by one command, started again where one ends by itself, and ended with the command. */
export class Processes {
  readonly #children = new Map<string, ChildProcess>();
  readonly #ends = new Map<string, number[]>();
  #stopping = false;
  /** Called when one of them ended by itself and is about to be started again. */
  onEnd: (name: string) => void = () => {};
  /** Called when one of them has ended for the fifth time within a minute; the others are stopped by then. */
  onLoss: (name: string) => void = () => {};

  /**
   * Starts a process with an environment of its own and waits until it says that it is ready. From then on it is started again
   * whenever it ends.
   * @throws Error with the process's own last words when it ends before
   */
  start(program: Program): Promise<void> {
    const { name, script, environment, log } = program;
    // The IPC channel is how a child learns that this process is gone, however it went.
    const child = spawn(process.execPath, ['--enable-source-maps', script], {
      env: { PATH: process.env.PATH ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#children.set(name, child);
    const file = createWriteStream(log, { flags: 'a', mode: 0o600 });
    child.stdout?.pipe(file, { end: false });
    child.stderr?.pipe(file, { end: false });
    child.once('close', () => file.end());
    let words = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      words = `${words}${chunk}`.slice(-4000);
    });
    return new Promise((resolve, reject) => {
      let ready = false;
      child.once('message', (message) => {
        if (message !== 'ready') return;
        ready = true;
        resolve();
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        this.#children.delete(name);
        if (ready) return void this.#revive(program);
        reject(new Error(`${name} did not start (${signal ?? `exit ${code}`}). ${words.trim()}`));
      });
    });
  }

  pids(): Record<string, number> {
    return Object.fromEntries([...this.#children].map(([name, child]) => [name, child.pid as number]));
  }

  /** Stops them in the opposite order, each once the one before is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const child of [...this.#children.values()].reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 12_000);
      await gone;
      clearTimeout(hard);
    }
  }

  async #revive(program: Program): Promise<void> {
    if (this.#stopping) return;
    const now = Date.now();
    const ends = [...(this.#ends.get(program.name) ?? []).filter((at) => at > now - MINUTE), now];
    this.#ends.set(program.name, ends);
    if (ends.length >= MOST_ENDS) {
      await this.stop();
      return this.onLoss(program.name);
    }
    this.onEnd(program.name);
    await pause(PAUSE);
    if (this.#stopping) return;
    await this.start(program).catch(() => this.#revive(program));
  }
}
