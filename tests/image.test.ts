/** The image of the whole appliance, built from the Dockerfile on a root that is made here, run as its first lines tell. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FULL } from './full.ts';
import { until } from './recorder-browser.ts';

const ROOT = join(import.meta.dirname, '..');
const NAME = 'docker.io/library/cloister';
const BASE = 'docker.io/library/debian:12';
/** The one account that the Dockerfile makes. */
const ACCOUNT = 10_001;

/** @returns why no image can be built and run here; undefined where it can */
function whyNoImage(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root builds and runs it';
  const missing = ['mmdebstrap', 'buildah', 'systemd-nspawn', 'nsenter'].filter(
    (program) => spawnSync('which', [program]).status !== 0,
  );
  return missing.length > 0 ? `${missing.join(', ')} cannot be found` : undefined;
}
const why = FULL ? whyNoImage() : 'it is among the long tests';
if (FULL && why) console.warn(`The image is not tested: ${why}.`);

let folder: string;
/** Where the image's files can be read. */
let image: string;
let config: { User: string; Healthcheck: { Test: string[] }; Entrypoint: string[]; Volumes: Record<string, object> };
let container: ChildProcess;
/** What it printed. */
let words = '';

const buildah = (...args: string[]) =>
  execFileSync('buildah', ['--root', join(folder, 'store'), '--runroot', join(folder, 'run'), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 ** 2,
  }).trim();

/** Debian 12 as its image on the registries has it, and the authorities that this machine trusts. */
function makeBase(): void {
  const tar = join(folder, 'base.tar');
  execFileSync(
    'mmdebstrap',
    [
      '--quiet',
      '--variant=minbase',
      '--include=ca-certificates',
      '--customize-hook=copy-in /usr/local/share/ca-certificates /usr/local/share',
      '--customize-hook=chroot "$1" update-ca-certificates',
      'bookworm',
      tar,
    ],
    { stdio: 'pipe' },
  );
  const empty = buildah('from', 'scratch');
  buildah('add', '--quiet', empty, tar, '/');
  buildah('commit', '--quiet', empty, BASE);
  buildah('rm', empty);
}

/** Runs it as `docker run --read-only --tmpfs /tmp --cap-drop=all` does, with a network of its own. */
function start(): ChildProcess {
  const child = spawn(
    'systemd-nspawn',
    [
      ...['--quiet', '--register=no', '--keep-unit', '--console=pipe', '--as-pid2', '--private-network'],
      ...[`--directory=${image}`, '--read-only', '--tmpfs=/tmp', `--bind=${join(folder, 'data')}:/data`],
      ...['--drop-capability=all', '--no-new-privileges=yes', `--user=${config.User}`],
      ...config.Entrypoint,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (words = `${words}${chunk}`.slice(-4000)));
  return child;
}

/** Its processes, as this machine counts, with their command lines. */
const processes = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!realpathSync(`/proc/${pid}/cwd`) || lstatSync(`/proc/${pid}`).uid !== ACCOUNT) return [];
        return [{ pid, line: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
      } catch {
        return [];
      }
    });
const processOf = (name: string) => processes().find(({ line }) => line.includes(`/${name}.js`))?.pid ?? '';

/** Runs a command beside it, with its account and as little as it may. */
function beside(...command: string[]) {
  const target = processes()[0]?.pid ?? '';
  const account = ['--reuid', `${ACCOUNT}`, '--regid', `${ACCOUNT}`, '--clear-groups', '--bounding-set', '-all'];
  const said = spawnSync('nsenter', ['-t', target, '-m', '-p', '-n', '--', 'setpriv', ...account, '--', ...command], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
    timeout: 20_000,
  });
  return { status: said.status, said: `${said.stdout}${said.stderr}` };
}
const health = () => beside(...config.Healthcheck.Test.slice(1));

/** Every file below, none of another file system. */
function* filesBelow(directory: string, skip: string[]): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (skip.includes(path)) continue;
    if (entry.isDirectory()) yield* filesBelow(path, skip);
    else if (entry.isFile()) yield path;
  }
}

