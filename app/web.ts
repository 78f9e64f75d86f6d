import { join } from 'node:path';
import { pino } from 'pino';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { sessionRoutes } from './accounts/routes.ts';
import { attemptRoutes } from './attempts/routes.tsx';
import { ConfigError, readConfig } from './config.ts';
import { connectWeb } from './custody/client.ts';
import { examPageRoutes, staffExamRoutes } from './exams/routes.tsx';
import { assets } from './http/assets.ts';
import { requireAttempt } from './http/attempt.ts';
import { ledgerFiles } from './http/ledger-files.ts';
import { listen, stopListening } from './http/listen.ts';
import { originApp } from './http/origin-app.ts';
import { staffNetworks } from './http/staff-networks.ts';
import { Recordings } from './recordings/recordings.ts';
import { recordingRoutes } from './recordings/routes.ts';

/** Most bytes of one segment: a few seconds of camera and sound are 200 to 500 KiB. */
const SEGMENT_LIMIT = 4 * 2 ** 20;

/** Starts web: two origins, exam and staff. It holds ciphertext, metadata and sessions, and never a content key. */
async function main(): Promise<void> {
  const config = readConfig('web');
  const log = pino({ level: config.CLOISTER_LOG_LEVEL, base: { process: 'web' } });
  process.umask(0o027);
  const db = openApplianceDatabase(config.CLOISTER_DATABASE);
  const custody = connectWeb(config.CLOISTER_CUSTODY_SOCKET);
  const recordings = new Recordings({
    folder: config.CLOISTER_RECORDINGS,
    db,
    custody,
    limits: { segment: SEGMENT_LIMIT, diskReserve: config.CLOISTER_DISK_RESERVE },
    log,
  });
  const assetFolder = join(import.meta.dirname, 'assets');

  const exam = originApp({ place: 'exam', origin: config.CLOISTER_EXAM_ORIGIN, log })
    .use('/recordings/*', requireAttempt(db, custody))
    .use('/recordings', requireAttempt(db, custody))
    .route('/', recordingRoutes({ recordings }))
    .route('/', attemptRoutes({ db, custody, recordings, config }))
    .route('/', examPageRoutes({ config }))
    .route('/', ledgerFiles(custody.ledgerFile))
    .route('/', assets(assetFolder));

  const staff = originApp({
    place: 'staff',
    origin: config.CLOISTER_STAFF_ORIGIN,
    // Signing in here begins in the room, whose page posts the ticket.
    foreignPosts: { '/session': config.CLOISTER_ROOM_ORIGIN },
    log,
  })
    .use(staffNetworks(config.CLOISTER_STAFF_NETWORKS))
    .route('/', sessionRoutes({ custody }))
    .route('/', staffExamRoutes({ db, custody, config }))
    .route('/', assets(assetFolder));

  const address = config.CLOISTER_ADDRESS;
  const servers = await Promise.all([
    listen({
      fetch: exam.fetch,
      address,
      port: config.CLOISTER_EXAM_PORT,
      certificate: config.CLOISTER_EXAM_CERTIFICATE,
      key: config.CLOISTER_EXAM_KEY,
    }),
    listen({
      fetch: staff.fetch,
      address,
      port: config.CLOISTER_STAFF_PORT,
      certificate: config.CLOISTER_STAFF_CERTIFICATE,
      key: config.CLOISTER_STAFF_KEY,
    }),
  ]);
  log.info({ exam: config.CLOISTER_EXAM_ORIGIN, staff: config.CLOISTER_STAFF_ORIGIN }, 'ready');
  process.send?.('ready');

  const stop = async () => {
    await Promise.all(servers.map(stopListening));
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
