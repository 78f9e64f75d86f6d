import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { provisionSoftToken } from '../hsm/token/provision.ts';

let folder: string;
const label = `o'brien "$HOME"`;
const pins = { pin: 'pin-of-the-user', soPin: 'pin-of-the-officer' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cloister-provision-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a soft token is made once, whatever its label holds, and kept when asked for again', async () => {
  const { configuration } = await provisionSoftToken({ folder, label, ...pins });
  const made = await readdir(join(folder, 'tokens'));
  expect(made).toHaveLength(1);
  expect(await provisionSoftToken({ folder, label, pin: 'other', soPin: 'other' })).toEqual({ configuration });
  expect(await readdir(join(folder, 'tokens'))).toEqual(made);
  const shown = await promisify(execFile)('softhsm2-util', ['--show-slots'], {
    env: { ...process.env, SOFTHSM2_CONF: configuration },
  });
  expect(shown.stdout).toContain(label);
});

test('the PINs stand in no command line while it is made', async () => {
  let watching = true;
  const seen = new Set<string>();
  const watch = (async () => {
    while (watching) {
      for (const pid of await descendants(process.pid))
        seen.add(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
      await setImmediate();
    }
  })();
  await provisionSoftToken({ folder, label: 'second', ...pins });
  watching = false;
  await watch;
  const lines = [...seen];
  expect(lines.some((line) => line.includes('softhsm2-util'))).toBe(true);
  expect(lines.filter((line) => line.includes(pins.pin) || line.includes(pins.soPin))).toEqual([]);
});

test('a PIN that no terminal or SoftHSM would take is refused, and leaves no token', async () => {
  for (const pin of ['x', 'two\nlines', 'p'.repeat(256)])
    await expect(provisionSoftToken({ folder, label: 'third', pin, soPin: pins.soPin })).rejects.toThrow(/4 to 255/);
  expect(await readdir(join(folder, 'tokens'))).toHaveLength(2);
});

test('a token that SoftHSM does not make is not taken for made', async () => {
  const tooLong = 'l'.repeat(33);
  await expect(provisionSoftToken({ folder, label: tooLong, ...pins })).rejects.toThrow(
    /The soft token was not made: /,
  );
  expect(await readdir(join(folder, 'tokens'))).toHaveLength(2);
});

/** The processes that this one has started, and theirs; nobody else's are looked at. */
async function descendants(pid: number | string): Promise<string[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const own = children.split(' ').filter(Boolean);
  return [...own, ...(await Promise.all(own.map(descendants))).flat()];
}
