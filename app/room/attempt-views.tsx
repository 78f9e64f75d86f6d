import { amount } from '../../hsm/acts/wording.ts';
import { formatOffset, Moment } from '../ui/moment.tsx';
import { Notice, Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { Access, AttemptDetail, AttemptView, ExamEntry, Representative } from './custody.ts';
import { describing, Fault, FormFault } from '../ui/fields.tsx';
import type { Filled } from '../ui/filled.ts';
import { ReleaseForm } from './release-form.tsx';
import { RoomPage } from './room-page.tsx';
import { ACCESSES, DEGRADED, INCIDENTS, OUTCOMES, PURPOSES, wordUnrecorded } from './words.ts';

/** @param recorded seconds of recording per attempt, where its files are here */
export function QueuePage(props: {
  representative: Representative;
  attempts: AttemptView[];
  recorded: Map<string, number>;
}) {
  const { representative, attempts, recorded } = props;
  const several = attempts.filter(({ recordings }) => recordings.length > 0).length > 1;
  return (
    <RoomPage title="Attempts" representative={representative} current="/attempts">
      <div class="stack">
        <h1>Attempts</h1>
        {attempts.length === 0 ? (
          <div class="empty">
            <p>No attempts are waiting for you.</p>
            <p>They appear here once a test taker begins an exam that you are assigned to.</p>
          </div>
        ) : (
          <form class="stack" method="get" action="/batches/new">
            <Table
              caption="Attempts of the exams you are assigned to"
              columns={[
                ...['Test taker', 'Exam', 'Recorded', 'Length', 'Chapters', 'Decisions'],
                ...(several ? ['Open together'] : []),
              ]}
              rows={attempts.map((attempt) => [
                <a href={`/attempts/${attempt.attempt}`}>{attempt.candidate}</a>,
                attempt.title,
                <Moment at={attempt.startedAt} />,
                recorded.has(attempt.attempt) ? formatOffset(recorded.get(attempt.attempt) ?? 0) : '–',
                String(chaptersOf(attempt)),
                <Decisions attempt={attempt} />,
                ...(several ? [<Pick attempt={attempt} />] : []),
              ])}
            />
            {several && <button class="button">Open the ticked ones together</button>}
          </form>
        )}
      </div>
    </RoomPage>
  );
}

/** Ticks an attempt for a batch, where there is something to open. */
function Pick({ attempt }: { attempt: AttemptView }) {
  if (attempt.recordings.length === 0) return <>–</>;
  return (
    <label class="pick">
      <input type="checkbox" name="attempt" value={attempt.attempt} />
      <span class="unseen">Open {attempt.candidate} together with others</span>
    </label>
  );
}

function chaptersOf({ recordings }: AttemptView): number {
  return recordings.reduce((sum, recording) => sum + recording.chapters, 0);
}

function Decisions({ attempt }: { attempt: AttemptView }) {
  const last = attempt.decisions.at(-1);
  if (last) return <Status kind="good">{OUTCOMES[last.outcome] ?? last.outcome}</Status>;
  return attempt.sealedAt ? <Status kind="quiet">None yet</Status> : <Status kind="notice">Still recording</Status>;
}

export function AttemptPage(props: {
  representative: Representative;
  attempt: AttemptDetail;
  exam: ExamEntry;
  /** Seconds, where its files are here. */
  recorded: number | undefined;
  /** Chapters in its files. */
  stored: number;
}) {
  const { representative, attempt, exam, recorded, stored } = props;
  const unregistered = stored - chaptersOf(attempt);
  return (
    <RoomPage title={`Attempt of ${attempt.candidate}`} representative={representative} current="/attempts">
      <div class="stack">
        <p class="eyebrow">{attempt.title}</p>
        <h1>Attempt of {attempt.candidate}</h1>
        <dl class="details">
          <dt>Began</dt>
          <dd>
            <Moment at={attempt.startedAt} />
          </dd>
          <dt>Sealed</dt>
          <dd>
            {attempt.sealedAt ? <Moment at={attempt.sealedAt} /> : 'Not yet: the attempt is still going on.'}
            {attempt.closed && ': ended without a seal of the test taker’s browser; closed by the appliance'}
          </dd>
          <dt>Recordings</dt>
          <dd>
            {attempt.recordings.length}, with {amount(chaptersOf(attempt), 'chapter')}
            {recorded === undefined ? '' : `, ${formatOffset(recorded)} long`}
            {unregistered > 0 &&
              `; ${unregistered} more ${unregistered === 1 ? 'is' : 'are'} not registered with key custody, or not yet, and cannot be watched`}
          </dd>
        </dl>
        {attempt.unrecorded.length > 0 && <p class="hint">{wordUnrecorded(attempt.unrecorded)}</p>}
        {attempt.recordings.length === 0 ? (
          <p class="empty">Nothing was recorded in this attempt yet.</p>
        ) : (
          <ReleaseForm attempts={[attempt]} exams={[exam]} />
        )}
        <h2>Decisions</h2>
        {attempt.decisions.length === 0 ? (
          <p class="empty">
            Nobody has decided yet. A decision is written beside the recording, once you have watched it.
          </p>
        ) : (
          <Table
            caption="Decisions on this attempt"
            columns={['By', 'Decision', 'Reason', 'When']}
            rows={attempt.decisions.map((one) => [
              one.by,
              OUTCOMES[one.outcome] ?? one.outcome,
              one.reason,
              <Moment at={one.decidedAt} />,
            ])}
          />
        )}
        <h2>Who has watched</h2>
        {attempt.accesses.length === 0 ? (
          <p class="empty">Nobody has asked for this recording yet.</p>
        ) : (
          <Table
            caption="What the ledger says about this attempt; the test taker reads the same"
            columns={['What', 'Who', 'When', 'For', 'More']}
            rows={attempt.accesses.map((access) => [
              ACCESSES[access.kind] ?? access.kind,
              access.by ?? '–',
              <Moment at={access.at} />,
              access.purpose ? (PURPOSES[access.purpose] ?? access.purpose) : '–',
              accessDetail(access),
            ])}
          />
        )}
      </div>
    </RoomPage>
  );
}

function accessDetail(access: Access): string {
  if (access.kind === 'viewed') {
    const seconds = access.intervals.reduce((sum, { from, to }) => sum + to - from, 0);
    return `${formatOffset(seconds)} shown${access.entry === null ? ', still going on' : ''}`;
  }
  const degraded = access.releaseMode === 'host-transient' ? `. ${DEGRADED}` : '';
  if (access.coverage) {
    const { extent, registered } = access.coverage;
    const part = `${extent === 'all' ? 'All: ' : ''}${access.chapters.length} of ${amount(registered, 'chapter')}`;
    return `${part}${degraded}${access.reason ? `. ${access.reason}` : ''}`;
  }
  if (access.kind === 'released') return `${amount(access.chapters.length, 'chapter')}${degraded}`;
  return access.outcome
    ? (OUTCOMES[access.outcome] ?? access.outcome)
    : (INCIDENTS[access.reason ?? ''] ?? access.reason ?? '–');
}

/** Several attempts that are opened by one act, or why they cannot be. */
export function BatchPage(props: {
  representative: Representative;
  chosen: AttemptView[];
  exams: ExamEntry[];
  fault: string | undefined;
}) {
  const { representative, chosen, exams, fault } = props;
  return (
    <RoomPage title="Open several recordings" representative={representative} current="/attempts">
      <div class="stack">
        <p class="eyebrow">
          <a href="/attempts">Attempts</a>
        </p>
        <h1>Open several recordings</h1>
        {fault ? (
          <Notice kind="alarm">
            <p>{fault}</p>
          </Notice>
        ) : (
          <>
            <ul>
              {chosen.map(({ candidate, title }) => (
                <li>
                  {candidate}, {title}
                </li>
              ))}
            </ul>
            <ReleaseForm attempts={chosen} exams={exams} />
          </>
        )}
      </div>
    </RoomPage>
  );
}

/** A decision that could not be proposed, as it was written, with what was wrong. */
export function DecisionPage({ representative, filled }: { representative: Representative; filled: Filled }) {
  const { outcome, attempt, reason } = filled.entries;
  return (
    <RoomPage title="Decide" representative={representative} current="/attempts">
      <div class="stack narrow">
        <h1>Decide</h1>
        <FormFault filled={filled} />
        <form class="card stack" method="post" action="/acts">
          <fieldset class="field" {...describing({ filled, name: 'outcome' })}>
            <legend>What do you decide?</legend>
            {Object.entries(OUTCOMES).map(([code, words]) => (
              <label class="choice">
                <input type="radio" name="outcome" value={code} required checked={code === outcome} />
                {words}
              </label>
            ))}
            <Fault filled={filled} name="outcome" />
          </fieldset>
          <div class="field">
            <label for="reason">Reason</label>
            <p class="hint" id="reason-hint">
              What you saw and why you decide so, in plain words. The test taker can read it.
            </p>
            <textarea
              id="reason"
              name="reason"
              required
              maxlength={4000}
              {...describing({ filled, name: 'reason', hint: 'reason-hint' })}
            >
              {String(reason ?? '')}
            </textarea>
            <Fault filled={filled} name="reason" />
          </div>
          <button class="button primary">Write the decision</button>
          <input type="hidden" name="type" value="decide" />
          <input type="hidden" name="attempt" value={String(attempt ?? '')} />
        </form>
      </div>
    </RoomPage>
  );
}
