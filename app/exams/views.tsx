import type { RosterRow } from '../../db/appliance/exams.ts';
import { Icon } from '../ui/icons.tsx';
import { Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import { examNavigation } from './exam-navigation.ts';

/** The exam origin's first page, for whoever comes without their personal link. */
export function WelcomePage({ institution }: { institution: string }) {
  return (
    <Page title="Exams" place="exam">
      <div class="stack">
        <p class="eyebrow">{institution}</p>
        <h1>You need your personal link</h1>
        <p class="lead">This is where test takers of {institution} sit exams that are recorded.</p>
        <p>
          You received an invitation with a link that is yours alone. Open that link, and you see what is recorded and
          why before anything begins. Came here from your exam before? <a href="/attempt">Go to your exam</a>.
        </p>
        <p>
          Before the exam day, <a href="/check">check whether your device will do</a>. Nothing is recorded.
        </p>
        <h2>No link, or it does not work?</h2>
        <p>
          Ask whoever holds the exam: the contact stands in your invitation. If you have no invitation, ask your teacher
          or the examination office of {institution}. You miss nothing by coming here too early: nothing is recorded on
          this page.
        </p>
      </div>
    </Page>
  );
}

/** The "page elsewhere" of the demonstration: an exam that knows nothing of the recorder. Its answers go nowhere. */
export function DemonstrationPage() {
  return (
    <Page title="Demonstration exam" place="exam">
      <div class="stack">
        <h1>Demonstration exam</h1>
        <p>
          Three questions, as in an exam of your learning platform. This page is for trying out: your answers are
          neither sent nor kept. The recorder goes on in its own window.
        </p>
        <fieldset class="field card">
          <legend>1. What is the derivative of x² + 3x?</legend>
          {['2x + 3', 'x + 3', '2x² + 3'].map((answer) => (
            <label class="choice">
              <input type="radio" name="derivative" value={answer} />
              {answer}
            </label>
          ))}
        </fieldset>
        <div class="field card">
          <label for="integral">2. What is the integral of 2x from 0 to 3?</label>
          <input id="integral" inputmode="numeric" autocomplete="off" />
        </div>
        <div class="field card">
          <label for="proof">3. Why is there no largest prime number? A few sentences are enough.</label>
          <textarea id="proof" rows={8}></textarea>
        </div>
        <p>When you are done, go back to the recorder’s window and choose “Finish the exam”.</p>
      </div>
    </Page>
  );
}

/** Who sits an exam and how far each has come. What was recorded is never here. */
export function RosterPage({
  person,
  roomOrigin,
  exam,
  roster,
  edits,
}: {
  /** Name of who is signed in. */
  person: string;
  roomOrigin: string;
  exam: { id: string; title: string; unit: string };
  roster: RosterRow[];
  /** Whether this person sets exams up. */
  edits: boolean;
}) {
  return (
    <Page
      title={exam.title}
      place="staff"
      person={person}
      navigation={examNavigation(roomOrigin, false)}
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
        {edits && (
          <form method="post" action={`/exams/${exam.id}/copies`}>
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
