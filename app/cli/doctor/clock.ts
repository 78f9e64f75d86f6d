import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Examination } from './examination.ts';

/** Windows of exams, deadlines and every entry of the ledger go by this machine's clock. */
export async function examineClock(): Promise<Examination[]> {
  const of = 'Clock';
  const { stdout } = await promisify(execFile)('timedatectl', ['show', '--property=NTPSynchronized', '--value']);
  if (stdout.trim() === 'yes') return [{ of, verdict: 'well', means: 'It is kept by a time server.' }];
  return [
    {
      of,
      verdict: 'doubtful',
      means: 'It is kept by no time server: exams begin and end, and entries are dated, by a clock that drifts.',
      mend: 'Install systemd-timesyncd or chrony, and name the campus’s time server.',
    },
  ];
}
