import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, createPublicKey, publicEncrypt, constants, randomBytes, randomUUID, webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import canonicalize from 'canonicalize';
import { connectOperator, connectRoom, connectWeb } from '../app/custody/client.ts';
import {
  approve,
  carryOut,
  enrol,
  foundRegister,
  publish,
  type RoomDesk,
  signIn,
  type Signer,
} from '../app/cli/demo-register.ts';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import { SoftwarePasskey } from '../app/cli/software-passkey.ts';
import type { ExamSetup } from '../hsm/exam-setup.ts';
import { provisionSoftToken } from '../hsm/token/provision.ts';
import { SecurityKey } from './security-key.ts';

export { approve, carryOut, enrol, signAll } from '../app/cli/demo-register.ts';

const ROOT = join(import.meta.dirname, '..');
export const ROOM_ORIGIN = 'https://room.localhost:8445';
export const PURPOSES = ['integrity-review', 'appeal'] as const;

/** What test takers are told of an exam; the demonstration's. */
export const setup = (): ExamSetup => DEMONSTRATION.setup;

/** The rules of an exam that is open until tomorrow. */
export const policy = (retentionDays = 30) => ({
  purposes: [...PURPOSES],
  closesAt: new Date(Date.now() + 86_400_000).toISOString(),
  retentionDays,
  uploadHours: 24,
  reentry: 'any-browser' as const,
  unit: null,
  dualControl: false,
  leastView: { chaptersAround: 1, drawn: 2 },
});

/** Has a process's clock run faster, from now on. */
const hasten = (rate: number) =>
  `data:text/javascript,${encodeURIComponent(`
  const Real = Date, began = Real.now(), now = () => Math.floor(began + (Real.now() - began) * ${rate});
  globalThis.Date = class extends Real {
    constructor(...given) { given.length > 0 ? super(...given) : super(now()); }
    static now() { return now(); }
  };`)}`;

/**
 * The real custody process over a real token, and its three peers.
 * @param options.rate how many times faster than ours custody's clock runs
 * @param options.unfounded leaves its register empty
 * @param options.environment further settings
 */
