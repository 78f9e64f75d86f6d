import { Hono } from 'hono';
import { z } from 'zod';
import { findDraft } from '../../db/appliance/drafts.ts';
import { countOpenRequests } from '../../db/appliance/arrangements.ts';
import { listExams } from '../../db/appliance/exams.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { requireStaff } from '../accounts/staff-guard.tsx';
import { readingOf } from '../words/language.ts';
import { ExamsPage } from './exam-list-view.tsx';
import { stageOf } from './life-cycle.ts';
import { leaveForLater, type PublishingCustody, settlePublication } from './publication.ts';
import type { ExamRules } from './rule-book.ts';
import { seesDraftsOf, setsUpExams, sightOf } from './sight.ts';
import { DemonstrationPage, WelcomePage } from './views.tsx';

/** Exams in a page of the list. */
const PAGE = 50;

const place = z.tuple([z.iso.datetime(), z.uuid()]).transform(([createdAt, id]) => ({ createdAt, id }));

/** @returns the exam after which a page of the list begins; undefined for the first page, and for an address that makes no sense */
function readPlace(before: string | undefined): { createdAt: string; id: string } | undefined {
  return place.safeParse(before?.split('/')).data;
}

/** The exam origin's pages that need no personal link. */
export function examPageRoutes({ config }: { config: Pick<WebConfig, 'CLOISTER_INSTITUTION'> }) {
  return new Hono()
    .get('/', (c) => c.html(<WelcomePage reading={readingOf(c)} institution={config.CLOISTER_INSTITUTION} />))
    .get('/demonstration', (c) => c.html(<DemonstrationPage reading={readingOf(c)} />));
}

/** The staff origin's list of exams. */
export function staffExamRoutes({
  db,
  custody,
  config,
}: {
  db: ApplianceDatabase;
  custody: PublishingCustody & Pick<WebCustody, 'staffSession'>;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN'>;
}) {
  const signedIn = requireStaff(custody, config);
  const roomOrigin = config.CLOISTER_ROOM_ORIGIN;
  return (
    new Hono()
      .get('/', signedIn, async (c) => {
        const before = readPlace(c.req.query('before'));
        const list = () => listExams(db, sightOf(c.var), PAGE + 1, before);
        const waiting = list().flatMap(({ id, rules, act }) => (rules === null && act !== null ? [{ id, act }] : []));
        // What was signed in the reading room meanwhile is entered before anybody is told that it waits.
        await Promise.all(
          waiting.map(({ id, act }) => settlePublication({ db, custody }, id, act).catch(leaveForLater)),
        );
        const exams = list();
        const shown = exams.slice(0, PAGE).map(({ rules, ...exam }) => {
          const known = rules === null ? undefined : (JSON.parse(rules) as ExamRules);
          return { ...exam, stage: stageOf({ rules: known, act: exam.act }, Date.now()) };
        });
        const { runs } = sightOf(c.var);
        const requests = runs && countOpenRequests(db, runs, new Date().toISOString());
        const last = shown.at(-1);
        return c.html(
          <ExamsPage
            institution={config.CLOISTER_INSTITUTION}
            person={c.var.representative.name}
            roomOrigin={roomOrigin}
            reports={c.var.reports}
            exams={shown}
            later={before !== undefined}
            older={
              exams.length > PAGE && last ? `/?before=${encodeURIComponent(`${last.createdAt}/${last.id}`)}` : null
            }
            edits={setsUpExams(c.var)}
            requests={requests}
          />,
        );
      })
      // An exam that is being set up is at its draft; one that is published, at its roster (app/roster).
      .get('/exams/:exam', signedIn, async (c, next) => {
        const id = c.req.param('exam');
        const draft = findDraft(db, id);
        if (draft && seesDraftsOf(sightOf(c.var), draft.unit)) return c.redirect(`/exams/${id}/draft`, 303);
        return next();
      })
  );
}
