import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

const CLOISTER = join(import.meta.dirname, '../bin/cloister');

/** Runs `cloister witness` with these words. @throws Error with what it said on its error channel */
export function witnessCommand(...words: string[]): string {
  return execFileSync(CLOISTER, ['witness', ...words], { encoding: 'utf8', stdio: 'pipe' });
}

/**
 * A real witness in a process of its own.
 * @param ledgers verifier keys of those that it watches
 */
export async function startWitness(...ledgers: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'witness-'));
  const key = witnessCommand('init', folder, '--name', 'observers.example/w1').trim();
  for (const ledger of ledgers) witnessCommand('add', folder, ledger);
  const port = await freePort();
  let child: ChildProcess | undefined;
  let log = '';
  /** @param under what it is run by, such as strace with its options */
  const start = async (...under: string[]) => {
    const words = [...under, CLOISTER, 'witness', 'serve', folder, '--listen', `127.0.0.1:${port}`];
    const started = spawn(words[0] as string, words.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    const ready = new Promise<void>((resolve, reject) => {
      started.stdout.on('data', (chunk) => {
        log += chunk;
        if (log.includes('"ready"')) resolve();
      });
      let words = '';
      started.stderr.on('data', (chunk) => (words += chunk));
      started.once('close', () => reject(new Error(`the witness ended: ${words}`)));
    });
    await ready;
  };
  const end = async (signal: NodeJS.Signals) => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  await start();
  return {
    folder,
    key,
    url: `http://127.0.0.1:${port}`,
    log: () => log,
    start: async (...under: string[]) => {
      log = '';
      await start(...under);
    },
    kill: () => end('SIGKILL'),
    end: () => end('SIGTERM'),
    /** Waits until something else has ended it. */
    async gone() {
      if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
    async stop() {
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type RunningWitness = Awaited<ReturnType<typeof startWitness>>;
