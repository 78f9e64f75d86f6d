import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Examination } from './examination.ts';
import { PLACES } from './installation.ts';

const run = promisify(execFile);

const ACCOUNTS = ['cloister-custody', 'cloister-web', 'cloister-room', 'cloister-analysis'] as const;
type Account = (typeof ACCOUNTS)[number];

/** Who may read each folder; to everybody else it has to be shut. */
const READERS: Record<string, Account[]> = {
  [PLACES.custody]: ['cloister-custody'],
  [PLACES.web]: ['cloister-web'],
  [PLACES.recordings]: ['cloister-web', 'cloister-room'],
  [PLACES.credentials]: [],
};

/** Tries, as each account, what it can read: the kernel's answer, not what modes are thought to mean. Needs root. */
export async function examineAccounts(): Promise<Examination[]> {
  const found = await Promise.all(
    Object.entries(READERS).flatMap(([folder, readers]) =>
      ACCOUNTS.map(async (account) => {
        await stat(folder);
        const reads = await canRead(account, folder);
        if (reads === readers.includes(account)) return [];
        return [reads ? `${account} can read ${folder}, and must not` : `${account} cannot read ${folder}, and has to`];
      }),
    ),
  );
  const wrong = found.flat();
  const of = 'Accounts and folders';
  if (wrong.length === 0) return [{ of, verdict: 'well', means: 'Each account reads its own folders and no other’s.' }];
  return [
    {
      of,
      verdict: 'ill',
      means: `The separation of the processes does not hold: ${wrong.join('; ')}.`,
      mend: 'Run the playbook again, or “systemd-tmpfiles --create”; look who else was put into the groups cloister-….',
    },
  ];
}

async function canRead(account: Account, folder: string): Promise<boolean> {
  const as = ['--reuid', account, '--regid', account, '--init-groups', '--'];
  try {
    await run('setpriv', [...as, 'ls', folder]);
    return true;
  } catch (error) {
    // ls ends with 2 where it may not look; anything else is no answer.
    if ((error as { code?: number }).code === 2) return false;
    throw error;
  }
}
