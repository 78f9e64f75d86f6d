import { Hono } from 'hono';
import { reportRoutes } from '../conduct/officer-routes.tsx';
import type { RoomConfig } from '../config.ts';
import type { RoomCustody } from '../custody/client.ts';
import { actRoutes } from './act-routes.tsx';
import { attemptRoutes, batchRoutes } from './attempt-routes.tsx';
import { deskRoutes } from './desk-routes.tsx';
import { examRoutes } from './exam-routes.tsx';
import { grantRoutes } from './grant-routes.tsx';
import { representativeRoutes } from './representative-routes.tsx';
import type { RoomEnv } from './session-guard.ts';
import { sessionRoutes } from './session-routes.tsx';
import type { Shelf } from './shelf.ts';
import { ticketRoutes } from './ticket-routes.tsx';
import { unitRoutes } from './unit-routes.tsx';

/** What the room's routes are made of. */
export interface RoomParts {
  custody: RoomCustody;
  shelf: Shelf;
  config: Pick<RoomConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_STAFF_ORIGIN'>;
}

/** Every page of the reading room, and what its scripts ask. Who is not signed in reaches sign-in and enrolment only. */
export function roomRoutes(parts: RoomParts) {
  return new Hono<RoomEnv>()
    .route('/', sessionRoutes(parts))
    .route('/desk', deskRoutes(parts))
    .route('/acts', actRoutes(parts))
    .route('/attempts', attemptRoutes(parts))
    .route('/batches', batchRoutes(parts))
    .route('/representatives', representativeRoutes(parts))
    .route('/units', unitRoutes(parts))
    .route('/exams', examRoutes(parts))
    .route('/reports', reportRoutes(parts))
    .route('/tickets', ticketRoutes(parts))
    .route('/grants/:grant', grantRoutes(parts));
}