describe.skipIf(why !== undefined)('the image', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'image-'));
    makeBase();
    const source = join(folder, 'source');
    execFileSync('git', ['clone', '--quiet', '--shared', ROOT, source]);
    const chosen = ['--isolation=chroot', '--network=host', '--pull-never', '--format=docker'];
    buildah('build', '--quiet', ...chosen, '--tag', NAME, source);
    config = (JSON.parse(buildah('inspect', '--type', 'image', NAME)) as { Docker: { config: typeof config } }).Docker
      .config;
    image = buildah('mount', buildah('from', '--pull-never', NAME));
    // What a volume is given: the owner of the folder that it hides.
    mkdirSync(join(folder, 'data'), { mode: 0o700 });
    const { uid, gid } = lstatSync(join(image, 'data'));
    chownSync(join(folder, 'data'), uid, gid);
    container = start();
    await until(() => processes().length > 3 && health().status === 0, 90).catch(() => {
      throw new Error(`it did not become well: ${words}`);
    });
  }, 600_000);

  afterAll(async () => {
    if (container && container.exitCode === null) {
      const gone = once(container, 'exit');
      container.kill('SIGTERM');
      await gone;
    }
    if (!folder) return;
    buildah('rm', '--all');
    buildah('rmi', '--all', '--force');
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test('runs without root, without a capability, without a way to any', () => {
    expect(config.User).toBe('cloister');
    expect(Object.keys(config.Volumes)).toEqual(['/data']);
    for (const { pid, line } of processes()) {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      expect(status, line).toMatch(new RegExp(`^Uid:(\\t${ACCOUNT}){4}$`, 'm'));
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
        expect(status, line).toMatch(new RegExp(`^${set}:\\t0{16}$`, 'm'));
    }
  });

  test('writes to its data and to nothing else', () => {
    for (const place of ['/', '/opt/cloister', '/etc', '/usr/bin', '/var/tmp'])
      expect(beside('touch', join(place, 'x')).said, place).toMatch(/Read-only file system|Permission denied/);
    expect(beside('touch', '/data/x').said).toBe('');
  });

  test('answers on its three origins', () => {
    for (const [port, place] of [
      [8443, 'exam'],
      [8444, 'staff'],
      [8445, 'room'],
    ] as const) {
      const asked = `require('https').get({ host: '127.0.0.1', port: ${port}, servername: '${place}.localhost',
        headers: { host: '${place}.localhost:${port}' }, rejectUnauthorized: false }, (answer) => (console.log(answer.statusCode), answer.resume()))`;
      const { said } = beside('/opt/cloister/bin/node', '--input-type=commonjs', '-e', asked);
      expect(said.trim(), place).toMatch(/^(200|303|401)$/);
    }
  });

  test.each(['custody', 'web', 'room'])(
    'is not healthy while %s does not answer, and healthy again after',
    (name) => {
      const pid = Number(processOf(name));
      expect(pid).toBeGreaterThan(1);
      process.kill(pid, 'SIGSTOP');
      try {
        const { status, said } = health();
        expect(status, said).toBeGreaterThan(0);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      expect(health()).toMatchObject({ status: 0 });
    },
    60_000,
  );

  test('stops when it is told to, and goes on with the same data', async () => {
    const before = readFileSync(join(folder, 'data/demonstration.json'), 'utf8');
    const gone = once(container, 'exit');
    container.kill('SIGTERM');
    await gone;
    await expect.poll(processes).toEqual([]);
    container = start();
    await until(() => processes().length > 3 && health().status === 0, 60);
    expect(readFileSync(join(folder, 'data/demonstration.json'), 'utf8')).toBe(before);
  }, 120_000);

  test('has no program that is neither Debian’s nor among ours, and of ours none under the GPL', () => {
    const listed = new Set<string>();
    const lists = join(image, 'var/lib/dpkg/info');
    // Debian lists what lies in /usr by the names that it had before the two were merged.
    for (const name of readdirSync(lists).filter((file) => file.endsWith('.list')))
      for (const line of readFileSync(join(lists, name), 'utf8').split('\n'))
        listed.add(line.replace(/^\/(bin|sbin|lib|lib64)\//, '/usr/$1/'));
    const ours = join(image, 'opt/cloister');
    const programs = [...filesBelow(image, [ours, join(image, 'proc'), join(image, 'sys'), join(image, 'dev')])].filter(
      (file) => readFileSync(file).subarray(0, 4).equals(Buffer.from('\x7fELF')),
    );
    expect(programs.length).toBeGreaterThan(100);
    expect(programs.map((file) => file.slice(image.length)).filter((file) => !listed.has(file))).toEqual([]);

    const licences = [...filesBelow(join(ours, 'node_modules'), [])]
      .filter((file) => /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file))
      .map((file) => JSON.parse(readFileSync(file, 'utf8')) as { name: string; license?: string })
      .map(({ name, license }) => `${name}: ${license}`);
    expect(licences.length).toBeGreaterThan(20);
    expect(
      licences.filter((one) => !/: \(?(MIT|ISC|Apache-2\.0|BSD|0BSD|BSD-[23]-Clause|OFL-1\.1)\b/.test(one)),
    ).toEqual([]);
  });
});
