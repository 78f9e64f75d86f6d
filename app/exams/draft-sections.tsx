import type { Child } from 'hono/jsx';
import { ChecksField, ChoiceField, Fault, MomentField, NameField, NumberField, WordsField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Icon } from '../ui/icons.tsx';
import { PURPOSES } from '../../hsm/policy.ts';
import { type Draft, KINDS, type KeptPlace, type Kind } from './draft.ts';
import type { SectionName } from './draft-form.ts';
import { wordsIn } from '../words/language.ts';
import type { Language } from '../words/languages.ts';
import { PLACES, RECORDED } from './observation.ts';

/** In which an exam's texts can be written. */
export const EXAM_LANGUAGES: [Language, string][] = [
  ['en', 'English'],
  ['de', 'German'],
];

export const SECTION_HEADINGS: Record<SectionName, string> = {
  what: 'What and where',
  when: 'When',
  recordings: 'What is recorded',
  people: 'People, and the other way to sit it',
  rules: 'Rules',
};

interface SectionProps {
  /** Its id. */
  exam: string;
  draft: Draft;
  kept: KeptPlace;
  filled: Filled;
}

function WhatSection({ exam, draft: { title, setup }, kept, filled }: SectionProps) {
  const place = setup.place?.kind ?? 'elsewhere';
  return (
    <>
      <NameField {...{ filled, optional: true }} name="title" label="Title" own={title} longest={200} />
      <NameField
        {...{ filled, optional: true }}
        name="setup.unit"
        label="Who holds it"
        hint="The office that answers for the recording, as test takers know it."
        own={setup.unit}
        longest={200}
      />
      <ChoiceField
        filled={filled}
        name="setup.place.kind"
        label="Where the exam itself is"
        hint="A page elsewhere is a quiz of the learning platform, or the room of a video call. Documents are added once this is saved."
        options={Object.entries(PLACES).map(([kind, { name }]) => [kind, name])}
        chosen={place}
      />
      <div class="observed">
        {Object.entries(PLACES).map(([kind, { name, can, cannot }]) => (
          <details open={kind === place}>
            <summary>What can be observed: {name.toLowerCase()}</summary>
            <p class="hint">{can}</p>
            <p class="hint">{cannot}</p>
          </details>
        ))}
      </div>
      <NameField
        {...{ filled, optional: true }}
        name="setup.place.address"
        label="Address of the page elsewhere"
        hint="An https address, as the browser shows it. Documents and paper need none."
        own={setup.place?.address}
        longest={2000}
      />
      {place === 'document' && (
        <p id="setup.place.documents" tabindex={-1}>
          <span class="hint">
            {kept.documents.length === 0
              ? 'There is no document yet. '
              : `${kept.documents.length === 1 ? 'One document' : `${kept.documents.length} documents`}: ${kept.documents.map(({ name }) => name).join(', ')}. `}
          </span>
          <a href={`/exams/${exam}/documents`}>See or change the documents</a>
        </p>
      )}
      {place === 'elsewhere' && (
        <p>
          <span class="hint">
            {kept.password
              ? 'The page has a password, which test takers see while they are recorded. '
              : 'The page can have a password, which test takers see only while they are recorded. '}
          </span>
          <a href={`/exams/${exam}/password`}>{kept.password ? 'See or change the password' : 'Set a password'}</a>
        </p>
      )}
      <WordsField
        {...{ filled, optional: true }}
        name="setup.instructions"
        label="What test takers may use, and have to know"
        own={setup.instructions}
        longest={5000}
      />
      <ChoiceField
        filled={filled}
        name="setup.language"
        label="Language of the exam’s texts"
        hint="Suggested words that nobody has changed go with it, and are confirmed anew. What you wrote stays as it is."
        options={EXAM_LANGUAGES}
        chosen={setup.language ?? 'en'}
      />
    </>
  );
}

function WhenSection({ draft: { policy, setup }, filled }: SectionProps) {
  return (
    <>
      <MomentField
        {...{ filled, optional: true }}
        name="setup.opensAt"
        label="Opens"
        hint="Before it no attempt begins. Empty: as soon as it is published."
        own={setup.opensAt ?? undefined}
      />
      <MomentField
        {...{ filled, optional: true }}
        name="policy.closesAt"
        label="Closes"
        hint="No attempt begins after it."
        own={policy.closesAt}
      />
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
    </>
  );
}

function RecordingsSection({ draft: { recordings }, filled }: SectionProps) {
  return (
    <>
      <p>
        Everything is off until you switch it on. What you switch on has to be needed: test takers read why, in your
        words, before they begin.
      </p>
      <Fault filled={filled} name="recorded[]" />
      {KINDS.map((kind, index) => (
        <KindFields kind={kind} first={index === 0} own={recordings[kind]} filled={filled} />
      ))}
    </>
  );
}

