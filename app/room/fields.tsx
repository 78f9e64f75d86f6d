import type { Child } from 'hono/jsx';
import { Icon } from '../ui/icons.tsx';
import { Notice } from '../ui/status.tsx';
import type { Representative, Role, Unit } from './custody.ts';
import type { Filled } from './proposal.ts';
import { ROLES } from './words.ts';

interface FieldProps {
  filled: Filled;
  name: string;
  label: string;
  hint?: string;
}

/** @returns what a person wrote into a field; undefined before they did */
function entered({ entries }: Filled, name: string): string | undefined {
  const entry = entries[name];
  return typeof entry === 'string' ? entry : undefined;
}

/** Whether this field is the first that something is wrong with: the one that the person goes on in. */
function firstAtFault({ faults }: Filled, name: string): boolean {
  return Object.keys(faults)[0] === name;
}

/** What ties a control to its hint and its fault, and leads the person to the first fault. */
export function describing({ filled, name, hint }: Pick<FieldProps, 'filled' | 'name' | 'hint'>) {
  const fault = name in filled.faults;
  const described = [hint && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(' ');
  return {
    ...(described && { 'aria-describedby': described }),
    ...(fault && { 'aria-invalid': 'true' as const }),
    ...(firstAtFault(filled, name) && { autofocus: true }),
  };
}

/** What was wrong with a field, below it. */
export function Fault({ filled, name }: Pick<FieldProps, 'filled' | 'name'>) {
  const fault = filled.faults[name];
  return fault ? (
    <p class="fault" id={`${name}-fault`}>
      <Icon name="alarm" />
      <span>{fault}</span>
    </p>
  ) : null;
}

/** What was wrong with a form as a whole, above its fields. */
export function FormFault({ filled }: { filled: Filled }) {
  const fault = filled.faults[''];
  return fault ? (
    <Notice kind="alarm">
      <p>{fault}</p>
    </Notice>
  ) : null;
}

/** A field's label, hint and fault around its control. */
function Field({ filled, name, label, hint, children }: FieldProps & { children: Child }) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {children}
      <Fault filled={filled} name={name} />
    </div>
  );
}

export function NameField(props: FieldProps) {
  const { filled, name } = props;
  return (
    <Field {...props}>
      <input
        id={name}
        name={name}
        value={entered(filled, name) ?? ''}
        required
        maxlength={100}
        autocomplete="off"
        {...describing(props)}
      />
    </Field>
  );
}

export function ReasonField({ filled }: { filled: Filled }) {
  const props = { filled, name: 'reason', label: 'Why?', hint: 'Your words stand in the ledger, under your name.' };
  return (
    <Field {...props}>
      <textarea id="reason" name="reason" required maxlength={2000} {...describing(props)}>
        {entered(filled, 'reason') ?? ''}
      </textarea>
    </Field>
  );
}

/** @param options value and words of each; the first stands chosen until another is */
export function ChoiceField(props: FieldProps & { options: [value: string, words: string][]; chosen?: string }) {
  const { filled, name, options } = props;
  const chosen = entered(filled, name) ?? props.chosen;
  return (
    <Field {...props}>
      <select id={name} name={name} {...describing(props)}>
        {options.map(([value, words]) => (
          <option value={value} selected={value === chosen}>
            {words}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** @param own the roles that stand ticked before anybody chose */
export function RolesField({ filled, own = [] }: { filled: Filled; own?: readonly Role[] }) {
  const name = 'roles[]';
  const entry = filled.entries[name];
  const untouched = Object.keys(filled.entries).length === 0;
  const chosen = untouched ? own : Array.isArray(entry) ? entry : [];
  const { autofocus, ...described } = describing({ filled, name });
  return (
    <fieldset class="field" {...described}>
      <legend>What may they do?</legend>
      {(Object.entries(ROLES) as [Role, (typeof ROLES)[Role]][]).map(([role, { name: title, does }], index) => (
        <label class="choice">
          <input
            type="checkbox"
            name={name}
            value={role}
            checked={chosen.includes(role)}
            autofocus={autofocus && index === 0}
          />
          <span>
            {title.charAt(0).toUpperCase() + title.slice(1)}
            <span class="hint"> {does}</span>
          </span>
        </label>
      ))}
      <Fault filled={filled} name={name} />
    </fieldset>
  );
}

/** The units that somebody may be given to by this officer. */
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
