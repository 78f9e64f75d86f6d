import { ChoiceField, MomentField, NumberField } from '../../ui/fields.tsx';
import { Moment } from '../../ui/moment.tsx';
import type { SectionProps } from './section.ts';

export function WhenSection({ draft: { policy, setup }, filled, published }: SectionProps) {
  return (
    <>
      <MomentField
        {...{ filled, optional: true }}
        name="setup.opensAt"
        label="Opens"
        hint="Before it no attempt begins. Empty: as soon as it is published."
        own={setup.opensAt ?? undefined}
      />
      {published && policy.closesAt ? (
        <p id="policy.closesAt" tabindex={-1}>
          Closes <Moment at={policy.closesAt} />. <span class="hint">That is one of its rules: see below.</span>
        </p>
      ) : (
        <MomentField
          {...{ filled, optional: true }}
          name="policy.closesAt"
          label="Closes"
          hint="No attempt begins after it."
          own={policy.closesAt}
        />
      )}
      <NumberField
        {...{ filled, optional: true }}
        name="setup.minutes"
        label="Minutes for it"
        hint="From each test taker’s own start. Empty: until the exam closes."
        own={setup.minutes ?? undefined}
        least={5}
        most={1440}
      />
      <NumberField
        {...{ filled, optional: true }}
        name="setup.lastEntryMinutes"
        label="Last entry, in minutes after it opens"
        hint="Empty: until the exam closes."
        own={setup.lastEntryMinutes ?? undefined}
        least={5}
        most={10_080}
      />
      <NumberField
        {...{ filled, optional: true }}
        name="setup.breaks.minutes"
        label="Minutes of breaks for everybody"
        hint="In all; test takers take them when they like. Nothing is recorded in a break, and it is no incident. On a page elsewhere or on paper, nothing shows whether somebody works on in one. Empty: no breaks."
        own={setup.breaks?.minutes}
        least={1}
        most={240}
      />
      <ChoiceField
        filled={filled}
        name="setup.breaks.addedToTime"
        label="In a break"
        options={[
          ['no', 'The clock goes on: breaks are a part of the time'],
          ['yes', 'The clock stands still: everybody’s time is longer by all minutes of breaks, taken or not'],
        ]}
        chosen={setup.breaks?.addedToTime ? 'yes' : 'no'}
      />
    </>
  );
}
