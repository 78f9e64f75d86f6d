import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { pino } from 'pino';
import { givenSockets, tellReady } from '../systemd/supervision.ts';
import { openCustodyDatabase } from '../db/custody/open.ts';
import { NewerDatabaseError, UpgradeError } from '../db/sqlite.ts';
import { bindAppliance, readAppliance } from './appliance-key.ts';
import { closeOverdueAttempts } from './closing.ts';
import { ConfigError, type CustodyConfig, readConfig } from './config.ts';
import type { Custody } from './custody.ts';
import { Ledger, LedgerError } from './ledger/ledger.ts';
import { LogKeyError } from './ledger/log-key.ts';
import { createLint } from './lint/lint.ts';
import { RuleFileError } from './lint/rules.ts';
import { analysisProtocol } from './protocol/analysis.ts';
import { operatorProtocol } from './protocol/operator.ts';
import { roomProtocol } from './protocol/room.ts';
import { webProtocol } from './protocol/web.ts';
import { sweepGrants } from './grants/endings.ts';
import { rememberFindings } from './remembered-findings.ts';
import { destroyOverdueKeys } from './retention.ts';
import { Seal } from './sealing/seal.ts';
import { SealError } from './sealing/sealed-file.ts';
import { TokenClient } from './token/client.ts';
import { TokenError } from './token/errors.ts';
import { WitnessWatch } from './witnesses.ts';

const GRANT_SWEEP_MS = 1_000;
const CLOSING_MS = 5_000;
const WITNESS_MS = 60_000;
const RETENTION_MS = 3_600_000;
const LEDGER_LOST =
  'The PIN is sealed, so there was a ledger, but its folder does not name the key that it was begun under. Put the ledger’s folder back.';
/** Connections that a peer may hold at once: one that opens more than it needs shuts itself out, and takes no other peer's. */
const MOST_CONNECTIONS = 128;
/** So long a token may take until custody says that it is ready without it. */
const TOKEN_MS = 10_000;

/**
 * Starts custody: token process, database, ledger, then one socket per peer. Once there is a ledger it starts without the token
 * as well, and has it whenever it comes.
 */
