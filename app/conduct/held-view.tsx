import type { HoldView } from '../../hsm/conduct/holds.ts';
import { REPORTED_USES } from '../../hsm/conduct/report.ts';
import { formatMoment } from '../ui/moment.tsx';
import { Notice } from '../ui/status.tsx';

/** Tells who runs an exam that reports hold it, what that stops, and who ends it. */
export function HeldByReports({ hold }: { hold: HoldView | null }) {
  if (!hold) return null;
  const { uses, since, start, unanswered } = hold;
  const kinds = uses.map((use) => REPORTED_USES[use]).join(', ');
  const next = unanswered ? 'until a privacy officer has answered' : 'until what test takers are told of it is changed';
  return (
    <Notice kind="alarm">
      <p>
        <strong>A report holds this exam.</strong> It was filed on {formatMoment(since)}, and is about {kinds}.{' '}
        {unanswered && `Nothing of it can be published ${next}. `}
        {start && `No attempt can begin ${next}. `}
        What was written, and by whom, is for privacy officers only.
      </p>
    </Notice>
  );
}
