import { type Context, Hono } from 'hono';
import { findRevision, removeRevision, type RevisionRow, saveRevision } from '../../db/appliance/drafts.ts';
import { findExamPassword } from '../../db/appliance/exam-passwords.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { countRoster } from '../../db/appliance/roster.ts';
import type { Fault as Finding } from '../../hsm/exam-findings.ts';
import { requireStaff, type StaffEnv } from '../accounts/staff-guard.tsx';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { readContent } from '../http/content.ts';
import { anyForm } from '../http/entries.ts';
import { describeDocuments } from '../place/document.ts';
import { findOwnExam } from '../place/own-exam.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { completedRevision, type Draft, type DraftFault, onPage, revisionOf } from './draft.ts';
import { type ReadDraft, readRevisionForm, type SectionName, sectionOf } from './draft-form.ts';
import { unsavedSection, withFault } from './draft-routes.tsx';
import {
  leaveForLater,
  proposePublication,
  type PublishingCustody,
  settlePublication,
  takeBackPublication,
} from './publication.ts';
import { readHouseRules } from './house-rules.ts';
import { RevisionPage, RevisionStanding } from './revision-view.tsx';
import type { ExamRules, RuleBook } from './rule-book.ts';

/** A published exam with what it is being changed to. */
interface Revision {
  row: Omit<RevisionRow, 'updatedAt'> & { updatedAt: string | null };
  draft: Draft;
  told: ExamRules;
  begun: boolean;
}

