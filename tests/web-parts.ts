import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { AttemptKeys } from '../app/attempts/attempt-keys.ts';
import { finishAttempt } from '../app/attempts/ending.ts';
import { BRISK, connectWeb } from '../app/custody/client.ts';
import { Registrations } from '../app/custody/registrations.ts';
import { RuleBook } from '../app/exams/rule-book.ts';
import { Files } from '../app/place/files.ts';
import { Recordings } from '../app/recordings/recordings.ts';
import { Conditions } from '../app/sitting/condition.ts';
import type { ApplianceDatabase } from '../db/appliance/open.ts';

/**
 * What web is made of between its origins and custody, put together as app/web.ts does.
 * @param options.data custody's folder; `folder` is the recordings'
 */
export function openWebParts(options: {
  db: ApplianceDatabase;
  data: string;
  folder: string;
  limits: { segment: number; diskReserve: number };
}) {
  const { db, folder, limits } = options;
  const log = pino({ level: 'silent' });
  const socket = join(options.data, 'sockets/web.sock');
  const custody = connectWeb(socket);
  const briskCustody = connectWeb(socket, BRISK);
  const registrations = new Registrations({ db, brisk: briskCustody, patient: custody, log });
  const recordings = new Recordings({ folder, db, registrations, limits, log });
  registrations.open((attempt, seal, receipt) => finishAttempt({ db, recordings }, attempt, seal, receipt));
  const rules = new RuleBook({ db, custody, log });
  const filesFolder = join(options.data, 'files');
  mkdirSync(filesFolder, { recursive: true });
  return {
    db,
    custody,
    briskCustody,
    ledgerFile: connectWeb(socket, BRISK).ledgerFile,
    registrations,
    recordings,
    conditions: new Conditions(),
    files: new Files(filesFolder, limits.diskReserve),
    filesFolder,
    rules,
    keys: new AttemptKeys(db),
    log,
    async close() {
      await registrations.close();
      await recordings.close();
    },
  };
}
