import { amount } from '../../hsm/acts/wording.ts';
import { REPORTED_USES } from '../../hsm/conduct/report.ts';
import { formatMoment, Moment } from '../ui/moment.tsx';
import type { Representative, ReportView } from '../room/custody.ts';
import { Signers } from '../room/reasoned-changes.tsx';
import { RoomPage } from '../room/room-page.tsx';
import { ChecksField, ChoiceField, FormFault, WordsField } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { Notice, Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';

const LANGUAGES = { en: 'English', de: 'German' };

/** What reports stop, as it stands. */
const HOLDS = {
  nothing: 'Nothing: the exam runs, is over or begins within a day, or this was answered for it before',
  publication: 'The exam’s publication, or that of its next version',
  start: 'The exam’s beginning, and the publication of its next version',
};

const titleOf = ({ title, namedExam, exam }: ReportView) =>
  title ?? namedExam ?? (exam === null ? 'Not said' : 'An exam that is not published');

/** All reports that a privacy officer answers for: those that wait first. */
export function ReportsPage({ representative, reports }: { representative: Representative; reports: ReportView[] }) {
  const waiting = reports.filter(({ answer }) => answer === null);
  const answered = reports.filter(({ answer }) => answer !== null);
  const more = (representative.reports?.waiting ?? 0) - waiting.length;
  return (
    <RoomPage title="Reports" representative={representative} current="/reports">
      <div class="stack">
        <h1>Reports of a prohibited use</h1>
        <p>
          Anybody can file them from each page that test takers see. What they wrote is shown to privacy officers only;
          an exam’s administrators learn that a report holds the exam, and of which kind.
        </p>
        <h2>Waiting for an answer</h2>
        {waiting.length === 0 ? (
          <p class="empty">
            No report waits. A new one appears here, and on each of your pages, as soon as it is filed.
          </p>
        ) : (
          <ReportTable caption="Reports without an answer: what cannot wait, then the oldest" reports={waiting} />
        )}
        {more > 0 && (
          <p class="hint">{amount(more, 'more waits', 'more wait')} and will be listed as these are answered.</p>
        )}
        {answered.length > 0 && (
          <>
            <h2>Answered</h2>
            <ReportTable caption="Reports answered last" reports={answered} />
          </>
        )}
      </div>
    </RoomPage>
  );
}

function ReportTable({ caption, reports }: { caption: string; reports: ReportView[] }) {
  return (
    <Table
      caption={caption}
      columns={['What', 'Exam', 'Filed', 'How it stands']}
      rows={reports.map((report) => [
        <a href={`/reports/${report.report}`}>{capitalised(REPORTED_USES[report.use])}</a>,
        titleOf(report),
        <Moment at={report.filedAt} />,
        <ReportStatus report={report} />,
      ])}
    />
  );
}

function ReportStatus({ report: { answer, hold, holds, pressing } }: { report: ReportView }) {
  if (answer && hold === 'until-revised') return <Status kind="notice">Upheld; held until it is revised</Status>;
  if (answer) return <Status kind="quiet">{answer.outcome === 'upheld' ? 'Upheld' : 'Dismissed'}</Status>;
  if (holds === 'start') return <Status kind="alarm">Holds the exam’s beginning</Status>;
  if (holds === 'publication') return <Status kind="alarm">Holds the publication</Status>;
  return pressing ? <Status kind="alarm">Answer at once</Status> : <Status kind="notice">Waits</Status>;
}

/** One report, and the form of its answer. @param props.alike others that wait and are of the same kind about the same exam */
export function ReportPage(props: {
  representative: Representative;
  report: ReportView;
  alike: ReportView[];
  filled: Filled;
  kind: string;
}) {
  const { representative, report, alike, filled, kind } = props;
  const { answer } = report;
  const heading = `Report of ${kind}`;
  return (
    <RoomPage title={heading} representative={representative} current="/reports">
      <div class="stack narrow">
        <p class="eyebrow">
          <ReportStatus report={report} />
        </p>
        <h1>{heading}</h1>
        <p class="card as-written">{report.words}</p>
        <dl class="details">
          <dt>Exam</dt>
          <dd>{titleOf(report)}</dd>
          <dt>Who</dt>
          <dd>{whoOf(report)}</dd>
          <dt>Filed</dt>
          <dd>
            <Moment at={report.filedAt} />
          </dd>
          <dt>From the page</dt>
          <dd>
            <code>{report.page}</code>, in {LANGUAGES[report.language]}
          </dd>
          {report.pressing && (
            <>
              <dt>{answer === null ? 'Stops until answered' : 'Stopped'}</dt>
              <dd>{HOLDS[report.holds]}</dd>
            </>
          )}
        </dl>
        {answer ? (
          <>
            <h2>Answer of {formatMoment(answer.at)}</h2>
            <p class="as-written">{answer.words}</p>
          </>
        ) : (
          <AnswerForm {...{ report, alike, filled }} />
        )}
      </div>
    </RoomPage>
  );
}

function AnswerForm({ report, alike, filled }: { report: ReportView; alike: ReportView[]; filled: Filled }) {
  return (
    <>
      <h2>Answer</h2>
      <FormFault filled={filled} />
      <form class="card stack" method="post" action={`/reports/${report.report}/answer`}>
        <ChoiceField
          filled={filled}
          name="outcome"
          label="Is the report right?"
          options={[
            ['', 'Choose'],
            ['upheld', 'Upheld: it happened, and should not have'],
            ['dismissed', 'Dismissed: it did not happen, or may be'],
          ]}
        />
        <WordsField
          filled={filled}
          name="words"
          label="Your answer to the reporter"
          hint={`They read it word for word; they read us in ${LANGUAGES[report.language]}. Name nobody whom they do not have to know.`}
          longest={4000}
        />
        {report.holds === 'start' && (
          <ChoiceField
            filled={filled}
            name="hold"
            label="Once you have answered, the exam"
            options={[
              ['ends', 'may begin'],
              ['until-revised', 'may begin when what test takers are told was changed (only if you uphold)'],
            ]}
          />
        )}
        {alike.length > 0 && (
          <ChecksField
            filled={filled}
            name="alike[]"
            legend="Others of the same kind about the same exam; those that you choose get the same answer"
            own={[]}
            options={alike.map(({ report: value, filedAt, words, ...who }) => ({
              value,
              words: formatMoment(filedAt),
              means: `${whoOf(who)}: ${words.length > 200 ? `${words.slice(0, 200)}…` : words}`,
            }))}
          />
        )}
        <div class="row">
          <button class="button primary">Go on to sign the answer</button>
          <a class="button bare" href="/reports">
            Not now
          </a>
        </div>
      </form>
      <Signers people={1} />
      <Notice kind="quiet">
        <p>An exam that goes against the rules is suspended on its page, a person or a unit on theirs.</p>
      </Notice>
    </>
  );
}

function whoOf({ reporter, candidate }: Pick<ReportView, 'reporter' | 'candidate'>): string {
  if (candidate !== null) return `Test taker ${candidate}`;
  return reporter === 'link' ? 'Somebody with a personal link of this exam, without a name' : 'Anybody, without a name';
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
