import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { ask, cookieOf, startAppliance } from './appliance.ts';
import { FULL } from './full.ts';

const run = promisify(execFile);
const CLOISTER = join(import.meta.dirname, '../bin/cloister');
const data = mkdtempSync(join(tmpdir(), 'demo-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

test.runIf(FULL)('a second start reuses everything: addresses, links, keys, ledger', async () => {
  const first = await startAppliance({ data, keep: true });
  const entries = async (origin: string) =>
    Number((await ask(origin, '/ledger/checkpoint')).body.toString().split('\n')[1]);
  const before = await entries(first.exam);
  await first.stop();
  const second = await startAppliance({ data, keep: true });
  try {
    expect(second).toMatchObject({ exam: first.exam, staff: first.staff, room: first.room });
    expect(second.testTakers).toEqual(first.testTakers);
    expect(second.enrol).toEqual(first.enrol);
    // One entry more: that custody started.
    expect(await entries(second.exam)).toBe(before + 1);
    const link = new URL(second.testTakers[0]?.link ?? '');
    expect((await ask(second.exam, link.pathname)).status).toBe(303);
  } finally {
    await second.stop();
  }
});

test.runIf(FULL)(
  'asked for free ports, it takes others than before where those are taken, and all else stays',
  async () => {
    const before = await startAppliance({ data, keep: true });
    const { hostname, port } = new URL(before.room);
    await before.stop();
    const taken = createServer().listen(Number(port), '127.0.0.1');
    await once(taken, 'listening');
    const moved = await startAppliance({ data, keep: true, freePorts: true });
    try {
      expect(new URL(moved.room).hostname).toBe(hostname);
      expect(new URL(moved.room).port).not.toBe(port);
      expect(moved.testTakers.map(({ id }) => id)).toEqual(before.testTakers.map(({ id }) => id));
      expect((await ask(moved.room, '/health')).status).toBe(200);
    } finally {
      await moved.stop();
      taken.close();
    }
  },
);

test('to people it prints the key’s fingerprint once, in the form in which the first page of the exam shows it', async () => {
  const child = spawn(CLOISTER, ['demo', '--data', data], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    let printed = '';
    for await (const piece of child.stdout) {
      printed += piece;
      if (printed.includes('Stop it with')) break;
    }
    const [fingerprint = '', ...more] = printed.match(/^ +([0-9a-f]{4} ){15}[0-9a-f]{4}$/gm) ?? [];
    expect(fingerprint).not.toBe('');
    expect(more).toEqual([]);
    const link = new URL(/https:\/\/exam\S+#key=\S+/.exec(printed)?.[0] ?? '');
    const cookie = cookieOf(await ask(link.origin, link.pathname));
    const page = (await ask(link.origin, '/attempt', { headers: { cookie, accept: 'text/html' } })).body.toString();
    expect(page).toContain(fingerprint.trim());
    const fragment = Buffer.from(link.hash.slice('#key='.length), 'base64url').toString('hex');
    expect(fingerprint.replaceAll(' ', '')).toBe(fragment);
  } finally {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
});

test.runIf(FULL)('killed without a chance to clean up, it leaves no process behind either', async () => {
  const appliance = await startAppliance({ data, keep: true });
  const pids = Object.values(appliance.pids);
  appliance.process.kill('SIGKILL');
  await expect.poll(() => pids.filter(isAlive), { timeout: 15_000 }).toEqual([]);
});

test.runIf(FULL)(
  'whichever process is killed is started again, said so, and everything answers as before; stopping it stops all of them',
  async () => {
    const names = ['custody', 'web', 'room'] as const;
    const appliance = await startAppliance({ data, keep: true });
    const pids = { ...appliance.pids };
    const started = Object.values(pids);
    expect(started.filter(isAlive)).toHaveLength(3);
    try {
      let words = '';
      appliance.process.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString()));
      const link = new URL(appliance.testTakers[0]?.link ?? '');
      for (const name of names) {
        const next = await appliance.kill(name);
        expect(next).not.toBe(pids[name]);
        expect(isAlive(pids[name])).toBe(false);
        expect(words).toContain(`${name} ended by itself and is started again`);
        // The checkpoint comes from custody.
        for (const [origin, path, status] of [
          [appliance.exam, link.pathname, 303],
          [appliance.exam, '/ledger/checkpoint', 200],
          [appliance.room, '/health', 200],
        ] as const) {
          const answer = async () => (await ask(origin, path).catch(() => null))?.status;
          await expect.poll(answer, { timeout: 15_000 }).toBe(status);
        }
        for (const other of names.filter((other) => other !== name))
          expect(appliance.pidOf(other), other).toBe(pids[other]);
        pids[name] = next;
        started.push(next);
      }
    } finally {
      await appliance.stop();
    }
    expect(started.filter(isAlive)).toEqual([]);
  },
);

test.runIf(FULL)(
  'one of its processes ending again and again, it stops the others and says where that one’s last words are',
  async () => {
    const appliance = await startAppliance({ data, keep: true });
    let words = '';
    appliance.process.stderr?.on('data', (chunk: Buffer) => (words += chunk.toString()));
    const started = new Set(Object.values(appliance.pids));
    for (let ends = 1; ends < 5; ends++) started.add(await appliance.kill('room'));
    const last = appliance.pidOf('room') as number;
    expect(started.has(last)).toBe(true);
    process.kill(last, 'SIGKILL');
    await expect.poll(() => appliance.process.exitCode, { timeout: 15_000 }).toBe(1);
    await expect.poll(() => words).toContain('room ended by itself again and again');
    await expect.poll(() => [...started].filter(isAlive)).toEqual([]);
  },
);

test.each([
  [['demo', '--port', '70000'], 'It has to be 0 to 65533.'],
  [['demo', '--prot', '1'], "unknown option '--prot'"],
  [['recording', 'inspect', '/nowhere.clr'], 'nowhere.clr'],
  [['ledger', 'verify', '/nowhere'], 'There is no checkpoint in this folder'],
  [['receipt', 'verify', '/nowhere.json'], 'nowhere.json'],
  [['token', 'probe', '--module', '/nowhere.so', '--label', 'x', '--pin-file', '/nowhere'], '/nowhere'],
])('%j ends with a sentence and not with zero', async (args, sentence) => {
  const { code, stdout, stderr } = (await run(CLOISTER, args).catch((error) => error)) as {
    code: number;
    stdout: string;
    stderr: string;
  };
  expect(code).toBeGreaterThan(0);
  expect(stdout + stderr).toContain(sentence);
  expect(stdout + stderr).not.toContain('    at ');
});

test.each([['demo'], ['ledger', 'verify'], ['receipt', 'verify'], ['recording', 'inspect'], ['token', 'probe']])(
  '%s %s has --help',
  async (...command) => {
    const { stdout } = await run(CLOISTER, [...command, '--help']);
    expect(stdout).toContain(`Usage: cloister ${command.join(' ')}`);
  },
);
