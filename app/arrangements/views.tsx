import type { Terms } from '../attempts/terms.ts';
import type { ArrangementRow } from '../../db/appliance/arrangements.ts';
import { type ArrangementTerms, arrangementTerms, type RecordedKind } from '../../hsm/arrangement.ts';
import { ContactLink } from '../attempts/notice-view.tsx';
import { langOf } from '../exams/exam-text.tsx';
import type { ExamRules } from '../exams/rule-book.ts';
import { ChecksField, FormFault, NumberField, WordsField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { Notice, Status } from '../ui/status.tsx';
import type { Words } from '../words/en.ts';
import { FORMATS } from '../words/formats.ts';
import type { Reading } from '../words/language.ts';
import { type Asked, NEEDS } from './request-form.ts';
import { GrantedTerms } from './terms-view.tsx';

export interface ArrangementsPageProps {
  reading: Reading;
  /** The test taker's. */
  name: string;
  rules: Pick<ExamRules, 'title' | 'setup'>;
  /** The times that hold for them. */
  time: Terms;
  /** What the exam records of everybody. */
  recorded: RecordedKind[];
  /** The newest first. */
  requests: ArrangementRow[];
  filled: Filled;
  /** Whether the exam has not ended for them. */
  open: boolean;
}

/** What a test taker asked for, the deadline and the answer of each, and the form for asking. */
export function ArrangementsPage(props: ArrangementsPageProps) {
  const { reading, name, rules, requests, open } = props;
  const { words } = reading;
  const { arrangement } = words;
  const waits = requests.some(({ answeredAt }) => answeredAt === null);
  return (
    <Page title={`${arrangement.title}: ${rules.title}`} place="exam" reading={reading} person={name}>
      <div class="stack">
        <p class="eyebrow" {...langOf(rules, words)}>
          {rules.title}
        </p>
        <h1>{arrangement.heading}</h1>
        <p class="lead">{arrangement.lead}</p>
        <Notice kind="quiet">
          <p>{arrangement.noReason}</p>
        </Notice>
        <p>{arrangement.free}</p>
        {requests.length > 0 && (
          <section class="stack" aria-labelledby="requests">
            <h2 id="requests">{arrangement.yours}</h2>
            {requests.map((request) => (
              <Request {...{ words, request, rules, time: props.time }} />
            ))}
          </section>
        )}
        {open && !waits && <RequestForm {...props} words={words} />}
        {open && waits && (
          <>
            <FormFault filled={props.filled} />
            <p class="hint">{arrangement.oneAtATime}</p>
          </>
        )}
        <p>
          <a href="/attempt">{arrangement.back}</a>
        </p>
      </div>
    </Page>
  );
}

function RequestForm(props: ArrangementsPageProps & { words: Words }) {
  const { words, filled, rules, recorded } = props;
  const { arrangement } = words;
  return (
    <form class="card stack" method="post" action="/attempt/arrangements" novalidate>
      {props.requests.length > 0 && <h2>{arrangement.again}</h2>}
      <FormFault filled={filled} />
      <ChecksField
        filled={filled}
        name="needs[]"
        legend={arrangement.needs}
        options={NEEDS.map((need) => ({ value: need, ...arrangement.need[need] }))}
        own={[]}
      />
      <NumberField
        {...{ filled, optional: true, least: 1, most: 1440 }}
        name="extraMinutes"
        label={arrangement.minutes}
        hint={arrangement.minutesHint(rules.setup.minutes)}
      />
      <ChecksField
        filled={filled}
        name="leftOut[]"
        legend={arrangement.kinds}
        options={recorded.map((kind) => ({ value: kind, words: arrangement.kind[kind] }))}
        own={[]}
      />
      <WordsField
        {...{ filled, optional: true, longest: 2000 }}
        name="words"
        label={arrangement.words}
        hint={arrangement.wordsHint}
      />
      <p class="hint">{arrangement.answered(rules.setup.arrangement.answerDays)}</p>
      <div class="row">
        <button class="button primary">{arrangement.send}</button>
      </div>
    </form>
  );
}

interface RequestProps extends Pick<ArrangementsPageProps, 'rules' | 'time'> {
  words: Words;
  request: ArrangementRow;
}

function Request({ words, request, time, rules }: RequestProps) {
  const { arrangement, language } = words;
  const { needs, extraMinutes, leftOut } = JSON.parse(request.asked) as Asked;
  const more = arrangement.asking(extraMinutes, leftOut);
  return (
    <article class="card stack" aria-label={FORMATS[language].all(needs.map((need) => arrangement.need[need].words))}>
      <Standing {...{ words, request, time, rules }} />
      <ul>
        {needs.map((need) => (
          <li>{arrangement.need[need].words}</li>
        ))}
      </ul>
      {more && <p>{more}</p>}
      <p class="hint">{arrangement.asked(<Moment at={request.requestedAt} language={language} />)}</p>
      {request.words && (
        <>
          <p>{arrangement.yourWords}</p>
          <blockquote class="as-written">{request.words}</blockquote>
          <form class="stack" method="post" action={`/attempt/arrangements/${request.id}/words/removal`}>
            <p class="hint">{arrangement.removeHint}</p>
            <div>
              <button class="button">{arrangement.remove}</button>
            </div>
          </form>
        </>
      )}
    </article>
  );
}

/** The clock, or the answer. */
function Standing({ words, request, time, rules }: RequestProps) {
  const { arrangement, language } = words;
  const { setup } = rules;
  const due = <Moment at={request.dueAt} language={language} />;
  if (request.answeredAt === null) {
    const late = Date.parse(request.dueAt) < Date.now();
    const soon = setup.opensAt !== null && setup.opensAt < request.dueAt;
    return (
      <>
        <Status kind={late ? 'alarm' : 'notice'} icon="clock">
          {late ? arrangement.late : arrangement.open}
        </Status>
        <p>{late ? arrangement.lateText(due, <ContactLink {...setup.privacyOfficer} />) : arrangement.due(due)}</p>
        {!late && soon && <p>{arrangement.soon(<ContactLink {...setup.arrangement.contact} />)}</p>}
      </>
    );
  }
  const answered = <p class="hint">{arrangement.answeredOn(<Moment at={request.answeredAt} language={language} />)}</p>;
  if (request.terms !== null) {
    const terms: ArrangementTerms = arrangementTerms.parse(JSON.parse(request.terms));
    return (
      <>
        <Status kind="good">{arrangement.granted}</Status>
        <GrantedTerms {...{ words, terms, time, rules }} />
        {answered}
      </>
    );
  }
  return (
    <>
      <Status kind="notice">{arrangement.refused}</Status>
      <p>{arrangement.why}</p>
      <blockquote class="as-written" {...langOf(rules, words)}>
        {request.reason}
      </blockquote>
      <p>{arrangement.complain(<ContactLink {...setup.privacyOfficer} />)}</p>
      {answered}
    </>
  );
}
