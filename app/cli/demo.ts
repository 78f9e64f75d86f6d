import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { openApplianceDatabase } from '../../db/appliance/open.ts';
import { provisionSoftToken } from '../../hsm/token/provision.ts';
import { enterTestTaker } from '../attempts/test-taker.ts';
import { mailVariables } from '../config.ts';
import { connectOperator, connectRoom, connectWeb } from '../custody/client.ts';
import { enterExam } from '../exams/exam.ts';
import { fingerprintOf, fragmentOf } from '../exams/fingerprint.ts';
import { createCertificates } from './certificates.ts';
import { approve, carryOut, foundRegister, publish } from './demo-register.ts';
import { DEMONSTRATION } from './demonstration.ts';
import {
  type Demonstration,
  keepDemonstration,
  type Place,
  PLACES,
  readDemonstration,
  writeState,
} from './demonstration-folder.ts';
import { Processes } from './processes.ts';
import { SoftwarePasskey } from './software-passkey.ts';

const DIST = dirname(fileURLToPath(import.meta.url));
const TOKEN_LABEL = 'cloister-demonstration';
const MODULE = '/usr/lib/softhsm/libsofthsm2.so';

/** `cloister demo`: the whole appliance on one machine with a demonstration exam. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('run the appliance on this machine with a demonstration exam')
    .option('--data <folder>', 'where everything lies; what is there is reused', 'data')
    .option('--port <number>', 'first of three ports in a row; 0 takes free ones each time', parsePort)
    .option('--test-takers <number>', 'how many the roster has when it is first made', parseCount, 3)
    .option('--json', 'print one line of JSON when it runs, and nothing else')
    .action(run);
}

async function run(options: { data: string; port?: number; testTakers: number; json?: boolean }): Promise<void> {
  const data = resolve(options.data);
  const folders = ['tls', 'token', 'custody', 'web', 'web/files', 'recordings', 'sockets', 'logs'];
  for (const folder of folders) mkdirSync(join(data, folder), { recursive: true, mode: 0o700 });
  const known = readDemonstration(data);
  const ports = await choosePorts(options.port, known?.ports);
  const origins = Object.fromEntries(
    PLACES.map((place) => [place, `https://${place}.localhost:${ports[place]}`]),
  ) as Record<Place, string>;

  createCertificates(join(data, 'tls'), Object.fromEntries(PLACES.map((place) => [place, `${place}.localhost`])));
  const pinFile = join(data, 'custody', 'pin');
  if (!existsSync(pinFile)) writeFileSync(pinFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  const token = await provisionSoftToken({
    folder: join(data, 'token'),
    label: TOKEN_LABEL,
    pin: readFileSync(pinFile, 'utf8').trim(),
    soPin: randomBytes(24).toString('base64url'),
  });

  const processes = new Processes();
  process.once('SIGINT', () => void stop(0));
  process.once('SIGTERM', () => void stop(0));
  process.once('SIGHUP', () => void stop(0));
  const log = (name: string) => join(data, 'logs', `${name}.log`);
  processes.onEnd = (name) =>
    console.error(`cloister: ${name} ended by itself and is started again; its last words are in ${log(name)}.`);
  processes.onLoss = (name) => {
    console.error(`cloister: ${name} ended by itself again and again; its last words are in ${log(name)}.`);
    process.exit(1);
  };
  async function stop(code: number): Promise<never> {
    await processes.stop();
    process.exit(code);
  }

  const start = (name: string, environment: Record<string, string>) =>
    processes.start({ name, script: join(DIST, `${name}.js`), environment, log: log(name) });
  const tls = (place: Place) => ({
    [`CLOISTER_${place.toUpperCase()}_PORT`]: String(ports[place]),
    [`CLOISTER_${place.toUpperCase()}_CERTIFICATE`]: join(data, 'tls', `${place}.crt`),
    [`CLOISTER_${place.toUpperCase()}_KEY`]: join(data, 'tls', `${place}.key`),
  });
  const shared = {
    CLOISTER_INSTITUTION: DEMONSTRATION.institution,
    CLOISTER_EXAM_ORIGIN: origins.exam,
    CLOISTER_STAFF_ORIGIN: origins.staff,
    CLOISTER_ROOM_ORIGIN: origins.room,
    CLOISTER_RECORDINGS: join(data, 'recordings'),
  };
  try {
    await start('custody', {
      SOFTHSM2_CONF: token.configuration,
      UV_THREADPOOL_SIZE: '16',
      // MiB. Without a bound garbage lies about by the hundreds of them when it is flooded; it needs some fifty.
      NODE_OPTIONS: '--max-old-space-size=256',
      CLOISTER_CUSTODY_DATA: join(data, 'custody'),
      CLOISTER_CUSTODY_SOCKETS: join(data, 'sockets'),
      CLOISTER_PKCS11_MODULE: MODULE,
      CLOISTER_TOKEN_LABEL: TOKEN_LABEL,
      CLOISTER_PIN_FILE: pinFile,
      CLOISTER_ROOM_ORIGIN: origins.room,
      CLOISTER_INSTITUTION: DEMONSTRATION.institution,
      CLOISTER_LEDGER_ORIGIN: 'exam.localhost/ledger',
    });
    const demonstration = known ?? (await seed(data, origins.room, options.testTakers));
    keepDemonstration(data, { ...demonstration, ports });
    await Promise.all([
      start('web', {
        // Segments wait for their disk syncs in this pool; many at once share a journal commit.
        UV_THREADPOOL_SIZE: '64',
        ...shared,
        ...tls('exam'),
        ...tls('staff'),
        CLOISTER_CUSTODY_SOCKET: join(data, 'sockets', 'web.sock'),
        CLOISTER_DATABASE: join(data, 'web', 'appliance.db'),
        CLOISTER_FILES: join(data, 'web', 'files'),
        CLOISTER_STAFF_NETWORKS: '127.0.0.0/8,::1/128',
        // Where a mail server was named, invitations can go out by mail.
        ...mailVariables(),
      }),
      start('room', { ...shared, ...tls('room'), CLOISTER_CUSTODY_SOCKET: join(data, 'sockets', 'room.sock') }),
    ]);
    announce({ ...demonstration, ports }, origins, data, options.json ?? false, processes.pids());
  } catch (error) {
    console.error(`cloister: ${(error as Error).message}`);
    await stop(1);
  }
}

/** Makes the demonstration exam with its key, its roster and its representatives, by acts that its founders sign. */
async function seed(data: string, roomOrigin: string, testTakers: number): Promise<Demonstration> {
  const socket = (peer: string) => join(data, 'sockets', `${peer}.sock`);
  const desk = {
    operator: connectOperator(socket('operator')),
    room: connectRoom(socket('room')),
    web: connectWeb(socket('web')),
    roomOrigin,
  };
  const exam = randomUUID();
  const { title, setup, policy, names, representatives } = DEMONSTRATION;
  const founders = await foundRegister(desk, DEMONSTRATION.founders, () => new SoftwarePasskey());
  writeState(foundersFile(data), {
    officers: founders.officers.map(({ key }) => key.toJSON()),
    administrator: founders.administrator.key.toJSON(),
  });
  const rules = await publish(desk, founders.administrator, { exam, title, policy, setup });
  const enrol = [];
  for (const { name, roles } of representatives) {
    const { representative, enrolment } = await approve(desk, founders.officers, { name, roles });
    enrol.push({ name, roles, token: enrolment });
    // Administrators see the exams that they run without being assigned.
    if (roles.includes('exam-administrator')) continue;
    await carryOut(desk, { type: 'assign', exam, subject: representative }, [founders.administrator]);
  }
  const db = openApplianceDatabase(join(data, 'web', 'appliance.db'));
  enterExam(db, rules);
  const entered = Array.from({ length: testTakers }, (_, index) => {
    const name = names[index] ?? `Test taker ${index + 1}`;
    const candidate = `T-${String(index + 1).padStart(4, '0')}`;
    return { name, ...enterTestTaker(db, { exam, candidate, name }) };
  });
  db.$client.close();
  return {
    ports: { exam: 0, staff: 0, room: 0 },
    exam,
    testTakers: entered,
    enrol,
    applianceKey: rules.examKey.applianceKey,
  };
}

