import type { Logger } from 'pino';
import type { ApplianceDatabase } from '../db/appliance/open.ts';
import type { AttemptKeys } from './attempts/attempt-keys.ts';
import { arrangementRoutes } from './arrangements/routes.tsx';
import { attemptRoutes } from './attempts/routes.tsx';
import { charterRoutes } from './charter/routes.tsx';
import { conductRoutes } from './conduct/routes.tsx';
import type { WebConfig } from './config.ts';
import type { WebCustody } from './custody/client.ts';
import type { Registrations } from './custody/registrations.ts';
import type { RuleBook } from './exams/rule-book.ts';
import { examPageRoutes } from './exams/routes.tsx';
import { assets } from './http/assets.ts';
import { requireAttempt } from './recordings/attempt-guard.ts';
import { ledgerFiles } from './http/ledger-files.ts';
import { originApp } from './http/origin-app.ts';
import type { Files } from './place/files.ts';
import { placeRoutes } from './place/routes.ts';
import { restrictionRoutes } from './restrictions/routes.ts';
import { practiceRoutes } from './practice/routes.tsx';
import type { Recordings } from './recordings/recordings.ts';
import type { Conditions } from './sitting/condition.ts';
import { conditionRoutes } from './sitting/condition-routes.ts';
import { languageRoutes } from './words/routes.ts';
import { recordingRoutes } from './recordings/routes.ts';

/** What web's two origins are made of. */
export interface WebParts {
  config: WebConfig;
  db: ApplianceDatabase;
  /** Waits as long as the staff origin may. */
  custody: WebCustody;
  /** Gives up soon, for the exam origin. */
  briskCustody: WebCustody;
  /** A public file of the ledger, over connections of its own: strangers ask for those, and test takers shall not wait for them. */
  ledgerFile: WebCustody['ledgerFile'];
  registrations: Registrations;
  rules: RuleBook;
  keys: AttemptKeys;
  recordings: Recordings;
  conditions: Conditions;
  files: Files;
  /** Folder of the built assets. */
  assetFolder: string;
  log: Logger;
}

/** The exam origin: everything that a test taker's browser asks. */
export function examOrigin({ config, db, briskCustody, registrations, rules, keys, recordings, ...rest }: WebParts) {
  const { assetFolder, ledgerFile, conditions, files, log } = rest;
  const attempt = requireAttempt(db, rules, keys);
  return originApp({ place: 'exam', origin: config.CLOISTER_EXAM_ORIGIN, log })
    .use('/recordings', attempt)
    .use('/recordings/*', attempt)
    .route('/', recordingRoutes({ db, recordings }))
    .route('/', attemptRoutes({ db, custody: briskCustody, registrations, rules, keys, recordings, config }))
    .route('/', arrangementRoutes({ db, custody: briskCustody, rules }))
    .route('/', conditionRoutes({ db, rules, conditions }))
    .route('/', restrictionRoutes({ db, rules, keys, registrations }))
    .route('/', placeRoutes({ db, files, rules, recordings }))
    .route('/', practiceRoutes({ db, recordings, config }))
    .route('/', examPageRoutes({ config }))
    .route('/', conductRoutes({ db, custody: briskCustody, rules, config }))
    .route('/', charterRoutes({ custody: briskCustody, config }))
    .route('/', languageRoutes())
    .route('/', ledgerFiles(ledgerFile))
    .route('/', assets(assetFolder));
}
