import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { countAddressees, findMail } from '../../db/appliance/invitation-mails.ts';
import {
  countRoster,
  enterOnRoster,
  findOnRoster,
  listRoster,
  removeFromRoster,
  type RosterRow,
  searchRoster,
} from '../../db/appliance/roster.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { wordsOf } from '../../db/appliance/roster-words.ts';
import { requireStaff } from '../accounts/staff-guard.tsx';
import { grantedTo, sitsElsewhere } from '../arrangements/own-exam.ts';
import { ownTermsOf } from '../attempts/own-terms.ts';
import { entryAt, termsOf } from '../attempts/terms.ts';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { readContent } from '../http/content.ts';
import { absenceOf } from '../sitting/attendance.ts';
import { overseesExam } from '../sitting/oversight.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { CsvError } from './csv.ts';
import { enterByHand, importList, planImport } from './import-plan.ts';
import { ImportPage, PreviewPage } from './import-views.tsx';
import { InvitationsPage, PrintPage } from './invitation-views.tsx';
import { BATCH, makeInvitations } from './invitations.ts';
import type { Mailing } from './mailing.ts';
import { type PublishedEnv, requirePublished, requireRoster, requireRunning, rosterPath } from './roster-exam.ts';
import { entryFields } from './roster-list.ts';
import { begunSentence, NewTestTakerPage, TestTakerPage } from './test-taker-views.tsx';
import { readUpload } from './upload.ts';
import { Roster, RosterPage, type RosterPart, type StandingRow } from './views.tsx';

/** Test takers on one page. */
const PAGE = 100;

const anyForm = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
const entryForm = z.object(entryFields);
const addressForm = z.object({ email: z.string() });
const address = entryForm.pick({ email: true });
const invitationForm = z.object({
  whom: z.union([z.enum(['new', 'all']), z.uuid()]),
  form: z.enum(['sheets', 'slips']),
  before: z.iso.datetime().optional(),
});

