import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningCustody, startCustody } from './custody-process.ts';
import { FULL } from './full.ts';
import { handOut, pinOf } from './sealing-setting.ts';

type Outcome = 'PIN file only' | 'PIN file and sealed file' | 'sealed file only';

/** Calls before which custody is killed, in the order in which sealing makes them: as the how-manieth of their kind, and what is to be left. */
const STEPS: { call: string; nth: number; left: Outcome; also?: true }[] = [
  { call: 'openat', nth: 1, left: 'PIN file only' },
  { call: 'write', nth: 1, left: 'PIN file only' },
  { call: 'fsync', nth: 1, left: 'PIN file only', also: true },
  { call: 'rename', nth: 1, left: 'PIN file only' },
  { call: 'openat', nth: 2, left: 'PIN file and sealed file' },
  { call: 'fsync', nth: 2, left: 'PIN file and sealed file' },
  { call: 'unlink', nth: 1, left: 'PIN file and sealed file' },
  { call: 'openat', nth: 3, left: 'sealed file only', also: true },
  { call: 'fsync', nth: 3, left: 'sealed file only' },
];

let custody: RunningCustody;
let pin: string;
beforeAll(async () => {
  custody = await startCustody({
    unfounded: true,
    // Calls are counted per thread, and these are made in the pool's.
    environment: { UV_THREADPOOL_SIZE: '1' },
  });
  pin = pinOf(custody);
});
afterAll(() => custody.stop());

const sealedFile = () => join(custody.data, 'custody/sealed-pin.json');

/** Has custody killed before the n-th call of a kind that touches the PIN, the sealed file or their folders. */
async function killBefore(pid: number, call: string, nth: number) {
  const paths = ['custody', 'custody/sealed-pin.json.new', 'custody/sealed-pin.json', 'pin', '.'];
  const watched = paths.flatMap((path) => ['-P', join(custody.data, path)]);
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${nth}`];
  const strace = spawn('strace', ['-f', '-p', String(pid), ...watched, ...inject], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(strace, 'close');
  let words = '';
  await new Promise<void>((attached, failed) => {
    strace.stderr.on('data', (chunk) => {
      words += chunk;
      if (words.includes('attached')) attached();
    });
    strace.once('exit', () => failed(new Error(words)));
  });
  return async () => {
    if (strace.exitCode === null && strace.signalCode === null) strace.kill('SIGINT');
    // One that loses its process while it lets go of it waits for ever.
    const hard = setTimeout(() => strace.kill('SIGKILL'), 2_000);
    await ended;
    clearTimeout(hard);
  };
}

test.each(STEPS.filter(({ also }) => FULL || also))(
  'killed before $call number $nth of sealing, custody is left with $left, and starts with it',
  async ({ call, nth, left }) => {
    const shares = await handOut(custody);
    const letGo = await killBefore(custody.pid(), call, nth);
    await expect(custody.operator.completeSealing()).rejects.toThrow('custody-away');
    await custody.gone();
    await letGo();

    const [pinLeft, sealedLeft] = [existsSync(join(custody.data, 'pin')), existsSync(sealedFile())];
    expect([pinLeft, sealedLeft]).toEqual([left !== 'sealed file only', left !== 'PIN file only']);
    if (pinLeft) expect(readFileSync(join(custody.data, 'pin'), 'utf8')).toBe(pin);
    await custody.start();
    expect((await custody.operator.state()).state).toBe(pinLeft ? 'open' : 'sealed');
    if (!sealedLeft) return;

    // It opens with what was handed out, also where the PIN file is still there.
    await custody.kill();
    rmSync(join(custody.data, 'pin'), { force: true });
    await custody.start();
    for (const share of shares.slice(1)) await custody.operator.giveShare(share);
    expect((await custody.operator.state()).state).toBe('open');
    await custody.kill();
    rmSync(sealedFile());
    writeFileSync(join(custody.data, 'pin'), pin);
    await custody.start();
  },
);
