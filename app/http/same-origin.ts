import { createMiddleware } from 'hono/factory';
import { AppError } from '../errors.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Stops every request that could change something and does not come from a page of this origin, whatever its content type.
 * Browsers send Origin with each of them; hono's own csrf() looks at form types only.
 * @param foreignPosts path → the one other origin that may post there
 */
export function sameOrigin(origin: string, foreignPosts: Record<string, string>) {
  return createMiddleware(async (c, next) => {
    if (!SAFE.has(c.req.method)) {
      const from = c.req.header('origin');
      if (from !== origin && (from === undefined || from !== foreignPosts[c.req.path]))
        throw new AppError('other-origin');
    }
    await next();
  });
}
