import { Hono } from 'hono';
import type { RoomParts } from './routes.tsx';
import { requireRepresentative, type RoomEnv } from './session-guard.ts';
import { TicketPage } from './ticket-view.tsx';

/** The way to the staff pages. */
export function ticketRoutes({ custody, config }: Pick<RoomParts, 'custody' | 'config'>) {
  const staffOrigin = config.CLOISTER_STAFF_ORIGIN;
  return new Hono<RoomEnv>()
    .use(requireRepresentative(custody))
    .get('/', (c) => c.html(<TicketPage representative={c.var.representative} staffOrigin={staffOrigin} />))
    .post('/', async (c) => {
      const { ticket } = await custody.ticket(c.var.session);
      return c.html(<TicketPage representative={c.var.representative} staffOrigin={staffOrigin} ticket={ticket} />);
    });
}