function announce(
  demonstration: Demonstration,
  origins: Record<Place, string>,
  data: string,
  json: boolean,
  pids: Record<string, number>,
): void {
  const personal = (token: string) => `${origins.exam}/i/${token}#${fragmentOf(demonstration.applianceKey)}`;
  const enrolment = (token: string) => `${origins.room}/enrolments/${token}`;
  if (json) {
    const line = {
      ...origins,
      testTakers: demonstration.testTakers.map(({ id, token }) => ({ id, link: personal(token) })),
      enrol: demonstration.enrol.map(({ token }) => enrolment(token)),
      data,
      pids,
    };
    console.log(JSON.stringify(line));
    return;
  }
  console.log(`
Cloister is running for ${DEMONSTRATION.institution}, with the exam “${DEMONSTRATION.title}”.
Your browser will warn once per address, because the certificates are this machine's own (${join(data, 'tls', 'ca.crt')}).

Sit the exam, as one of ${demonstration.testTakers.length} test takers
${demonstration.testTakers
  .slice(0, 5)
  .map(({ name, token }) => `  ${name.padEnd(20)} ${personal(token)}`)
  .join('\n')}
  The appliance's key, which the exam's first page has to show as well:
  ${fingerprintOf(demonstration.applianceKey)}

Enrol a passkey for the reading room (each link works once), then sign in at ${origins.room}
${demonstration.enrol.map(({ name, roles, token }) => `  ${`${name}, ${roles.join(', ')}`.padEnd(34)} ${enrolment(token)}`).join('\n')}

Two officers and an exam administrator in software set all this up; their passkeys lie in the clear in
${foundersFile(data)}: a demonstration only.

Staff pages            ${origins.staff}
Everything lies in     ${data}
Logs                   ${join(data, 'logs')}

Stop it with Ctrl-C; start it again and everything is still there.`);
}

/** Where the passkeys of those lie who set the demonstration up. */
function foundersFile(data: string): string {
  return join(data, 'founders.json');
}

/**
 * Ports asked for win, and 0 asks for free ones each time (passkeys stay good: they belong to the host); else the ones used
 * before, so that origins and bookmarks stay; else 8443 and the next two.
 */
async function choosePorts(port: number | undefined, known: Record<Place, number> | undefined) {
  if (port === 0) {
    const [exam = 0, staff = 0, room = 0] = await freePorts(PLACES.length);
    return { exam, staff, room };
  }
  if (port === undefined && known) return known;
  const first = port ?? 8443;
  return { exam: first, staff: first + 1, room: first + 2 };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((done) => server.listen(0, '127.0.0.1', () => done(server)));
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_533) throw new InvalidArgumentError('It has to be 0 to 65533.');
  return port;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 9999) throw new InvalidArgumentError('It has to be 1 to 9999.');
  return count;
}
