import { HeldByReports } from '../conduct/held-view.tsx';
import { amount, wordLeastView } from '../../hsm/acts/wording.ts';
import { Moment } from '../ui/moment.tsx';
import { Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import { ActTable } from './act-list.tsx';
import type { ExamEntry, ProposedAct, Representative, RepresentativeEntry, Unit } from './custody.ts';
import { isOfficerOf, runsExamsOf, watches } from './duties.ts';
import { ChoiceField, FormFault } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { nameOfUnit } from './representative-views.tsx';
import { RoomPage } from './room-page.tsx';
import { DEGRADED, PURPOSES } from './words.ts';

const CURRENT = '/exams';

export function ExamsPage(props: {
  representative: Representative;
  exams: ExamEntry[];
  units: Unit[];
  waiting: ProposedAct[];
}) {
  const { representative, exams, units, waiting } = props;
  return (
    <RoomPage title="Exams" representative={representative} current={CURRENT}>
      <div class="stack">
        <h1>Exams</h1>
        {waiting.length > 0 && (
          <>
            <h2>Waiting for a signature</h2>
            <ActTable caption="What is proposed about exams, on the staff pages or here" acts={waiting} />
          </>
        )}
        {exams.length === 0 ? (
          <div class="empty">
            <p>There is no exam that you run or are assigned to.</p>
            <p>
              Exams are prepared on the staff pages. An exam administrator then publishes them here, with their passkey.
            </p>
          </div>
        ) : (
          <>
            {waiting.length > 0 && <h2>Published</h2>}
            <Table
              caption="Exams that you run or are assigned to"
              columns={['Title', 'For', 'Closes', 'How it stands', 'Assigned']}
              rows={exams.map((exam) => [
                <a href={`/exams/${exam.exam}`}>{exam.title}</a>,
                nameOfUnit(units, exam.policy.unit),
                <Moment at={exam.policy.closesAt} />,
                <ExamStatus exam={exam} />,
                amount(exam.assigned.length, 'person', 'people'),
              ])}
            />
          </>
        )}
      </div>
    </RoomPage>
  );
}

/** One exam: its rules as custody enforces them, who is assigned, and what may be proposed. */
export function ExamPage(props: {
  representative: Representative;
  exam: ExamEntry;
  people: RepresentativeEntry[];
  units: Unit[];
  waiting: ProposedAct[];
  filled: Filled;
}) {
  const { representative, exam, people, units, waiting, filled } = props;
  return (
    <RoomPage title={exam.title} representative={representative} current={CURRENT}>
      <div class="stack">
        <p class="eyebrow">
          <a href={CURRENT}>Exams</a>
        </p>
        <h1>{exam.title}</h1>
        <HeldByReports hold={exam.held} />
        {waiting.length > 0 && <ActTable caption="Waiting for a signature" acts={waiting} />}
        <Rules exam={exam} units={units} />
        {runsExamsOf(representative, exam.policy.unit) && <Assignments {...{ exam, people, filled }} />}
        {runsExamsOf(representative, exam.policy.unit) && <Proposals {...{ representative, exam }} />}
      </div>
    </RoomPage>
  );
}

function Rules({ exam, units }: { exam: ExamEntry; units: Unit[] }) {
  const { policy } = exam;
  return (
    <dl class="details">
      <dt>How it stands</dt>
      <dd>
        <ExamStatus exam={exam} />
      </dd>
      <dt>For</dt>
      <dd>{nameOfUnit(units, policy.unit)}</dd>
      <dt>Closes</dt>
      <dd>
        <Moment at={policy.closesAt} />
      </dd>
      <dt>Recordings may be watched for</dt>
      <dd>{policy.purposes.map((purpose) => PURPOSES[purpose] ?? purpose).join(', ')}</dd>
      <dt>To open a recording</dt>
      <dd>{policy.dualControl ? 'two people sign' : 'one person signs'}</dd>
      <dt>Shown without a further reason</dt>
      <dd>{wordLeastView(policy.leastView)}</dd>
      <dt>Recordings are taken</dt>
      <dd>until {amount(policy.uploadHours, 'hour')} after it closes</dd>
      <dt>When a browser is lost</dt>
      <dd>
        test takers {policy.reentry === 'any-browser' ? 'go on in another one' : 'can only go on in the same one'}
      </dd>
      <dt>Kept</dt>
      <dd>{amount(policy.retentionDays, 'day')} after it closes; then its key is destroyed</dd>
      {exam.releaseMode === 'host-transient' && (
        <>
          <dt>How keys are passed on</dt>
          <dd>
            <Status kind="notice">{DEGRADED}</Status>
          </dd>
        </>
      )}
    </dl>
  );
}

function Assignments(props: { exam: ExamEntry; people: RepresentativeEntry[]; filled: Filled }) {
  const { exam, people, filled } = props;
  const assigned = people.filter(({ id }) => exam.assigned.includes(id));
  const { unit } = exam.policy;
  const free = people.filter(
    (one) =>
      !exam.assigned.includes(one.id) &&
      one.status !== 'suspended' &&
      watches(one) &&
      (unit === null || one.unit === null || one.unit === unit),
  );
  return (
    <>
      <h2>Assigned</h2>
      {assigned.length === 0 ? (
        <p class="empty">Nobody is assigned yet, so nobody can watch its recordings.</p>
      ) : (
        <Table
          caption="They see its attempts, and may ask to watch them"
          columns={['Name', 'Assignment']}
          rows={assigned.map(({ id, name }) => [
            <a href={`/representatives/${id}`}>{name}</a>,
            <form method="post" action={`/exams/${exam.exam}/assignments/${id}/end`}>
              <button class="button">
                End it<span class="unseen"> for {name}</span>
              </button>
            </form>,
          ])}
        />
      )}
      <FormFault filled={filled} />
      {free.length === 0 ? (
        <p class="hint">
          There is nobody else who can be assigned: that takes an approved reviewer or privacy officer
          {unit === null ? '' : ' of its unit or of the whole institution'}.
        </p>
      ) : (
        <form class="card stack narrow" method="post" action={`/exams/${exam.exam}/assignments`}>
          <ChoiceField
            filled={filled}
            name="subject"
            label="Assign somebody"
            hint="They come to see the attempts of this exam, under the test takers’ codes."
            options={[['', 'Choose a person'], ...free.map(({ id, name }): [string, string] => [id, name])]}
          />
          <button class="button">Go on to sign the assignment</button>
        </form>
      )}
    </>
  );
}

/** What may be proposed about it: by whoever runs it, and beyond that by officers. */
function Proposals({ representative, exam }: { representative: Representative; exam: ExamEntry }) {
  const at = `/exams/${exam.exam}`;
  const { suspendedAt, keyDestroyedAt } = exam;
  const officer = isOfficerOf(representative, exam.policy.unit);
  if (keyDestroyedAt && !officer) return null;
  return (
    <>
      <h2>Propose</h2>
      <div class="row">
        {!keyDestroyedAt && (
          <a class="button" href={`${at}/rules`}>
            Other rules
          </a>
        )}
        {!keyDestroyedAt && !suspendedAt && (
          <a class="button" href={`${at}/standing-grant`}>
            Let a program open recordings
          </a>
        )}
        {officer && (
          <a class="button" href={suspendedAt ? `${at}/reinstatement` : `${at}/suspension`}>
            {suspendedAt ? 'Reinstate' : 'Suspend'}
          </a>
        )}
        {officer && !keyDestroyedAt && (
          <a class="button" href={`${at}/key-destruction`}>
            Destroy its key
          </a>
        )}
      </div>
    </>
  );
}

function ExamStatus({ exam }: { exam: ExamEntry }) {
  if (exam.keyDestroyedAt) {
    return (
      <Status kind="quiet" icon="lock">
        Key destroyed, <Moment at={exam.keyDestroyedAt} />
      </Status>
    );
  }
  if (exam.suspendedAt) {
    return (
      <Status kind="alarm">
        Suspended since <Moment at={exam.suspendedAt} />
      </Status>
    );
  }
  return <Status kind="good">Open</Status>;
}