/** The staff origin's pages about who sits an exam. Whoever sees the exam sees them; its exam administrators change them. */
export function rosterRoutes({
  db,
  custody,
  config,
  mailing,
}: {
  db: ApplianceDatabase;
  custody: Pick<WebCustody, 'staffSession'>;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN' | 'CLOISTER_EXAM_ORIGIN'>;
  /** Undefined where mail is not set up. */
  mailing: Mailing | undefined;
}) {
  const signedIn = requireStaff(custody, config);
  const roster = requireRoster(db);
  const shellOf = (c: Context<PublishedEnv>) => ({
    person: c.var.representative.name,
    reports: c.var.reports,
    roomOrigin: config.CLOISTER_ROOM_ORIGIN,
    exam: c.var.exam,
  });

  return (
    new Hono<PublishedEnv>()
      .get('/exams/:exam', signedIn, roster, (c) => c.html(rosterPage(c)))
      // A draft's own address is its set-up.
      .get('/exams/:exam/test-takers', signedIn, roster, (c) => {
        const path = rosterPath(c.var.exam);
        return path === c.req.path ? c.html(rosterPage(c)) : c.redirect(path, 303);
      })
      .get('/exams/:exam/roster', signedIn, roster, (c) =>
        c.html(<Roster exam={c.var.exam} runs={c.var.runs} part={partOf(c)} />),
      )
      .get('/exams/:exam/import', signedIn, roster, requireRunning, (c) =>
        c.html(<ImportPage {...shellOf(c)} text="" fault={undefined} />),
      )
      .post('/exams/:exam/import/preview', signedIn, roster, requireRunning, (c) =>
        answerList(c, (text) => ({ plan: planImport(db, c.var.exam.exam, text), changed: false })),
      )
      .post('/exams/:exam/import', signedIn, roster, requireRunning, (c) =>
        answerList(c, (text, digest) => {
          const { plan, imported } = importList(db, c.var.exam.exam, text, digest);
          return imported ? undefined : { plan, changed: true };
        }),
      )
      .get('/exams/:exam/test-takers/new', signedIn, roster, requireRunning, (c) =>
        c.html(<NewTestTakerPage {...shellOf(c)} filled={UNFILLED} />),
      )
      .post('/exams/:exam/test-takers', signedIn, roster, requireRunning, async (c) => {
        const { exam } = c.var.exam;
        const entries = await readContent(c, anyForm);
        const refuse = (faults: Filled['faults']) =>
          c.html(<NewTestTakerPage {...shellOf(c)} filled={{ entries, faults }} />, 400);
        const read = entryForm.safeParse(entries);
        if (!read.success) {
          const faults: Filled['faults'] = {};
          for (const { path, message } of read.error.issues) faults[String(path[0])] ??= message;
          return refuse(faults);
        }
        const entered = enterByHand(db, exam, read.data);
        if (typeof entered === 'string') return refuse({ candidate: entered });
        return c.redirect(`/exams/${exam}/test-takers/${entered.id}`, 303);
      })
      .get('/exams/:exam/test-takers/:testTaker', signedIn, roster, requireRunning, (c) =>
        c.html(testTakerPage(c, UNFILLED)),
      )
      .post('/exams/:exam/test-takers/:testTaker/address', signedIn, roster, requireRunning, async (c) => {
        const { id } = testTakerOf(c);
        const entries = await readContent(c, addressForm);
        const read = address.safeParse(entries);
        if (!read.success) {
          return c.html(testTakerPage(c, { entries, faults: { email: read.error.issues[0]?.message ?? '' } }), 400);
        }
        enterOnRoster(db, [], [{ id, email: read.data.email }]);
        return c.redirect(`/exams/${c.var.exam.exam}/test-takers/${id}`, 303);
      })
      .post('/exams/:exam/test-takers/:testTaker/removal', signedIn, roster, requireRunning, (c) => {
        const { id, name } = testTakerOf(c);
        if (!removeFromRoster(db, id)) {
          throw new AppError('already-done', { detail: 'attempt begun', sentence: begunSentence(name) });
        }
        return c.redirect(rosterPath(c.var.exam), 303);
      })
      .get('/exams/:exam/invitations', signedIn, roster, requireRunning, (c) => {
        const { exam } = c.var.exam;
        const counts = countRoster(db, exam);
        const addressees = mailing && countAddressees(db, exam);
        return c.html(<InvitationsPage {...shellOf(c)} {...{ counts, addressees }} now={new Date().toISOString()} />);
      })
      // The answer is the page with the links, and no address leads to it again: they stand nowhere else.
      .post('/exams/:exam/invitations', signedIn, roster, requireRunning, requirePublished, async (c) => {
        const { whom, form, before = new Date().toISOString() } = await readContent(c, invitationForm);
        const invitees = whom === 'new' || whom === 'all' ? whom : { testTaker: whom };
        const { CLOISTER_EXAM_ORIGIN: examOrigin, CLOISTER_INSTITUTION: institution } = config;
        const invitations = makeInvitations(db, c.var.rules, invitees, before, examOrigin);
        const next = invitations.length === BATCH ? { whom, form, before } : undefined;
        return c.html(
          <PrintPage {...shellOf(c)} rules={c.var.rules} {...{ invitations, form, next, examOrigin, institution }} />,
        );
      })
  );

  function rosterPage(c: Context<PublishedEnv>) {
    const { roles } = c.var.representative;
    // Who only runs the exam has nothing to review, and a draft has nothing recorded.
    const reviews = c.var.exam.rules !== undefined && (roles.includes('reviewer') || roles.includes('privacy-officer'));
    const may = { reviews, runs: c.var.runs, oversees: c.var.exam.rules !== undefined && overseesExam(c.var) };
    return <RosterPage {...shellOf(c)} {...may} part={partOf(c)} />;
  }

  function testTakerPage(c: Context<PublishedEnv>, filled: Filled) {
    const testTaker = standingOf(c, testTakerOf(c));
    const now = new Date().toISOString();
    const mail = findMail(db, testTaker.id);
    return <TestTakerPage {...shellOf(c)} {...{ testTaker, mail, filled, now }} mails={mailing !== undefined} />;
  }

  function partOf(c: Context<PublishedEnv>): RosterPart {
    const { exam } = c.var.exam;
    const query = (c.req.query('q') ?? '').trim().slice(0, 100);
    const after = c.req.query('after') ?? null;
    const oversees = overseesExam(c.var);
    const absent = oversees && c.req.query('show') === 'no-show';
    const words = wordsOf(query);
    const read = (from: string | null) =>
      !query
        ? listRoster(db, exam, from, PAGE + 1)
        : words.length > 0
          ? searchRoster(db, exam, words, from, PAGE + 1)
          : [];
    const found: StandingRow[] = [];
    // Whose last entry is over stands in no column: it follows from the clock, the rules and what was granted to them.
    for (let from = after; ; ) {
      const some = read(from);
      const standing = some.map((row) => standingOf(c, row));
      found.push(...standing.filter((row) => !absent || (row.startedAt === null && row.absence === 'no-show')));
      if (!absent || some.length <= PAGE || found.length > PAGE) break;
      from = some.at(-1)?.id ?? null;
    }
    const counts = countRoster(db, exam);
    const { rules } = c.var.exam;
    const late =
      oversees &&
      rules !== undefined &&
      counts.started < counts.entered &&
      entryAt(termsOf(rules), Date.now()) === 'late';
    return { rows: found.slice(0, PAGE), counts, query, absent, late, after, more: found.length > PAGE };
  }

  function standingOf(c: Context<PublishedEnv>, row: RosterRow): StandingRow {
    const { rules } = c.var.exam;
    // Reviewers learn nothing of arrangements, nor by who is left over.
    if (!rules || row.startedAt !== null || !overseesExam(c.var)) return { ...row, absence: 'not-started' };
    const elsewhere = sitsElsewhere(grantedTo(db, row.id));
    return { ...row, absence: absenceOf(ownTermsOf(db, rules, row), elsewhere, Date.now()) };
  }

  function testTakerOf(c: Context<PublishedEnv>) {
    const testTaker = findOnRoster(db, c.var.exam.exam, c.req.param('testTaker') ?? '');
    if (!testTaker) throw new AppError('not-found', { detail: 'test taker' });
    return testTaker;
  }

  /** Shows what a list would do, or goes on to the invitations where it was done. A list that cannot be read comes back with why. */
  async function answerList(
    c: Context<PublishedEnv>,
    read: (text: string, digest: string) => { plan: ReturnType<typeof planImport>; changed: boolean } | undefined,
  ): Promise<Response> {
    let text = '';
    try {
      const upload = await readUpload(c);
      text = upload.text;
      const shown = read(text, upload.digest);
      if (!shown) {
        const { exam, rules } = c.var.exam;
        return c.redirect(rules ? `/exams/${exam}/invitations` : rosterPath(c.var.exam), 303);
      }
      const status = shown.changed ? 409 : shown.plan.faults.length > 0 ? 400 : 200;
      return c.html(<PreviewPage {...shellOf(c)} {...shown} text={text} />, status);
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      return c.html(<ImportPage {...shellOf(c)} text={text} fault={error.sentence} />, 400);
    }
  }
}
