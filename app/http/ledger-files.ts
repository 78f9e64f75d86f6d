import { Hono } from 'hono';
import { AppError } from '../errors.ts';
import type { OriginEnv } from './origin-app.ts';

/**
 * Serves the ledger's public files (C2SP tlog-tiles) to whoever wants to verify it: the checkpoint changes, full tiles never do.
 * @param read gives a file by its path, such as `checkpoint` or `tile/0/000`
 */
export function ledgerFiles(read: (path: string) => Promise<Uint8Array>) {
  return new Hono<OriginEnv>().get('/ledger/*', async (c) => {
    const path = c.req.path.slice('/ledger/'.length);
    if (!/^(checkpoint|witnessed-checkpoint|verifier-key|tile\/[x0-9/entrisp.]+)$/.test(path))
      throw new AppError('not-found');
    const isTile = path.startsWith('tile/');
    return c.body(new Uint8Array(await read(path)), 200, {
      'Content-Type': isTile ? 'application/octet-stream' : 'text/plain; charset=utf-8',
      'Cache-Control': isTile && !path.includes('.p/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
  });
}
