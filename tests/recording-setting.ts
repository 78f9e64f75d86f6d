import { createHash, randomBytes, randomUUID, webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import canonicalize from 'canonicalize';
import { pino } from 'pino';
import { attemptRoutes } from '../app/attempts/routes.tsx';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import type { Policy } from '../hsm/policy.ts';
import { enterExam } from '../app/exams/exam.ts';
import { requireAttempt } from '../app/recordings/attempt-guard.ts';
import { originApp } from '../app/http/origin-app.ts';
import { recordingRoutes } from '../app/recordings/routes.ts';
import { type AttemptStart, type ErrorBody, type RecordingState } from '../app/wire.ts';
import type { ChapterStatement, SealStatement, SignedStatement, Source } from '../app/wire.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { attemptOn } from './appliance.ts';
import { publishExam, startCustody, wrapChapterKey } from './custody-process.ts';
import { digestOf, segmentBody } from './recording-segments.ts';
import { openWebParts } from './web-parts.ts';

const ORIGIN = 'https://exam.localhost';
export const SEGMENT_LIMIT = 64 * 1024;

/** The exam origin's own routes over a real custody process, a real database and real files, without TLS. */
export async function startRecordingSetting(options: Parameters<typeof startCustody>[0] = {}) {
  const custody = await startCustody(options);
  const folder = join(custody.data, 'recordings');
  mkdirSync(folder);
  const database = join(custody.data, 'appliance.db');
  const db = openApplianceDatabase(database);
  /** Makes an exam with rules of its own. @returns its id */
  async function addExam(rules: Partial<Policy> = {}): Promise<string> {
    const exam = randomUUID();
    const { title, setup, policy } = DEMONSTRATION;
    const told = await publishExam(custody, { exam, title, policy: { ...policy, ...rules }, setup });
    enterExam(db, told);
    return exam;
  }
  const exam = await addExam();
  const log = pino({ level: 'silent' });
  const running: { parts: ReturnType<typeof openWebParts>; server: Server }[] = [];

  /** Serves the recordings in `options.folder`, by default with ample disk. */
  async function serve(options: { folder?: string; diskReserve?: number } = {}) {
    const limits = { segment: SEGMENT_LIMIT, diskReserve: options.diskReserve ?? 0 };
    const parts = openWebParts({ db, data: custody.data, folder: options.folder ?? folder, limits });
    const { recordings, rules, keys } = parts;
    const config = { CLOISTER_INSTITUTION: 'Test', CLOISTER_RECORDINGS: folder };
    const guard = requireAttempt(db, rules, keys);
    const app = originApp({ place: 'exam', origin: ORIGIN, log })
      .use('/recordings/*', guard)
      .route('/', recordingRoutes({ db, recordings }))
      .route('/', attemptRoutes({ ...parts, custody: parts.briskCustody, config }));
    const server = createAdaptorServer({ fetch: app.fetch }) as Server;
    await once(server.listen(0, '127.0.0.1'), 'listening');
    running.push({ parts, server });
    return { ...parts, port: (server.address() as AddressInfo).port };
  }

  return {
    custody,
    folder,
    /** Web's database. */
    db,
    database,
    exam,
    addExam,
    serve,
    /** Ends a server as the end of its process would, what waits for custody included. */
    async leave(port: number) {
      const left = running.findIndex(({ server }) => (server.address() as AddressInfo).port === port);
      for (const { parts, server } of running.splice(left, 1)) {
        server.closeAllConnections();
        server.close();
        await parts.close();
      }
    },
    /** Another test taker, who has opened their link and started. */
    async startAttempt(port: number, of = exam): Promise<Attempt> {
      const { token } = enterTestTaker(db, { exam: of, candidate: randomBytes(6).toString('hex'), name: 'Test Taker' });
      return (await Attempt.open(port, token)).start();
    },
    async stop() {
      for (const { parts, server } of running) {
        server.closeAllConnections();
        server.close();
        await parts.close();
      }
      db.$client.close();
      await custody.stop();
    },
  };
}

export type RecordingSetting = Awaited<ReturnType<typeof startRecordingSetting>>;

export interface Reply {
  status: number;
  headers: IncomingMessage['headers'];
  json: unknown;
}

/** A test taker's browser, as far as recordings go. */
export class Attempt {
  readonly port: number;
  readonly cookie: string;
  readonly token: string;
  about!: AttemptStart;
  /** Its id. */
  attempt = '';
  private key!: webcrypto.CryptoKey;
  /** The attempt key's public half: SubjectPublicKeyInfo, base64url. */
  publicKey!: string;
  /** SHA-256 of the attempt key's SubjectPublicKeyInfo, base64url. */
  keyName!: string;

  /** @param token the personal link's, for one that can be opened in another browser */
  constructor(port: number, entry: Reply, token = '') {
    this.port = port;
    this.token = token;
    this.cookie = entry.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  }

  /** Opens a personal link. */
  static async open(port: number, token: string): Promise<Attempt> {
    return new Attempt(port, await ask(port, 'GET', `/i/${token}`), token);
  }

  /** The same person's session with another server over the same database. */
  at(port: number): Attempt {
    return Object.assign(Object.create(Attempt.prototype), this, { port }) as Attempt;
  }

  async start(): Promise<this> {
    const page = await this.ask('GET', '/attempt/recorder', undefined, { accept: 'text/html' });
    this.attempt = attemptOn(String(page.json));
    const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
    this.key = pair.privateKey;
    const spki = new Uint8Array(await webcrypto.subtle.exportKey('spki', pair.publicKey));
    const publicKey = base64url(spki);
    this.keyName = createHash('sha256').update(spki).digest('base64url');
    this.publicKey = publicKey;
    await this.resume();
    return this;
  }

  /** Starts the attempt, or goes on with it, in this browser. */
  async resume(): Promise<Reply> {
    const reply = await this.ask('POST', '/attempt', { attempt: this.attempt, publicKey: this.publicKey });
    if (reply.status < 300) this.about = reply.json as AttemptStart;
    return reply;
  }

  /** How the attempt stands. */
  standing(): Promise<Reply> {
    return this.ask('GET', `/attempt/start?attempt=${this.attempt}`);
  }

  /** The same person in another browser, which has a key of its own. */
  async elsewhere(): Promise<Attempt> {
    return (await Attempt.open(this.port, this.token)).start();
  }

  ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return ask(this.port, method, path, body, { cookie: this.cookie, ...headers });
  }

  /** Begins a recording whose chapter 0 has its envelope. */
  async record(source: Source = 'camera'): Promise<RecordingState> {
    const begun = { mimeType: 'video/webm;codecs=vp8', startedAt: '2026-05-04T08:00:00.000Z' };
    const state = (await this.begin({ source, ...begun })).json as RecordingState;
    await this.putEnvelope(state.recording, 0);
    return state;
  }

  /** Begins a recording of this browser's. */
  begin(begun: object): Promise<Reply> {
    return this.ask('POST', '/recordings', { attempt: this.about.attempt, key: this.keyName, ...begun });
  }

  envelope(recording: string, chapter: number): string {
    const { exam, attempt, examKey } = this.about;
    return wrapChapterKey(examKey, { exam, attempt, recording, chapter }, randomBytes(32));
  }

  putEnvelope(recording: string, chapter: number, text = this.envelope(recording, chapter)): Promise<Reply> {
    return this.ask('PUT', `/recordings/${recording}/chapters/${chapter}/envelope`, text);
  }

  putSegment(recording: string, number: number, body: Buffer, headers: Record<string, string> = {}): Promise<Reply> {
    return this.ask('PUT', `/recordings/${recording}/segments/${number}`, body, headers);
  }

  putSignature(recording: string, chapter: number, signed: SignedStatement): Promise<Reply> {
    return this.ask('PUT', `/recordings/${recording}/chapters/${chapter}/signature`, signed);
  }

  async sign(statement: object): Promise<SignedStatement> {
    const text = canonicalize(statement) ?? '';
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    const signature = await webcrypto.subtle.sign(algorithm, this.key, Buffer.from(text));
    return { statement: text, signature: base64url(new Uint8Array(signature)) };
  }

  /** Records a chapter of one segment after the other, each signed. @returns what a seal has to say of them */
  async recordChapters(chapters: number): Promise<SealStatement['recordings'][number]> {
    const { recording } = await this.record();
    const signatures = [];
    for (let chapter = 0; chapter < chapters; chapter++) {
      const body = segmentBody(recording, chapter, { chapter });
      const signed = await this.sign(this.stateChapter(recording, chapter, new Map([[chapter, body]])));
      const replies = [
        ...(chapter > 0 ? [await this.putEnvelope(recording, chapter)] : []),
        await this.putSegment(recording, chapter, body),
        await this.putSignature(recording, chapter, signed),
      ];
      for (const { status, json } of replies) if (status > 201) throw new Error(`${status} ${JSON.stringify(json)}`);
      signatures.push(signed.statement);
    }
    return { recording, chapters, segments: chapters, digest: digestOf(signatures) };
  }

  /** @returns the seal of these recordings, signed by this browser */
  seal(recordings: SealStatement['recordings']): Promise<SignedStatement> {
    const { exam, attempt } = this.about;
    return this.sign({ type: 'seal', exam, attempt, recordings, endedAt: new Date().toISOString() });
  }

  /** What the attempt's page says. */
  async page(): Promise<string> {
    return (await this.html()).replace(/(<[^>]+>|\s)+/g, ' ');
  }

  /** The attempt's page. */
  async html(): Promise<string> {
    return String((await this.ask('GET', '/attempt', undefined, { accept: 'text/html' })).json);
  }

  /** What the attempt key has to say of these bodies. */
  stateChapter(recording: string, chapter: number, bodies: Map<number, Buffer>): ChapterStatement {
    const numbers = [...bodies.keys()].sort((a, b) => a - b);
    const [first = 0] = numbers;
    const last = numbers.at(-1) ?? 0;
    const missing = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((n) => !bodies.has(n));
    const digest = digestOf(numbers.map((number) => bodies.get(number) as Buffer));
    return { type: 'chapter', attempt: this.about.attempt, recording, chapter, first, last, missing, digest };
  }
}

/** One request; the body goes as bytes, as text that is JSON already, or as JSON. */
export async function ask(
  port: number,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const type = Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json';
  const sent = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    agent: false,
    headers: {
      host: new URL(ORIGIN).host,
      origin: ORIGIN,
      accept: 'application/json',
      'content-type': type,
      ...headers,
    },
  });
  sent.end(body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += chunk;
  const isJson = answer.headers['content-type']?.startsWith('application/json') ?? false;
  return { status: answer.statusCode ?? 0, headers: answer.headers, json: isJson ? JSON.parse(text) : text };
}

export const errorOf = (reply: Reply): string => (reply.json as ErrorBody).error;

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
