import type { Exam } from '../exams/exam.ts';
import { Icon } from '../ui/icons.tsx';
import { Day, Moment } from '../ui/moment.tsx';
import { Page } from '../ui/page.tsx';
import { Notice, Status } from '../ui/status.tsx';
import type { Receipt } from '../wire.ts';
import type { Access } from './attempt.ts';
import { Accesses } from './accesses-view.tsx';
import type { Stretch } from './chapter-times.ts';
import { ContactLink } from './notice-view.tsx';

interface AttemptPageProps {
  institution: string;
  name: string;
  exam: Exam;
  startedAt: string;
  accesses: Access[];
  timesOf: (chapters: Access['chapters']) => Stretch[];
}

/** During the attempt, and for good where it is never ended: how it stands, the way back to the recorder, who has watched. */
export function RunningPage({ institution, name, exam, startedAt, accesses, timesOf }: AttemptPageProps) {
  return (
    <Page title={exam.title} place="exam" person={name} scripts={['recorder']}>
      <div class="stack">
        <p class="eyebrow">
          {institution} · {exam.notice.unit}
        </p>
        <h1>{exam.title}</h1>
        <p>
          <Status kind="notice" icon="clock">
            Your exam has started and is not finished
          </Status>
        </p>
        <p>
          It started on <Moment at={startedAt} />. The recorder has to stay open in one window of the browser in which
          you started. If you closed it, open it again: what was recorded is kept, and the pause is not held against
          you.
        </p>
        <p>
          <a class="button primary" href="/attempt/recorder">
            Go back to the recorder
          </a>
        </p>
        <p class="hint">
          Something does not work? Write to <ContactLink {...exam.notice.arrangement.contact} />.
        </p>
        <Accesses accesses={accesses} timesOf={timesOf} />
      </div>
    </Page>
  );
}

/** After the attempt: the receipt and what it proves, who has watched, what was decided. */
export function EndedPage(
  props: AttemptPageProps & {
    endedAt: string;
    receipt: Receipt;
    /** Until when the recording can be watched: ISO 8601. */
    kept: string;
  },
) {
  const { institution, name, exam, startedAt, endedAt, receipt, accesses, timesOf, kept } = props;
  return (
    <Page title={exam.title} place="exam" person={name} scripts={['recorder']}>
      <div class="stack">
        <p class="eyebrow">
          {institution} · {exam.notice.unit}
        </p>
        <h1>{exam.title}</h1>
        <p>
          <Status kind="good" icon="seal">
            Finished and sealed
          </Status>
        </p>
        <dl class="details">
          <dt>Started</dt>
          <dd>
            <Moment at={startedAt} />
          </dd>
          <dt>Sealed</dt>
          <dd>
            <Moment at={endedAt} />
          </dd>
          <dt>Kept</dt>
          <dd>
            until <Day at={kept} />; then its key is destroyed
          </dd>
          <dt>Entry in the ledger</dt>
          <dd>No. {receipt.entry.index}</dd>
        </dl>
        <h2>Your receipt</h2>
        <p>
          Please keep it. It proves what was sealed, and when: if anybody took a piece out afterwards, changed one or
          denied that you finished, the receipt would show it, without our help.
        </p>
        <p>
          <a class="button primary" href="/attempt/receipt" download="cloister-receipt.json">
            <Icon name="download" />
            Save the receipt
          </a>
        </p>
        <details>
          <summary>What the receipt holds</summary>
          <p class="hint">The signed head of the ledger under which your seal stands:</p>
          <pre>
            <code>{receipt.checkpoint}</code>
          </pre>
        </details>
        <Accesses accesses={accesses} timesOf={timesOf} />
        <Notice kind="notice">
          <p>
            You think that somebody watched without a good reason, or you object to a decision? Write to{' '}
            <ContactLink {...exam.notice.privacyOfficer} />.
          </p>
        </Notice>
      </div>
    </Page>
  );
}
