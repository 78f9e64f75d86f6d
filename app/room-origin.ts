import type { Logger } from 'pino';
import type { RoomConfig } from './config.ts';
import type { RoomCustody } from './custody/client.ts';
import { assets } from './http/assets.ts';
import { originApp } from './http/origin-app.ts';
import { FailurePage } from './room/failure-page.tsx';
import { roomRoutes } from './room/routes.tsx';
import { Shelf } from './room/shelf.ts';

/** The room's origin: the one place where passkeys are touched and recordings play. */
export function roomOrigin(parts: { config: RoomConfig; custody: RoomCustody; assetFolder: string; log: Logger }) {
  const { config, custody, assetFolder, log } = parts;
  return originApp({
    place: 'room',
    origin: config.CLOISTER_ROOM_ORIGIN,
    formTargets: [config.CLOISTER_STAFF_ORIGIN],
    failed: FailurePage,
    log,
  })
    .route('/', roomRoutes({ custody, shelf: new Shelf(config.CLOISTER_RECORDINGS), config }))
    .route('/', assets(assetFolder));
}
