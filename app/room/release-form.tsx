import { wordLeastView } from '../../hsm/acts/wording.ts';
import { Icon } from '../ui/icons.tsx';
import { Notice } from '../ui/status.tsx';
import type { AttemptView, ExamEntry } from './custody.ts';
import { Trouble } from './room-page.tsx';
import { DEGRADED, PURPOSES } from './words.ts';

/**
 * What a person says before they may watch: what for, how much, and why where that is more than the exam's rules show by
 * themselves. The key pair of the view is made by the page's script before the act is proposed.
 * @param exams those of the attempts
 */
export function ReleaseForm({ attempts, exams }: { attempts: AttemptView[]; exams: ExamEntry[] }) {
  const closed = exams.find(({ suspendedAt, keyDestroyedAt }) => suspendedAt ?? keyDestroyedAt);
  if (closed) return <Closed exam={closed} />;
  const purposes = commonPurposes(exams);
  const algs = new Set(exams.map(({ alg }) => alg));
  const [alg] = algs;
  if (purposes.length === 0 || algs.size !== 1) {
    return (
      <p class="empty">
        These cannot be opened together:{' '}
        {algs.size > 1 ? 'their exams’ keys are of different kinds' : 'no purpose is allowed for all of them'}. Open
        them one by one.
      </p>
    );
  }
  const several = attempts.length > 1;
  return (
    <form
      class="card stack"
      data-passkey="release"
      data-attempts={attempts.map(({ attempt }) => attempt).join(' ')}
      data-alg={alg}
    >
      <h2>{several ? `Open ${attempts.length} recordings` : 'Open the recording'}</h2>
      {exams.some(({ policy }) => policy.dualControl) && <DualControl />}
      {exams.some(({ releaseMode }) => releaseMode === 'host-transient') && (
        <Notice kind="notice">
          <p>{DEGRADED}.</p>
        </Notice>
      )}
      <fieldset class="field">
        <legend>For what purpose?</legend>
        {purposes.map((purpose, i) => (
          <label class="choice">
            <input type="radio" name="purpose" value={purpose} required checked={i === 0} />
            {PURPOSES[purpose] ?? purpose}
          </label>
        ))}
      </fieldset>
      <fieldset class="field">
        <legend>How much of it?</legend>
        <label class="choice">
          <input type="radio" name="extent" value="least-view" required checked />
          <span>
            What the {exams.length > 1 ? 'exams’' : 'exam’s'} rules show by themselves
            <span class="hint"> {leastView(exams)}</span>
          </span>
        </label>
        <label class="choice">
          <input type="radio" name="extent" value="all" required />
          <span>
            The whole recording
            <span class="hint"> Needs a justification</span>
          </span>
        </label>
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
          Needed for the whole recording, and for every purpose but an integrity review. It stands in the ledger, and
          the test taker can read it.
        </p>
      </div>
      <button class="button primary" disabled>
        <Icon name="key" />
        {several ? 'Ask for the keys' : 'Ask for the key'}
      </button>
      <Trouble />
    </form>
  );
}

/** Why nothing of an exam can be opened. */
function Closed({ exam: { title, keyDestroyedAt } }: { exam: ExamEntry }) {
  return (
    <Notice kind="notice">
      <p>
        {keyDestroyedAt
          ? `The key of “${title}” is destroyed, as its test takers were told. Its recordings cannot be watched any more.`
          : `“${title}” is suspended. Its recordings cannot be opened until two officers reinstate it; recording goes on.`}
      </p>
    </Notice>
  );
}

/** What it means that two people have to sign. */
function DualControl() {
  return (
    <Notice kind="notice">
      <p>
        Two people open this. You sign first. Then somebody else who is assigned to the exam finds the same act on their
        desk, for 24 hours, and signs it too.
      </p>
      <p>From their signature on you have an hour to watch, in this browser only. Your desk shows when it is so.</p>
    </Notice>
  );
}

function leastView(exams: ExamEntry[]): string {
  const [first, ...others] = exams.map(({ policy }) => policy.leastView);
  const same = others.every((one) => one.chaptersAround === first?.chaptersAround && one.drawn === first.drawn);
  if (!first || !same) return 'Chapters around incidents, and a few that custody draws, as each exam’s rules say';
  return wordLeastView(first);
}

function commonPurposes([first, ...others]: ExamEntry[]): ExamEntry['policy']['purposes'] {
  return (first?.policy.purposes ?? []).filter((one) => others.every(({ policy }) => policy.purposes.includes(one)));
}
