import { Hono } from 'hono';
import { DeskPage } from './desk-view.tsx';
import { watches } from './duties.ts';
import type { RoomParts } from './routes.tsx';
import { requireRepresentative, type RoomEnv } from './session-guard.ts';

/** What waits for whoever is signed in: where they arrive. */
export function deskRoutes({ custody }: Pick<RoomParts, 'custody'>) {
  return new Hono<RoomEnv>().get('/', requireRepresentative(custody), async (c) => {
    const { representative, session } = c.var;
    const [{ acts }, { attempts }] = await Promise.all([
      custody.acts(session),
      watches(representative) ? custody.attempts(session) : { attempts: [] },
    ]);
    return c.html(<DeskPage {...{ representative, acts, attempts }} />);
  });
}
