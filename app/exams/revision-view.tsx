import type { RevisionRow } from '../../db/appliance/drafts.ts';
import { wordChanges } from '../../hsm/acts/changes.ts';
import { wordSetup } from '../../hsm/acts/setup-wording.ts';
import { HeldByReports } from '../conduct/held-view.tsx';
import { FormFault } from '../ui/fields.tsx';
import { Icon } from '../ui/icons.tsx';
import { Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { staffNavigation } from '../ui/staff-navigation.ts';
import { Notice } from '../ui/status.tsx';
import type { CompletedDraft } from './draft.ts';
import { SECTION_NAMES, type SectionName } from './draft-form.ts';
import { Contents, DraftForm, type DraftPageProps, Standing } from './draft-view.tsx';
import type { ExamRules } from './rule-book.ts';

/** All that is told, and no rule: these are changed in the room. */
const NAMES: SectionName[] = SECTION_NAMES.filter((name) => name !== 'rules');

type Parts = Pick<DraftPageProps, 'institution' | 'draft' | 'kept' | 'faults' | 'filled' | 'refused'>;

export interface RevisionPageProps extends Parts, Pick<DraftPageProps, 'person' | 'roomOrigin' | 'hold'> {
  row: Pick<RevisionRow, 'exam' | 'version' | 'act' | 'unsigned'> & {
    /** Null before anything is saved. */ updatedAt: string | null;
  };
  /** What holds at present. */
  told: ExamRules;
  /** The change, where nothing stands in its way. */
  revised: CompletedDraft | undefined;
  /** Whether test takers have begun it. */
  begun: boolean;
}

/** What test takers are told of a published exam, as it is being changed. */
export function RevisionPage(props: RevisionPageProps) {
  const { person, roomOrigin, hold, row, told, filled, begun } = props;
  const waits = row.act !== null;
  const at = `/exams/${row.exam}`;
  return (
    <Page
      title={`Change what test takers are told: ${told.title}`}
      place="staff"
      person={person}
      navigation={staffNavigation(roomOrigin, false)}
      scripts={['htmx']}
    >
      <div class="stack">
        <p class="eyebrow">
          <a href={at}>{told.title}, the roster</a>
        </p>
        <h1>Change what test takers are told</h1>
        <HeldByReports hold={hold} />
        <FormFault filled={filled} />
        {!waits && <Standstill {...{ row, told }} />}
        {waits ? (
          <Waiting {...{ roomOrigin, row }} />
        ) : (
          <p>
            This is version {told.version}, which holds since <Moment at={told.versionSince} />. A change is proposed
            here, and holds once an exam administrator has signed it in the reading room: test takers read on their page
            that it was changed, and when. Nobody is written to.
            {begun &&
              ' Test takers have begun: from now on nobody is recorded in more ways, and nobody has less time than they were told.'}
          </p>
        )}
        {!waits && <Contents names={NAMES} />}
        <div class={waits ? 'narrow' : 'drafting'}>
          {!waits && (
            <div class="stack">
              <DraftForm {...props} at={`${at}/revision`} names={NAMES} published>
                <input type="hidden" name="version" value={String(told.version)} />
              </DraftForm>
              <p class="hint">
                Whose exam it is, when it closes, how long recordings are kept, and for what they may be watched are its
                rules. <a href={`${roomOrigin}${at}/rules`}>Change its rules in the reading room</a>
              </p>
            </div>
          )}
          <div class="beside">
            <RevisionStanding {...props} />
          </div>
        </div>
        {!waits && row.updatedAt !== null && (
          <form method="post" action={`${at}/revision/removal`}>
            <button class="button bare">Drop this change: test takers go on being told what they are told now</button>
          </form>
        )}
      </div>
    </Page>
  );
}

/** What became of the last proposal, and of what the change began with. */
function Standstill({ row, told }: Pick<RevisionPageProps, 'row' | 'told'>) {
  return (
    <>
      {row.unsigned && (
        <Notice kind="notice">
          <p>
            {row.unsigned === 'withdrawn'
              ? 'The change was turned down in the reading room. Test takers are told what they were told before; mend what has to be mended, and propose it again.'
              : 'Nobody signed the change within its time. Test takers are told what they were told before; propose it again if it is still wanted.'}
          </p>
        </Notice>
      )}
      {row.version !== told.version && (
        <Notice kind="alarm">
          <p>
            <strong>Somebody else’s change was published meanwhile.</strong> This one began with version {row.version};
            version {told.version} holds now. Read under “What changes” what yours would undo of theirs before you save
            or propose it, or drop it and begin again.
          </p>
        </Notice>
      )}
    </>
  );
}

function Waiting({ roomOrigin, row }: Pick<RevisionPageProps, 'roomOrigin' | 'row'>) {
  return (
    <div class="card stack">
      <p>
        The change waits in the reading room for an exam administrator’s passkey, for seven days. Until it is signed
        test takers are told what they are told now, and the change stays as it is: what is signed is what stands here.
      </p>
      <div class="row">
        <a class="button primary" href={`${roomOrigin}/acts/${row.act}`}>
          <Icon name="key" />
          Sign it in the reading room
        </a>
        <form method="post" action={`/exams/${row.exam}/revision/withdrawal`}>
          <button class="button">Take it back to go on editing</button>
        </form>
      </div>
    </div>
  );
}

/** What is missing or found, the way on, what changes, and what test takers will read. */
export function RevisionStanding(
  props: Omit<Parts, 'filled' | 'refused'> &
    Pick<RevisionPageProps, 'row' | 'told' | 'revised'> & { unsaved?: boolean },
) {
  const { row, told, faults, revised } = props;
  const changes = revised && changesOf(told, revised);
  const unchanged = changes?.length === 0;
  const heading =
    faults.length > 0 ? 'Before it can be proposed' : unchanged ? 'Nothing is changed yet' : 'Ready to be proposed';
  return (
    <Standing {...props} heading={heading}>
      {changes && !unchanged && (
        <>
          <h3>What changes</h3>
          <dl class="details">
            {changes.map(({ term, value }) => (
              <>
                <dt>{term}</dt>
                <dd class="as-written">{value}</dd>
              </>
            ))}
          </dl>
        </>
      )}
      <button class="button primary" form="draft" formaction={`/exams/${row.exam}/revision/proposal`}>
        Propose this change
      </button>
    </Standing>
  );
}

/** In the same words as the room shows it to who signs. */
function changesOf(told: ExamRules, revised: CompletedDraft) {
  const worded = ({ title, setup }: Pick<CompletedDraft, 'title' | 'setup'>) => [
    { term: 'Title', value: title },
    ...wordSetup(setup),
  ];
  return wordChanges(worded(told), worded(revised));
}
