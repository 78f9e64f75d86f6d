import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { createCertificates } from '../app/cli/certificates.ts';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import { enterExam } from '../app/exams/exam.ts';
import type { SealStatement } from '../app/wire.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { publishExam, startCustody } from './custody-process.ts';
import { freePort } from './free-port.ts';
import { digestOf } from './recording-segments.ts';
import { Attempt, type Reply } from './recording-setting.ts';

const WEB = join(import.meta.dirname, '../dist/web.js');

export interface WebOptions {
  /** Further or other variables of web's environment. */
  environment?: Record<string, string>;
  /** Shell words before web's own command line, such as a limit. */
  before?: string;
}

/** The real web process as it is installed, over TLS, with a real custody process: to be killed, starved and started again. */
export async function startWebSetting(options: WebOptions & { folder?: string } = {}) {
  const custody = await startCustody();
  const folder = options.folder ?? join(custody.data, 'recordings');
  mkdirSync(folder, { recursive: true });
  const files = join(custody.data, 'files');
  mkdirSync(files);
  const database = join(custody.data, 'appliance.db');
  const db = openApplianceDatabase(database);
  const exam = randomUUID();
  const { title, setup, policy } = DEMONSTRATION;
  const rules = await publishExam(custody, { exam, title, policy, setup });
  enterExam(db, rules);
  const tls = join(custody.data, 'tls');
  mkdirSync(tls);
  createCertificates(tls, { exam: 'exam.localhost', staff: 'staff.localhost' });
  const [port, staffPort] = [await freePort(), await freePort()];
  const origin = `https://exam.localhost:${port}`;
  const environment = {
    PATH: process.env.PATH,
    UV_THREADPOOL_SIZE: '16',
    CLOISTER_INSTITUTION: 'Test University',
    CLOISTER_EXAM_ORIGIN: origin,
    CLOISTER_STAFF_ORIGIN: `https://staff.localhost:${staffPort}`,
    CLOISTER_ROOM_ORIGIN: 'https://room.localhost',
    CLOISTER_RECORDINGS: folder,
    CLOISTER_FILES: files,
    CLOISTER_CUSTODY_SOCKET: join(custody.data, 'sockets/web.sock'),
    CLOISTER_LOG_LEVEL: 'info',
    CLOISTER_DATABASE: database,
    CLOISTER_EXAM_PORT: String(port),
    CLOISTER_STAFF_PORT: String(staffPort),
    CLOISTER_EXAM_CERTIFICATE: join(tls, 'exam.crt'),
    CLOISTER_EXAM_KEY: join(tls, 'exam.key'),
    CLOISTER_STAFF_CERTIFICATE: join(tls, 'staff.crt'),
    CLOISTER_STAFF_KEY: join(tls, 'staff.key'),
    CLOISTER_STAFF_NETWORKS: '127.0.0.0/8',
    CLOISTER_DISK_RESERVE: '0',
    ...options.environment,
  };
  const log = join(custody.data, 'web.log');
  const logging = openSync(log, 'a');
  let child: ChildProcess | undefined;
  const agents: Agent[] = [];

  async function start(): Promise<void> {
    // The shell becomes web, so that signals reach it and a limit set before is its own.
    const command = `${options.before ?? ''} exec "$0" --enable-source-maps "$1"`;
    child = spawn('bash', ['-c', command, process.execPath, WEB], {
      env: environment,
      stdio: ['ignore', logging, 'inherit', 'ipc'],
    });
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`web ended with ${code}`))),
    ]);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  await start();
  return {
    custody,
    db,
    folder,
    origin,
    port,
    /** Of its next start. */
    environment: environment as Record<string, string | undefined>,
    /** Web's certificate authority, PEM. */
    ca: readFileSync(join(tls, 'ca.crt')),
    start,
    /** What web has logged, in all its lives: a line of JSON each. */
    log: () => readFileSync(log, 'utf8').split('\n').slice(0, -1),
    /** Ends web as a power cut of its own would: at once. */
    kill: () => end('SIGKILL'),
    /** Web's process id, and whether it still runs. */
    get pid() {
      return child?.pid ?? 0;
    },
    get running() {
      return child?.exitCode === null && child.signalCode === null;
    },
    /**
     * Another test taker, who has opened their link and started.
     * @param from the address that they come from, of the machine's own
     */
    async startAttempt(from = '127.0.0.1'): Promise<TlsAttempt> {
      const agent = new Agent({ keepAlive: true, rejectUnauthorized: false, localAddress: from });
      agents.push(agent);
      const { token } = enterTestTaker(db, { exam, candidate: randomBytes(6).toString('hex'), name: 'Test Taker' });
      const attempt = new TlsAttempt(port, await askOver(agent, origin, 'GET', `/i/${token}`), agent, origin);
      return attempt.start();
    },
    async stop() {
      for (const agent of agents) agent.destroy();
      await end('SIGTERM');
      db.$client.close();
      await custody.stop();
    },
  };
}

export type WebSetting = Awaited<ReturnType<typeof startWebSetting>>;

/** A test taker's browser over TLS, on kept connections. What it asks fails while web is away. */
export class TlsAttempt extends Attempt {
  readonly #agent: Agent;
  readonly #origin: string;

  constructor(port: number, entry: Reply, agent: Agent, origin: string) {
    super(port, entry);
    this.#agent = agent;
    this.#origin = origin;
  }

  /** What ends an attempt whose one recording has one chapter with these bodies. */
  async statements(recording: string, bodies: Map<number, Buffer>) {
    const chapter = await this.sign(this.stateChapter(recording, 0, bodies));
    const { exam, attempt } = this.about;
    const own = { recording, chapters: 1, segments: bodies.size, digest: digestOf([chapter.statement]) };
    const seal: SealStatement = { type: 'seal', exam, attempt, recordings: [own], endedAt: new Date().toISOString() };
    return { chapter, seal: await this.sign(seal) };
  }

  /** Signs the chapter and seals the attempt. @returns how the two were answered */
  async finish(recording: string, bodies: Map<number, Buffer>): Promise<Reply[]> {
    const { chapter, seal } = await this.statements(recording, bodies);
    return [await this.putSignature(recording, 0, chapter), await this.ask('POST', '/attempt/seal', seal)];
  }

  override ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return askOver(this.#agent, this.#origin, method, path, body, { cookie: this.cookie, ...headers });
  }
}

/** One request over TLS; the body goes as bytes, as text that is JSON already, or as JSON. Fails when the connection does. */
function askOver(
  agent: Agent,
  origin: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const { host, hostname, port } = new URL(origin);
  const type = Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json';
  const sent = request({
    ...{ host: '127.0.0.1', port, servername: hostname, path, method, agent },
    headers: { host, origin, accept: 'application/json', 'content-type': type, ...headers },
  });
  return new Promise((resolve, reject) => {
    sent.on('error', reject).on('response', (answer: IncomingMessage) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString())).on('error', reject);
      answer.on('end', () => {
        const isJson = answer.headers['content-type']?.startsWith('application/json') ?? false;
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, json: isJson ? JSON.parse(text) : text });
      });
    });
    sent.end(body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  });
}

/** What `cloister recording inspect` says of a file. */
export function inspect(file: string): { status: number | null; text: string } {
  const command = join(import.meta.dirname, '../bin/cloister');
  const { status, stdout, stderr } = spawnSync(command, ['recording', 'inspect', file], { encoding: 'utf8' });
  return { status, text: stdout + stderr };
}
