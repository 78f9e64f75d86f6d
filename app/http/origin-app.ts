import { randomUUID } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { Logger } from 'pino';
import { AppError } from '../errors.ts';
import type { Place } from '../ui/page.tsx';
import { type ReadingEnv, readingOf } from '../words/language.ts';
import type { ErrorBody } from '../wire.ts';
import { ErrorPage, type ErrorPageProps } from './error-page.tsx';
import { ownHost } from './own-host.ts';
import { sameOrigin } from './same-origin.ts';
import { securityHeaders } from './security-headers.ts';

/** What a request carries within an origin: Node's own request, and the number by which its failure is found in the log. */
export interface OriginEnv {
  Bindings: HttpBindings;
  Variables: { requestId: string } & ReadingEnv['Variables'];
}

export interface OriginOptions {
  place: Place;
  /** This origin, as the browser says it. */
  origin: string;
  /** Origins that a form may post to, besides this one. */
  formTargets?: string[];
  /** Path → origin whose pages may post there, besides this one. */
  foreignPosts?: Record<string, string>;
  /** What a person sees when a page fails, where it is not the same as everywhere. */
  failed?: (props: ErrorPageProps) => ReturnType<typeof ErrorPage>;
  log: Logger;
}

/**
 * The hono app of one origin: request id, log line, security headers, own host and own origin only, and one way to answer
 * errors: a page to people, `ErrorBody` to scripts.
 */
export function originApp(options: OriginOptions) {
  const { place, origin, formTargets = [], foreignPosts = {}, failed = ErrorPage, log } = options;
  const app = new Hono<OriginEnv>();
  app.use(async (c, next) => {
    const started = performance.now();
    const requestId = randomUUID();
    c.set('requestId', requestId);
    await next();
    const status = c.res.status;
    // The route's pattern, never the address: a personal link is a secret.
    const line = {
      requestId,
      place,
      method: c.req.method,
      route: c.req.routePath,
      status,
      ms: Math.round(performance.now() - started),
    };
    if (status < 400) log.debug(line);
    else log.info(line);
  });
  app.use(securityHeaders(place, formTargets));
  app.use(ownHost(origin));
  app.use(sameOrigin(origin, foreignPosts));
  app.get('/health', (c) => c.json({ status: 'up' }));
  app.notFound((c) => answer(c, failed, place, new AppError('not-found')));
  app.onError((thrown, c) => {
    const error = thrown instanceof AppError ? thrown : new AppError('internal', { cause: thrown });
    const line = { requestId: c.get('requestId'), route: c.req.routePath, code: error.code, detail: error.message };
    if (error.status >= 500 && error.status !== 503 && error.status !== 507)
      log.error({ ...line, err: error.cause ?? error });
    else log.info(line);
    return answer(c, failed, place, error);
  });
  return app;
}

function answer(
  c: Context<OriginEnv>,
  page: typeof ErrorPage,
  place: Place,
  error: AppError,
): Response | Promise<Response> {
  const requestId = c.get('requestId');
  const { status, retryable } = error;
  const reading = place === 'exam' ? (c.get('reading') ?? readingOf(c)) : undefined;
  if (status === 503) c.header('Retry-After', '2');
  if (c.req.header('accept')?.includes('text/html')) {
    return c.html(page({ place, error, reading, requestId }), status);
  }
  const message = reading ? error.sentenceIn(reading.words) : error.sentence;
  const body: ErrorBody = { error: error.code, message, retryable, requestId };
  return c.json({ ...body, ...error.facts }, status);
}
