import type { Holds, ReportedUse } from '../../hsm/conduct/report.ts';
import type { Exam } from '../exams/exam.ts';
import { langOf } from '../exams/exam-text.tsx';
import { FormFault, NameField, RadioField, WordsField } from '../ui/fields.tsx';
import { type Filled, UNFILLED } from '../ui/filled.ts';
import { Icon } from '../ui/icons.tsx';
import { Day } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { Notice, Status } from '../ui/status.tsx';
import type { Words } from '../words/en.ts';
import type { Reading } from '../words/language.ts';
import type { OwnReport } from './own-reports.ts';

interface ConductPageProps {
  reading: Reading;
  institution: string;
  /** Name of who came with their personal link. */
  person?: string | undefined;
}

/** The form of a report. @param props.exam the reporter's, where they came with their personal link */
export function NewReportPage(props: ConductPageProps & { filled: Filled; exam: Exam | undefined }) {
  const { reading, institution, person, filled, exam } = props;
  const { conduct } = reading.words;
  const { form, uses } = conduct;
  const { number, page } = filled.entries;
  return (
    <Page title={form.title} place="exam" reading={reading} {...(person !== undefined && { person })}>
      <div class="stack">
        <p class="eyebrow">{institution}</p>
        <h1>{form.title}</h1>
        <p class="lead">{form.lead}</p>
        <p>{form.readers}</p>
        <p class="hint">
          {form.answerKnown((text) => (
            <a href="/reports">{text}</a>
          ))}
        </p>
        <FormFault filled={filled} />
        <form class="card stack" method="post" action="/reports">
          <RadioField
            filled={filled}
            name="use"
            legend={form.use}
            options={(Object.keys(uses) as ReportedUse[]).map((value) => ({
              value,
              words: uses[value].name,
              means: uses[value].means,
            }))}
          />
          <WordsField filled={filled} name="words" label={form.words} hint={form.wordsHint} longest={4000} />
          {exam ? (
            <>
              <p>{form.who(<span {...langOf(exam, reading.words)}>{exam.title}</span>)}</p>
              <RadioField
                filled={filled}
                name="as"
                legend={form.as}
                options={[
                  { value: 'link', words: form.link, means: form.linkMeans },
                  { value: 'test-taker', words: form.named, means: form.namedMeans },
                ]}
              />
            </>
          ) : (
            <>
              <NameField
                filled={filled}
                name="namedExam"
                label={form.exam}
                hint={form.examHint}
                longest={200}
                optional
              />
              <Notice kind="quiet">
                <p>
                  <strong>{form.anonymous}.</strong> {form.anonymousMeans}
                </p>
              </Notice>
            </>
          )}
          <p>
            <input type="hidden" name="number" value={number} />
            <input type="hidden" name="page" value={page} />
            <button class="button primary">{form.send}</button>
          </p>
        </form>
      </div>
    </Page>
  );
}

/** After filing: the number, which stands nowhere else. @param props.holds what it stops; null where that is not told */
export function FiledPage(props: ConductPageProps & { number: string; groups: string[]; holds: Holds | null }) {
  const { reading, institution, number, groups, holds } = props;
  const { filed } = reading.words.conduct;
  return (
    <Page title={filed.title} place="exam" reading={reading}>
      <div class="stack">
        <p class="eyebrow">{institution}</p>
        <h1>{filed.title}</h1>
        <p class="lead">{filed.lead}</p>
        <section class="card stack" aria-labelledby="number">
          <h2 id="number">{filed.number}</h2>
          <p class="keepsake">
            {groups.map((group) => (
              <span>{group}</span>
            ))}
          </p>
          <p>{filed.keep}</p>
          <form method="post" action="/reports/number">
            <input type="hidden" name="number" value={number} />
            <button class="button primary">
              <Icon name="download" />
              {filed.save}
            </button>
          </form>
        </section>
        <p>{holds === null ? filed.holds.untold : filed.holds[holds]}</p>
        <p>
          {filed.where((text) => (
            <a href="/reports">{text}</a>
          ))}
        </p>
        <p class="hint">{filed.back}</p>
      </div>
    </Page>
  );
}

/** Where a number leads to its answer, and where somebody sees the reports that they put their name to. */
export function AnswersPage(
  props: ConductPageProps & {
    filled?: Filled;
    /** The one whose number was given. */
    report?: OwnReport;
    /** Of who came with their personal link; null where custody cannot tell. */
    own: OwnReport[] | null | undefined;
  },
) {
  const { reading, institution, person, filled = UNFILLED, report, own } = props;
  const { answers } = reading.words.conduct;
  return (
    <Page title={answers.title} place="exam" reading={reading} {...(person !== undefined && { person })}>
      <div class="stack">
        <p class="eyebrow">{institution}</p>
        <h1>{answers.title}</h1>
        {report && <ReportStanding words={reading.words} report={report} />}
        <form class="card stack" method="post" action="/reports/answer">
          <p>{answers.lead}</p>
          <NameField filled={filled} name="number" label={answers.number} hint={answers.numberHint} longest={200} />
          <p>
            <button class="button primary">{answers.show}</button>
          </p>
        </form>
        <p>
          <a href="/reports/new?page=/reports">{answers.new}</a>
        </p>
        {own !== undefined && <OwnReports words={reading.words} reports={own} />}
      </div>
    </Page>
  );
}

/** The reports that a test taker put their name to, on their own page. Without one there is nothing. @param props.reports null where custody cannot tell */
export function OwnReports({ words, reports }: { words: Words; reports: OwnReport[] | null }) {
  const { answers } = words.conduct;
  if (reports?.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="own-reports">
      <h2 id="own-reports">{answers.yours}</h2>
      <p class="hint">{reports === null ? answers.away : answers.yoursHint}</p>
      {reports?.map((report) => (
        <ReportStanding words={words} report={report} />
      ))}
    </section>
  );
}

/** One report: its kind, day and exam, and the answer as it was written. What the reporter wrote is not shown again. */
function ReportStanding({ words, report }: { words: Words; report: OwnReport }) {
  const { conduct, language } = words;
  const { use, filedAt, title, holds, answer } = report;
  const { answers } = conduct;
  return (
    <section class="card stack" aria-label={conduct.uses[use].name}>
      <p>
        <strong>{conduct.uses[use].name}</strong>
        <br />
        <span class="hint">{answers.filedOn(<Day at={filedAt} language={language} />)}</span>
        {title !== null && (
          <>
            <br />
            <span class="hint">{answers.about(title)}</span>
          </>
        )}
      </p>
      {answer ? (
        <>
          <p>
            <Status kind={answer.outcome === 'upheld' ? 'good' : 'quiet'}>{answers.outcomes[answer.outcome]}</Status>
          </p>
          <p class="hint">{answers.answeredOn(<Day at={answer.at} language={language} />)}</p>
          <p class="as-written">{answer.words}</p>
        </>
      ) : (
        <>
          <p>
            <Status kind="notice" icon="clock">
              {answers.waits}
            </Status>
          </p>
          <p>{answers.waitsText}</p>
          {holds !== 'nothing' && <p>{conduct.filed.holds[holds]}</p>}
        </>
      )}
    </section>
  );
}

/** That a report keeps the exam from beginning, before somebody gets ready in vain. */
export function HeldNotice({ words }: { words: Words }) {
  const { heldTitle, held } = words.conduct;
  return (
    <Notice kind="alarm">
      <p>
        <strong>{heldTitle}.</strong> {held}
      </p>
    </Notice>
  );
}