/** Changing what test takers are told of a published exam, on the staff origin, until the change waits in the reading room. */
export function revisionRoutes({
  db,
  custody,
  rules,
  config,
}: {
  db: ApplianceDatabase;
  custody: PublishingCustody & Pick<WebCustody, 'staffSession' | 'hold' | 'houseRules'>;
  rules: RuleBook;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN'>;
}) {
  const signedIn = requireStaff(custody, config);
  const institution = config.CLOISTER_INSTITUTION;
  const roomOrigin = config.CLOISTER_ROOM_ORIGIN;
  const houseRules = readHouseRules(custody);

  return (
    new Hono<StaffEnv>()
      // What was signed in the reading room meanwhile holds before anybody reads the exam's page.
      .get('/exams/:exam', signedIn, async (c, next) => {
        await settle(c.req.param('exam'));
        return next();
      })
      .get('/exams/:exam/revision', signedIn, async (c) => {
        const exam = requireExam(c);
        if (await settle(exam)) return c.redirect(`/exams/${exam}`, 303);
        return c.html(await page(c, await find(exam)));
      })
      .post('/exams/:exam/revision', signedIn, async (c) => {
        const { revision, form } = await save(c);
        if (form.refused.length > 0) return c.html(await page(c, revision, form), 400);
        return c.redirect(`/exams/${revision.row.exam}/revision#${form.pressed}`, 303);
      })
      .post('/exams/:exam/revision/preview', signedIn, async (c) => {
        const { row, draft: before, told, begun } = await find(requireExam(c));
        const { version: _version, ...entries } = await readContent(c, anyForm);
        const { draft } = readRevisionForm(before, entries);
        const { exam: revised, faults } = completedRevision(draft, told, begun, await houseRules());
        const kept = keptOf(row.exam);
        return c.html(
          <RevisionStanding {...{ institution, row, draft, kept, told, faults, revised, unsaved: true }} />,
        );
      })
      .post('/exams/:exam/revision/proposal', signedIn, async (c) => {
        const { revision, form } = await save(c);
        const { row, draft, told, begun } = revision;
        if (form.refused.length > 0) return c.html(await page(c, revision, form), 400);
        const { exam: revised } = completedRevision(draft, told, begun, await houseRules());
        const refused = (fault: string, found: DraftFault[] = []) =>
          page(c, revision, { filled: withFault(form.filled, fault), refused: [], found });
        if (!revised) return c.html(await refused(INCOMPLETE), 400);
        const { title, setup } = revised;
        try {
          const version = told.version + 1;
          await proposePublication({ db, custody }, { type: 'revise-exam', exam: row.exam, version, title, setup });
        } catch (error) {
          if (!(error instanceof AppError) || error.code === 'internal') throw error;
          const found = ((error.facts?.['faults'] ?? []) as Finding[]).map(onPage);
          return c.html(await refused(error.sentence, found), error.status);
        }
        return c.redirect(`/exams/${row.exam}/revision`, 303);
      })
      .post('/exams/:exam/revision/withdrawal', signedIn, async (c) => {
        const exam = requireExam(c);
        const row = findRevision(db, exam);
        if (row) await takeBackPublication({ db, custody }, row);
        return c.redirect(`/exams/${exam}/revision`, 303);
      })
      .post('/exams/:exam/revision/removal', signedIn, (c) => {
        const exam = requireExam(c);
        if (!removeRevision(db, exam) && findRevision(db, exam)) throw waiting('dropped');
        return c.redirect(`/exams/${exam}`, 303);
      })
  );

  /** @returns the id of the address. @throws AppError not-found but to exam administrators of its unit, and of a draft */
  function requireExam(c: Context<StaffEnv>): string {
    const { exam, published } = findOwnExam(db, c);
    if (!published) throw new AppError('not-found', { detail: 'published exam' });
    return exam;
  }

  /** Takes over what became of a proposed change. @returns whether it was signed */
  async function settle(exam: string): Promise<boolean> {
    const act = findRevision(db, exam)?.act;
    if (!act) return false;
    await settlePublication({ db, custody }, exam, act).catch(leaveForLater);
    if (findRevision(db, exam)) return false;
    await rules.renew(exam);
    return true;
  }

  async function find(exam: string): Promise<Revision> {
    // The version that a change follows is custody's to say, and not as it was some minutes ago.
    await rules.renew(exam);
    const told = await rules.of(exam);
    const saved = findRevision(db, exam);
    const { title, policy, version } = told;
    const fresh = revisionOf(told);
    const draft = saved ? { ...(JSON.parse(saved.draft) as Draft), policy: fresh.policy } : fresh;
    const begins = { exam, title, unit: policy.unit, version, draft: '', createdBy: '', createdAt: '' };
    const row = saved ?? { ...begins, updatedAt: null, act: null, unsigned: null };
    return { row, draft, told, begun: countRoster(db, exam).started > 0 };
  }

  function keptOf(exam: string) {
    return { password: findExamPassword(db, exam) !== undefined, documents: describeDocuments(db, exam) };
  }

  /**
   * Saves each section that can be read.
   * @throws AppError already-done while the change waits for its signature
   */
  async function save(c: Context<StaffEnv>): Promise<{ revision: Revision; form: ReadDraft }> {
    const exam = requireExam(c);
    const before = await find(exam);
    const { version, ...entries } = await readContent(c, anyForm);
    const form = readRevisionForm(before.draft, entries);
    if (version !== String(before.told.version)) {
      // Nothing is undone that its author has not seen.
      const refused = [...new Set([...form.refused, form.pressed])];
      return { revision: before, form: { ...form, filled: withFault(form.filled, OVERTAKEN), refused } };
    }
    const updatedAt = new Date().toISOString();
    const { id: createdBy } = c.var.representative;
    const draft = JSON.stringify(form.draft);
    if (!saveRevision(db, { exam, version: before.told.version, draft, createdBy, updatedAt }))
      throw waiting('changed');
    return { revision: await find(exam), form };
  }

  async function page(
    c: Context<StaffEnv>,
    { row, draft, told, begun }: Revision,
    shown: { filled: Filled; refused: SectionName[]; found?: DraftFault[] } = { filled: UNFILLED, refused: [] },
  ) {
    const { filled, refused, found = [] } = shown;
    const { exam: revised, faults: all } = completedRevision(draft, told, begun, await houseRules());
    // Of a section that is not saved, the list would name what stands in its fields otherwise.
    const saved = all.filter(({ field }) => !refused.some((name) => name === sectionOf(field)));
    const faults = [...refused.map(unsavedSection), ...found, ...saved];
    const person = c.var.representative.name;
    const { hold } = await custody.hold(row.exam);
    const kept = keptOf(row.exam);
    const parts = { institution, person, roomOrigin, hold, row, draft, kept, faults, filled, refused };
    return <RevisionPage {...parts} {...{ told, revised, begun }} />;
  }
}

const INCOMPLETE = 'It cannot be proposed yet. Everything is saved; what is missing or found stands in the list.';
const OVERTAKEN =
  'Somebody else’s change was published while this page was open, so nothing was saved. What you typed stands below: compare it with what is told now, and save it again.';

function waiting(done: string): AppError {
  return new AppError('already-done', {
    sentence: `The change waits for its signature, so it was not ${done}. Take it back first.`,
  });
}
