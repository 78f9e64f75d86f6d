import type { ExamRow, RosterRow } from '../../db/appliance/exams.ts';
import { Icon } from '../ui/icons.tsx';
import { Moment } from '../ui/moment.tsx';
import { Page, type NavigationItem } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { Reading } from '../words/language.ts';

/** The exam origin's first page, for whoever comes without their personal link. */
export function WelcomePage({ reading, institution }: { reading: Reading; institution: string }) {
  const { welcome } = reading.words;
  return (
    <Page title={welcome.title} place="exam" reading={reading}>
      <div class="stack">
        <p class="eyebrow">{institution}</p>
        <h1>{welcome.heading}</h1>
        <p class="lead">{welcome.lead(institution)}</p>
        <p>
          {welcome.link((text) => (
            <a href="/attempt">{text}</a>
          ))}
        </p>
        <p>
          {welcome.device((text) => (
            <a href="/check">{text}</a>
          ))}
        </p>
        <h2>{welcome.lostHeading}</h2>
        <p>{welcome.lost(institution)}</p>
      </div>
    </Page>
  );
}

/** The "page elsewhere" of the demonstration: an exam that knows nothing of the recorder. Its answers go nowhere. */
export function DemonstrationPage({ reading }: { reading: Reading }) {
  const { demonstration } = reading.words;
  return (
    <Page title={demonstration.heading} place="exam" reading={reading}>
      <div class="stack">
        <h1>{demonstration.heading}</h1>
        <p>{demonstration.about}</p>
        <fieldset class="field card">
          <legend>{demonstration.derivative}</legend>
          {['2x + 3', 'x + 3', '2x² + 3'].map((answer) => (
            <label class="choice">
              <input type="radio" name="derivative" value={answer} />
              {answer}
            </label>
          ))}
        </fieldset>
        <div class="field card">
          <label for="integral">{demonstration.integral}</label>
          <input id="integral" inputmode="numeric" autocomplete="off" />
        </div>
        <div class="field card">
          <label for="proof">{demonstration.primes}</label>
          <textarea id="proof" rows={8}></textarea>
        </div>
        <p>{demonstration.done}</p>
      </div>
    </Page>
  );
}

interface StaffPageProps {
  institution: string;
  /** Name of who is signed in. */
  person: string;
  roomOrigin: string;
}

/** All exams, the newest first. */
export function ExamsPage({ institution, person, roomOrigin, exams }: StaffPageProps & { exams: ExamRow[] }) {
  return (
    <Page title="Exams" place="staff" person={person} navigation={navigation(roomOrigin, true)}>
      <div class="stack">
        <p class="eyebrow">{institution}</p>
        <h1>Exams</h1>
        {exams.length === 0 ? (
          <div class="empty">
            <p>No exam has been set up yet.</p>
            <p class="hint">It appears here once it is set up on this appliance.</p>
          </div>
        ) : (
          <Table
            caption={exams.length === 1 ? 'One exam' : `${exams.length} exams, the newest first`}
            columns={['Exam', 'Set up']}
            rows={exams.map((exam) => [<a href={`/exams/${exam.id}`}>{exam.title}</a>, <Moment at={exam.createdAt} />])}
          />
        )}
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
}: Omit<StaffPageProps, 'institution'> & { exam: { id: string; title: string; unit: string }; roster: RosterRow[] }) {
  return (
    <Page
      title={exam.title}
      place="staff"
      person={person}
      navigation={navigation(roomOrigin, false)}
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

function navigation(roomOrigin: string, onExams: boolean): NavigationItem[] {
  return [
    { href: '/', label: 'Exams', icon: 'list', current: onExams },
    { href: roomOrigin, label: 'Reading room', icon: 'eye', current: false },
  ];
}
