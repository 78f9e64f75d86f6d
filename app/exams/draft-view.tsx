import type { Child } from 'hono/jsx';
import type { DraftRow } from '../../db/appliance/drafts.ts';
import { ReportsAlert, type ReportsWaiting } from '../conduct/alert-view.tsx';
import { HeldByReports } from '../conduct/held-view.tsx';
import type { HoldView } from '../../hsm/conduct/holds.ts';
import { FormFault } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Icon } from '../ui/icons.tsx';
import { Page } from '../ui/page.tsx';
import { Notice, Status } from '../ui/status.tsx';
import type { Draft, DraftFault, KeptPlace } from './draft.ts';
import { SECTION_NAMES, type SectionName } from './draft-form.ts';
import { SECTION_FIELDS, SECTION_HEADINGS } from './draft-sections/sections.ts';
import { staffNavigation } from '../ui/staff-navigation.ts';
import { NoticePreview } from './preview-view.tsx';

export interface DraftPageProps {
  institution: string;
  person: string;
  roomOrigin: string;
  reports: ReportsWaiting;
  /** What reports stop of it. */
  hold: HoldView | null;
  row: Pick<DraftRow, 'exam' | 'act' | 'updatedAt' | 'unsigned'>;
  draft: Draft;
  kept: KeptPlace;
  faults: DraftFault[];
  filled: Filled;
  /** Sections that were not saved just now. */
  refused: SectionName[];
  /** Whether this person sets exams up; others read. */
  edits: boolean;
}

/** An exam that is being set up: its sections, what is missing, and what test takers will read. */
export function DraftPage(props: DraftPageProps) {
  const { person, roomOrigin, reports, hold, row, draft, filled, edits } = props;
  const waits = row.act !== null;
  return (
    <Page
      title={draft.title || 'Exam without a title'}
      place="staff"
      person={person}
      navigation={staffNavigation(roomOrigin, false)}
      scripts={['htmx']}
    >
      <div class="stack">
        <p class="eyebrow">{waits ? 'Waits for a signature' : 'Draft'}</p>
        <h1>{draft.title || 'Exam without a title'}</h1>
        <ReportsAlert reports={reports} href={`${roomOrigin}/reports`} />
        <HeldByReports hold={hold} />
        <FormFault filled={filled} />
        {!waits && row.unsigned && (
          <Notice kind="notice">
            <p>
              {row.unsigned === 'withdrawn'
                ? 'The publication was turned down in the reading room. Nothing was published; change what has to be changed, and propose it again.'
                : 'Nobody signed the publication within its time. Nothing was published; propose it again if it is still wanted.'}
            </p>
          </Notice>
        )}
        {waits && <Waiting {...{ roomOrigin, row, edits }} />}
        {!waits && edits && <Contents names={SECTION_NAMES} />}
        <div class={!waits && edits ? 'drafting' : 'narrow'}>
          {!waits && edits && <DraftForm {...props} at={`/exams/${row.exam}/draft`} names={SECTION_NAMES} />}
          <div class="beside">
            <DraftStanding {...props} />
          </div>
        </div>
        {edits && (
          <p>
            <a href={`/exams/${row.exam}/test-takers`}>Test takers on the roster</a>{' '}
            <span class="hint">They can be entered before the exam is published.</span>
          </p>
        )}
        {edits && (
          <form method="post" action={`/exams/${row.exam}/copies`}>
            <button class="button bare">
              <Icon name="pen" />
              Duplicate into a new draft
            </button>
          </form>
        )}
      </div>
    </Page>
  );
}

/** The page is long: ways to its parts. */
export function Contents({ names }: { names: SectionName[] }) {
  return (
    <nav class="row" aria-label="On this page">
      {names.map((name) => (
        <a class="button bare" href={`#${name}`}>
          {SECTION_HEADINGS[name]}
        </a>
      ))}
      <a class="button bare" href="#checklist">
        What is missing
      </a>
    </nav>
  );
}

/** What happens while a publication waits, and the ways on from here. */
function Waiting({ roomOrigin, row, edits }: Pick<DraftPageProps, 'roomOrigin' | 'row' | 'edits'>) {
  return (
    <div class="card stack">
      <p>
        The publication waits in the reading room for an exam administrator’s passkey, for seven days. Until it is
        signed nothing is published, and the draft stays as it is: what is signed is what stands here.
      </p>
      <div class="row">
        <a class="button primary" href={`${roomOrigin}/acts/${row.act}`}>
          <Icon name="key" />
          Sign it in the reading room
        </a>
        {edits && (
          <form method="post" action={`/exams/${row.exam}/publication/withdrawal`}>
            <button class="button">Take it back to go on editing</button>
          </form>
        )}
      </div>
    </div>
  );
}

