import type { Context } from 'hono';
import { z } from 'zod';
import { AppError } from '../errors.ts';

/** @returns the id that stands in the address under this name @throws AppError not-found where it is none */
export function idOf(c: Context, name: string): string {
  const id = z.uuid().safeParse(c.req.param(name));
  if (!id.success) throw new AppError('not-found');
  return id.data;
}
