import { sessionRoutes } from './accounts/routes.ts';
import { staffArrangementRoutes } from './arrangements/staff-routes.tsx';
import type { WebParts } from './exam-origin.ts';
import { draftRoutes } from './exams/draft-routes.tsx';
import { revisionRoutes } from './exams/revision-routes.tsx';
import { staffExamRoutes } from './exams/routes.tsx';
import { assets } from './http/assets.ts';
import { originApp } from './http/origin-app.ts';
import { staffNetworks } from './http/staff-networks.ts';
import { documentRoutes } from './place/document-routes.tsx';
import { handInRoutes } from './place/hand-in-routes.tsx';
import { passwordRoutes } from './place/password-routes.tsx';
import { mailRoutes } from './roster/mail-routes.tsx';
import type { Mailing } from './roster/mailing.ts';
import { rosterRoutes } from './roster/routes.tsx';
import { extensionRoutes } from './sitting/extension-routes.tsx';
import { sittingRoutes } from './sitting/routes.tsx';

/** The staff origin: exams, as they are set up and sat, and rosters, on the institution's own networks only, and never a recording. */
export function staffOrigin({
  config,
  db,
  files,
  custody,
  rules,
  conditions,
  mailing,
  assetFolder,
  log,
}: Omit<WebParts, 'recordings'> & { mailing: Mailing | undefined }) {
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
    .route('/', revisionRoutes({ db, custody, rules, config }))
    .route('/', documentRoutes({ db, files, custody, config }))
    .route('/', handInRoutes({ db, files, custody, config }))
    .route('/', passwordRoutes({ db, custody, config }))
    .route('/', staffExamRoutes({ db, custody, config }))
    .route('/', rosterRoutes({ db, custody, config, mailing }))
    .route('/', mailRoutes({ db, custody, config, mailing }))
    .route('/', staffArrangementRoutes({ db, custody, config }))
    .route('/', sittingRoutes({ db, custody, rules, conditions, config }))
    .route('/', extensionRoutes({ db, custody, rules, config }))
    .route('/', assets(assetFolder));
}
