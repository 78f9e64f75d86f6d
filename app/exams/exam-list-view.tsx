import { amount } from '../../hsm/acts/wording.ts';
import { ReportsAlert, type ReportsWaiting } from '../conduct/alert-view.tsx';
import { Icon } from '../ui/icons.tsx';
import { Day, Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { Notice, Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import { staffNavigation } from '../ui/staff-navigation.ts';
import type { Stage } from './life-cycle.ts';

/** An exam in the list. */
export interface ListedStage {
  id: string;
  title: string;
  createdAt: string;
  stage: Stage;
}

/** All exams that a person sees, the newest first, a page at a time. */
export function ExamsPage(props: {
  institution: string;
  /** Name of who is signed in. */
  person: string;
  roomOrigin: string;
  reports: ReportsWaiting;
  exams: ListedStage[];
  /** Whether this is not the first page. */
  later: boolean;
  /** Address of the older ones, where there are any. */
  older: string | null;
  /** Whether this person sets exams up. */
  edits: boolean;
  /** Requests for an arrangement that wait for an answer; null to who answers none. */
  requests: { open: number; overdue: number } | null;
}) {
  const { institution, person, roomOrigin, reports, exams, later, older, edits, requests } = props;
  return (
    <Page title="Exams" place="staff" person={person} navigation={staffNavigation(roomOrigin, true)}>
      <div class="stack">
        <p class="eyebrow">{institution}</p>
        <h1>Exams</h1>
        <ReportsAlert reports={reports} href={`${roomOrigin}/reports`} />
        {requests && <Requests {...requests} />}
        {edits && (
          <p>
            <a class="button primary" href="/exams/new">
              <Icon name="pen" />
              Set up an exam
            </a>
          </p>
        )}
        {exams.length === 0 ? (
          <div class="empty">
            <p>{later ? 'There are no older exams.' : 'No exam has been set up yet.'}</p>
            {!later && <p class="hint">It appears here once it is set up on this appliance.</p>}
          </div>
        ) : (
          <Table
            caption="The newest first"
            columns={['Exam', 'Stage', 'Set up']}
            rows={exams.map(({ id, title, createdAt, stage }) => [
              <a
                href={
                  stage.name === 'draft' || stage.name === 'waits-for-signature' ? `/exams/${id}/draft` : `/exams/${id}`
                }
              >
                {title || 'Exam without a title'}
              </a>,
              <StageStatus stage={stage} />,
              <Day at={createdAt} />,
            ])}
          />
        )}
        <div class="row">
          {later && (
            <a class="button bare" href="/">
              The newest
            </a>
          )}
          {older && (
            <a class="button" href={older} rel="next">
              Older exams
            </a>
          )}
        </div>
      </div>
    </Page>
  );
}

/** The way to what test takers asked for: loud where an answer is overdue. */
function Requests({ open, overdue }: { open: number; overdue: number }) {
  const way = (
    <a href="/arrangements">
      {open === 0 ? 'Requests for arrangements' : `${amount(open, 'request')} for an arrangement to be answered`}
    </a>
  );
  if (overdue === 0) return <p>{way}</p>;
  return (
    <Notice kind="alarm">
      <p>
        {way}, and of {overdue === 1 ? 'one' : overdue} the answer is <strong>overdue</strong>.
      </p>
    </Notice>
  );
}

function StageStatus({ stage }: { stage: Stage }) {
  switch (stage.name) {
    case 'draft':
      return (
        <Status kind="quiet" icon="pen">
          Draft
        </Status>
      );
    case 'waits-for-signature':
      return (
        <Status kind="notice" icon="key">
          Waits for a signature
        </Status>
      );
    case 'published':
      return (
        <Status kind="good" icon="clock">
          Published, opens <Moment at={stage.opensAt} />
        </Status>
      );
    case 'running':
      return (
        <Status kind="good">
          Running, closes <Moment at={stage.closesAt} />
        </Status>
      );
    case 'closed':
      return (
        <Status kind="quiet" icon="clock">
          Closed, <Moment at={stage.closesAt} />
        </Status>
      );
    case 'retained':
      return (
        <Status kind="quiet" icon="lock">
          Closed, retained until <Day at={stage.keptUntil} />
        </Status>
      );
    case 'key-destroyed':
      return (
        <Status kind="quiet" icon="key">
          Key destroyed, <Day at={stage.keptUntil} />
        </Status>
      );
  }
}
