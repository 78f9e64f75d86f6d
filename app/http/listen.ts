import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { createAdaptorServer } from '@hono/node-server';

/** Starts an HTTPS listener of this process's own: nothing in front of it sees plaintext. */
export function listen(options: {
  fetch: Parameters<typeof createAdaptorServer>[0]['fetch'];
  address: string;
  port: number;
  certificate: string;
  key: string;
}): Promise<Server> {
  const server = createAdaptorServer({
    fetch: options.fetch,
    createServer,
    // Node reads on what a refused request still sends; the adapter would cut the connection under the next one.
    autoCleanupIncoming: false,
    serverOptions: {
      cert: readFileSync(options.certificate),
      key: readFileSync(options.key),
      minVersion: 'TLSv1.2',
      keepAliveTimeout: 65_000,
      headersTimeout: 20_000,
      requestTimeout: 120_000,
    },
  }) as Server;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.address, () => resolve(server));
  });
}

/** Takes no new connections, lets requests under way finish, drops idle connections. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 10_000).unref();
  });
}
