import { join } from 'node:path';
import { pino } from 'pino';
import { tellReady } from '../systemd/supervision.ts';
import { ConfigError, readConfig } from './config.ts';
import { connectRoom } from './custody/client.ts';
import { listen, stopListening } from './http/listen.ts';
import { roomOrigin } from './room-origin.ts';

/** Most at once: reviewers are few, and come from the intranet. */
const CONNECTIONS = 1000;

/** Starts the room: the one place where passkeys are touched and recordings play. It holds ciphertext and no database. */
async function main(): Promise<void> {
  const config = readConfig('room');
  const log = pino({ level: config.CLOISTER_LOG_LEVEL, base: { process: 'room' } });
  process.umask(0o077);
  const custody = connectRoom(config.CLOISTER_CUSTODY_SOCKET);
  const app = roomOrigin({ config, custody, assetFolder: join(import.meta.dirname, 'assets'), log });
  const server = await listen({
    fetch: app.fetch,
    place: 'room',
    address: config.CLOISTER_ADDRESS,
    port: config.CLOISTER_ROOM_PORT,
    certificate: config.CLOISTER_ROOM_CERTIFICATE,
    key: config.CLOISTER_ROOM_KEY,
    connections: CONNECTIONS,
  });
  log.info({ room: config.CLOISTER_ROOM_ORIGIN }, 'ready');
  await tellReady();

  const stop = async () => {
    await stopListening(server);
    process.exit(0);
  };
  process.once('disconnect', stop);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
