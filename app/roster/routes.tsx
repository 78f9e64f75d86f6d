import { Hono } from 'hono';
import { listRoster } from '../../db/appliance/exams.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { requireStaff } from '../accounts/staff-guard.tsx';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { readExam } from '../exams/exam.ts';
import { Roster, RosterPage } from './views.tsx';

/** The staff origin's pages about who sits an exam. */
export function rosterRoutes({
  db,
  custody,
  config,
}: {
  db: ApplianceDatabase;
  custody: Pick<WebCustody, 'staffSession'>;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN'>;
}) {
  const signedIn = requireStaff(custody, config);
  return new Hono()
    .get('/exams/:exam', signedIn, (c) => {
      const exam = assigned(c.var.exams, c.req.param('exam'));
      return c.html(
        <RosterPage
          person={c.var.representative.name}
          roomOrigin={config.CLOISTER_ROOM_ORIGIN}
          exam={{ id: exam.id, title: exam.title, unit: exam.setup.unit }}
          roster={listRoster(db, exam.id)}
        />,
      );
    })
    .get('/exams/:exam/roster', signedIn, (c) => {
      const exam = assigned(c.var.exams, c.req.param('exam'));
      return c.html(<Roster exam={exam.id} roster={listRoster(db, exam.id)} />);
    });

  function assigned(exams: string[], id: string) {
    if (!exams.includes(id)) throw new AppError('not-found');
    return readExam(db, id);
  }
}
