import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, readlinkSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Something secret, in the forms in which it could leak. */
export interface Canary {
  name: string;
  forms: Buffer[];
}

/** A key as raw bytes, hex, base64 and base64url. */
export function keyCanary(name: string, key: Buffer): Canary {
  return {
    name,
    forms: [
      key,
      Buffer.from(key.toString('hex')),
      Buffer.from(key.toString('base64').slice(0, 40)),
      Buffer.from(key.toString('base64url').slice(0, 40)),
    ],
  };
}

/** @returns the names of canaries that stand in these bytes */
export function findCanaries(bytes: Buffer, canaries: Canary[]): string[] {
  return canaries.filter(({ forms }) => forms.some((form) => bytes.includes(form))).map(({ name }) => name);
}

/** Searches everything that a process holds in memory and may be read (Linux: /proc/PID/maps and mem). */
export function findInMemory(pid: number, canaries: Canary[]): { found: string[]; bytes: number } {
  const found = new Set<string>();
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const overlap = Math.max(...canaries.flatMap(({ forms }) => forms.map((form) => form.length)));
  const chunk = Buffer.alloc(8 * 2 ** 20 + overlap);
  let bytes = 0;
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) r(.)/.exec(line);
    // Read-only mappings of files are the program itself; secrets live where something was written.
    if (!match || match[3] !== 'w') continue;
    const end = Number(`0x${match[2]}`);
    for (let at = Number(`0x${match[1]}`); at < end; at += 8 * 2 ** 20) {
      let read = 0;
      try {
        read = readSync(memory, chunk, 0, Math.min(chunk.length, end - at), at);
      } catch {
        continue; // Reserved and never touched.
      }
      bytes += read;
      for (const name of findCanaries(chunk.subarray(0, read), canaries)) found.add(name);
    }
  }
  closeSync(memory);
  return { found: [...found], bytes };
}

/** Writes down every file that the processes have open, and each that they open from now on. */
export async function watchOpenedFiles(pids: number[], log: string): Promise<{ stop(): Promise<string[]> }> {
  const strace: ChildProcess = spawn(
    'strace',
    [
      '-f',
      '-q',
      '-e',
      'trace=open,openat,creat',
      '-e',
      'signal=none',
      '-o',
      log,
      ...pids.flatMap((pid) => ['-p', String(pid)]),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  // Attached once the processes say so themselves.
  for (const pid of pids) {
    while (!/TracerPid:\s+[1-9]/.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) {
      if (strace.exitCode !== null) throw new Error(`strace ended with ${strace.exitCode}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }
  const open = pids.flatMap((pid) =>
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
      } catch {
        return []; // Closed in between.
      }
    }),
  );
  return {
    async stop() {
      const gone = once(strace, 'exit');
      strace.kill('SIGINT');
      await gone;
      const names = [...readFileSync(log, 'utf8').matchAll(/"([^"]+)"[^\n]*= \d/g)].map((match) => match[1] as string);
      return [...new Set([...open, ...names])].filter((name) => existsSync(name) && statSync(name).isFile());
    },
  };
}

/** @returns all regular files below a folder */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => existsSync(name) && statSync(name).isFile());
}
