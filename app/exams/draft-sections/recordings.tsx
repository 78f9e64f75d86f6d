import { Fault } from '../../ui/fields.tsx';
import { KINDS } from '../draft.ts';
import { RECORDED } from '../observation.ts';
import type { SectionProps } from './section.ts';
import { SwitchedFields } from './switched-fields.tsx';

export function RecordingsSection({ draft: { recordings }, filled }: SectionProps) {
  return (
    <>
      <p>
        Everything is off until you switch it on. What you switch on has to be needed: test takers read why, in your
        words, before they begin.
      </p>
      <Fault filled={filled} name="recorded[]" />
      {KINDS.map((kind, index) => (
        <SwitchedFields
          {...{ filled, value: kind, own: recordings[kind], told: RECORDED[kind], icon: kind }}
          id={index === 0 ? 'recorded[]' : undefined}
          names={{ on: 'recorded[]', confirmed: 'confirmed[]', words: `setup.necessity.${kind}` }}
          labels={{ on: `Record the ${kind}`, words: `Why the ${kind} is needed` }}
        />
      ))}
    </>
  );
}
