import type { Child } from 'hono/jsx';
import type { OwnReport } from '../conduct/own-reports.ts';
import { OwnReports } from '../conduct/views.tsx';
import type { Exam } from '../exams/exam.ts';
import { ExamText, langOf } from '../exams/exam-text.tsx';
import { Icon } from '../ui/icons.tsx';
import { Day, Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { Notice, Status } from '../ui/status.tsx';
import { HandedIn } from '../place/hand-in-view.tsx';
import type { HandIn, Receipt } from '../wire.ts';
import type { Words } from '../words/en.ts';
import type { Reading } from '../words/language.ts';
import type { Access } from './attempt.ts';
import { Accesses } from './accesses-view.tsx';
import type { Stretch } from './chapter-times.ts';
import { ContactLink } from './notice-view.tsx';

interface AttemptPageProps {
  reading: Reading;
  institution: string;
  name: string;
  exam: Exam;
  startedAt: string;
  /** Null where custody cannot tell just now. */
  accesses: Access[] | null;
  /** Of theirs; null likewise. */
  reports: OwnReport[] | null;
  timesOf: (chapters: Access['chapters']) => Stretch[];
  /** What they handed in; null where the exam is not on documents. */
  handIns: { attempt: string; handIns: HandIn[] } | null;
}

/** Above each of these pages: whose exam it is, and how the attempt stands. */
function Heading(props: { words: Words; institution: string; exam: Exam; children?: Child }) {
  const { words, institution, exam, children } = props;
  return (
    <>
      <p class="eyebrow">
        {institution} ·{' '}
        <ExamText exam={exam} words={words}>
          {exam.setup.unit}
        </ExamText>
      </p>
      <h1 {...langOf(exam, words)}>{exam.title}</h1>
      <p>{children}</p>
    </>
  );
}

/** During the attempt, and for good where it is never ended: how it stands, the way back to the recorder, who has watched. */
export function RunningPage(props: AttemptPageProps & { uploadBy: string }) {
  const { reading, institution, name, exam, startedAt, accesses, reports, timesOf, handIns, uploadBy } = props;
  const { words } = reading;
  const { running } = words.attempt;
  const late = Date.parse(uploadBy) < Date.now();
  const [started, until] = [startedAt, uploadBy].map((at) => <Moment at={at} language={words.language} />);
  return (
    <Page title={exam.title} place="exam" reading={reading} person={name} scripts={['recorder']}>
      <div class="stack">
        <Heading words={words} institution={institution} exam={exam}>
          <Status kind="notice" icon="clock">
            {late ? running.late : running.open}
          </Status>
        </Heading>
        {late ? (
          <p>{running.lateText(started, until)}</p>
        ) : (
          <>
            <p>{running.openText(started, until)}</p>
            <p>
              <a class="button primary" href="/attempt/recorder">
                {running.back}
              </a>
            </p>
          </>
        )}
        <p class="hint">{running.help(<ContactLink {...exam.setup.arrangement.contact} />)}</p>
        {handIns && <HandedIn words={words} {...handIns} />}
        <p>
          <a href="/attempt/arrangements">{words.arrangement.seeLink}</a>
        </p>
        <Browsers words={words} exam={exam} accesses={accesses ?? []} />
        <Accesses words={words} accesses={accesses} timesOf={timesOf} />
        <OwnReports words={words} reports={reports} />
      </div>
    </Page>
  );
}

/** After the attempt, while its seal waits for custody or was turned down there: everything is done, the receipt follows. */
export function SealWaitsPage(props: AttemptPageProps & { endedAt: string; refused: boolean }) {
  const { reading, institution, name, exam, startedAt, endedAt, refused, accesses, reports, timesOf, handIns } = props;
  const { words } = reading;
  const { attempt, language } = words;
  return (
    <Page title={exam.title} place="exam" reading={reading} person={name} scripts={['recorder']}>
      <div class="stack">
        <Heading words={words} institution={institution} exam={exam}>
          <Status kind="good" icon="seal">
            {attempt.finished}
          </Status>
        </Heading>
        <dl class="details">
          <dt>{attempt.started}</dt>
          <dd>
            <Moment at={startedAt} language={language} />
          </dd>
          <dt>{attempt.finished}</dt>
          <dd>
            <Moment at={endedAt} language={language} />
          </dd>
        </dl>
        <h2>{attempt.receipt}</h2>
        <p>{refused ? attempt.sealRefused : attempt.sealWaits}</p>
        {handIns && <HandedIn words={words} {...handIns} />}
        <Browsers words={words} exam={exam} accesses={accesses ?? []} />
        <Accesses words={words} accesses={accesses} timesOf={timesOf} />
        <OwnReports words={words} reports={reports} />
      </div>
    </Page>
  );
}

/** In which other browsers the attempt went on, as the ledger has it: nobody else than the test taker should have opened one. */
function Browsers({ words, exam, accesses }: { words: Words; exam: Exam; accesses: Access[] }) {
  const { browsers } = words.attempt;
  const resumed = accesses.filter(({ kind }) => kind === 'resumed');
  if (resumed.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="browsers">
      <h2 id="browsers">{browsers.heading}</h2>
      <ul>
        {resumed.map(({ at }) => (
          <li>{browsers.resumed(<Moment at={at} language={words.language} />)}</li>
        ))}
      </ul>
      <p class="hint">{browsers.notYou(<ContactLink {...exam.setup.privacyOfficer} />)}</p>
    </section>
  );
}

/** After the attempt: the receipt and what it proves, who has watched, what was decided. */
export function EndedPage(
  props: AttemptPageProps & {
    /** Its id: the page's script clears up what the browser still keeps of it. */
    attempt: string;
    endedAt: string;
    receipt: Receipt;
    /** When the browser finished, where custody has not entered its seal: ISO 8601. */
    finishedAt: string | undefined;
    /** Until when the recording can be watched: ISO 8601. */
    kept: string;
  },
) {
  const { reading, institution, name, exam, attempt, startedAt, endedAt, finishedAt, receipt } = props;
  const { accesses, reports, timesOf, handIns, kept } = props;
  const { words } = reading;
  const { language } = words;
  const { started, receipt: yourReceipt, ended } = words.attempt;
  const closed = receipt.entry.type === 'attempt-closed';
  return (
    <Page
      title={exam.title}
      place="exam"
      reading={reading}
      person={name}
      scripts={['recorder']}
      main={{ 'data-ended': attempt }}
    >
      <div class="stack">
        <Heading words={words} institution={institution} exam={exam}>
          {closed ? (
            <Status kind="notice" icon="seal">
              {finishedAt ? ended.closed : ended.unsealed}
            </Status>
          ) : (
            <Status kind="good" icon="seal">
              {ended.sealed}
            </Status>
          )}
        </Heading>
        {closed && finishedAt && <p>{ended.closedText(<Moment at={finishedAt} language={language} />)}</p>}
        {closed && !finishedAt && <p>{ended.unsealedText}</p>}
        <dl class="details">
          <dt>{started}</dt>
          <dd>
            <Moment at={startedAt} language={language} />
          </dd>
          <dt>{closed ? ended.closedAt : ended.sealedAt}</dt>
          <dd>
            <Moment at={endedAt} language={language} />
          </dd>
          <dt>{ended.kept}</dt>
          <dd>{ended.keptUntil(<Day at={kept} language={language} />)}</dd>
          <dt>{ended.entry}</dt>
          <dd>{ended.number(receipt.entry.index)}</dd>
        </dl>
        <h2>{yourReceipt}</h2>
        <p>{closed ? ended.closedReceipt : ended.sealedReceipt}</p>
        <p>
          <a class="button primary" href="/attempt/receipt" download="cloister-receipt.json">
            <Icon name="download" />
            {ended.save}
          </a>
        </p>
        <details>
          <summary>{ended.holds}</summary>
          <p class="hint">{ended.head}</p>
          <pre>
            <code>{receipt.checkpoint}</code>
          </pre>
        </details>
        {handIns && <HandedIn words={words} {...handIns} />}
        <Browsers words={words} exam={exam} accesses={accesses ?? []} />
        <Accesses words={words} accesses={accesses} timesOf={timesOf} />
        <OwnReports words={words} reports={reports} />
        <Notice kind="notice">
          <p>{ended.object(<ContactLink {...exam.setup.privacyOfficer} />)}</p>
        </Notice>
      </div>
    </Page>
  );
}