export async function startCustody(
  options: { roomOrigin?: string; rate?: number; unfounded?: boolean; environment?: Record<string, string> } = {},
) {
  const { roomOrigin = ROOM_ORIGIN, rate } = options;
  const data = mkdtempSync(join(tmpdir(), 'custody-'));
  for (const folder of ['custody', 'sockets', 'token']) mkdirSync(join(data, folder));
  const pin = randomBytes(12).toString('hex');
  const pinFile = join(data, 'pin');
  writeFileSync(pinFile, pin);
  const token = await provisionSoftToken({ folder: join(data, 'token'), label: 'custody-test', pin, soPin: pin });
  let child: ChildProcess;

  const environment = {
    PATH: process.env.PATH,
    UV_THREADPOOL_SIZE: '16',
    SOFTHSM2_CONF: token.configuration,
    CLOISTER_CUSTODY_DATA: join(data, 'custody'),
    CLOISTER_CUSTODY_SOCKETS: join(data, 'sockets'),
    CLOISTER_PKCS11_MODULE: '/usr/lib/softhsm/libsofthsm2.so',
    CLOISTER_TOKEN_LABEL: 'custody-test',
    CLOISTER_PIN_FILE: pinFile,
    CLOISTER_ROOM_ORIGIN: roomOrigin,
    CLOISTER_INSTITUTION: 'Test University',
    NODE_OPTIONS: '--max-old-space-size=256',
    CLOISTER_LEDGER_ORIGIN: 'test.example/ledger',
    CLOISTER_LOG_LEVEL: 'warn',
    ...options.environment,
  };
  const clock = rate === undefined ? [] : ['--import', hasten(rate)];
  const command = [join(ROOT, 'bin/node'), '--enable-source-maps', ...clock, join(ROOT, 'dist/custody.js')] as const;
  const start = async () => {
    const [file, ...words] = command;
    child = spawn(file, words, { env: environment, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`custody ended with ${code}`))),
    ]);
  };
  const end = async (signal: NodeJS.Signals) => {
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  await start();
  const desk = {
    roomOrigin,
    web: connectWeb(join(data, 'sockets/web.sock')),
    room: connectRoom(join(data, 'sockets/room.sock')),
    operator: connectOperator(join(data, 'sockets/operator.sock')),
  };
  const names = { officers: ['Ruth Albrecht', 'Samuel Okafor'] as [string, string], administrator: 'Paulo Nunes' };
  const founders = options.unfounded ? undefined : await foundRegister(desk, names, () => new SecurityKey());
  return {
    data,
    ...desk,
    /** Those by whose acts everything in it comes about. */
    get founders() {
      if (!founders) throw new Error('nobody has founded this register');
      return founders;
    },
    environment,
    /** Starts another one that is not meant to come up. @returns what it said, on both channels */
    refusedStart(changed: Record<string, string>) {
      const [file, ...words] = command;
      const { status, stdout, stderr } = spawnSync(file, words, {
        env: { ...environment, ...changed },
        encoding: 'utf8',
        timeout: 20_000,
      });
      return { status, stdout, stderr };
    },
    /** Every entry of the ledger from `first` on, as custody's own database has it. */
    entries(first = 0): { number: number; type: string; body: Record<string, unknown> }[] {
      const database = new Database(join(data, 'custody/custody.db'), { readonly: true });
      const rows = database
        .prepare('SELECT number, type, body FROM ledger_entries WHERE number >= ? ORDER BY number')
        .all(first) as { number: number; type: string; body: string }[];
      database.close();
      return rows.map((row) => ({ ...row, body: JSON.parse(row.body) as Record<string, unknown> }));
    },
    pid: () => child.pid as number,
    /** Waits until something else has ended it. */
    async gone() {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
    /** Kills it. */
    kill: () => end('SIGKILL'),
    /** Starts it again over the same data. */
    start,
    /** Has it stand still, as a machine that is overloaded or suspended, until `go`. */
    halt: () => void child.kill('SIGSTOP'),
    go: () => void child.kill('SIGCONT'),
    /** Kills it and starts it again over the same data. */
    async restart() {
      await end('SIGKILL');
      await start();
    },
    /** Stops it, lets `change` at its database as only time or an intruder could, and starts it again. */
    async whileDown(change: (database: Database.Database) => void) {
      await end('SIGTERM');
      const database = new Database(join(data, 'custody/custody.db'));
      change(database);
      database.close();
      await start();
    },
    async stop() {
      await end('SIGTERM');
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export type RunningCustody = Awaited<ReturnType<typeof startCustody>>;
/** What is needed to bring people and exams in; an appliance's custody has this as well. */
export type FoundedDesk = RoomDesk &
  Pick<RunningCustody, 'web'> & { founders: { officers: [Signer, Signer]; administrator: Signer } };

/** Has two officers approve somebody, enrols their security key, and has them assigned. */
export async function enrolRepresentative(
  custody: FoundedDesk,
  name: string,
  exams: string[],
  { roles = ['reviewer'], unit }: { roles?: Parameters<typeof approve>[2]['roles']; unit?: string } = {},
) {
  const { enrolment } = await approve(custody, custody.founders.officers, { name, roles, ...(unit && { unit }) });
  const enrolled = await enrol(custody, enrolment, new SecurityKey());
  for (const exam of exams) await assign(custody, exam, enrolled.id);
  return enrolled;
}

export type Enrolled = Awaited<ReturnType<typeof enrolRepresentative>>;

/** Approves and assigns somebody who has yet to enrol. */
export async function inviteReviewer(custody: FoundedDesk, name: string, exams: string[]) {
  const invited = await approve(custody, custody.founders.officers, { name, roles: ['reviewer'] });
  for (const exam of exams) await assign(custody, exam, invited.representative);
  return invited;
}

export async function assign(custody: FoundedDesk, exam: string, subject: string): Promise<void> {
  await carryOut(custody, { type: 'assign', exam, subject }, [custody.founders.administrator]);
}

/** Has web propose an exam and its administrator publish it. */
export function publishExam(
  custody: FoundedDesk,
  exam: Omit<Parameters<typeof publish>[2], 'setup'> & { setup?: ExamSetup },
) {
  return publish(custody, custody.founders.administrator, { setup: setup(), ...exam });
}

/** The founders of a demonstration that runs, signed in: what tests bring in comes about as it does with a custody of their own. */
export async function openDesk(data: string, roomOrigin: string) {
  const desk = {
    roomOrigin,
    web: connectWeb(join(data, 'sockets/web.sock')),
    room: connectRoom(join(data, 'sockets/room.sock')),
    operator: connectOperator(join(data, 'sockets/operator.sock')),
  };
  type Kept = ConstructorParameters<typeof SoftwarePasskey>[0];
  const kept = JSON.parse(readFileSync(join(data, 'founders.json'), 'utf8')) as {
    officers: Kept[];
    administrator: Kept;
  };
  const enter = (one: Kept) => signIn(desk, new SoftwarePasskey(one));
  const [first, second] = kept.officers;
  return {
    ...desk,
    founders: {
      officers: [await enter(first), await enter(second)] as [Signer, Signer],
      administrator: await enter(kept.administrator),
    },
  };
}

/** Has officers suspend or reinstate somebody. */
export async function changeStatus(
  custody: FoundedDesk,
  subject: string,
  status: 'approved' | 'suspended',
): Promise<void> {
  const { officers } = custody.founders;
  if (status === 'approved') {
    await carryOut(custody, { type: 'reinstate-representative', subject, reason: 'Cleared up.' }, officers);
  } else {
    await carryOut(custody, { type: 'suspend-representative', subject, reason: 'A test.' }, [officers[0]]);
  }
}

/** Signs somebody in again, whose sessions a suspension has ended. */
export async function comeBack(custody: RoomDesk, who: Signer & { key: SecurityKey }): Promise<void> {
  who.session = (await signIn(custody, who.key)).session;
}

/** Registers an attempt with one recording of `chapters` chapters, as web does. */
export async function registerAttempt(custody: RunningCustody, exam: string, candidate: string, chapters = 2) {
  const { examKey } = await custody.web.exam(exam);
  const attemptKey = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
    'verify',
  ]);
  const publicKey = Buffer.from(await webcrypto.subtle.exportKey('spki', attemptKey.publicKey)).toString('base64url');
  const attempt = randomUUID();
  const recording = randomUUID();
  await custody.web.registerAttempt({ attempt, exam, candidate, publicKey });
  const made = [];
  for (let chapter = 0; chapter < chapters; chapter++) {
    const key = randomBytes(32);
    const envelope = wrapChapterKey(examKey, { exam, attempt, recording, chapter }, key);
    await custody.web.registerChapter(envelope);
    made.push({ recording, chapter, key, envelope });
  }
  return { attempt, recording, attemptKey, publicKey, chapters: made };
}

/** A chapter as the room asks for it. */
export function requestOf(made: { recording: string; chapter: number; envelope: string } | undefined) {
  const { recording, chapter, envelope } = made as NonNullable<typeof made>;
  return { recording, chapter, envelope };
}

/** Wraps a chapter key as the recorder does. */
export function wrapChapterKey(
  examKey: { kid: string; alg: 'RSA-OAEP' | 'RSA-OAEP-256'; spki: string },
  where: { exam: string; attempt: string; recording: string; chapter: number },
  key: Buffer,
): string {
  const wrapped = publicEncrypt(
    {
      key: createPublicKey({ key: Buffer.from(examKey.spki, 'base64url'), format: 'der', type: 'spki' }),
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: examKey.alg === 'RSA-OAEP' ? 'sha1' : 'sha256',
    },
    key,
  );
  return canonicalize({
    v: 1,
    alg: examKey.alg,
    ...where,
    kid: examKey.kid,
    key: wrapped.toString('base64url'),
  }) as string;
}

/** The reviewer's browser: an ephemeral key pair, its SubjectPublicKeyInfo and the digest that a release names. */
export async function makeRecipient(alg: 'RSA-OAEP' | 'RSA-OAEP-256' | null) {
  if (alg === null) throw new Error('custody has not met its token yet');
  const pair = await webcrypto.subtle.generateKey(
    {
      name: 'RSA-OAEP',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: alg === 'RSA-OAEP' ? 'SHA-1' : 'SHA-256',
    },
    false,
    ['encrypt', 'decrypt'],
  );
  const spki = Buffer.from(await webcrypto.subtle.exportKey('spki', pair.publicKey));
  return {
    spki: spki.toString('base64url'),
    digest: sha256(spki),
    unwrap: async (key: string) =>
      Buffer.from(await webcrypto.subtle.decrypt({ name: 'RSA-OAEP' }, pair.privateKey, Buffer.from(key, 'base64url'))),
  };
}

/** Proposes a release, touches the key, and has the grant. */
export async function openGrant(
  custody: RoomDesk,
  who: Signer,
  attempt: string,
  recipient: { spki: string },
  extent: 'least-view' | 'all' = 'least-view',
) {
  const justification = extent === 'all' ? 'The whole is needed.' : '';
  const proposal = { ...releaseOf(attempt, recipient.spki), extent, justification };
  const { act } = await carryOut(custody, proposal, [who]);
  return act;
}

/** A release of one attempt, as the player asks for it. @param spki SubjectPublicKeyInfo, base64url */
export function releaseOf(attempt: string, spki: string) {
  return {
    type: 'release' as const,
    scope: { attempt },
    extent: 'least-view' as const,
    purpose: 'integrity-review' as const,
    justification: '',
    recipient: spki,
  };
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('base64url');
}
