import { Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import type { WebCustody } from '../custody/client.ts';
import { readContent } from '../http/content.ts';
import { STAFF_COOKIE } from './staff-guard.tsx';

const ticketForm = z.object({ ticket: z.string().min(1).max(200) });

/**
 * Coming to the staff origin from the reading room, and leaving it. The origin's app lets the room's pages post to /session: from
 * anywhere else a ticket would sign a victim in as somebody else.
 */
export function sessionRoutes({ custody }: { custody: Pick<WebCustody, 'redeemTicket' | 'endStaffSession'> }) {
  return new Hono()
    .post('/session', async (c) => {
      const { ticket } = await readContent(c, ticketForm);
      const { session } = await custody.redeemTicket(ticket);
      setCookie(c, STAFF_COOKIE, session, { path: '/', httpOnly: true, secure: true, sameSite: 'Lax' });
      return c.redirect('/', 303);
    })
    .post('/session/end', async (c) => {
      const session = getCookie(c, STAFF_COOKIE);
      if (session) await custody.endStaffSession(session);
      // Not on to the room: form-action holds for redirects as well.
      deleteCookie(c, STAFF_COOKIE, { path: '/', secure: true });
      return c.redirect('/', 303);
    });
}
