import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Logger } from 'pino';
import { cosign } from './cosigning.ts';
import type { Memory } from './memory.ts';
import type { SigningKey } from './signing-key.ts';

/** Most bytes of a request: 63 hashes and a checkpoint with a hundred signatures are a third of it. */
const BODY_LIMIT = 64 * 1024;
const MOST_CONNECTIONS = 64;
/** Milliseconds that a request may take to come in. */
const PATIENCE = 10_000;

/** @returns the witness's HTTP server, which does not listen yet (C2SP tlog-witness) */
export function witnessServer(parts: { memory: Memory; key: SigningKey; log: Logger }): Server {
  const server = createServer({ requestTimeout: PATIENCE, headersTimeout: PATIENCE }, (request, response) => {
    const answer = (status: number, body: string, type = 'text/plain; charset=utf-8', headers = {}) =>
      response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff', ...headers }).end(body);
    if (request.url !== '/add-checkpoint') return answer(404, 'A witness answers at /add-checkpoint.\n');
    if (request.method !== 'POST') return answer(405, 'A checkpoint is sent by POST.\n', undefined, { allow: 'POST' });
    return readBody(request)
      .then((body) => {
        if (!body) return answer(413, 'The request is too large.\n', undefined, { connection: 'close' });
        const { status, body: text, type } = cosign(parts, body, Date.now());
        return answer(status, text, type);
      })
      .catch((err) => {
        // Whoever broke off hears nothing of it.
        if (request.destroyed && !request.complete) return undefined;
        parts.log.error({ err }, 'nothing was cosigned');
        return answer(500, 'The witness failed at this, and cosigned nothing. Its log says why.\n');
      });
  });
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

/** @returns undefined where it is larger than any request @throws when the peer breaks off */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
