import type { Child } from 'hono/jsx';
import { ChecksField, ChoiceField, Fault, MomentField, NameField, NumberField, WordsField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Icon } from '../ui/icons.tsx';
import { Moment } from '../ui/moment.tsx';
import { PURPOSES } from '../../hsm/policy.ts';
import { type Draft, KINDS, type KeptPlace, type Kind, type KindDraft } from './draft.ts';
import type { SectionName } from './draft-form.ts';
import { AIDS } from '../../hsm/exam-setup.ts';
import { RESTRICTED_PLACE, RESTRICTIONS } from '../../hsm/restriction.ts';
import { wordsIn } from '../words/language.ts';
import type { Language } from '../words/languages.ts';
import { AID_TOLD, PLACES, RECORDED, RESTRICTED, UNRESTRICTED } from './observation.ts';

/** In which an exam's texts can be written. */
export const EXAM_LANGUAGES: [Language, string][] = [
  ['en', 'English'],
  ['de', 'German'],
];

export const SECTION_HEADINGS: Record<SectionName, string> = {
  what: 'What and where',
  when: 'When',
  recordings: 'What is recorded',
  restrictions: 'What the page restricts',
  people: 'People, and the other way to sit it',
  rules: 'Rules',
};

interface SectionProps {
  /** Its id. */
  exam: string;
  draft: Draft;
  kept: KeptPlace;
  filled: Filled;
  /** Whether the exam is published: its rules and the kind of its place are changed elsewhere, or not at all. */
  published: boolean;
}

function WhatSection({ exam, draft: { title, setup }, kept, filled, published }: SectionProps) {
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
      {published ? (
        <p id="setup.place.kind" tabindex={-1}>
          Where the exam itself is: {PLACES[place].name.toLowerCase()}. <span class="hint">That stays as it is.</span>
        </p>
      ) : (
        <PlaceFields {...{ filled, place }} />
      )}
      {(place === 'elsewhere' || !published) && (
        <NameField
          {...{ filled, optional: true }}
          name="setup.place.address"
          label="Address of the page elsewhere"
          hint="An https address, as the browser shows it. Documents and paper need none."
          own={setup.place?.address}
          longest={2000}
        />
      )}
      {place === 'document' && (
        <p id="setup.place.documents" tabindex={-1}>
          <span class="hint">
            {kept.documents.length === 0
              ? 'There is no document yet. '
              : `${kept.documents.length === 1 ? 'One document' : `${kept.documents.length} documents`}: ${kept.documents.map(({ name }) => name).join(', ')}. `}
          </span>
          <a href={`/exams/${exam}/documents`}>{published ? 'See the documents' : 'See or change the documents'}</a>
        </p>
      )}
      {place === 'document' ? (
        <ChecksField
          filled={filled}
          name="setup.place.aids[]"
          legend="What the recorder’s page gives beside the documents"
          options={AIDS.map((value) => ({ value, ...AID_TOLD[value] }))}
          own={setup.place?.aids ?? []}
        />
      ) : (
        setup.place?.aids?.map((aid) => <input type="hidden" name="setup.place.aids[]" value={aid} />)
      )}
      {place === 'elsewhere' && (kept.password || !published) && (
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

function PlaceFields({ filled, place }: { filled: Filled; place: keyof typeof PLACES }) {
  return (
    <>
      <ChoiceField
        filled={filled}
        name="setup.place.kind"
        label="Where the exam itself is"
        hint="A page elsewhere is a quiz of the learning platform, or the room of a video call. Documents are added, and a calculator or a scratch pad given with them, once this is saved."
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
    </>
  );
}

function WhenSection({ draft: { policy, setup }, filled, published }: SectionProps) {
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

function RecordingsSection({ draft: { recordings }, filled }: SectionProps) {
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

/** What is kept of them stays in the form where the exam's place offers none. */
function RestrictionsSection({ draft: { setup, restrictions }, filled }: SectionProps) {
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

/** What can be switched on: what it does, cannot do and costs, and why it is needed. */
function SwitchedFields(props: {
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
  restrictions: RestrictionsSection,
  people: PeopleSection,
  rules: RulesSection,
};
