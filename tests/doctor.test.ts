/** What `cloister doctor` concludes; on an installed machine it is tried in install.test.ts. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examineToken } from '../app/cli/doctor/custody.ts';
import { examineDisk } from '../app/cli/doctor/disk.ts';
import { attempted, type Examination, EXIT_CODES, worstOf } from '../app/cli/doctor/examination.ts';
import { readSettings } from '../app/cli/doctor/installation.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'doctor-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const found = (verdict: Examination['verdict']): Examination => ({ of: 'It', verdict, means: '' });

test('the worst of what was found is the verdict, and what could not be looked at is worse than a doubt', () => {
  expect(worstOf([])).toBe('well');
  expect(worstOf([found('well'), found('doubtful'), found('well')])).toBe('doubtful');
  expect(worstOf([found('not-examined'), found('doubtful')])).toBe('not-examined');
  expect(worstOf([found('ill'), found('not-examined')])).toBe('ill');
  // As monitoring has them: OK, WARNING, CRITICAL, UNKNOWN.
  expect(EXIT_CODES).toEqual({ well: 0, doubtful: 1, ill: 2, 'not-examined': 3 });
});

test('a look that fails says so instead of ending the others', async () => {
  const [one] = await attempted('Clock', () => Promise.reject(new Error('there is no timedatectl')));
  expect(one).toMatchObject({ of: 'Clock', verdict: 'not-examined', means: expect.stringContaining('timedatectl') });
});

test('the disk is measured with real syncs against how many are planned, and nothing of it is left', async () => {
  const few = await examineDisk(folder, { testTakers: 1, hours: 1 });
  expect(few.map(({ of, verdict }) => [of, verdict])).toEqual([
    ['Disk space', 'well'],
    ['Disk speed', 'well'],
  ]);
  const many = await examineDisk(folder, { testTakers: 10_000_000, hours: 3 });
  expect(many.map(({ verdict }) => verdict)).toEqual(['doubtful', 'ill']);
  for (const { mend } of many) expect(mend).toBeTruthy();
  expect(readdirSync(folder)).toEqual([]);
});

test('a token is well, in doubt or ill by what custody says of it, with what to do', () => {
  const state = {
    state: 'open',
    algorithm: 'RSA-OAEP',
    releaseMode: 'in-token',
    unkeptRights: [],
  } as unknown as Parameters<typeof examineToken>[0];
  expect(examineToken(state)).not.toHaveProperty('mend');
  for (const [change, verdict] of [
    [{ state: 'sealed' }, 'doubtful'],
    [{ state: 'token-away' }, 'ill'],
    [{ releaseMode: 'host-transient' }, 'doubtful'],
    [{ unkeptRights: ['decrypt'] }, 'doubtful'],
  ] as const) {
    const examined = examineToken({ ...state, ...change } as typeof state);
    expect(examined.verdict, JSON.stringify(change)).toBe(verdict);
    expect(examined.mend).toBeTruthy();
  }
});

test('settings are read as systemd reads them: comments, quotes, spaces in values', () => {
  expect(readSettings(join(folder, 'nowhere'))).toBeUndefined();
  for (const name of ['appliance', 'web', 'custody']) {
    writeFileSync(
      join(folder, `${name}.env`),
      `# What ${name} knows.\nCLOISTER_INSTITUTION="University of Example"\nCLOISTER_PORT=8443\n`,
    );
  }
  expect(readSettings(folder)?.web).toEqual({ CLOISTER_INSTITUTION: 'University of Example', CLOISTER_PORT: '8443' });
});
