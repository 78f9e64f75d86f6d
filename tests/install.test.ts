/** The appliance as campus IT installs it, on a machine of its own: installed, sat, reviewed, attacked, killed, restarted, upgraded, stepped back. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approve, foundRegister, publish } from '../app/cli/demo-register.ts';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import { connectOperator, connectRoom, connectWeb } from '../app/custody/client.ts';
import { enterExam } from '../app/exams/exam.ts';
import { fragmentOf } from '../app/exams/fingerprint.ts';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { openContext, plugInSecurityKey } from './chromium.ts';
import { CleanMachine, whyNoMachine } from './clean-machine.ts';
import { assign } from './custody-process.ts';
import { FULL } from './full.ts';
import { FAKE_DEVICES, finish, openRecorder, until } from './recorder-browser.ts';
import { SecurityKey } from './security-key.ts';

const ROOT = join(import.meta.dirname, '..');
const NEWER = '0.1.1-test';
const SERVICES = ['cloister-custody', 'cloister-web', 'cloister-room'];
const ORIGINS = {
  exam: 'https://exam.localhost:8443',
  staff: 'https://staff.localhost:8444',
  room: 'https://room.localhost:8445',
};

const why = FULL ? whyNoMachine() : 'it is among the long tests';
if (FULL && why) console.warn(`The installed appliance is not tested: ${why}.`);

let folder: string;
let machine: CleanMachine;
let browser: Browser;
let version: string;
let variables: Record<string, unknown>;
let attempt: string;

/** Makes a bundle of a version of what is here. */
function bundle(as: string): string {
  const source = join(folder, `source-${as}`);
  execFileSync('git', ['clone', '--quiet', '--shared', ROOT, source]);
  symlinkSync(join(ROOT, 'node_modules'), join(source, 'node_modules'));
  const file = join(source, 'package.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"version": "[^"]+"/, `"version": "${as}"`));
  execFileSync(join(source, 'bin/bundle'), [join(folder, 'bundles')], { stdio: 'pipe' });
  return join(folder, 'bundles', `cloister-${as}.tar`);
}

const doctor = async () => {
  const { out } = await machine.run(['cloister', 'doctor', '--test-takers', '1', '--json']);
  return JSON.parse(out) as { verdict: string; examinations: { of: string; verdict: string; means: string }[] };
};
/** What keeps a trial machine from being well all round: nobody sets its clock. */
const ailments = async () =>
  (await doctor()).examinations.filter(({ of, verdict }) => verdict !== 'well' && of !== 'Clock');
const wellAgain = () => until(async () => (await ailments().catch(() => ['away'])).length === 0, 60);
const pidOf = async (service: string) =>
  (await machine.run(['systemctl', 'show', '--property=MainPID', '--value', service])).out.trim();
const changedIn = (said: string) => /changed=(\d+)\s+unreachable=0\s+failed=0/.exec(said)?.[1];

describe.skipIf(why !== undefined)('on a clean machine', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'install-'));
    mkdirSync(join(folder, 'bundles'));
    version = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
    machine = await CleanMachine.boot();
    variables = {
      cloister_bundle: bundle(version),
      cloister_bundle_key: join(folder, 'bundles/cloister-bundle.pub'),
      cloister_version: version,
      cloister_institution: DEMONSTRATION.institution,
      ...{ cloister_exam_origin: ORIGINS.exam, cloister_exam_listen: '127.0.0.1:8443' },
      ...{ cloister_staff_origin: ORIGINS.staff, cloister_staff_listen: '127.0.0.1:8444' },
      ...{ cloister_room_origin: ORIGINS.room, cloister_room_listen: '127.0.0.1:8445' },
      cloister_staff_networks: '127.0.0.0/8',
    };
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await machine?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test('the playbook says what it would do, changes nothing by that, and installs everything in one run under ten minutes', async () => {
    const checked = await machine.play(variables, '--check');
    expect(checked.status, checked.out).toBe(0);
    expect((await machine.run(['ls', '/opt/cloister'])).status).not.toBe(0);
    const began = performance.now();
    const first = await machine.play(variables);
    const seconds = (performance.now() - began) / 1000;
    expect(first.status, first.out).toBe(0);
    console.info(`installed in ${seconds.toFixed()} s`);
    expect(seconds).toBeLessThan(600);
    expect(await ailments()).toEqual([]);
  }, 900_000);

  test('a second run changes nothing', async () => {
    const again = await machine.play(variables);
    expect(changedIn(again.out), again.out).toBe('0');
  }, 300_000);

  test('a bundle that somebody changed is not installed', async () => {
    const [altered, other] = [join(folder, 'altered.tar'), '9.9.9'];
    cpSync(variables['cloister_bundle'] as string, altered);
    const unpacked = mkdtempSync(join(folder, 'altered-'));
    execFileSync('tar', ['-xf', altered, '-C', unpacked]);
    writeFileSync(join(unpacked, 'VERSION'), `${other}\n`);
    execFileSync('tar', ['-cf', altered, '-C', unpacked, '.']);
    const refused = await machine.play({ ...variables, cloister_bundle: altered, cloister_version: other });
    expect(refused.status).not.toBe(0);
    expect(refused.out).toContain('not what was signed');
    expect((await machine.run(['ls', '/opt/cloister/releases'])).out.trim()).toBe(version);
    expect(await ailments()).toEqual([]);
  }, 300_000);

  test('units verify without a word, each process under its own account, and none has a network of its own', async () => {
    const units = (await machine.run(['sh', '-c', 'ls /etc/systemd/system/cloister*.service'])).out.trim().split('\n');
    const { status, err } = await machine.run(['systemd-analyze', 'verify', ...units]);
    expect([status, err]).toEqual([0, '']);
    for (const service of SERVICES) {
      const pid = await pidOf(service);
      expect((await machine.run(['stat', '--format=%U', `/proc/${pid}`])).out.trim(), service).toBe(service);
      const interfaces = (await machine.run(['nsenter', '--target', pid, '--net', 'ip', '-brief', 'address'])).out;
      // Nothing but a loopback of its own: what it answers on was opened for it before.
      expect(interfaces.trim().split('\n'), service).toEqual([expect.stringMatching(/^lo /)]);
      const [own, machines] = (await machine.run(['readlink', `/proc/${pid}/ns/net`, '/proc/1/ns/net'])).out.split(
        '\n',
      );
      expect(own, service).not.toBe(machines);
    }
  });

  test('a test taker records in a browser outside, a reviewer watches it, and receipt and ledger verify', async () => {
    const desk = {
      roomOrigin: ORIGINS.room,
      operator: connectOperator(machine.path('/run/cloister/operator.sock')),
      room: connectRoom(machine.path('/run/cloister/room.sock')),
      web: connectWeb(machine.path('/run/cloister/web.sock')),
    };
    const { founders: names, title, policy, setup } = DEMONSTRATION;
    const founders = await foundRegister(desk, names, () => new SecurityKey());
    const exam = randomUUID();
    const rules = await publish(desk, founders.administrator, { exam, title, policy, setup });
    const invited = await approve(desk, founders.officers, { name: 'Ines Moreau', roles: ['reviewer'] });
    await assign({ ...desk, founders }, exam, invited.representative);
    const db = openApplianceDatabase(join(machine.root, 'var/lib/cloister-web/appliance.db'));
    enterExam(db, rules);
    const { token } = enterTestTaker(db, { exam, candidate: 'T-1', name: 'Amal Haddad' });
    db.$client.close();

    browser = await chromium.launch({
      executablePath: machine.withItsNetwork('/usr/bin/chromium'),
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', ...FAKE_DEVICES],
    });
    const taker = await (await openContext(browser)).newPage();
    await openRecorder(taker, `${ORIGINS.exam}/i/${token}#${fragmentOf(rules.examKey.applianceKey)}`);
    await taker.click('[data-allow]');
    await taker.click('[data-share]');
    await taker.click('[data-start]:not([disabled])');
    await taker.waitForSelector('[data-step=record]:not([hidden])');
    await taker.waitForTimeout(8_000);
    await finish(taker);
    const [download] = await Promise.all([taker.waitForEvent('download'), taker.click('[data-receipt]')]);
    const receipt = join(machine.root, 'root/receipt.json');
    await download.saveAs(receipt);
    const verified = await machine.run(['cloister', 'receipt', 'verify', '/root/receipt.json']);
    expect(verified.status, verified.err).toBe(0);

    const reviewer = await (await openContext(browser)).newPage();
    await watch(reviewer, invited.enrolment);
    attempt = new URL(reviewer.url()).pathname;
    const ledger = await machine.run(['cloister', 'ledger', 'verify', '/var/lib/cloister-custody/ledger']);
    expect(ledger.status, ledger.err).toBe(0);
  }, 180_000);

  test('as each account, the others’ files, sockets and memory and the token are out of reach', async () => {
    const own: Record<string, string[]> = {
      'cloister-custody': ['/var/lib/cloister-custody'],
      'cloister-web': ['/var/lib/cloister-web', '/var/lib/cloister-recordings', '/run/cloister/web.sock'],
      'cloister-room': ['/var/lib/cloister-recordings', '/run/cloister/room.sock'],
      'cloister-analysis': ['/run/cloister/analysis.sock'],
    };
    const folders = [
      '/var/lib/cloister-custody',
      '/var/lib/cloister-web',
      '/var/lib/cloister-recordings',
      '/etc/cloister/credentials',
    ];
    const sockets = ['web', 'room', 'operator', 'analysis'].map((peer) => `/run/cloister/${peer}.sock`);
    const connect = `import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])`;
    for (const [account, mine] of Object.entries(own)) {
      for (const each of folders) {
        const { status } = await machine.run(['ls', each], account);
        expect(status === 0, `${account} lists ${each}`).toBe(mine.includes(each));
      }
      for (const each of sockets) {
        const { status } = await machine.run(['python3', '-c', connect, each], account);
        expect(status === 0, `${account} connects to ${each}`).toBe(mine.includes(each));
      }
      for (const service of SERVICES.filter((one) => one !== account)) {
        const pid = await pidOf(service);
        for (const each of ['mem', 'environ', 'fd', 'root', 'maps']) {
          const { status } = await machine.run(
            ['sh', '-c', `head -c1 /proc/${pid}/${each} || ls /proc/${pid}/${each}/`],
            account,
          );
          expect(status, `${account} reads ${each} of ${service}`).not.toBe(0);
        }
      }
      if (account === 'cloister-custody') continue;
      const token = 'SOFTHSM2_CONF=/var/lib/cloister-custody/token/softhsm2.conf softhsm2-util --show-slots';
      const { out } = await machine.run(['sh', '-c', token], account);
      expect(out, `${account} sees the token`).not.toMatch(/Initialized:\s+yes/);
    }
    // Web only adds to recordings; the room only reads them.
    const written = await machine.run(['touch', '/var/lib/cloister-recordings/planted'], 'cloister-room');
    expect(written.status).not.toBe(0);
  }, 120_000);

  test('whatever is killed, the token’s process too, comes back and is well', async () => {
    for (const service of SERVICES) {
      const pid = await pidOf(service);
      await machine.run(['kill', '-KILL', pid]);
      await until(async () => ![pid, '0'].includes(await pidOf(service)), 30);
      await wellAgain();
    }
    const token = (await machine.run(['pgrep', '--parent', await pidOf('cloister-custody')])).out.trim().split('\n');
    expect(token).toHaveLength(1);
    await machine.run(['kill', '-KILL', token[0] as string]);
    await wellAgain();
  }, 240_000);

  test('a process that hangs is ended by the watchdog and started again', async () => {
    const pid = await pidOf('cloister-room');
    await machine.run(['kill', '-STOP', pid]);
    await until(async () => ![pid, '0'].includes(await pidOf('cloister-room')), 150);
    await wellAgain();
  }, 240_000);

  test('after a reboot it is well by itself, and what was recorded can be watched', async () => {
    await browser.close();
    await machine.reboot();
    await wellAgain();
    const ledger = await machine.run(['cloister', 'ledger', 'verify', '/var/lib/cloister-custody/ledger']);
    expect(ledger.status, ledger.err).toBe(0);
    const [recordings] = (
      await machine.run(['sh', '-c', 'find /var/lib/cloister-recordings -type f | wc -l'])
    ).out.split('\n');
    expect(Number(recordings)).toBe(2);
    expect(attempt).toMatch(/^\/grants\//);
  }, 240_000);

  test('an upgrade is a variable, and so is the step back', async () => {
    const newer = await machine.play({ ...variables, cloister_bundle: bundle(NEWER), cloister_version: NEWER });
    expect(newer.status, newer.out).toBe(0);
    expect((await machine.run(['cloister', '--version'])).out.trim()).toBe(NEWER);
    expect(await ailments()).toEqual([]);
    // The bundle is not needed for what is installed.
    const back = await machine.play({ ...variables, cloister_bundle: '' });
    expect(back.status, back.out).toBe(0);
    expect((await machine.run(['cloister', '--version'])).out.trim()).toBe(version);
    expect(await ailments()).toEqual([]);
  }, 600_000);

  test('a playbook that leaves a dead service behind says that it failed', async () => {
    // What keeps web from starting is found after systemd has called it started.
    const broken = { ...variables, cloister_web_settings: { CLOISTER_DISK_RESERVE: 'much' } };
    const said = await machine.play(broken);
    expect(said.status).not.toBe(0);
    const mended = await machine.play(variables);
    expect(mended.status, mended.out).toBe(0);
    expect(await ailments()).toEqual([]);
  }, 600_000);
});

/** Enrols a reviewer, opens the one recording and sees it move. */
async function watch(page: Page, enrolment: string): Promise<void> {
  await plugInSecurityKey(page);
  await page.goto(`${ORIGINS.room}/enrolments/${enrolment}`);
  await page.getByRole('button', { name: 'Enrol this passkey' }).click();
  await page.waitForURL('**/desk');
  await page.getByRole('link', { name: 'T-1' }).click();
  await page.getByRole('button', { name: /Ask for the key/ }).click();
  await page.waitForURL('**/acts/*');
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.waitForURL('**/grants/*');
  await page.keyboard.press('k');
  const video = page.locator('video[data-source=camera]');
  await expect.poll(() => video.evaluate((element: HTMLVideoElement) => element.currentTime)).toBeGreaterThan(1);
}
