import type { Context } from 'hono';
import type { Custody } from '../custody.ts';
import { CustodyError } from '../errors.ts';

/** Serves the ledger's public files (C2SP tlog-tiles) below /ledger/. */
export function ledgerFiles(custody: Custody) {
  return async (c: Context) => {
    const path = c.req.path.slice('/ledger/'.length);
    const bytes = await custody.ledger.file(path);
    if (!bytes) throw new CustodyError('not-found', 'ledger file');
    return c.body(new Uint8Array(bytes), 200, {
      'content-type': path.endsWith('checkpoint') ? 'text/plain; charset=utf-8' : 'application/octet-stream',
    });
  };
}
