import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { type DraftRow, findDraft, insertDraft, saveDraft } from '../../db/appliance/drafts.ts';
import { findExamPassword } from '../../db/appliance/exam-passwords.ts';
import { findExamRules } from '../../db/appliance/exams.ts';
import type { ApplianceDatabase } from '../../db/appliance/open.ts';
import { requireStaff, type StaffEnv } from '../accounts/staff-guard.tsx';
import type { WebConfig } from '../config.ts';
import type { WebCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { idOf } from '../http/address.ts';
import { readContent } from '../http/content.ts';
import { anyForm } from '../http/entries.ts';
import { describeDocuments } from '../place/document.ts';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import {
  completed,
  type Draft,
  type DraftFault,
  draftOf,
  duplicateOf,
  type KeptPlace,
  restrictingOf,
} from './draft.ts';
import { type ReadDraft, readDraftForm, type SectionName, sectionOf } from './draft-form.ts';
import { SECTION_HEADINGS } from './draft-sections/sections.ts';
import { DraftPage, DraftStanding } from './draft-view.tsx';
import { readHouseRules } from './house-rules.ts';
import { NewExamPage } from './new-exam-view.tsx';
import {
  leaveForLater,
  proposePublication,
  type PublishingCustody,
  settlePublication,
  takeBackPublication,
} from './publication.ts';
import type { ExamRules } from './rule-book.ts';
import { seesDraftsOf, setsUpExams, sightOf } from './sight.ts';
import { LANGUAGES } from '../words/languages.ts';
import { draftFrom, TEMPLATES, type TemplateName } from './templates.ts';

const newExam = z.strictObject({
  title: z.string('Write a title.').trim().min(1, 'Write a title.').max(200, 'At most 200 characters are kept.'),
  language: z.enum(LANGUAGES, 'Choose the language of the exam.').default('en'),
  template: z.enum(Object.keys(TEMPLATES) as [TemplateName, ...TemplateName[]], 'Choose what kind of exam it is.'),
});

/** Setting an exam up on the staff origin, until its publication waits in the reading room. */
export function draftRoutes({
  db,
  custody,
  config,
}: {
  db: ApplianceDatabase;
  custody: PublishingCustody & Pick<WebCustody, 'staffSession' | 'hold' | 'houseRules'>;
  config: Pick<WebConfig, 'CLOISTER_INSTITUTION' | 'CLOISTER_ROOM_ORIGIN'>;
}) {
  const signedIn = requireStaff(custody, config);
  const institution = config.CLOISTER_INSTITUTION;
  const roomOrigin = config.CLOISTER_ROOM_ORIGIN;
  const houseRules = readHouseRules(custody);

  return new Hono<StaffEnv>()
    .get('/exams/new', signedIn, (c) => {
      requireAdministrator(c);
      return c.html(<NewExamPage {...{ person: c.var.representative.name, roomOrigin, filled: UNFILLED }} />);
    })
    .post('/exams', signedIn, async (c) => {
      requireAdministrator(c);
      const entries = await readContent(c, anyForm);
      const read = newExam.safeParse(entries);
      if (!read.success) {
        const faults: Filled['faults'] = {};
        for (const { path, message } of read.error.issues) faults[String(path[0] ?? '')] ??= message;
        const filled = { entries, faults };
        return c.html(<NewExamPage {...{ person: c.var.representative.name, roomOrigin, filled }} />, 400);
      }
      const { template, title, language } = read.data;
      return c.redirect(`/exams/${begin(c, draftFrom(template, title, language))}/draft`, 303);
    })
    .get('/exams/:exam/draft', signedIn, async (c) => {
      const exam = idOf(c, 'exam');
      const { act } = find(c);
      if (act !== null) await settlePublication({ db, custody }, exam, act).catch(leaveForLater);
      // Published meanwhile: it is no draft any more.
      if (!findDraft(db, exam)) return c.redirect(`/exams/${exam}`, 303);
      return c.html(await page(c, find(c)));
    })
    .post('/exams/:exam/draft', signedIn, async (c) => {
      const saved = await save(c);
      if (saved.refused.length > 0) return c.html(await page(c, find(c), saved), 400);
      return c.redirect(`/exams/${idOf(c, 'exam')}/draft#${saved.pressed}`, 303);
    })
    .post('/exams/:exam/draft/preview', signedIn, async (c) => {
      const row = findOwn(c);
      const { draft } = readDraftForm(read(row), await readContent(c, anyForm));
      const { faults } = completed(draft, row.unit, keptOf(row), await houseRules());
      return c.html(
        <DraftStanding {...{ institution, row, draft, kept: keptOf(row), faults, edits: true, unsaved: true }} />,
      );
    })
    .post('/exams/:exam/publication', signedIn, async (c) => {
      const saved = await save(c);
      const row = find(c);
      if (saved.refused.length > 0) return c.html(await page(c, row, saved), 400);
      const { exam } = completed(saved.draft, row.unit, keptOf(row), await houseRules());
      if (!exam) return c.html(await page(c, row, { ...saved, filled: withFault(saved.filled, INCOMPLETE) }), 400);
      try {
        await proposePublication({ db, custody }, { type: 'publish-exam', exam: row.exam, ...exam });
      } catch (error) {
        if (!(error instanceof AppError) || error.code === 'internal') throw error;
        return c.html(await page(c, row, { ...saved, filled: withFault(saved.filled, error.sentence) }), error.status);
      }
      return c.redirect(`/exams/${row.exam}/draft`, 303);
    })
    .post('/exams/:exam/publication/withdrawal', signedIn, async (c) => {
      await takeBackPublication({ db, custody }, findOwn(c));
      return c.redirect(`/exams/${idOf(c, 'exam')}/draft`, 303);
    })
    .post('/exams/:exam/copies', signedIn, (c) => {
      requireAdministrator(c);
      const exam = idOf(c, 'exam');
      const row = findDraft(db, exam);
      const rules = findExamRules(db, exam);
      if (row && seesDraftsOf(sightOf(c.var), row.unit)) {
        return c.redirect(`/exams/${begin(c, duplicateOf(read(row)))}/draft`, 303);
      }
      if (row || rules === undefined || !c.var.sees) throw new AppError('not-found');
      return c.redirect(`/exams/${begin(c, draftOf(JSON.parse(rules) as ExamRules))}/draft`, 303);
    });

  /** @throws AppError not-found to everybody who does not set exams up */
  function requireAdministrator(c: Context<StaffEnv>): void {
    if (!setsUpExams(c.var)) throw new AppError('not-found', { detail: 'no exam administrator' });
  }

  /** @throws AppError not-found for what is no draft, and for one of another unit */
  function find(c: Context<StaffEnv>): DraftRow {
    const row = findDraft(db, idOf(c, 'exam'));
    if (!row || !seesDraftsOf(sightOf(c.var), row.unit)) throw new AppError('not-found');
    return row;
  }

  function keptOf({ exam }: DraftRow): KeptPlace {
    return { password: findExamPassword(db, exam) !== undefined, documents: describeDocuments(db, exam) };
  }

  function findOwn(c: Context<StaffEnv>): DraftRow {
    requireAdministrator(c);
    return find(c);
  }

  function begin(c: Context<StaffEnv>, draft: Draft): string {
    const { id, unit } = c.var.representative;
    const exam = randomUUID();
    const createdAt = new Date().toISOString();
    const row = { exam, title: draft.title, unit, draft: JSON.stringify(draft), createdBy: id, createdAt };
    insertDraft(db, row);
    return exam;
  }

  /** Saves each section that can be read. @throws AppError already-done while the publication waits for its signature */
  async function save(c: Context<StaffEnv>): Promise<ReadDraft> {
    const row = findOwn(c);
    const entries = await readContent(c, anyForm);
    const form = readDraftForm(read(row), entries);
    const { exam } = row;
    const { title } = form.draft;
    const updatedAt = new Date().toISOString();
    if (!saveDraft(db, { exam, title, draft: JSON.stringify(form.draft), updatedAt })) {
      throw new AppError('already-done', {
        sentence:
          'The publication waits for its signature, so the draft was not changed. Take it back to go on editing.',
      });
    }
    return form;
  }

  async function page(
    c: Context<StaffEnv>,
    row: DraftRow,
    { filled, refused }: { filled: Filled; refused: SectionName[] } = { filled: UNFILLED, refused: [] },
  ) {
    const draft = read(row);
    // Of a section that is not saved, the list would name as missing what stands in its fields.
    const { faults: all } = completed(draft, row.unit, keptOf(row), await houseRules());
    const saved = all.filter(({ field }) => !refused.some((name) => name === sectionOf(field)));
    const faults = [...refused.map(unsavedSection), ...saved];
    const person = c.var.representative.name;
    const edits = setsUpExams(c.var);
    const { reports } = c.var;
    const { hold } = await custody.hold(row.exam);
    const kept = keptOf(row);
    const shown = { institution, person, roomOrigin, reports, hold, row, draft, kept, faults, filled, refused, edits };
    return <DraftPage {...shown} />;
  }
}

/** @returns what stands in the list where a section could not be saved */
export function unsavedSection(name: SectionName): DraftFault {
  const why = `“${SECTION_HEADINGS[name]}” is not saved: something in it cannot be read.`;
  return { field: name, kind: 'unsaved', why, instead: 'Mend what is marked, and save it.' };
}

const INCOMPLETE = 'It cannot be published yet. Everything is saved; what is missing or found stands in the list.';

/** @returns the form with a fault of no field */
export function withFault(filled: Filled, fault: string): Filled {
  return { ...filled, faults: { ...filled.faults, '': fault } };
}

function read({ draft }: Pick<DraftRow, 'draft'>): Draft {
  return { restrictions: restrictingOf({}), ...(JSON.parse(draft) as Omit<Draft, 'restrictions'>) };
}
