import { readFileSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Hono } from 'hono';
import { AppError } from '../errors.ts';
import type { OriginEnv } from './origin-app.ts';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** Serves the built assets from memory; the folder is read once, at start. */
export function assets(folder: string) {
  const files = new Map(
    readdirSync(folder)
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name))]),
  );
  return new Hono<OriginEnv>().get('/assets/:name', (c) => {
    const name = c.req.param('name');
    const bytes = files.get(name);
    if (!bytes) throw new AppError('not-found');
    return c.body(new Uint8Array(bytes), 200, {
      'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream',
      'Cache-Control': 'no-cache',
    });
  });
}
