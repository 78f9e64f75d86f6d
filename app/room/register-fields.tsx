import type { Representative, Role, Unit } from './custody.ts';
import { ChecksField, ChoiceField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { ROLES } from './words.ts';

/** @param own the roles that stand ticked before anybody chose */
export function RolesField({ filled, own = [] }: { filled: Filled; own?: readonly Role[] }) {
  const options = (Object.entries(ROLES) as [Role, (typeof ROLES)[Role]][]).map(([value, { name, does }]) => ({
    ...{ value, means: does },
    words: name.charAt(0).toUpperCase() + name.slice(1),
  }));
  return <ChecksField {...{ filled, options, own }} name="roles[]" legend="What may they do?" />;
}

/** The units that somebody, or an exam, may be given to by this person. */
export function UnitField(props: {
  filled: Filled;
  representative: Representative;
  units: Unit[];
  chosen?: string | null;
}) {
  const { filled, representative, units, chosen } = props;
  const options: [string, string][] = [
    ...(representative.unit === null ? [['', 'The whole institution'] as [string, string]] : []),
    ...units.map(({ unit, name }): [string, string] => [unit, name]),
  ];
  return <ChoiceField filled={filled} name="unit" label="For" options={options} chosen={chosen ?? ''} />;
}
