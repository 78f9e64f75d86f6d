import { type Context, Hono } from 'hono';
import { z } from 'zod';
import {
  countOpenRequests,
  findRequest,
  type ListedRequest,
  listOpenRequests,
  type Scope,
} from '../../db/appliance/arrangements.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import type { Fault } from '../../hsm/exam-findings.ts';
import { requireStaff, type StaffEnv } from '../accounts/staff-guard.tsx';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { readExam } from '../exams/exam.ts';
import { leaveForLater } from '../exams/publication.ts';
import { sightOf } from '../exams/sight.ts';
import { idOf } from '../http/address.ts';
import { readContent } from '../http/content.ts';
import { anyForm } from '../http/entries.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { besideFields, readGrantForm, readRefusalForm } from './answer-form.ts';
import { type AnsweringCustody, type Answer, proposeAnswer, settleRequest, takeBackAnswer } from './request.ts';
import { OpenRequestsPage } from './open-requests-view.tsx';
import { RequestPage } from './request-view.tsx';

/** Requests in a page of the list. */
const PAGE = 50;

const place = z.tuple([z.iso.datetime(), z.uuid()]).transform(([dueAt, id]) => ({ dueAt, id }));

/** @returns the request after which a page of the list begins; undefined for the first page, and for an address that makes no sense */
function readPlace(after: string | undefined): { dueAt: string; id: string } | undefined {
  return place.safeParse(after?.split('/')).data;
}

/** The staff origin's list of what test takers asked for, and the answers. Exam administrators and privacy officers see those of their unit. */
export function staffArrangementRoutes({
  db,
  custody,
  config,
}: {
  db: ApplianceDatabase;
  custody: AnsweringCustody & Pick<WebCustody, 'staffSession'>;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN'>;
}) {
  const signedIn = requireStaff(custody, config);
  const roomOrigin = config.CLOISTER_ROOM_ORIGIN;
  const shellOf = (c: Context<StaffEnv>) => ({ person: c.var.representative.name, roomOrigin });

  return new Hono<StaffEnv>()
    .get('/arrangements', signedIn, async (c) => {
      const scope = scopeOf(c);
      const after = readPlace(c.req.query('after'));
      const list = () => listOpenRequests(db, scope, PAGE + 1, after);
      // What was signed in the reading room meanwhile is entered before anybody is told that it waits.
      const waiting = list().filter(({ act }) => act !== null);
      await Promise.all(waiting.map((row) => settleRequest({ db, custody }, row).catch(leaveForLater)));
      const requests = list();
      const shown = requests.slice(0, PAGE);
      const last = shown.at(-1);
      const later =
        requests.length > PAGE && last ? `/arrangements?after=${encodeURIComponent(`${last.dueAt}/${last.id}`)}` : null;
      const now = new Date().toISOString();
      const counts = countOpenRequests(db, scope, now);
      const about = { requests: shown, counts, now, first: after === undefined, later };
      return c.html(<OpenRequestsPage {...shellOf(c)} {...about} institution={config.CLOISTER_INSTITUTION} />);
    })
    .get('/arrangements/:request', signedIn, async (c) => {
      const row = find(c);
      if (row.answeredAt === null) await settleRequest({ db, custody }, row).catch(leaveForLater);
      return c.html(page(c));
    })
    .post('/arrangements/:request/grant', signedIn, (c) =>
      answer(c, 'grant', (row, entries) => {
        const read = readGrantForm(entries);
        if ('faults' in read) return read.faults;
        return { type: 'grant-arrangement', exam: row.exam, request: row.id, terms: read.value };
      }),
    )
    .post('/arrangements/:request/refusal', signedIn, (c) =>
      answer(c, 'refusal', (row, entries) => {
        const read = readRefusalForm(entries);
        if ('faults' in read) return read.faults;
        return { type: 'refuse-arrangement', exam: row.exam, request: row.id, reason: read.value };
      }),
    )
    .post('/arrangements/:request/withdrawal', signedIn, async (c) => {
      const row = find(c);
      await takeBackAnswer({ db, custody }, row);
      return c.redirect(`/arrangements/${row.id}`, 303);
    });

  /** @throws AppError not-found to everybody who runs no exams */
  function scopeOf(c: Context<StaffEnv>): Scope {
    const { runs } = sightOf(c.var);
    if (runs === null) throw new AppError('not-found', { detail: 'runs no exams' });
    return runs;
  }

  /** @throws AppError not-found, also of another unit's */
  function find(c: Context<StaffEnv>): ListedRequest {
    const row = findRequest(db, scopeOf(c), idOf(c, 'request'));
    if (!row) throw new AppError('not-found');
    return row;
  }

  function page(c: Context<StaffEnv>, form?: 'grant' | 'refusal', filled: Filled = UNFILLED) {
    const row = find(c);
    const forms = { grant: form === 'grant' ? filled : UNFILLED, refusal: form === 'refusal' ? filled : UNFILLED };
    return <RequestPage {...shellOf(c)} request={row} exam={readExam(db, row.exam)} now={Date.now()} forms={forms} />;
  }

  /** Proposes what a form says, or shows it again with what is wrong. */
  async function answer(
    c: Context<StaffEnv>,
    form: 'grant' | 'refusal',
    read: (row: ListedRequest, entries: Filled['entries']) => Answer | Filled['faults'],
  ): Promise<Response> {
    const row = find(c);
    const entries = await readContent(c, anyForm);
    const proposal = read(row, entries);
    if (!isAnswer(proposal)) return c.html(page(c, form, { entries, faults: proposal }), 400);
    try {
      await proposeAnswer({ db, custody }, proposal);
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'internal') throw error;
      const faults = besideFields(error.sentence, (error.facts?.faults ?? []) as Fault[]);
      return c.html(page(c, form, { entries, faults }), error.status);
    }
    return c.redirect(`/arrangements/${row.id}`, 303);
  }
}

function isAnswer(read: Answer | Filled['faults']): read is Answer {
  return 'type' in read && 'request' in read;
}
