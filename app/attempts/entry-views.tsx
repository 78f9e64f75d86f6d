import type { ExamSetup } from '../../hsm/exam-setup.ts';
import type { Exam } from '../exams/exam.ts';
import { ExamText, langOf } from '../exams/exam-text.tsx';
import { formatOffset, Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';
import type { Words } from '../words/en.ts';
import type { Reading } from '../words/language.ts';
import { ContactLink } from './notice-view.tsx';
import type { Terms } from './terms.ts';

/** From so many milliseconds before it opens on the time is counted down: before that, the day says more. */
const COUNTED = 48 * 3_600_000;

/**
 * Before an exam opens, where its way on would be: when that is, and how long it is still. Its script (app/browser/opening.ts) counts
 * from what the appliance's clock said, whatever the computer's own says, and loads the page again when it is open.
 * @param props.now milliseconds
 */
export function NotYetOpen({ words, terms, now }: { words: Words; terms: Terms; now: number }) {
  const { early } = words.terms;
  const opensAt = terms.opensAt ?? terms.closesAt;
  const left = Date.parse(opensAt) - now;
  return (
    <div class="card stack">
      <p>
        <Status kind="notice" icon="clock">
          {early.opens(<Moment at={opensAt} language={words.language} />)}
        </Status>
      </p>
      {left < COUNTED && (
        <p>
          <span class="hint">{early.left} </span>
          <strong class="countdown" role="timer" data-opens-in={String(left)}>
            {formatOffset(left / 1000)}
          </strong>
        </p>
      )}
      <p>{early.meanwhile}</p>
      <p>
        <a class="button" href="/attempt">
          {early.look}
        </a>
      </p>
    </div>
  );
}

/** When the exam can be begun, how long this test taker has, and what breaks everybody may take. */
export function TermsText(props: { words: Words; terms: Terms; breaks: ExamSetup['breaks'] }) {
  const { words, terms, breaks } = props;
  const { opensAt, lastEntryAt, minutes, closesAt } = terms;
  const { language } = words;
  return (
    <>
      <h2>{words.terms.heading}</h2>
      <dl class="details">
        {opensAt !== null && (
          <>
            <dt>{words.terms.opens}</dt>
            <dd>
              <Moment at={opensAt} language={language} />
            </dd>
          </>
        )}
        {lastEntryAt !== closesAt && (
          <>
            <dt>{words.terms.lastEntry}</dt>
            <dd>
              <Moment at={lastEntryAt} language={language} />
            </dd>
          </>
        )}
        <dt>{words.terms.time}</dt>
        <dd>{minutes === null ? words.terms.untilClosing : words.terms.fromStart(minutes)}</dd>
        {breaks && (
          <>
            <dt>{words.breaks.term}</dt>
            <dd>{words.breaks.everybody(breaks)}</dd>
          </>
        )}
        <dt>{words.terms.closes}</dt>
        <dd>
          <Moment at={closesAt} language={language} />
        </dd>
      </dl>
    </>
  );
}

/** After the last entry, for somebody who has not begun: what happened, and whom to write to. */
export function EntryOverPage(props: {
  reading: Reading;
  institution: string;
  name: string;
  exam: Exam;
  terms: Terms;
}) {
  const { reading, institution, name, exam, terms } = props;
  const { words } = reading;
  const { late } = words.terms;
  return (
    <Page title={exam.title} place="exam" reading={reading} person={name}>
      <div class="stack">
        <p class="eyebrow">
          {institution} ·{' '}
          <ExamText exam={exam} words={words}>
            {exam.setup.unit}
          </ExamText>
        </p>
        <h1 {...langOf(exam, words)}>{exam.title}</h1>
        <p>
          <Status kind="notice" icon="clock">
            {late.status}
          </Status>
        </p>
        <p>{late.text(<Moment at={terms.lastEntryAt} language={words.language} />)}</p>
        <p>{late.write(<ContactLink {...exam.setup.arrangement.contact} />)}</p>
      </div>
    </Page>
  );
}
