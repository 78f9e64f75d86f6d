import { type Context, Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { z } from 'zod';
import type { RoomCustody } from '../custody/client.ts';
import { AppError } from '../errors.ts';
import { requireRepresentative, requireSession } from './session-guard.ts';
import { readContent } from '../http/content.ts';
import type { GrantView } from './custody.ts';
import { readGrantIndex } from './grant-index.ts';
import { LiveGrants } from './live-grants.ts';
import { EndedPage, GrantPage } from './player-view.tsx';
import type { Shelf } from './shelf.ts';

const count = z.int().nonnegative();
const releaseRequest = z.strictObject({
  /** SHA-256 of the key that the browser holds: custody compares it with the key that the act was signed for. */
  recipient: z.base64url().length(43),
  chapters: z
    .array(z.strictObject({ recording: z.uuid(), chapter: count }))
    .min(1)
    .max(8),
});
const seconds = z.number().nonnegative().max(1e6);
const report = z.strictObject({
  intervals: z.array(z.strictObject({ recording: z.uuid(), from: seconds, to: seconds })).max(500),
});
const fault = z.strictObject({
  recording: z.uuid(),
  segment: count,
  fault: z.enum(['altered', 'misplaced', 'foreign-recording', 'foreign-chapter', 'unreadable']),
});

/**
 * A view: its page, its ciphertext, the release of its keys, and what the player reports of it. Only the page asks whose session it is:
 * for all else custody's word on the grant is its word on the session, too.
 */
export function grantRoutes({ custody, shelf }: { custody: RoomCustody; shelf: Shelf }) {
  const grants = new LiveGrants(custody);

  return (
    new Hono()
      .get('/', refuseAhead, requireRepresentative(custody), async (c) => {
        const grant = await grants.ask(c.var.session, grantOf(c));
        const { representative } = c.var;
        if (grant.endedAt) return c.html(<EndedPage representative={representative} grant={grant} />, 403);
        const index = await readGrantIndex(shelf, grant);
        return c.html(<GrantPage representative={representative} grant={grant} index={index} />);
      })
      .use(requireSession)
      // Every player asks this all the time.
      .get('/standing', async (c) => {
        await grants.live(c.var.session, grantOf(c));
        c.header('cache-control', 'no-store');
        return c.body(null, 204);
      })
      .get('/recordings/:recording/segments/:number', async (c) => {
        const grant = await grants.live(c.var.session, grantOf(c));
        const where = z.object({ recording: z.uuid(), number: z.coerce.number().pipe(count) }).safeParse(c.req.param());
        if (!where.success) throw new AppError('not-found');
        const { recording, number } = where.data;
        const segment = await shelf.segment(grant.attempt, recording, number);
        if (!segment || !covers(grant, recording, segment.chapter)) throw new AppError('not-found');
        c.header('cache-control', 'no-store');
        c.header('content-type', 'application/octet-stream');
        return c.body(new Uint8Array(await segment.read()));
      })
      .post('/releases', async (c) => {
        const { recipient, chapters } = await readContent(c, releaseRequest);
        const grant = await grants.live(c.var.session, grantOf(c));
        const asked = await Promise.all(
          chapters.map(async ({ recording, chapter }) => {
            const envelope =
              covers(grant, recording, chapter) && (await shelf.envelope(grant.attempt, recording, chapter));
            if (!envelope) throw new AppError('not-found');
            return { recording, chapter, envelope };
          }),
        );
        return c.json(await custody.release(c.var.session, grant.grant, { recipient, chapters: asked }));
      })
      .put('/viewing', async (c) => {
        await custody.viewing(c.var.session, grantOf(c), await readContent(c, report));
        // The report is kept; the answer tells a player whose grant has ended meanwhile to stop.
        await grants.live(c.var.session, grantOf(c));
        return c.body(null, 204);
      })
      .post('/faults', async (c) => {
        await custody.fault(c.var.session, grantOf(c), await readContent(c, fault));
        return c.body(null, 204);
      })
      .post('/end', async (c) => {
        const id = grantOf(c);
        await custody.endGrant(c.var.session, id);
        grants.forget(c.var.session, id);
        if (!c.req.header('accept')?.includes('text/html')) return c.body(null, 204);
        return c.redirect(`/grants/${id}`, 303);
      })
  );
}

/**
 * A view begins when a person opens it, never because a browser guesses that they may.
 * @throws AppError asked-ahead for what a browser fetches or draws ahead of time (Sec-Purpose, Fetch standard and Speculation Rules)
 */
const refuseAhead = createMiddleware(async (c, next) => {
  if (c.req.header('sec-purpose')?.includes('prefetch')) throw new AppError('asked-ahead');
  return next();
});

function covers(grant: GrantView, recording: string, chapter: number): boolean {
  return grant.chapters.some((one) => one.recording === recording && one.chapter === chapter);
}

/** @throws AppError not-found when the address has no id there */
function grantOf(c: Context): string {
  const id = z.uuid().safeParse(c.req.param('grant'));
  if (!id.success) throw new AppError('not-found');
  return id.data;
}
