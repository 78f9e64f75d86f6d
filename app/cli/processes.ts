import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

/** The appliance's processes, started by one command and ended with it. */
export class Processes {
  readonly #children = new Map<string, ChildProcess>();
  #stopping = false;
  /** Called when one of them ends by itself; the others are stopped by then. */
  onLoss: (name: string) => void = () => {};

  /**
   * Starts a process with an environment of its own and waits until it says that it is ready.
   * @param log file that its output goes to
   * @throws Error with the process's own last words when it ends before
   */
  start(name: string, script: string, environment: Record<string, string>, log: string): Promise<void> {
    // The IPC channel is how a child learns that this process is gone, however it went.
    const child = spawn(process.execPath, ['--enable-source-maps', script], {
      env: { PATH: process.env.PATH ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#children.set(name, child);
    const file = createWriteStream(log, { flags: 'a', mode: 0o600 });
    child.stdout?.pipe(file, { end: false });
    child.stderr?.pipe(file, { end: false });
    let words = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      words = `${words}${chunk}`.slice(-4000);
    });
    return new Promise((resolve, reject) => {
      child.once('message', (message) => message === 'ready' && resolve());
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        this.#children.delete(name);
        file.end();
        reject(new Error(`${name} did not start (${signal ?? `exit ${code}`}). ${words.trim()}`));
        if (!this.#stopping) void this.stop().then(() => this.onLoss(name));
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
}
