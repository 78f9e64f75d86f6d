import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '..');

export type ProcessName = 'custody' | 'web' | 'room';

/** The real appliance, run by the command that the README gives, in a folder of its own. */
export interface Appliance {
  exam: string;
  staff: string;
  room: string;
  testTakers: { id: string; link: string }[];
  enrol: string[];
  data: string;
  /** The processes as they were at the start. */
  pids: Record<ProcessName, number>;
  process: ChildProcess;
  /** @returns the process that runs now; undefined between the end of one and the start of the next */
  pidOf(name: ProcessName): number | undefined;
  /** Kills a process without a chance to clean up, and waits until the next one runs. @returns the next one's id */
  kill(name: ProcessName): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts it and waits for its line of JSON.
 * @param options.environment settings besides this process's own
 * @param options.freePorts whether data that was used before gets other ports than it had; new data always gets free ones
 */
export async function startAppliance(
  options: {
    data?: string;
    testTakers?: number;
    keep?: boolean;
    freePorts?: boolean;
    environment?: Record<string, string>;
  } = {},
): Promise<Appliance> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'cloister-'));
  const used = existsSync(join(data, 'demonstration.json'));
  const ports = used && !options.freePorts ? [] : ['--port', '0'];
  const child = spawn(
    join(ROOT, 'bin/cloister'),
    ['demo', '--data', data, ...ports, '--json', '--test-takers', String(options.testTakers ?? 3)],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.environment } },
  );
  let words = '';
  child.stderr.on('data', (chunk) => (words += chunk));
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => text as string),
    once(child, 'exit').then(() => Promise.reject(new Error(`the appliance did not start: ${words}`))),
  ]);
  return {
    ...JSON.parse(line),
    process: child,
    pidOf: (name) => childOf(child.pid as number, name),
    async kill(name) {
      const before = childOf(child.pid as number, name);
      if (before === undefined) throw new Error(`there is no ${name} to kill`);
      process.kill(before, 'SIGKILL');
      for (;;) {
        const now = childOf(child.pid as number, name);
        if (now !== undefined && now !== before) return now;
        if (child.exitCode !== null) throw new Error(`the appliance ended: ${words}`);
        await pause(20);
      }
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        await gone;
      }
      if (!options.keep) rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Finds a process among the children of the one that started it (proc(5)). */
function childOf(parent: number, name: ProcessName): number | undefined {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ').filter(Boolean);
  const child = children.find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`/${name}.js`);
    } catch {
      // It ended in between.
      return false;
    }
  });
  return child === undefined ? undefined : Number(child);
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** One HTTPS request to an origin by its name, wherever the machine resolves it to. */
export function ask(
  origin: string,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Answer> {
  const { hostname, port, host } = new URL(origin);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        servername: hostname,
        path,
        method: options.method ?? 'GET',
        rejectUnauthorized: false,
        headers: { host, ...options.headers },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
        answer.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(options.body);
  });
}

/** @returns the cookie that an answer sets, as a request header sends it back */
export function cookieOf(answer: Answer): string {
  const [cookie = ''] = answer.headers['set-cookie'] ?? [];
  return cookie.split(';')[0] as string;
}

/** @returns the id of the attempt that a recorder's page is for; empty on any other page */
export function attemptOn(recorderPage: string): string {
  return / data-attempt="([^"]+)"/.exec(recorderPage)?.[1] ?? '';
}

/** @returns the id of the attempt of whoever is signed in with the cookie, before it has begun or while it runs */
export async function attemptOf(exam: string, cookie: string): Promise<string> {
  const page = await ask(exam, '/attempt/recorder', { headers: { cookie, accept: 'text/html' } });
  return attemptOn(page.body.toString());
}

/** Begins the attempt of a personal link as another browser would: with a session and a key that no page here has. */
export async function beginAttempt(exam: string, link: string): Promise<{ cookie: string }> {
  const cookie = cookieOf(await ask(exam, new URL(link).pathname));
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
  const headers = { origin: exam, cookie, 'content-type': 'application/json' };
  const body = JSON.stringify({ attempt: await attemptOf(exam, cookie), publicKey: spki });
  const { status } = await ask(exam, '/attempt', { method: 'POST', headers, body });
  if (status !== 201) throw new Error(`the attempt did not begin: ${status}`);
  return { cookie };
}
