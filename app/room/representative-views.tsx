import { amount } from '../../hsm/acts/wording.ts';
import { Icon } from '../ui/icons.tsx';
import { Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { ExamEntry, Representative, RepresentativeEntry, Unit } from './custody.ts';
import { isOfficerOf, watches } from './duties.ts';
import { FormFault, NameField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Signers } from './reasoned-changes.tsx';
import { RolesField, UnitField } from './register-fields.tsx';
import { RoomPage } from './room-page.tsx';
import { wordRoles } from './words.ts';

const CURRENT = '/representatives';

export function RepresentativesPage(props: {
  representative: Representative;
  representatives: RepresentativeEntry[];
  units: Unit[];
}) {
  const { representative, representatives, units } = props;
  return (
    <RoomPage title="People" representative={representative} current={CURRENT}>
      <div class="stack">
        <h1>People</h1>
        {representative.roles.includes('privacy-officer') && (
          <p>
            <a class="button primary" href="/representatives/new">
              <Icon name="people" />
              Approve somebody
            </a>
          </p>
        )}
        <Table
          caption="Representatives whom you answer for, and those of the whole institution"
          columns={['Name', 'Roles', 'For', 'How they stand', 'Assigned to']}
          rows={representatives.map((one) => [
            <a href={`/representatives/${one.id}`}>{one.name}</a>,
            wordRoles(one.roles),
            nameOfUnit(units, one.unit),
            <PersonStatus entry={one} />,
            watches(one) ? amount(one.exams.length, 'exam') : '–',
          ])}
        />
      </div>
    </RoomPage>
  );
}

/** One representative, and what may be proposed about them. */
export function RepresentativePage(props: {
  representative: Representative;
  entry: RepresentativeEntry;
  units: Unit[];
  exams: ExamEntry[];
}) {
  const { representative, entry, units, exams } = props;
  const assigned = exams.filter(({ exam }) => entry.exams.includes(exam));
  const elsewhere = entry.exams.length - assigned.length;
  return (
    <RoomPage title={entry.name} representative={representative} current={CURRENT}>
      <div class="stack">
        <p class="eyebrow">
          <a href={CURRENT}>People</a>
        </p>
        <h1>{entry.name}</h1>
        <dl class="details">
          <dt>How they stand</dt>
          <dd>
            <PersonStatus entry={entry} />
          </dd>
          <dt>Roles</dt>
          <dd>{wordRoles(entry.roles)}</dd>
          <dt>For</dt>
          <dd>{nameOfUnit(units, entry.unit)}</dd>
          <dt>Passkeys</dt>
          <dd>{entry.passkeys === 0 ? 'None enrolled' : entry.passkeys}</dd>
          <dt>Assigned to</dt>
          <dd>
            {entry.exams.length === 0 && 'No exam'}
            {assigned.map(({ exam, title }) => (
              <span class="line">
                <a href={`/exams/${exam}`}>{title}</a>
              </span>
            ))}
            {elsewhere > 0 && <span class="line">{elsewhere} that you do not answer for</span>}
          </dd>
        </dl>
        <Proposals representative={representative} entry={entry} />
      </div>
    </RoomPage>
  );
}

/** Ways on to the forms; none about oneself but the suspension, which nobody is kept from. */
function Proposals({ representative, entry }: { representative: Representative; entry: RepresentativeEntry }) {
  if (!isOfficerOf(representative, entry.unit)) return null;
  const own = representative.id === entry.id;
  const at = `/representatives/${entry.id}`;
  return (
    <>
      <h2>Propose</h2>
      {own && (
        <p class="hint">What is about yourself is signed by other officers, except that you may suspend yourself.</p>
      )}
      <div class="row">
        {!own && (
          <a class="button" href={`${at}/roles`}>
            Other roles or unit
          </a>
        )}
        {!own && entry.status !== 'suspended' && (
          <a class="button" href={`${at}/passkeys`}>
            Replace lost passkeys
          </a>
        )}
        {entry.status !== 'suspended' && (
          <a class="button" href={`${at}/suspension`}>
            Suspend
          </a>
        )}
        {!own && entry.status === 'suspended' && (
          <a class="button" href={`${at}/reinstatement`}>
            Reinstate
          </a>
        )}
      </div>
    </>
  );
}

/** A form for somebody who comes in new. */
export function ApprovalPage(props: { representative: Representative; units: Unit[]; filled: Filled }) {
  const { representative, units, filled } = props;
  return (
    <RoomPage title="Approve somebody" representative={representative} current={CURRENT}>
      <div class="stack narrow">
        <h1>Approve somebody</h1>
        <p>
          They become a representative of the institution, with the roles that you choose. When the second officer has
          signed, a link is shown once, over which the person enrols their passkey.
        </p>
        <FormFault filled={filled} />
        <form class="card stack" method="post" action="/representatives">
          <NameField
            filled={filled}
            name="name"
            label="Name"
            hint="As test takers will read it, for instance “Ada Moreau”."
          />
          <RolesField filled={filled} />
          <UnitField {...{ filled, representative, units }} />
          <div class="row">
            <button class="button primary">Go on to sign the approval</button>
            <a class="button bare" href={CURRENT}>
              Not now
            </a>
          </div>
        </form>
        <Signers people={2} />
      </div>
    </RoomPage>
  );
}

/** A form for what somebody may do from now on. */
export function RolesPage(props: {
  representative: Representative;
  entry: RepresentativeEntry;
  units: Unit[];
  filled: Filled;
}) {
  const { representative, entry, units, filled } = props;
  const heading = `Other roles for ${entry.name}`;
  return (
    <RoomPage title={heading} representative={representative} current={CURRENT}>
      <div class="stack narrow">
        <h1>{heading}</h1>
        <p>
          At present: {wordRoles(entry.roles)} · {nameOfUnit(units, entry.unit)}. What you tick replaces all of it.
        </p>
        <FormFault filled={filled} />
        <form class="card stack" method="post">
          <RolesField filled={filled} own={entry.roles} />
          <UnitField {...{ filled, representative, units }} chosen={entry.unit} />
          <div class="row">
            <button class="button primary">Go on to sign the change</button>
            <a class="button bare" href={`/representatives/${entry.id}`}>
              Not now
            </a>
          </div>
        </form>
        <Signers people={2} />
      </div>
    </RoomPage>
  );
}

function PersonStatus({ entry: { status } }: { entry: RepresentativeEntry }) {
  if (status === 'approved') return <Status kind="good">Approved</Status>;
  if (status === 'suspended') return <Status kind="alarm">Suspended</Status>;
  return (
    <Status kind="notice" icon="clock">
      Has yet to enrol a passkey
    </Status>
  );
}

/** @returns the unit's name, as far as who asks may know it */
export function nameOfUnit(units: Unit[], unit: string | null): string {
  if (unit === null) return 'The whole institution';
  return units.find((one) => one.unit === unit)?.name ?? 'A unit';
}
