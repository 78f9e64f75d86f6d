import { type Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { validator } from 'hono/validator';
import { z } from 'zod';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';
import { TokenError } from '../token/errors.ts';

/** Most bytes of a request: 64 envelopes of 900 bytes and room to spare. */
const BODY_LIMIT = 256 * 1024;

/** What is answered before the custodians have opened custody; the routes of sealing are the operator's. */
const WHILE_SEALED = ['GET /state', 'GET /sealing', 'POST /sealing/shares'];

/** What custody answers when it says no; `error` is a name from its closed table. Facts for the caller's program stand beside it. */
export interface RefusalBody {
  error: string;
  message: string;
  facts?: Record<string, unknown>;
}

/** A hono app for one peer's socket: body limit, refusals as JSON, everything else logged as internal. */
export function socketApp(custody: Custody, peer: string) {
  const app = new Hono();
  app.use(async (c, next) => {
    // By what the request says of itself: hono's bodyLimit would take the stream and leave it standing, and the connection with it.
    const length = Number(c.req.header('content-length') ?? 0);
    if (length > BODY_LIMIT || c.req.header('transfer-encoding')) throw new CustodyError('too-large');
    await next();
  });
  app.use(async (c, next) => {
    const waiting = custody.seal.view();
    // Who the custodians are is nothing that web, or a test taker's browser behind it, has to know.
    const facts = waiting &&
      peer !== 'web' && {
        present: waiting.present.length,
        threshold: waiting.threshold,
        custodians: waiting.missing,
      };
    if (waiting && !WHILE_SEALED.includes(`${c.req.method} ${c.req.path}`))
      throw new CustodyError('sealed', undefined, facts || undefined);
    await next();
  });
  app.notFound((c) => c.json<RefusalBody>({ error: 'not-found', message: 'Custody has no such request.' }, 404));
  app.onError((thrown, c) => {
    const error = thrown instanceof TokenError ? refusalOf(thrown) : ownNo(thrown);
    if (error instanceof CustodyError) {
      custody.log.info({ peer, route: c.req.routePath, refusal: error.refusal, detail: error.message }, 'refused');
      const { refusal, sentence, facts } = error;
      return c.json<RefusalBody>({ error: refusal, message: sentence, ...(facts && { facts }) }, error.status);
    }
    custody.log.error({ peer, route: c.req.routePath, err: error }, 'failed');
    return c.json<RefusalBody>({ error: 'internal', message: 'Custody failed at this. It was logged.' }, 500);
  });
  return app;
}

/** hono's own no is to a body that is not JSON, or that ended before it was whole. */
function ownNo(thrown: Error): Error {
  return thrown instanceof HTTPException ? new CustodyError('malformed', thrown.message) : thrown;
}

/** What a failure of the token is to a peer: one that passes, one that does not, or nothing that it could do anything about. */
function refusalOf(error: TokenError): Error {
  const { code, detail } = error;
  if (code === 'token-full') return new CustodyError('token-full', detail);
  return ['token-away', 'token-busy', 'failed'].includes(code)
    ? new CustodyError('token-away', `${code}, ${detail}`)
    : error;
}

/** Validates a JSON body; schemas are strict, so that nothing is passed along that custody does not know. @throws CustodyError malformed naming the fields */
export function json<T extends z.ZodType>(schema: T) {
  return validator('json', (value): z.output<T> => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    throw new CustodyError('malformed', result.error.issues.map((issue) => issue.path.join('.')).join(', '));
  });
}

/** The same of what stands behind the address's question mark. */
export function query<T extends z.ZodType>(schema: T) {
  return validator('query', (value): z.output<T> => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    throw new CustodyError('malformed', result.error.issues.map((issue) => issue.path.join('.')).join(', '));
  });
}

/** Bytes that are no text and must not become one: a share. @throws CustodyError malformed @returns them, to be zeroed by whoever uses them up */
export async function bytesOf(c: Context, length: number): Promise<Uint8Array> {
  const body = new Uint8Array(await c.req.arrayBuffer());
  if (body.length === length) return body;
  body.fill(0);
  throw new CustodyError('malformed', `${length} bytes are wanted`);
}

/** Chapters that a release asks for, each with its envelope. */
export const chapterRequests = z
  .array(z.strictObject({ recording: z.uuid(), chapter: z.int().nonnegative(), envelope: z.string().max(4096) }))
  .min(1)
  .max(64);

/** The session that a peer passes along for a representative. */
export const SESSION_HEADER = 'x-cloister-session';
