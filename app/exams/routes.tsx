import { Hono } from 'hono';
import { listExams, listRoster } from '../../db/appliance/exams.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { requireStaff } from '../accounts/staff-guard.tsx';
import { readingOf } from '../words/language.ts';
import { readExam } from './exam.ts';
import { DemonstrationPage, ExamsPage, Roster, RosterPage, WelcomePage } from './views.tsx';

/** The exam origin's pages that need no personal link. */
export function examPageRoutes({ config }: { config: Pick<WebConfig, 'CLOISTER_INSTITUTION'> }) {
  return new Hono()
    .get('/', (c) => c.html(<WelcomePage reading={readingOf(c)} institution={config.CLOISTER_INSTITUTION} />))
    .get('/demonstration', (c) => c.html(<DemonstrationPage reading={readingOf(c)} />));
}

/** The staff origin's pages about exams. */
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
  return new Hono()
    .get('/', signedIn, (c) =>
      c.html(
        <ExamsPage
          institution={config.CLOISTER_INSTITUTION}
          person={c.var.representative.name}
          roomOrigin={roomOrigin}
          exams={listExams(db).filter(({ id }) => c.var.exams.includes(id))}
        />,
      ),
    )
    .get('/exams/:exam', signedIn, (c) => {
      const exam = assigned(c.var.exams, c.req.param('exam'));
      return c.html(
        <RosterPage
          person={c.var.representative.name}
          roomOrigin={roomOrigin}
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
