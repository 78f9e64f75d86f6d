import { join } from 'node:path';
import { pino } from 'pino';
import { tellReady } from '../systemd/supervision.ts';
import { listDocumentIds } from '../db/appliance/documents.ts';
import { listHandInIds } from '../db/appliance/hand-ins.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { AttemptKeys } from './attempts/attempt-keys.ts';
import { finishAttempt } from './attempts/ending.ts';
import { ConfigError, readConfig } from './config.ts';
import { BRISK, connectWeb } from './custody/client.ts';
import { Registrations } from './custody/registrations.ts';
import { examOrigin } from './exam-origin.ts';
import { RuleBook } from './exams/rule-book.ts';
import { listen, stopListening } from './http/listen.ts';
import { mailSettingsOf } from './mail/settings.ts';
import { Files } from './place/files.ts';
import { Recordings } from './recordings/recordings.ts';
import { Mailing } from './roster/mailing.ts';
import { Conditions } from './sitting/condition.ts';
import { staffOrigin } from './staff-origin.ts';
import { Witnessing } from './witnesses/witnessing.ts';

/** Most bytes of one segment: a few seconds of camera and sound are 200 to 500 KiB. */
const SEGMENT_LIMIT = 4 * 2 ** 20;

/** Most connections at once, where LimitNOFILE allows for them: a browser opens two to six. */
const CONNECTIONS = { exam: 20_000, staff: 1000 };

/** Starts web: two origins, exam and staff. It holds ciphertext, metadata and sessions, and never a content key. */
async function main(): Promise<void> {
  const config = readConfig('web');
  const log = pino({ level: config.CLOISTER_LOG_LEVEL, base: { process: 'web' } });
  process.umask(0o027);
  const db = openApplianceDatabase(config.CLOISTER_DATABASE);
  const custody = connectWeb(config.CLOISTER_CUSTODY_SOCKET);
  const briskCustody = connectWeb(config.CLOISTER_CUSTODY_SOCKET, BRISK);
  const registrations = new Registrations({ db, brisk: briskCustody, patient: custody, log });
  const recordings = new Recordings({
    folder: config.CLOISTER_RECORDINGS,
    db,
    registrations,
    limits: { segment: SEGMENT_LIMIT, diskReserve: config.CLOISTER_DISK_RESERVE },
    log,
  });
  registrations.open((attempt, seal, receipt) => finishAttempt({ db, recordings }, attempt, seal, receipt));
  const files = new Files(config.CLOISTER_FILES, config.CLOISTER_DISK_RESERVE);
  await files.sweep([...listDocumentIds(db), ...listHandInIds(db)]);
  const parts = {
    config,
    db,
    custody,
    briskCustody,
    ledgerFile: connectWeb(config.CLOISTER_CUSTODY_SOCKET, BRISK).ledgerFile,
    registrations,
    rules: new RuleBook({ db, custody, log }),
    keys: new AttemptKeys(db),
    recordings,
    conditions: new Conditions(),
    files,
    assetFolder: join(import.meta.dirname, 'assets'),
    log,
  };
  const settings = mailSettingsOf(config);
  const mailing =
    settings &&
    new Mailing({
      ...{ db, settings, log },
      institution: config.CLOISTER_INSTITUTION,
      examOrigin: config.CLOISTER_EXAM_ORIGIN,
    });
  const witnessing = new Witnessing({ witnesses: config.CLOISTER_WITNESSES, custody, log });
  const address = config.CLOISTER_ADDRESS;
  const servers = await Promise.all([
    listen({
      fetch: examOrigin(parts).fetch,
      place: 'exam',
      address,
      port: config.CLOISTER_EXAM_PORT,
      certificate: config.CLOISTER_EXAM_CERTIFICATE,
      key: config.CLOISTER_EXAM_KEY,
      connections: CONNECTIONS.exam,
    }),
    listen({
      fetch: staffOrigin({ ...parts, mailing }).fetch,
      place: 'staff',
      address,
      port: config.CLOISTER_STAFF_PORT,
      certificate: config.CLOISTER_STAFF_CERTIFICATE,
      key: config.CLOISTER_STAFF_KEY,
      connections: CONNECTIONS.staff,
    }),
  ]);
  mailing?.open();
  witnessing.open();
  log.info({ exam: config.CLOISTER_EXAM_ORIGIN, staff: config.CLOISTER_STAFF_ORIGIN }, 'ready');
  await tellReady();

  const stop = async () => {
    witnessing.close();
    await Promise.all([...servers.map(stopListening), mailing?.close()]);
    await registrations.close();
    await recordings.close();
    db.$client.close();
    process.exit(0);
  };
  process.once('disconnect', stop);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
