import type { Child } from 'hono/jsx';
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
  /** Null where custody cannot tell just now. */
  accesses: Access[] | null;
  timesOf: (chapters: Access['chapters']) => Stretch[];
}

/** Above each of these pages: whose exam it is, and how the attempt stands. */
function Heading({ institution, exam, children }: { institution: string; exam: Exam; children?: Child }) {
  return (
    <>
      <p class="eyebrow">
        {institution} · {exam.setup.unit}
      </p>
      <h1>{exam.title}</h1>
      <p>{children}</p>
    </>
  );
}

/** During the attempt, and for good where it is never ended: how it stands, the way back to the recorder, who has watched. */
export function RunningPage(props: AttemptPageProps & { uploadBy: string }) {
  const { institution, name, exam, startedAt, accesses, timesOf, uploadBy } = props;
  const late = Date.parse(uploadBy) < Date.now();
  return (
    <Page title={exam.title} place="exam" person={name} scripts={['recorder']}>
      <div class="stack">
        <Heading institution={institution} exam={exam}>
          <Status kind="notice" icon="clock">
            {late ? 'The time to send your recording is over' : 'Your exam has started and is not finished'}
          </Status>
        </Heading>
        {late ? (
          <p>
            Your exam started on <Moment at={startedAt} />, and its recording could be sent until{' '}
            <Moment at={uploadBy} />. Your browser did not finish it by then. What arrived is kept, and the appliance
            closes it by itself a day or two later; you need to do nothing, and this is not held against you.
          </p>
        ) : (
          <>
            <p>
              It started on <Moment at={startedAt} />. The recorder has to stay open in one window of one browser. If
              you closed it, open it again: what was recorded is kept, and the pause is not held against you. What is
              still in your browser can be sent until <Moment at={uploadBy} />.
            </p>
            <p>
              <a class="button primary" href="/attempt/recorder">
                Go back to the recorder
              </a>
            </p>
          </>
        )}
        <p class="hint">
          Something does not work? Write to <ContactLink {...exam.setup.arrangement.contact} />.
        </p>
        <Browsers exam={exam} accesses={accesses ?? []} />
        <Accesses accesses={accesses} timesOf={timesOf} />
      </div>
    </Page>
  );
}

/** After the attempt, while its seal waits for custody or was turned down there: everything is done, the receipt follows. */
export function SealWaitsPage(props: AttemptPageProps & { endedAt: string; refused: boolean }) {
  const { institution, name, exam, startedAt, endedAt, refused, accesses, timesOf } = props;
  return (
    <Page title={exam.title} place="exam" person={name} scripts={['recorder']}>
      <div class="stack">
        <Heading institution={institution} exam={exam}>
          <Status kind="good" icon="seal">
            Finished
          </Status>
        </Heading>
        <dl class="details">
          <dt>Started</dt>
          <dd>
            <Moment at={startedAt} />
          </dd>
          <dt>Finished</dt>
          <dd>
            <Moment at={endedAt} />
          </dd>
        </dl>
        <h2>Your receipt</h2>
        <p>
          {refused
            ? 'Your recording is complete and kept, but the key custody could not enter your browser’s seal. The appliance closes your attempt by itself after the time to send recordings, and your receipt is here then. You need to do nothing, and this is not held against you.'
            : 'Your recording is complete, and its seal is kept. The receipt is made by itself as soon as the key custody answers, and is here then. You need to do nothing; you can close this page and open your personal link again later.'}
        </p>
        <Browsers exam={exam} accesses={accesses ?? []} />
        <Accesses accesses={accesses} timesOf={timesOf} />
      </div>
    </Page>
  );
}

/** In which other browsers the attempt went on, as the ledger has it: nobody else than the test taker should have opened one. */
function Browsers({ exam, accesses }: { exam: Exam; accesses: Access[] }) {
  const resumed = accesses.filter(({ kind }) => kind === 'resumed');
  if (resumed.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="browsers">
      <h2 id="browsers">Where you sat the exam</h2>
      <ul>
        {resumed.map(({ at }) => (
          <li>
            <Moment at={at} />: your exam went on in another browser
          </li>
        ))}
      </ul>
      <p class="hint">
        Going on in another browser is not held against you. If that was not you, write to{' '}
        <ContactLink {...exam.setup.privacyOfficer} />.
      </p>
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
  const { institution, name, exam, attempt, startedAt, endedAt, finishedAt, receipt, accesses, timesOf, kept } = props;
  const closed = receipt.entry.type === 'attempt-closed';
  return (
    <Page title={exam.title} place="exam" person={name} scripts={['recorder']} main={{ 'data-ended': attempt }}>
      <div class="stack">
        <Heading institution={institution} exam={exam}>
          {closed ? (
            <Status kind="notice" icon="seal">
              {finishedAt ? 'Finished, and closed by the appliance' : 'Ended without a seal of your browser'}
            </Status>
          ) : (
            <Status kind="good" icon="seal">
              Finished and sealed
            </Status>
          )}
        </Heading>
        {closed && finishedAt && (
          <p>
            Your browser finished the recording on <Moment at={finishedAt} />, and the key custody could not enter its
            seal. So the appliance closed the attempt; what your browser sent is kept. This is not held against you.
          </p>
        )}
        {closed && !finishedAt && (
          <p>
            Your browser did not finish the recording in the time there was to send it, so the appliance closed it. What
            arrived until then is kept. This is not held against you.
          </p>
        )}
        <dl class="details">
          <dt>Started</dt>
          <dd>
            <Moment at={startedAt} />
          </dd>
          <dt>{closed ? 'Closed by the appliance' : 'Sealed'}</dt>
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
          {closed
            ? 'Please keep it. It proves when your attempt was closed, and how many chapters of each recording had arrived by then.'
            : 'Please keep it. It proves what was sealed, and when: if anybody took a piece out afterwards, changed one or denied that you finished, the receipt would show it, without our help.'}
        </p>
        <p>
          <a class="button primary" href="/attempt/receipt" download="cloister-receipt.json">
            <Icon name="download" />
            Save the receipt
          </a>
        </p>
        <details>
          <summary>What the receipt holds</summary>
          <p class="hint">The signed head of the ledger under which its entry stands:</p>
          <pre>
            <code>{receipt.checkpoint}</code>
          </pre>
        </details>
        <Browsers exam={exam} accesses={accesses ?? []} />
        <Accesses accesses={accesses} timesOf={timesOf} />
        <Notice kind="notice">
          <p>
            You think that somebody watched without a good reason, or you object to a decision? Write to{' '}
            <ContactLink {...exam.setup.privacyOfficer} />.
          </p>
        </Notice>
      </div>
    </Page>
  );
}
