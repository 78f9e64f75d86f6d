import type { ListedRequest } from '../../db/appliance/arrangements.ts';
import { amount } from '../../hsm/acts/wording.ts';
import { Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { staffNavigation } from '../ui/staff-navigation.ts';
import { Notice, Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { Asked } from './request-form.ts';
import { wordAsked } from './staff-words.ts';

interface OpenRequestsPageProps {
  institution: string;
  person: string;
  roomOrigin: string;
  /** Those that are due first. */
  requests: ListedRequest[];
  counts: { open: number; overdue: number };
  /** ISO 8601, UTC. */
  now: string;
  /** Whether this is the first page. */
  first: boolean;
  /** Address of those that are due later, where there are any. */
  later: string | null;
}

/** What test takers asked to have otherwise and wait for, the deadlines that pass first at the top. */
export function OpenRequestsPage(props: OpenRequestsPageProps) {
  const { institution, person, roomOrigin, requests, counts, now, first, later } = props;
  return (
    <Page title="Open requests" place="staff" person={person} navigation={staffNavigation(roomOrigin, false)}>
      <div class="stack">
        <p class="eyebrow">{institution}</p>
        <h1>Open requests for arrangements</h1>
        <Overdue {...counts} />
        {requests.length === 0 ? (
          <div class="empty">
            <p>{first ? 'Nobody waits for an answer.' : 'No request is due later than those before.'}</p>
            {first && <p class="hint">What a test taker asks for on their page appears here, with its deadline.</p>}
          </div>
        ) : (
          <Table
            caption="Those that are due first"
            columns={['Test taker', 'Exam', 'Asks for', 'Answer due', 'Stands']}
            rows={requests.map((request) => [
              <a href={`/arrangements/${request.id}`}>{request.name}</a>,
              request.title,
              wordAsked(JSON.parse(request.asked) as Asked).join(' · '),
              <Due request={request} now={now} />,
              <Stands request={request} />,
            ])}
          />
        )}
        <div class="row">
          {!first && (
            <a class="button bare" href="/arrangements">
              Due first
            </a>
          )}
          {later && (
            <a class="button" href={later} rel="next">
              Due later
            </a>
          )}
        </div>
      </div>
    </Page>
  );
}

/** How many wait, and loudly how many wait for too long. */
function Overdue({ open, overdue }: OpenRequestsPageProps['counts']) {
  if (open === 0) return null;
  if (overdue === 0) return <p class="lead">{amount(open, 'request')} to be answered, none of them overdue.</p>;
  return (
    <Notice kind="alarm">
      <p>
        <strong>
          {amount(overdue, 'answer')} {overdue === 1 ? 'is' : 'are'} overdue
        </strong>
        , of {amount(open, 'request')} in all. These test takers were promised an answer by then, and see that it is
        late. Answer them first.
      </p>
    </Notice>
  );
}

export function Due({ request, now }: { request: Pick<ListedRequest, 'dueAt'>; now: string }) {
  return request.dueAt < now ? (
    <Status kind="alarm" icon="clock">
      Overdue since <Moment at={request.dueAt} />
    </Status>
  ) : (
    <Moment at={request.dueAt} />
  );
}

function Stands({ request: { proposed } }: { request: Pick<ListedRequest, 'proposed'> }) {
  if (proposed === null) return <Status kind="notice">To be answered</Status>;
  return (
    <Status kind="quiet" icon="key">
      {proposed === 'grant' ? 'Grant waits for a signature' : 'Refusal waits for two signatures'}
    </Status>
  );
}
