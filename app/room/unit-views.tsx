import { Moment } from '../ui/moment.tsx';
import { Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { ExamEntry, Representative, RepresentativeEntry, Unit } from './custody.ts';
import { isOfficerOf } from './duties.ts';
import { FormFault, NameField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { RoomPage } from './room-page.tsx';

const CURRENT = '/units';

export function UnitsPage(props: { representative: Representative; units: Unit[]; filled: Filled }) {
  const { representative, units, filled } = props;
  return (
    <RoomPage title="Units" representative={representative} current={CURRENT}>
      <div class="stack">
        <h1>Units</h1>
        {units.length === 0 ? (
          <div class="empty">
            <p>There are no units yet: everybody is there for the whole institution.</p>
            <p>
              A unit is a faculty or another part that runs exams of its own. Its people answer for its own exams only,
              and it can be suspended as a whole.
            </p>
          </div>
        ) : (
          <Table
            caption="Units that you answer for"
            columns={['Name', 'How it stands']}
            rows={units.map((unit) => [<a href={`/units/${unit.unit}`}>{unit.name}</a>, <UnitStatus unit={unit} />])}
          />
        )}
        {isOfficerOf(representative, null) && (
          <>
            <h2>Register a unit</h2>
            <FormFault filled={filled} />
            <form class="card stack narrow" method="post" action="/units">
              <NameField
                filled={filled}
                name="name"
                label="Name"
                hint="As people know it, for instance “Faculty of Law”."
              />
              <button class="button primary">Go on to sign the registration</button>
            </form>
          </>
        )}
      </div>
    </RoomPage>
  );
}

/** One unit: who and what is of it, and what may be proposed. */
export function UnitPage(props: {
  representative: Representative;
  unit: Unit;
  people: RepresentativeEntry[];
  exams: ExamEntry[];
}) {
  const { representative, unit, people, exams } = props;
  return (
    <RoomPage title={unit.name} representative={representative} current={CURRENT}>
      <div class="stack">
        <p class="eyebrow">
          <a href={CURRENT}>Units</a>
        </p>
        <h1>{unit.name}</h1>
        <dl class="details">
          <dt>How it stands</dt>
          <dd>
            <UnitStatus unit={unit} />
          </dd>
          <dt>People</dt>
          <dd>
            {people.length === 0 && 'Nobody yet'}
            {people.map(({ id, name }) => (
              <span class="line">
                <a href={`/representatives/${id}`}>{name}</a>
              </span>
            ))}
          </dd>
          <dt>Exams</dt>
          <dd>
            {exams.length === 0 && 'None yet'}
            {exams.map(({ exam, title }) => (
              <span class="line">
                <a href={`/exams/${exam}`}>{title}</a>
              </span>
            ))}
          </dd>
        </dl>
        {isOfficerOf(representative, unit.unit) && (
          <>
            <h2>Propose</h2>
            <div class="row">
              {unit.suspendedAt ? (
                <a class="button" href={`/units/${unit.unit}/reinstatement`}>
                  Reinstate
                </a>
              ) : (
                <a class="button" href={`/units/${unit.unit}/suspension`}>
                  Suspend
                </a>
              )}
            </div>
          </>
        )}
      </div>
    </RoomPage>
  );
}

function UnitStatus({ unit: { suspendedAt } }: { unit: Unit }) {
  if (!suspendedAt) return <Status kind="good">Open</Status>;
  return (
    <Status kind="alarm">
      Suspended since <Moment at={suspendedAt} />
    </Status>
  );
}
