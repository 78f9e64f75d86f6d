import type { Context } from 'hono';
import type { z } from 'zod';
import { AppError } from '../errors.ts';

/** Most bytes of a form or a JSON body: more than any answer of a passkey, any report or any seal has. */
const LIMIT = 100_000;

/**
 * Reads a request's content, JSON or a form. One that is too large, or does not say how large it is, is refused before a byte of
 * it is read: hono's own limit would take the stream and leave it standing, and the connection with it.
 * @throws AppError too-large, not-supported, or malformed when it does not have the shape
 */
export async function readContent<T>(c: Context, shape: z.ZodType<T>): Promise<T> {
  const length = Number(c.req.header('content-length') ?? 0);
  if (length > LIMIT || c.req.header('transfer-encoding'))
    throw new AppError('too-large', { detail: `${length} bytes` });
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim();
  if (type !== 'application/json' && type !== 'application/x-www-form-urlencoded') throw new AppError('not-supported');
  try {
    return shape.parse(type === 'application/json' ? await c.req.json() : await c.req.parseBody());
  } catch (cause) {
    throw new AppError('malformed', { cause });
  }
}
