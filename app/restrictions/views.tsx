import type { ExamSetup } from '../../hsm/exam-setup.ts';
import { restrictionsOf } from '../../hsm/restriction.ts';
import { langOf } from '../exams/exam-text.tsx';
import { Icon } from '../ui/icons.tsx';
import type { Words } from '../words/en.ts';

type Restricting = Pick<ExamSetup, 'language' | 'restrictions'>;

/** Before the exam: what its page restricts, what is noted of it, and why, in the university's words. */
export function RestrictionsText({ words, setup }: { words: Words; setup: Restricting }) {
  const restricted = restrictionsOf(setup);
  const { restrictions: told } = words;
  if (restricted.length === 0) return null;
  return (
    <>
      <h2>{told.heading}</h2>
      <dl class="details">
        {restricted.map((one) => (
          <>
            <dt>{told.names[one]}</dt>
            <dd>
              {told.does[one]} <br />
              <span class="hint">{told.why}</span> <span {...langOf({ setup }, words)}>{setup.restrictions[one]}</span>
            </dd>
          </>
        ))}
      </dl>
      <p>{told.meaning}</p>
    </>
  );
}

/** While the exam runs: what is asked for just now, and what was noted; the script fills it in. */
export function RestrictionsPanel({ words, setup }: { words: Words; setup: Restricting }) {
  const restricted = restrictionsOf(setup);
  const { restrictions: told } = words;
  if (restricted.length === 0) return null;
  return (
    <div class="stack" data-restrictions>
      {restricted.includes('full-screen') && (
        <div class="notice" data-status="notice" data-full-screen hidden>
          <Icon name="screen" />
          <div class="stack">
            <p role="alert"></p>
            <button type="button" class="button" data-full-screen-button>
              {told.fullScreen}
            </button>
          </div>
        </div>
      )}
      {restricted.includes('one-screen') && (
        <div class="notice" data-status="notice" data-one-screen hidden>
          <Icon name="screen" />
          <p role="alert"></p>
        </div>
      )}
      {restricted.includes('clipboard') && <p class="hint">{told.clipboard}</p>}
      <section class="notice" data-status="quiet" data-noted aria-labelledby="noted-heading" hidden>
        <Icon name="clock" />
        <div class="stack">
          <h2 id="noted-heading">{told.noted}</h2>
          <ul data-noted-list></ul>
          <p class="hint">{told.notedText}</p>
        </div>
      </section>
    </div>
  );
}
