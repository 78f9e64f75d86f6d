import type { Context } from 'hono';
import type { z } from 'zod';
import { AppError } from '../errors.ts';

/** More than any answer of a passkey or any report has, in characters. */
const LIMIT = 100_000;

/**
 * Reads a request's content, JSON or a form.
 * @throws AppError too-large, not-supported, or malformed when it does not have the shape
 */
export async function readContent<T>(c: Context, shape: z.ZodType<T>): Promise<T> {
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim();
  if (Number(c.req.header('content-length') ?? LIMIT + 1) > LIMIT) throw new AppError('too-large');
  if (type !== 'application/json' && type !== 'application/x-www-form-urlencoded') throw new AppError('not-supported');
  try {
    return shape.parse(type === 'application/json' ? await c.req.json() : await c.req.parseBody());
  } catch (cause) {
    throw new AppError('malformed', { cause });
  }
}
