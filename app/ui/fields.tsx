import type { Child } from 'hono/jsx';
import { Icon } from './icons.tsx';
import { Notice } from './status.tsx';
import type { Filled } from './filled.ts';

interface FieldProps {
  filled: Filled;
  name: string;
  label: string;
  hint?: Child;
  /** Whether it may stay empty. */
  optional?: boolean;
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

/** One line of a person's own words. @param own what stands there before anybody wrote @param longest characters at most */
export function NameField(props: FieldProps & { own?: string; longest?: number; type?: 'text' | 'email' }) {
  const { filled, name, optional, own = '', longest = 100, type } = props;
  return (
    <Field {...props}>
      <input
        id={name}
        name={name}
        type={type}
        value={entered(filled, name) ?? own}
        required={!optional}
        maxlength={longest}
        autocomplete="off"
        {...describing(props)}
      />
    </Field>
  );
}

/** Several lines of a person's own words. @param own what stands there before anybody wrote @param longest characters at most */
export function WordsField(props: FieldProps & { own?: string; longest: number }) {
  const { filled, name, optional, own = '', longest } = props;
  return (
    <Field {...props}>
      <textarea id={name} name={name} required={!optional} maxlength={longest} {...describing(props)}>
        {entered(filled, name) ?? own}
      </textarea>
    </Field>
  );
}

export function ReasonField({ filled }: { filled: Filled }) {
  const hint = 'Your words stand in the ledger, under your name.';
  return <WordsField {...{ filled, hint }} name="reason" label="Why?" longest={2000} />;
}

/** A whole number. @param own what stands there before anybody wrote */
export function NumberField(props: FieldProps & { own?: number; least: number; most: number }) {
  const { filled, name, optional, own = '', least, most } = props;
  const value = entered(filled, name) ?? String(own);
  return (
    <Field {...props}>
      <input
        id={name}
        name={name}
        type="number"
        {...{ value, min: least, max: most }}
        required={!optional}
        {...describing(props)}
      />
    </Field>
  );
}

/** A moment to the minute, in the appliance's own zone, which is named. @param own ISO 8601: what stands there before anybody wrote */
export function MomentField(props: FieldProps & { hint: string; own?: string }) {
  const { filled, name, optional, own } = props;
  const value = entered(filled, name) ?? (own === undefined ? '' : localMinute(own));
  const hinted = { ...props, hint: `${props.hint} Time zone: ${Intl.DateTimeFormat().resolvedOptions().timeZone}.` };
  return (
    <Field {...hinted}>
      <input id={name} name={name} type="datetime-local" value={value} required={!optional} {...describing(hinted)} />
    </Field>
  );
}

/** @returns a moment (ISO 8601) as `datetime-local` has it: 2026-11-23T16:00 in the appliance's own zone */
export function localMinute(moment: string): string {
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
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

/** What can be chosen of a few: how it is sent, its words and what they mean. */
export interface Option {
  value: string;
  words: string;
  means?: string;
}

/** Several of a few. @param name of the entries' list, with `[]` behind it @param own those that stand ticked before anybody chose */
export function ChecksField(props: {
  filled: Filled;
  name: `${string}[]`;
  legend: string;
  options: Option[];
  own: readonly string[];
}) {
  const { filled, name, own } = props;
  const entry = filled.entries[name];
  const untouched = Object.keys(filled.entries).length === 0;
  const chosen = untouched ? own : Array.isArray(entry) ? entry : [];
  return <Options {...props} type="checkbox" chosen={chosen} />;
}

/** One of a few, each with what it means; none stands chosen before anybody chose. */
export function RadioField(props: { filled: Filled; name: string; legend: Child; options: Option[] }) {
  return <Options {...props} type="radio" chosen={[entered(props.filled, props.name) ?? '']} />;
}

function Options(props: {
  type: 'checkbox' | 'radio';
  filled: Filled;
  name: string;
  legend: Child;
  options: Option[];
  chosen: readonly string[];
}) {
  const { type, filled, name, legend, options, chosen } = props;
  const { autofocus, ...described } = describing({ filled, name });
  return (
    <fieldset class="field" {...described}>
      <legend>{legend}</legend>
      {options.map(({ value, words, means }, index) => (
        <label class="choice">
          <input
            {...{ type, name, value }}
            required={type === 'radio'}
            checked={chosen.includes(value)}
            autofocus={autofocus && index === 0}
          />
          <span>
            {words}
            {means && <span class="hint"> {means}</span>}
          </span>
        </label>
      ))}
      <Fault filled={filled} name={name} />
    </fieldset>
  );
}
