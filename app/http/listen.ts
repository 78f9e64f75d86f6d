import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { givenSockets } from '../../systemd/supervision.ts';
import { ConfigError } from '../config.ts';
import { limitConnections, SlowBodies } from './connections.ts';

/**
 * How long a client may take, in milliseconds. They suit a line of 64 kbit/s that two requests share and that drops out for half a
 * minute; whoever takes longer is cut off and comes again, which the recorder does by itself.
 */
const PATIENCE = {
  /** From the connection to the end of the TLS handshake, some 5 kB. */
  handshakeTimeout: 20_000,
  /** From there to the end of the first request's head: who opens a connection has something to ask. */
  headersTimeout: 20_000,
  /** A whole request: 400 kB take 50 seconds on such a line, and twice that beside another. {@link SlowBodies} cuts stalled ones earlier. */
  requestTimeout: 300_000,
  /** Between two requests: a recorder sends every other second, and a reader of pages every minute. */
  keepAliveTimeout: 65_000,
  /** How often Node looks at the two before the last. */
  connectionsCheckingInterval: 5000,
};

/**
 * Starts an HTTPS listener of this process's own: nothing in front of it sees plaintext.
 * @param options.place of the listener: systemd may have opened a socket of this name
 * @param options.port undefined where systemd has to have
 * @param options.connections most at once; see {@link limitConnections}
 * @throws ConfigError where there is neither a socket nor a port
 */
export async function listen(options: {
  fetch: Parameters<typeof createAdaptorServer>[0]['fetch'];
  place: 'exam' | 'staff' | 'room';
  address: string;
  port: number | undefined;
  certificate: string;
  key: string;
  connections: number;
}): Promise<Server> {
  const { place, address, port } = options;
  const fd = givenSockets().get(place);
  if (fd === undefined && port === undefined) {
    throw new ConfigError(
      `CLOISTER_${place.toUpperCase()}_PORT is missing, and systemd opened no socket named “${place}”.`,
    );
  }
  const slowBodies = new SlowBodies();
  const server = createAdaptorServer({
    fetch: (request, env) =>
      slowBodies.during((env as HttpBindings).incoming, () => options.fetch(request, env) as Response),
    createServer,
    // Node reads on what a refused request still sends; the adapter would cut the connection under the next one.
    autoCleanupIncoming: false,
    serverOptions: {
      cert: readFileSync(options.certificate),
      key: readFileSync(options.key),
      minVersion: 'TLSv1.2',
      ...PATIENCE,
    },
  }) as Server;
  limitConnections(server, options.connections);
  server.on('close', () => slowBodies.stop());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(fd === undefined ? { port, host: address } : { fd }, () => resolve(server));
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
