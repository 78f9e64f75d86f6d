import { amount } from '../../hsm/acts/wording.ts';
import { Icon } from '../ui/icons.tsx';
import type { GrantView } from './custody.ts';
import { Trouble } from './room-page.tsx';
import { PURPOSES } from './words.ts';

/** Beside a view that does not cover everything: how much it covers and why, and how to ask for the rest, by another act. */
export function MoreForm({ grant }: { grant: GrantView }) {
  const [shown, withheld] = [grant.chapters.length, grant.withheld.length];
  return (
    <form class="card stack more" data-passkey="release" data-attempts={grant.attempt} data-alg={grant.alg}>
      <h2>
        {shown} of {amount(shown + withheld, 'chapter')} {shown === 1 ? 'is' : 'are'} open
      </h2>
      <p>
        {grant.extent === 'least-view'
          ? 'This release shows the least: chapters around what the test taker’s browser noted, and some that custody drew by lot. The dotted parts of the timeline are not part of it, and asking again in the same way opens none of them.'
          : 'This release shows what was recorded when it was signed. The dotted parts of the timeline came later.'}
      </p>
      <input type="hidden" name="purpose" value={grant.purpose} />
      <input type="hidden" name="extent" value="all" />
      <div class="field">
        <label for="justification">Why do you need to see all of it?</label>
        <textarea
          id="justification"
          name="justification"
          required
          maxlength={2000}
          aria-describedby="justification-hint"
        ></textarea>
        <p class="hint" id="justification-hint">
          For {(PURPOSES[grant.purpose] ?? grant.purpose).toLowerCase()}, as this view. It stands in the ledger, and the
          test taker can read it.
        </p>
      </div>
      <p>
        <button class="button primary" disabled>
          <Icon name="key" />
          Ask for all of it
        </button>
      </p>
      <Trouble />
    </form>
  );
}
