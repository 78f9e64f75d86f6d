import { sessionRoutes } from './accounts/routes.ts';
import type { WebParts } from './exam-origin.ts';
import { draftRoutes } from './exams/draft-routes.tsx';
import { staffExamRoutes } from './exams/routes.tsx';
import { assets } from './http/assets.ts';
import { originApp } from './http/origin-app.ts';
import { staffNetworks } from './http/staff-networks.ts';
import { documentRoutes } from './place/document-routes.tsx';
import { handInRoutes } from './place/hand-in-routes.tsx';
import { passwordRoutes } from './place/password-routes.tsx';
import { rosterRoutes } from './roster/routes.tsx';

/** The staff origin: exams, as they are set up and sat, and rosters, on the institution's own networks only, and never a recording. */
export function staffOrigin({ config, db, files, custody, assetFolder, log }: Omit<WebParts, 'recordings'>) {
  return originApp({
    place: 'staff',
    origin: config.CLOISTER_STAFF_ORIGIN,
    // Signing in here begins in the room, whose page posts the ticket.
    foreignPosts: { '/session': config.CLOISTER_ROOM_ORIGIN },
    log,
  })
    .use(staffNetworks(config.CLOISTER_STAFF_NETWORKS))
    .route('/', sessionRoutes({ custody }))
    .route('/', draftRoutes({ db, custody, config }))
    .route('/', documentRoutes({ db, files, custody, config }))
    .route('/', handInRoutes({ db, files, custody, config }))
    .route('/', passwordRoutes({ db, custody, config }))
    .route('/', staffExamRoutes({ db, custody, config }))
    .route('/', rosterRoutes({ db, custody, config }))
    .route('/', assets(assetFolder));
}
