import { ChecksField, NameField, NumberField, WordsField } from '../../ui/fields.tsx';
import { wordsIn } from '../../words/language.ts';
import type { SectionProps } from './section.ts';

export function PeopleSection({ draft: { setup }, filled }: SectionProps) {
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
