import type { RosterRow } from '../../db/appliance/exams.ts';
import { Icon } from '../ui/icons.tsx';
import { Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { staffNavigation } from '../ui/staff-navigation.ts';
import { Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';

/** Who sits an exam and how far each has come. What was recorded is never here. */
export function RosterPage({
  person,
  roomOrigin,
  exam,
  roster,
}: {
  /** Name of who is signed in. */
  person: string;
  roomOrigin: string;
  exam: { id: string; title: string; unit: string };
  roster: RosterRow[];
}) {
  return (
    <Page
      title={exam.title}
      place="staff"
      person={person}
      navigation={staffNavigation(roomOrigin, false)}
      scripts={['htmx']}
    >
      <div class="stack">
        <p class="eyebrow">{exam.unit}</p>
        <h1>{exam.title}</h1>
        <p>
          <a class="button primary" href={`${roomOrigin}/attempts`}>
            <Icon name="open" />
            Review in the reading room
          </a>
        </p>
        <Roster exam={exam.id} roster={roster} />
      </div>
    </Page>
  );
}

/**
 * The roster as it stands now. Where scripts run it asks for itself anew every ten seconds until all attempts are sealed; a
 * session that ends meanwhile shows the page that says so, and an appliance that does not answer leaves what is there, with its time.
 */
export function Roster({ exam, roster }: { exam: string; roster: RosterRow[] }) {
  const sealed = roster.filter((row) => row.endedAt).length;
  const recording = roster.filter((row) => row.startedAt && !row.endedAt).length;
  const refresh = sealed < roster.length && {
    'hx-get': `/exams/${exam}/roster`,
    'hx-trigger': 'every 10s',
    'hx-swap': 'outerHTML',
    'hx-status:401': 'target:#main select:#main',
    'hx-status:4xx': 'swap:none',
    'hx-status:5xx': 'swap:none',
  };
  return (
    <div class="stack" id="roster" {...refresh}>
      <p>
        {roster.length} on the roster: {roster.length - recording - sealed} not started, {recording} recording, {sealed}{' '}
        ended and sealed.{' '}
        <span class="hint">
          As of <Moment at={new Date().toISOString()} />
        </span>
      </p>
      {roster.length === 0 ? (
        <div class="empty">
          <p>Nobody is on the roster yet.</p>
        </div>
      ) : (
        <Table
          caption="Test takers and their attempts"
          columns={['Test taker', 'Candidate', 'Attempt']}
          rows={roster.map((row) => [row.name, row.candidate, <AttemptState {...row} />])}
        />
      )}
    </div>
  );
}

function AttemptState({ startedAt, endedAt }: RosterRow) {
  if (endedAt) {
    return (
      <Status kind="good" icon="seal">
        Ended and sealed, <Moment at={endedAt} />
      </Status>
    );
  }
  if (startedAt) {
    return (
      <Status kind="notice" icon="clock">
        Recording since <Moment at={startedAt} />
      </Status>
    );
  }
  return <Status kind="quiet">Not started</Status>;
}
