import { PURPOSES } from '../../../hsm/policy.ts';
import { ChecksField, ChoiceField, NumberField } from '../../ui/fields.tsx';
import type { SectionProps } from './section.ts';

export function RulesSection({ draft: { policy }, filled }: SectionProps) {
  return (
    <>
      <div id="policy.purposes[]" tabindex={-1}>
        <ChecksField
          filled={filled}
          name="policy.purposes[]"
          legend="For what may its recordings be watched?"
          options={Object.entries(PURPOSES).map(([value, name]) => ({
            value,
            words: name.charAt(0).toUpperCase() + name.slice(1),
          }))}
          own={policy.purposes ?? []}
        />
      </div>
      <NumberField
        {...{ filled, optional: true }}
        name="policy.retentionDays"
        label="Days after it closes until its key is destroyed"
        hint="Nobody can watch any of its recordings after that. Fewer are better."
        own={policy.retentionDays}
        least={1}
        most={3650}
      />
      <NumberField
        filled={filled}
        name="policy.uploadHours"
        label="Hours after it closes in which recordings are still taken"
        own={policy.uploadHours ?? 72}
        least={1}
        most={336}
      />
      <ChoiceField
        filled={filled}
        name="policy.reentry"
        label="When a test taker’s browser or computer is lost"
        options={[
          ['any-browser', 'They go on in another one'],
          ['same-browser', 'They need the same one again'],
        ]}
        chosen={policy.reentry ?? 'any-browser'}
      />
      <ChoiceField
        filled={filled}
        name="policy.dualControl"
        label="Before a recording is watched"
        options={[
          ['1', 'One person signs'],
          ['2', 'Two people sign'],
        ]}
        chosen={policy.dualControl ? '2' : '1'}
      />
      <NumberField
        filled={filled}
        name="policy.leastView.chaptersAround"
        label="Chapters shown on each side of one with an incident"
        hint="Without a further reason. 0 shows the least."
        own={policy.leastView?.chaptersAround ?? 1}
        least={0}
        most={3}
      />
      <NumberField
        filled={filled}
        name="policy.leastView.drawn"
        label="Chapters that custody draws besides"
        hint="Without a further reason. 0 shows none."
        own={policy.leastView?.drawn ?? 0}
        least={0}
        most={5}
      />
    </>
  );
}
