import type { ExamEntry, Representative, Unit } from './custody.ts';
import { ChecksField, ChoiceField, FormFault, MomentField, NumberField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Signers } from './reasoned-changes.tsx';
import { UnitField } from './register-fields.tsx';
import { RoomPage } from './room-page.tsx';
import { PURPOSES } from './words.ts';

/** An exam's rules as they stand, to be changed: what is left as it is stays so. */
export function RulesPage(props: { representative: Representative; exam: ExamEntry; units: Unit[]; filled: Filled }) {
  const { representative, exam, units, filled } = props;
  const { policy } = exam;
  const heading = `Other rules for “${exam.title}”`;
  return (
    <RoomPage title={heading} representative={representative} current="/exams">
      <div class="stack narrow">
        <h1>{heading}</h1>
        <p>
          These are its rules at present. What you leave as it is stays so. Once a test taker has begun, recordings can
          be kept for a shorter time than the test takers were told, and never for longer.
        </p>
        <FormFault filled={filled} />
        <form class="card stack" method="post">
          <UnitField {...{ filled, representative, units }} chosen={policy.unit} />
          <ChecksField
            filled={filled}
            name="purposes[]"
            legend="For what may its recordings be watched?"
            options={Object.entries(PURPOSES).map(([value, words]) => ({ value, words }))}
            own={policy.purposes}
          />
          <MomentField
            filled={filled}
            name="closesAt"
            label="Closes"
            hint="No attempt begins after it."
            own={policy.closesAt}
          />
          <NumberField
            filled={filled}
            name="uploadHours"
            label="Hours after it closes in which recordings are still taken"
            own={policy.uploadHours}
            least={1}
            most={336}
          />
          <NumberField
            filled={filled}
            name="retentionDays"
            label="Days after it closes until its key is destroyed"
            hint="Nobody can watch any of its recordings after that."
            own={policy.retentionDays}
            least={1}
            most={3650}
          />
          <ChoiceField
            filled={filled}
            name="reentry"
            label="When a test taker’s browser or computer is lost"
            options={[
              ['any-browser', 'They go on in another one'],
              ['same-browser', 'They need the same one again'],
            ]}
            chosen={policy.reentry}
          />
          <ChoiceField
            filled={filled}
            name="signers"
            label="Before a recording is watched"
            options={[
              ['1', 'One person signs'],
              ['2', 'Two people sign'],
            ]}
            chosen={policy.dualControl ? '2' : '1'}
          />
          <NumberField
            filled={filled}
            name="chaptersAround"
            label="Chapters shown on each side of one with an incident"
            hint="Without a further reason. 0 shows the least."
            own={policy.leastView.chaptersAround}
            least={0}
            most={3}
          />
          <NumberField
            filled={filled}
            name="drawn"
            label="Chapters that custody draws besides"
            hint="Without a further reason. 0 shows none."
            own={policy.leastView.drawn}
            least={0}
            most={5}
          />
          <div class="row">
            <button class="button primary">Go on to sign the change</button>
            <a class="button bare" href={`/exams/${exam.exam}`}>
              Not now
            </a>
          </div>
        </form>
        <Signers people={2} />
      </div>
    </RoomPage>
  );
}
