import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { AppError } from '../errors.ts';

/**
 * Refuses bodies over 64 KiB before they are read, for everything but segments.
 * @throws AppError too-large
 */
export const smallBody = bodyLimit({
  maxSize: 64 * 1024,
  onError: () => {
    throw new AppError('too-large');
  },
});

/** @throws AppError malformed when the body is no JSON or of another shape */
export async function readJson<T>(c: Context, shape: z.ZodType<T>): Promise<T> {
  try {
    return shape.parse(await c.req.json());
  } catch (cause) {
    // Read to its end, the body may also turn out too large.
    throw cause instanceof AppError ? cause : new AppError('malformed', { cause });
  }
}
