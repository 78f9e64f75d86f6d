import { Icon } from '../ui/icons.tsx';
import type { Representative } from './custody.ts';
import { RoomPage } from './room-page.tsx';

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
