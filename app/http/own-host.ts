import { createMiddleware } from 'hono/factory';
import { AppError } from '../errors.ts';

/** Answers only under the origin's own name, so that another name pointed at this address (DNS rebinding) finds nothing. */
export function ownHost(origin: string) {
  const { host } = new URL(origin);
  return createMiddleware(async (c, next) => {
    if (c.req.header('host') !== host) throw new AppError('not-found', { detail: 'host' });
    await next();
  });
}
