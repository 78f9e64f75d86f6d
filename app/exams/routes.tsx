import { Hono } from 'hono';
import { listExams } from '../../db/appliance/exams.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { requireStaff } from '../accounts/staff-guard.tsx';
import { DemonstrationPage, ExamsPage, WelcomePage } from './views.tsx';

/** The exam origin's pages that need no personal link. */
export function examPageRoutes({ config }: { config: Pick<WebConfig, 'CLOISTER_INSTITUTION'> }) {
  return new Hono()
    .get('/', (c) => c.html(<WelcomePage institution={config.CLOISTER_INSTITUTION} />))
    .get('/demonstration', (c) => c.html(<DemonstrationPage />));
}

/** The staff origin's list of exams. */
export function staffExamRoutes({
  db,
  custody,
  config,
}: {
  db: ApplianceDatabase;
  custody: Pick<WebCustody, 'staffSession'>;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN'>;
}) {
  const signedIn = requireStaff(custody, config);
  const roomOrigin = config.CLOISTER_ROOM_ORIGIN;
  return new Hono().get('/', signedIn, (c) =>
    c.html(
      <ExamsPage
        institution={config.CLOISTER_INSTITUTION}
        person={c.var.representative.name}
        roomOrigin={roomOrigin}
        exams={listExams(db).filter(({ id }) => c.var.exams.includes(id))}
      />,
    ),
  );
}
