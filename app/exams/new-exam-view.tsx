import { ChoiceField, describing, Fault, FormFault, NameField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Page } from '../ui/page.tsx';
import { staffNavigation } from '../ui/staff-navigation.ts';
import { EXAM_LANGUAGES } from './draft-sections/what.tsx';
import { TEMPLATES } from './templates.ts';

/** The beginning of an exam: its title, and what kind of exam it is. */
export function NewExamPage(props: { person: string; roomOrigin: string; filled: Filled }) {
  const { person, roomOrigin, filled } = props;
  const { autofocus: _autofocus, ...described } = describing({ filled, name: 'template' });
  return (
    <Page title="New exam" place="staff" person={person} navigation={staffNavigation(roomOrigin, false)}>
      <div class="stack narrow">
        <h1>New exam</h1>
        <p class="lead">
          A draft with what its kind needs, and everything else off. Nobody but you and your colleagues sees it until it
          is published.
        </p>
        <FormFault filled={filled} />
        <form class="card stack" method="post" action="/exams">
          <NameField filled={filled} name="title" label="Title" hint="As test takers know it." longest={200} />
          <ChoiceField
            filled={filled}
            name="language"
            label="Language of the exam"
            hint="In which its texts are written: the suggested words come in it. Test takers choose for themselves in which language the rest of their pages is."
            options={EXAM_LANGUAGES}
          />
          <fieldset class="field" {...described}>
            <legend>What kind of exam is it?</legend>
            {Object.entries(TEMPLATES).map(([value, { name, describes }]) => (
              <label class="choice">
                <input
                  type="radio"
                  name="template"
                  value={value}
                  required
                  checked={filled.entries['template'] === value}
                />
                <span>
                  {name}
                  <span class="hint"> {describes}</span>
                </span>
              </label>
            ))}
            <Fault filled={filled} name="template" />
          </fieldset>
          <div class="row">
            <button class="button primary">Begin the draft</button>
            <a class="button bare" href="/">
              Not now
            </a>
          </div>
        </form>
      </div>
    </Page>
  );
}
