import { WordsField } from '../../ui/fields.tsx';
import type { Filled } from '../../ui/filled.ts';
import { Icon } from '../../ui/icons.tsx';
import type { Kind, KindDraft } from '../draft.ts';

/** What can be switched on: what it does, cannot do and costs, and why it is needed. */
export function SwitchedFields(props: {
  value: string;
  id?: string | undefined;
  own: KindDraft;
  told: { name: string; does: string; cannot: string; costs: string };
  icon?: Kind;
  names: { on: string; confirmed: string; words: string };
  labels: { on: string; words: string };
  filled: Filled;
}) {
  const { value, id, own, told, icon, names, labels, filled } = props;
  const ticked = (list: string, before: boolean) => {
    if (Object.keys(filled.entries).length === 0) return before;
    const entry = filled.entries[list];
    return Array.isArray(entry) && entry.includes(value);
  };
  return (
    <fieldset class="kind" id={id} tabindex={id ? -1 : undefined}>
      <legend class="unseen">{told.name}</legend>
      <div class="field">
        <label class="choice">
          <input type="checkbox" name={names.on} value={value} checked={ticked(names.on, own.on)} />
          {icon && <Icon name={icon} />}
          <strong>{labels.on}</strong>
        </label>
      </div>
      <dl class="details">
        <dt>Does</dt>
        <dd>{told.does}</dd>
        <dt>Cannot</dt>
        <dd>{told.cannot}</dd>
        <dt>Costs</dt>
        <dd>{told.costs}</dd>
      </dl>
      <WordsField
        {...{ filled, optional: true }}
        name={names.words}
        label={labels.words}
        own={own.words}
        longest={2000}
      />
      {own.words !== '' && !own.confirmed ? (
        <div class="field">
          <label class="choice">
            <input type="checkbox" name={names.confirmed} value={value} checked={ticked(names.confirmed, false)} />
            <span>The suggested words are true of this exam</span>
          </label>
        </div>
      ) : (
        own.confirmed && <input type="hidden" name={names.confirmed} value={value} />
      )}
    </fieldset>
  );
}
