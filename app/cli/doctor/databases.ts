import { join } from 'node:path';
import { migrations as ofWeb } from '../../../db/appliance/migrations.ts';
import { readVersion } from '../../../db/sqlite.ts';
import type { Examination } from './examination.ts';
import { PLACES } from './installation.ts';

/** Looks whether web's database is of this program's version. Custody says of its own, when it starts. */
export async function examineDatabases(): Promise<Examination[]> {
  const of = 'Web’s database';
  const [known, found] = [ofWeb.length, readVersion(join(PLACES.web, 'appliance.db'))];
  if (found === known) return [{ of, verdict: 'well', means: `It is of version ${found}, which this program knows.` }];
  return [
    found > known
      ? {
          of,
          verdict: 'ill',
          means: `It is of version ${found}; this program knows versions up to ${known}, and does not start.`,
          mend: 'Install the newer program again: docs/upgrade.md.',
        }
      : {
          of,
          verdict: 'doubtful',
          means: `It is of version ${found}, and this program of ${known}: web has not started since the upgrade.`,
          mend: 'Restart cloister-web.',
        },
  ];
}
