import { Icon } from '../ui/icons.tsx';
import { formatOffset, Moment } from '../ui/moment.tsx';
import { Status } from '../ui/status.tsx';
import { Table } from '../ui/table.tsx';
import type { Access, AttemptDetail, AttemptView, Representative } from './custody.ts';
import { RoomPage, Trouble } from './room-page.tsx';
import { ACCESSES, OUTCOMES, PURPOSES } from './words.ts';

/** @param recorded seconds of recording per attempt, where its files are here */
export function QueuePage(props: {
  representative: Representative;
  attempts: AttemptView[];
  recorded: Map<string, number>;
}) {
  const { representative, attempts, recorded } = props;
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
          <Table
            caption="Attempts of the exams you are assigned to"
            columns={['Test taker', 'Exam', 'Recorded', 'Length', 'Chapters', 'Decisions']}
            rows={attempts.map((attempt) => [
              <a href={`/attempts/${attempt.attempt}`}>{attempt.candidate}</a>,
              attempt.title,
              <Moment at={attempt.startedAt} />,
              recorded.has(attempt.attempt) ? formatOffset(recorded.get(attempt.attempt) ?? 0) : '–',
              String(chaptersOf(attempt)),
              <Decisions attempt={attempt} />,
            ])}
          />
        )}
      </div>
    </RoomPage>
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
  /** Seconds, where its files are here. */
  recorded: number | undefined;
  /** Chapters in its files. */
  stored: number;
}) {
  const { representative, attempt, recorded, stored } = props;
  const unregistered = stored - chaptersOf(attempt);
  return (
    <RoomPage
      title={`Attempt of ${attempt.candidate}`}
      scripts={['passkey']}
      representative={representative}
      current="/attempts"
    >
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
            {attempt.recordings.length}, with {chaptersOf(attempt)} chapters
            {recorded === undefined ? '' : `, ${formatOffset(recorded)} long`}
            {unregistered > 0 &&
              `; ${unregistered} more ${unregistered === 1 ? 'is' : 'are'} not registered with key custody, or not yet, and cannot be watched`}
          </dd>
        </dl>
        <OpenForm attempt={attempt} />
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
  if (access.kind === 'released') return `${access.chapters.length} chapters`;
  return access.outcome ? (OUTCOMES[access.outcome] ?? access.outcome) : (access.reason ?? '–');
}

/** The key pair of the view is made by the page's script before the act is proposed. */
function OpenForm({ attempt }: { attempt: AttemptDetail }) {
  if (attempt.recordings.length === 0) return <p class="empty">Nothing was recorded in this attempt yet.</p>;
  return (
    <form class="card stack" data-passkey="release" data-attempt={attempt.attempt} data-alg={attempt.alg}>
      <h2>Open the recording</h2>
      <fieldset class="field">
        <legend>For what purpose?</legend>
        {attempt.purposes.map((purpose, i) => (
          <label class="choice">
            <input type="radio" name="purpose" value={purpose} required checked={i === 0} />
            {PURPOSES[purpose] ?? purpose}
          </label>
        ))}
      </fieldset>
      <div class="field justification">
        <label for="justification">Why is it needed?</label>
        <textarea
          id="justification"
          name="justification"
          maxlength={2000}
          aria-describedby="justification-hint"
        ></textarea>
        <p class="hint" id="justification-hint">
          Needed for every purpose but an integrity review. The test taker can read it.
        </p>
      </div>
      <button class="button primary" disabled>
        <Icon name="key" />
        Ask for the key
      </button>
      <Trouble />
    </form>
  );
}
