import { Icon } from '../ui/icons.tsx';
import { formatMoment, Moment } from '../ui/moment.tsx';
import type { ProposedAct, Representative } from './custody.ts';
import { RoomPage, Trouble } from './room-page.tsx';

/** @param digest SHA-256 of the act's bytes, base64url: what the passkey signs */
export function ActPage(props: { representative: Representative; act: ProposedAct; digest: string }) {
  const { representative, act, digest } = props;
  return (
    <RoomPage title="Sign" scripts={['passkey']} representative={representative}>
      <div class="stack narrow">
        <p class="eyebrow">What custody understood</p>
        <h1 class="sentence">{act.sentence}</h1>
        <dl class="details">
          {act.details.map(({ term, value }) => (
            <>
              <dt>{term}</dt>
              <dd>{isMoment(value) ? <Moment at={value} /> : value}</dd>
            </>
          ))}
          <dt>Digest of the act</dt>
          <dd>
            <code>{digest}</code>
          </dd>
        </dl>
        <form data-passkey="act" data-act={act.act} data-bytes={act.bytes} data-options={JSON.stringify(act.options)}>
          <div class="row">
            <button class="button primary" disabled>
              <Icon name="pen" />
              Sign with your passkey
            </button>
            <a class="button" href={`/attempts${act.attempts.length === 1 ? `/${act.attempts[0]}` : ''}`}>
              Cancel
            </a>
          </div>
        </form>
        <Trouble />
        <p class="hint">
          It can be signed until {formatMoment(act.expiresAt)}. Signing enters it in the ledger under your name;
          cancelling leaves nothing behind.
        </p>
      </div>
    </RoomPage>
  );
}

function isMoment(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
}

/** A ticket for the staff origin, once it was asked for; before that, the button that asks. */
export function TicketPage(props: { representative: Representative; ticket?: string; staffOrigin: string }) {
  const { representative, ticket, staffOrigin } = props;
  return (
    <RoomPage title="Staff pages" representative={representative} current="/tickets">
      <div class="stack narrow">
        <h1>Staff pages</h1>
        <p>
          Exams and rosters are on pages of their own at <strong>{new URL(staffOrigin).host}</strong>. You go there with
          a ticket that works once and for a minute, because your passkey is touched in the reading room only.
        </p>
        {ticket ? (
          <form method="post" action={`${staffOrigin}/session`}>
            <input type="hidden" name="ticket" value={ticket} />
            <button class="button primary">
              <Icon name="open" />
              Go to the staff pages
            </button>
          </form>
        ) : (
          <form method="post" action="/tickets">
            <button class="button primary">
              <Icon name="key" />
              Take a ticket
            </button>
          </form>
        )}
      </div>
    </RoomPage>
  );
}
