import { RESTRICTED_PLACE, RESTRICTIONS } from '../../../hsm/restriction.ts';
import { RESTRICTED, UNRESTRICTED } from '../observation.ts';
import type { SectionProps } from './section.ts';
import { SwitchedFields } from './switched-fields.tsx';

/** What is kept of them stays in the form where the exam's place offers none. */
export function RestrictionsSection({ draft: { setup, restrictions }, filled }: SectionProps) {
  if (setup.place?.kind !== RESTRICTED_PLACE) {
    return (
      <>
        <p>{UNRESTRICTED}</p>
        {RESTRICTIONS.map((one) => (
          <>
            <input type="hidden" name={`setup.restrictions.${one}`} value={restrictions[one].words} />
            {restrictions[one].on && <input type="hidden" name="restricted[]" value={one} />}
            {restrictions[one].confirmed && <input type="hidden" name="reasoned[]" value={one} />}
          </>
        ))}
      </>
    );
  }
  return (
    <>
      <p>
        Everything is off until you switch it on. Test takers read before the exam what each does and why it is needed,
        in your words; they are told at once of what is noted.
      </p>
      {RESTRICTIONS.map((one) => (
        <SwitchedFields
          {...{ filled, value: one, own: restrictions[one], told: RESTRICTED[one] }}
          names={{ on: 'restricted[]', confirmed: 'reasoned[]', words: `setup.restrictions.${one}` }}
          labels={{ on: `Restrict: ${RESTRICTED[one].name.toLowerCase()}`, words: 'Why this is needed' }}
        />
      ))}
    </>
  );
}