async function main(): Promise<void> {
  const config = readConfig();
  const lint = rememberFindings(createLint(config.CLOISTER_LINT_RULES));
  const log = pino({ level: config.CLOISTER_LOG_LEVEL, base: { process: 'custody' } });
  process.umask(0o077);

  const data = config.CLOISTER_CUSTODY_DATA;
  for (const folder of ['ledger', 'head']) mkdirSync(join(data, folder), { recursive: true });
  const folder = join(data, 'ledger');
  const db = openCustodyDatabase(join(data, 'custody.db'));
  const known = readAppliance(folder, config);
  const token = new TokenClient({
    module: config.CLOISTER_PKCS11_MODULE,
    parameters: config.CLOISTER_PKCS11_PARAMETERS,
    label: config.CLOISTER_TOKEN_LABEL,
    appliance: { label: 'cloister-appliance', kind: known.kind },
    publicKey: known.inToken,
    log,
  });
  const seal = new Seal(config, log);
  const opening = seal.start((pin) => token.open(pin));
  opening.catch(fail);
  if (seal.isClosed && !known.inToken) throw new SealError(LEDGER_LOST);
  if (!known.inToken) await opening;
  const appliance = await bindAppliance(known, token, folder, config.CLOISTER_LEDGER_ORIGIN);
  const ledger = await Ledger.open({
    db,
    folder,
    headFolder: join(data, 'head'),
    origin: config.CLOISTER_LEDGER_ORIGIN,
    witnesses: config.CLOISTER_WITNESS_KEYS,
    ...appliance,
    // Losing consistency is fatal; the same code finds the way back at the next start.
    onFatal: () => process.exit(1),
    log,
  });
  const custody: Custody = {
    config,
    db,
    token,
    seal,
    applianceKey: appliance.publicKey,
    sign: appliance.sign,
    ledger,
    lint,
    recipients: new Map(),
    endings: new Map(),
    takingSince: Date.now(),
    sweptAt: Date.now(),
    log,
  };
  // Entered once for each start, as soon as there is a token to sign it and to name.
  let entered: Promise<void> | undefined;
  const enterStart = async (): Promise<void> => {
    const { algorithm, releaseMode } = token.abilities ?? {};
    const logKey = appliance.certificate && { logKey: appliance.certificate };
    const unsealed = seal.openedBy && { unsealed: seal.openedBy };
    const body = { token: token.describe(), algorithm, releaseMode, ...logKey, ...unsealed };
    try {
      await ledger.append([{ type: 'custody-started', body }]);
    } catch (err) {
      entered = undefined;
      log.warn({ err }, 'the start could not be entered yet');
    }
  };
  token.onOpen = () => void (entered ??= enterStart());
  if (token.state === 'open') token.onOpen();

  const sockets = {
    web: webProtocol(custody),
    room: roomProtocol(custody),
    operator: operatorProtocol(custody),
    analysis: analysisProtocol(custody),
  };
  const given = givenSockets();
  const servers = Object.entries(sockets).map(([peer, app]) => {
    const fd = given.get(peer);
    const server = createAdaptorServer({
      fetch: app.fetch,
      autoCleanupIncoming: false,
      // The peers let idle connections go. Were custody to, a request could be on its way into one that is just closing.
      serverOptions: { keepAliveTimeout: 3_600_000 },
    });
    server.maxConnections = MOST_CONNECTIONS;
    return new Promise<typeof server>((resolve, reject) => {
      server.once('error', reject);
      if (fd !== undefined) return server.listen({ fd }, () => resolve(server));
      const path = join(socketFolder(config), `${peer}.sock`);
      rmSync(path, { force: true });
      server.listen(path, () => {
        chmodSync(path, 0o660);
        resolve(server);
      });
    });
  });
  const listening = await Promise.all(servers);
  const sweep = setInterval(() => {
    if (seal.isClosed) return;
    sweepGrants(custody).catch((err) => log.error({ err }, 'ending grants failed'));
  }, GRANT_SWEEP_MS);
  const closing = setInterval(() => void (seal.isClosed || closeOverdueAttempts(custody)), CLOSING_MS);
  const witnesses = new WitnessWatch(custody);
  witnesses.look();
  const watching = setInterval(() => witnesses.look(), WITNESS_MS);
  const retain = async () =>
    seal.isClosed || destroyOverdueKeys(custody).catch((err) => log.error({ err }, 'retention failed'));
  const retention = setInterval(retain, RETENTION_MS);
  // Sealed, what is overdue is done as soon as the custodians have come; nobody is kept waiting for them here.
  if (seal.isClosed) void opening.then(retain);
  else await Promise.race([opening.then(() => entered), pause(TOKEN_MS, undefined, { ref: false })]);
  await retain();
  log.info({ entries: ledger.size }, 'ready');
  await tellReady();

  const stop = async () => {
    clearInterval(sweep);
    clearInterval(closing);
    clearInterval(watching);
    clearInterval(retention);
    await Promise.all(
      listening.map((server) => {
        const closed = new Promise((done) => server.close(done));
        // What is being answered gets two seconds; a connection that only stands open gets no say.
        setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), 2_000).unref();
        return closed;
      }),
    );
    seal.forget();
    await ledger.close();
    db.$client.close();
    await token.close();
    process.exit(0);
  };
  process.once('disconnect', stop);
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** @throws ConfigError where sockets have to be opened, and nobody said where */
function socketFolder({ CLOISTER_CUSTODY_SOCKETS: folder }: CustodyConfig): string {
  if (folder !== undefined) return folder;
  throw new ConfigError('CLOISTER_CUSTODY_SOCKETS is missing, and systemd did not open a socket for every peer.');
}

main().catch(fail);

function fail(error: Error): never {
  const known = [
    ConfigError,
    RuleFileError,
    TokenError,
    SealError,
    LedgerError,
    LogKeyError,
    NewerDatabaseError,
    UpgradeError,
  ].some((kind) => error instanceof kind);
  const detail = error instanceof TokenError ? error.detail : undefined;
  pino({ base: { process: 'custody' } }).fatal(known ? { detail } : { err: error }, 'custody did not start');
  console.error(known ? `${error.message}${detail ? ` (${detail})` : ''}` : error);
  process.exit(1);
}
