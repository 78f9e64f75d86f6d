import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Hono } from 'hono';
import { AppError } from '../errors.ts';
import { assetsBuilt } from '../ui/asset-path.ts';
import type { OriginEnv } from './origin-app.ts';

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
/** Seconds for which a browser need not ask whether what it has is still right: thirty days. */
const KEPT = 2_592_000;

/** Serves the built assets from memory; the folder is read once, at start. */
export function assets(folder: string) {
  const files = new Map(
    readdirSync(folder)
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => {
        const bytes = readFileSync(join(folder, name));
        return [name, { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url')}"` }];
      }),
  );
  return new Hono<OriginEnv>().get('/assets/:name', (c) => {
    const name = c.req.param('name');
    const file = files.get(name);
    if (!file) throw new AppError('not-found');
    const kind = extname(name);
    const stays = kind === '.woff2' || (assetsBuilt !== null && c.req.query('built') === assetsBuilt);
    c.header('ETag', file.etag);
    c.header('Cache-Control', stays ? `max-age=${KEPT}, immutable` : 'no-cache');
    if (c.req.header('if-none-match') === file.etag) return c.body(null, 304);
    return c.body(new Uint8Array(file.bytes), 200, { 'Content-Type': TYPES[kind] ?? 'application/octet-stream' });
  });
}
