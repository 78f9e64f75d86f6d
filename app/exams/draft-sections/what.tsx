import { AIDS } from '../../../hsm/exam-setup.ts';
import { ChecksField, ChoiceField, NameField, WordsField } from '../../ui/fields.tsx';
import type { Filled } from '../../ui/filled.ts';
import type { Language } from '../../words/languages.ts';
import { AID_TOLD, PLACES } from '../observation.ts';
import type { SectionProps } from './section.ts';

/** In which an exam's texts can be written. */
export const EXAM_LANGUAGES: [Language, string][] = [
  ['en', 'English'],
  ['de', 'German'],
];

export function WhatSection({ exam, draft: { title, setup }, kept, filled, published }: SectionProps) {
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