/** What stands there stays where the appliance does not answer, or a session has ended: nothing typed is lost. */
const UNCHANGED_ON_FAILURE = { 'hx-status:4xx': 'swap:none', 'hx-status:5xx': 'swap:none' };

/**
 * One form, so that nothing typed in another section is lost when one is saved. Where scripts run, each change has the list and the
 * preview beside it shown anew, without saving.
 */
export function DraftForm(
  props: Pick<DraftPageProps, 'draft' | 'kept' | 'filled' | 'refused'> & {
    row: Pick<DraftRow, 'exam'> & { updatedAt: string | null };
    /** Its address. */
    at: string;
    names: SectionName[];
    /** Whether the exam is published: then its rules and the kind of its place are not changed here. */
    published?: true;
    children?: Child;
  },
) {
  const { row, draft, kept, filled, refused, at, names, published, children } = props;
  return (
    <form
      id="draft"
      class="stack"
      method="post"
      action={at}
      novalidate
      hx-post={`${at}/preview`}
      hx-trigger="change delay:200ms, input delay:800ms"
      hx-target="#standing"
      hx-swap="outerHTML"
      hx-sync="this:replace"
      {...UNCHANGED_ON_FAILURE}
    >
      {children}
      {names.map((name) => {
        const Fields = SECTION_FIELDS[name];
        return (
          <section class="card stack" id={name} aria-labelledby={`${name}-heading`}>
            <h2 id={`${name}-heading`}>{SECTION_HEADINGS[name]}</h2>
            <Fields {...{ draft, kept, filled }} exam={row.exam} published={published ?? false} />
            <div class="row">
              <button class="button" name="section" value={name} aria-label={`Save: ${SECTION_HEADINGS[name]}`}>
                Save
              </button>
              {refused.includes(name) ? (
                <Status kind="alarm">Not saved: mend what is marked</Status>
              ) : (
                <span class="hint">
                  {row.updatedAt === null ? 'As it is published' : `Saved, ${clock(row.updatedAt)}`}
                </span>
              )}
            </div>
          </section>
        );
      })}
    </form>
  );
}

/** The same of an exam that is not published yet. */
export function DraftStanding(
  props: Pick<DraftPageProps, 'institution' | 'row' | 'draft' | 'kept' | 'faults' | 'edits'> & { unsaved?: boolean },
) {
  const { row, faults, edits } = props;
  return (
    <Standing {...props} heading={faults.length === 0 ? 'Ready to be published' : 'Before it can be published'}>
      {edits && row.act === null && (
        <button class="button primary" form="draft" formaction={`/exams/${row.exam}/publication`}>
          Propose the publication
        </button>
      )}
    </Standing>
  );
}

/** What is missing, the way on, and what test takers will read: beside the form, shown anew as it changes. @param props.children the way on */
export function Standing(
  props: Pick<DraftPageProps, 'institution' | 'draft' | 'kept' | 'faults'> & {
    row: Pick<DraftRow, 'act'>;
    heading: string;
    unsaved?: boolean;
    children?: Child;
  },
) {
  const { institution, row, draft, kept, faults, heading, unsaved, children } = props;
  return (
    <div id="standing" class="stack">
      {row.act === null && (
        <section class="card stack" id="checklist" aria-labelledby="checklist-heading">
          <h2 id="checklist-heading">{heading}</h2>
          {unsaved && <p class="hint">As you have typed it; not saved yet.</p>}
          <Checklist faults={faults} />
          {children}
        </section>
      )}
      <section class="stack" aria-labelledby="preview-heading">
        <h2 id="preview-heading">What test takers will read</h2>
        <NoticePreview {...{ institution, draft, kept }} />
      </section>
    </div>
  );
}

function Checklist({ faults }: { faults: DraftFault[] }) {
  if (faults.length === 0) {
    return (
      <p>
        <Status kind="good">Nothing is missing, and nothing was found that may not be asked of test takers.</Status>
      </p>
    );
  }
  return (
    <ul class="checklist">
      {faults.map(({ field, quote, why, instead }) => (
        <li>
          <a href={`#${field}`}>{why}</a>
          {quote && <q class="hint">{quote}</q>}
          <span class="hint">{instead}</span>
        </li>
      ))}
    </ul>
  );
}

/** @returns a moment's time of day in the appliance's own zone: “18:42” */
function clock(at: string): string {
  return new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}
