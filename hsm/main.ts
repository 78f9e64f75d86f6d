import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { pino } from 'pino';
import { openCustodyDatabase } from '../db/custody/open.ts';
import { NewerDatabaseError } from '../db/sqlite.ts';
import { closeOverdueAttempts } from './closing.ts';
import { ConfigError, readConfig } from './config.ts';
import type { Custody } from './custody.ts';
import { Ledger, LedgerError } from './ledger/ledger.ts';
import { operatorProtocol } from './protocol/operator.ts';
import { roomProtocol } from './protocol/room.ts';
import { webProtocol } from './protocol/web.ts';
import { endExpiredGrants } from './release.ts';
import { destroyOverdueKeys } from './retention.ts';
import { TokenError } from './token/errors.ts';
import { Token } from './token/token.ts';

const GRANT_SWEEP_MS = 5_000;
const CLOSING_MS = 5_000;
const RETENTION_MS = 3_600_000;

/** Starts custody: token, database, ledger, then one socket per peer. Without any of them there is no custody. */
async function main(): Promise<void> {
  const config = readConfig();
  const log = pino({ level: config.CLOISTER_LOG_LEVEL, base: { process: 'custody' } });
  process.umask(0o077);

  const token = await Token.open({
    module: config.CLOISTER_PKCS11_MODULE,
    label: config.CLOISTER_TOKEN_LABEL,
    pin: readFileSync(config.CLOISTER_PIN_FILE, 'utf8').trim(),
  });
  const { publicKey } = await token.ensureApplianceKey('cloister-appliance');
  log.info({ token: token.describe(), algorithm: token.algorithm }, 'token open');

  const data = config.CLOISTER_CUSTODY_DATA;
  for (const folder of ['ledger', 'head']) mkdirSync(join(data, folder), { recursive: true });
  const db = openCustodyDatabase(join(data, 'custody.db'));
  const ledger = await Ledger.open({
    db,
    folder: join(data, 'ledger'),
    headFolder: join(data, 'head'),
    origin: config.CLOISTER_LEDGER_ORIGIN,
    publicKey,
    sign: (bytes: Uint8Array) => token.sign(bytes),
    // Losing consistency is fatal; the same code finds the way back at the next start.
    onFatal: () => process.exit(1),
    log,
  });
  const custody: Custody = {
    config,
    db,
    token,
    applianceKey: publicKey,
    ledger,
    recipients: new Map(),
    endings: new Map(),
    takingSince: Date.now(),
    sweptAt: Date.now(),
    log,
  };
  await ledger.append([{ type: 'custody-started', body: { token: token.describe(), algorithm: token.algorithm } }]);

  const sockets = { web: webProtocol(custody), room: roomProtocol(custody), operator: operatorProtocol(custody) };
  const servers = Object.entries(sockets).map(([peer, app]) => {
    const path = join(config.CLOISTER_CUSTODY_SOCKETS, `${peer}.sock`);
    rmSync(path, { force: true });
    const server = createAdaptorServer({
      fetch: app.fetch,
      autoCleanupIncoming: false,
      // The peers let idle connections go. Were custody to, a request could be on its way into one that is just closing.
      serverOptions: { keepAliveTimeout: 3_600_000 },
    });
    return new Promise<typeof server>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        chmodSync(path, 0o660);
        resolve(server);
      });
    });
  });
  const listening = await Promise.all(servers);
  const sweep = setInterval(() => {
    endExpiredGrants(custody).catch((err) => log.error({ err }, 'ending expired grants failed'));
  }, GRANT_SWEEP_MS);
  const closing = setInterval(() => void closeOverdueAttempts(custody), CLOSING_MS);
  const retain = () => destroyOverdueKeys(custody).catch((err) => log.error({ err }, 'retention failed'));
  const retention = setInterval(retain, RETENTION_MS);
  await retain();
  log.info({ entries: ledger.size }, 'ready');
  process.send?.('ready');

  const stop = async () => {
    clearInterval(sweep);
    clearInterval(closing);
    clearInterval(retention);
    await Promise.all(
      listening.map((server) => {
        const closed = new Promise((done) => server.close(done));
        // What is being answered gets two seconds; a connection that only stands open gets no say.
        setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), 2_000).unref();
        return closed;
      }),
    );
    await ledger.close();
    db.$client.close();
    await token.close();
    process.exit(0);
  };
  process.once('disconnect', stop);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error) => {
  const known = [ConfigError, TokenError, LedgerError, NewerDatabaseError].some((kind) => error instanceof kind);
  const detail = error instanceof TokenError ? error.detail : undefined;
  pino({ base: { process: 'custody' } }).fatal(known ? { detail } : { err: error }, 'custody did not start');
  console.error(known ? `${error.message}${detail ? ` (${detail})` : ''}` : error);
  process.exit(1);
});