function KindFields(props: { kind: Kind; first: boolean; own: Draft['recordings'][Kind]; filled: Filled }) {
  const { kind, first, own, filled } = props;
  const { name, does, cannot, costs } = RECORDED[kind];
  const ticked = (list: string, before: boolean) => {
    if (Object.keys(filled.entries).length === 0) return before;
    const entry = filled.entries[list];
    return Array.isArray(entry) && entry.includes(kind);
  };
  const words = `setup.necessity.${kind}`;
  return (
    <fieldset class="kind" id={first ? 'recorded[]' : undefined} tabindex={first ? -1 : undefined}>
      <legend class="unseen">{name}</legend>
      <div class="field">
        <label class="choice">
          <input type="checkbox" name="recorded[]" value={kind} checked={ticked('recorded[]', own.on)} />
          <Icon name={kind} />
          <strong>Record the {kind}</strong>
        </label>
      </div>
      <dl class="details">
        <dt>Does</dt>
        <dd>{does}</dd>
        <dt>Cannot</dt>
        <dd>{cannot}</dd>
        <dt>Costs</dt>
        <dd>{costs}</dd>
      </dl>
      <WordsField
        {...{ filled, optional: true }}
        name={words}
        label={`Why the ${kind} is needed`}
        own={own.words}
        longest={2000}
      />
      {own.words !== '' && !own.confirmed ? (
        <div class="field">
          <label class="choice">
            <input type="checkbox" name="confirmed[]" value={kind} checked={ticked('confirmed[]', false)} />
            <span>The suggested words are true of this exam</span>
          </label>
        </div>
      ) : (
        own.confirmed && <input type="hidden" name="confirmed[]" value={kind} />
      )}
    </fieldset>
  );
}

function PeopleSection({ draft: { setup }, filled }: SectionProps) {
  const { arrangement, privacyOfficer, language = 'en' } = setup;
  const { examples } = wordsIn(language).suggestion;
  return (
    <>
      <WordsField
        {...{ filled, optional: true }}
        name="setup.reviewers"
        label="Who may watch"
        hint={
          <>
            By their office, such as <q lang={language}>{examples.reviewers}</q>. Without a full stop.
          </>
        }
        own={setup.reviewers}
        longest={2000}
      />
      <WordsField
        {...{ filled, optional: true }}
        name="setup.arrangement.alternative"
        label="The other way to sit it"
        hint={
          <>
            For whoever does not want to be recorded, or cannot be. Whole sentences, such as{' '}
            <q lang={language}>{examples.alternative}</q>
          </>
        }
        own={arrangement?.alternative}
        longest={2000}
      />
      <NameField
        {...{ filled, optional: true }}
        name="setup.arrangement.contact.name"
        label="Whom to ask for it"
        own={arrangement?.contact?.name}
        longest={200}
      />
      <NameField
        {...{ filled, optional: true }}
        name="setup.arrangement.contact.email"
        label="Their e-mail address"
        own={arrangement?.contact?.email}
        longest={200}
      />
      <NumberField
        {...{ filled, optional: true }}
        name="setup.arrangement.answerDays"
        label="Days in which they answer"
        own={arrangement?.answerDays}
        least={1}
        most={60}
      />
      <NameField
        {...{ filled, optional: true }}
        name="setup.privacyOfficer.name"
        label="Whom to complain to"
        own={privacyOfficer?.name}
        longest={200}
      />
      <NameField
        {...{ filled, optional: true }}
        name="setup.privacyOfficer.email"
        label="The privacy officer’s e-mail address"
        own={privacyOfficer?.email}
        longest={200}
      />
      <WordsField
        {...{ filled, optional: true }}
        name="setup.legalBasis"
        label="Legal basis"
        hint="The rule that allows this exam to be recorded. Nobody is asked to consent: in an exam it would not be free."
        own={setup.legalBasis}
        longest={2000}
      />
      <div id="setup.costsNothing[]" tabindex={-1}>
        <ChecksField
          filled={filled}
          name="setup.costsNothing[]"
          legend="What it costs test takers"
          options={[
            {
              value: 'true',
              words: 'Nothing: neither being recorded nor the other way to sit it.',
            },
          ]}
          own={setup.costsNothing ? ['true'] : []}
        />
      </div>
    </>
  );
}

function RulesSection({ draft: { policy }, filled }: SectionProps) {
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

/** Of each section, its fields. */
export const SECTION_FIELDS: Record<SectionName, (props: SectionProps) => Child> = {
  what: WhatSection,
  when: WhenSection,
  recordings: RecordingsSection,
  people: PeopleSection,
  rules: RulesSection,
};
