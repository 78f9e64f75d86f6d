/**
 * The recorder's other end, for its tests: answers the exam origin's API on 127.0.0.1 and keeps what arrives. Being a test it
 * holds the exam's private key, which outside of tests no process but the token does.
 */
import { createHash, webcrypto } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import canonicalize from 'canonicalize';
import { build } from 'esbuild';
import { decodeHeader } from '../app/browser/sframe.ts';
import {
  type ChapterStatement,
  decodeMetadata,
  type Envelope,
  METADATA_BYTES,
  type SealStatement,
  type SignedStatement,
} from '../app/wire.ts';

const EXAM = '11111111-1111-4111-8111-111111111111';
const ATTEMPT = '22222222-2222-4222-8222-222222222222';
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
  "connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; frame-ancestors 'none'";

export type Weather = 'fair' | 'busy' | 'cut' | 'segment-answers-lost';

interface KeptRecording {
  source: string;
  startedAt: string;
  envelopes: Map<number, string>;
  segments: Map<number, Buffer>;
  statements: Map<number, string>;
  gaps: { from: number; to: number; cause: string }[];
}

export const sha256 = (data: Uint8Array | string) => createHash('sha256').update(data).digest();

/** Bundles the recorder as the build does. */
export async function bundleScripts(): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    entryPoints: { recorder: 'app/browser/recorder/recorder.ts', 'recorder-worker': 'app/browser/recorder/worker.ts' },
    outdir: '/assets',
    bundle: true,
    platform: 'browser',
    format: 'esm',
    write: false,
  });
  return new Map(outputFiles.map(({ path, text }) => [path, text]));
}

export class Receiver {
  readonly attempt = ATTEMPT;
  readonly exam = EXAM;
  recordings = new Map<string, KeptRecording>();
  publicKey: webcrypto.CryptoKey | null = null;
  spki: string | null = null;
  seal: SealStatement | null = null;
  /** How requests to the API fare. */
  weather: Weather = 'fair';
  signedIn = true;
  /** Whether another test taker's link took the browser's cookie: nothing of this attempt is theirs. */
  otherLink = false;
  chapterSeconds = 4;
  /** Requests that broke the protocol's rules. */
  faults: string[] = [];
  mostAtOnce = 0;
  refusedRequests = 0;
  repeatedSegments = 0;
  applianceKey = '';
  origin = '';
  #atOnce = 0;
  #server = createServer((request, response) => void this.#serve(request, response));
  #scripts: Map<string, string>;
  #page: string;
  #examKey: webcrypto.CryptoKeyPair | null = null;
  #appliance: webcrypto.CryptoKeyPair | null = null;
  #start = {};

  private constructor(scripts: Map<string, string>, page: string) {
    this.#scripts = scripts;
    this.#page = page;
  }

  /** @param page the recorder page's main element */
  static async open(scripts: Map<string, string>, page: string): Promise<Receiver> {
    const receiver = new Receiver(scripts, page);
    await receiver.#makeKeys();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    receiver.origin = `http://127.0.0.1:${(receiver.#server.address() as AddressInfo).port}`;
    return receiver;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** @returns base64url SHA-256 of the appliance key, as the personal link carries it */
  get fingerprint(): string {
    return sha256(Buffer.from(this.applianceKey, 'base64url')).toString('base64url');
  }

  /** Unwraps a chapter's key as the token would. */
  async chapterKey(recording: string, chapter: number): Promise<Uint8Array<ArrayBuffer>> {
    const text = this.recordings.get(recording)!.envelopes.get(chapter)!;
    const wrapped = Buffer.from((JSON.parse(text) as Envelope).key, 'base64url');
    return new Uint8Array(await webcrypto.subtle.decrypt('RSA-OAEP', this.#examKey!.privateKey, wrapped));
  }

  async #makeKeys(): Promise<void> {
    const { subtle } = webcrypto;
    const rsa = { name: 'RSA-OAEP', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
    this.#examKey = await subtle.generateKey(rsa, false, ['encrypt', 'decrypt']);
    this.#appliance = (await subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
    this.applianceKey = Buffer.from(await subtle.exportKey('raw', this.#appliance.publicKey)).toString('base64url');
    const spki = Buffer.from(await subtle.exportKey('spki', this.#examKey.publicKey)).toString('base64url');
    const named = { exam: EXAM, kid: 'exam-key-1', alg: 'RSA-OAEP-256', spki };
    const statement = Buffer.from(canonicalize({ type: 'exam-key', ...named })!);
    const signature = Buffer.from(await subtle.sign('Ed25519', this.#appliance.privateKey, statement));
    const { kid, alg } = named;
    this.#start = { kid, alg, spki, signature: signature.toString('base64url'), applianceKey: this.applianceKey };
  }

  /** Spoils the appliance's signature of the exam key. */
  forgeExamKey(): void {
    this.#start = { ...this.#start, signature: Buffer.alloc(64, 1).toString('base64url') };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url!, this.origin).pathname;
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    const script = this.#scripts.get(path);
    const html = { '/attempt': '', '/attempt/recorder': this.#page, '/exam': '<p>The exam.</p>' }[path];
    if (request.method === 'GET' && (script ?? html) !== undefined) {
      response.setHeader('content-type', script ? 'text/javascript' : 'text/html; charset=utf-8');
      response.setHeader('content-security-policy', CSP);
      const tag = path === '/exam' ? '' : '<script type="module" src="/assets/recorder.js"></script>';
      response.end(script ?? `<!DOCTYPE html><html lang="en"><title>t</title>${tag}<body>${html}`);
      return;
    }
    if (path === '/favicon.ico') return void response.writeHead(404).end();
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
    await this.#answer(request.method!, path, body, response);
    this.#atOnce--;
  }

  async #answer(method: string, path: string, body: Buffer, response: ServerResponse): Promise<void> {
    const { weather } = this;
    if (weather === 'cut') {
      this.refusedRequests++;
      return void response.destroy();
    }
    if (weather === 'busy') {
      this.refusedRequests++;
      const told = { error: 'busy', message: 'The appliance is busy.', retryable: true, requestId: '' };
      response.writeHead(503, { 'retry-after': '1', 'content-type': 'application/json' }).end(JSON.stringify(told));
      return;
    }
    const [status, answer] = this.signedIn ? await this.#handle(method, path, body) : refuse(401, 'not-signed-in');
    // A little time on the way, so that requests do overlap.
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (weather === 'segment-answers-lost' && path.includes('/segments/')) return void response.destroy();
    response.writeHead(status, { 'content-type': 'application/json', 'cloister-load': '0.1' });
    response.end(JSON.stringify(answer));
  }

  async #handle(method: string, path: string, body: Buffer): Promise<[number, unknown]> {
    const [, noun, id = '', part, number = '', last] = path.split('/');
    const call = `${method} /${[noun, noun === 'attempt' ? id : '', part, last].filter(Boolean).join('/')}`;
    const text = body.toString();
    if (call === 'GET /attempt/start') {
      if (this.seal) return refuse(409, 'attempt-sealed');
      return this.spki ? [200, this.#attemptStart()] : refuse(404, 'not-found');
    }
    if (call === 'POST /attempt') return this.#startAttempt((JSON.parse(text) as { publicKey: string }).publicKey);
    if (call === 'POST /attempt/seal') return this.#sealAttempt(JSON.parse(text) as SignedStatement);
    if (call === 'POST /recordings') return this.#addRecording(JSON.parse(text) as KeptRecording);
    const kept = this.recordings.get(id);
    if (!kept || this.otherLink) return refuse(404, 'not-found');
    if (this.seal) return refuse(409, 'attempt-sealed');
    if (call === 'POST /recordings/gaps') return [201, kept.gaps.push(JSON.parse(text) as never)];
    if (call === 'PUT /recordings/chapters/envelope') {
      if (canonicalize(JSON.parse(text)) !== text) this.faults.push(`the envelope ${text} is not canonical`);
      return keep(kept.envelopes, Number(number), text, (a, b) => a === b);
    }
    if (call === 'PUT /recordings/segments') return this.#keepSegment(kept, Number(number), body);
    if (call === 'PUT /recordings/chapters/signature') {
      return this.#keepStatement(kept, id, Number(number), JSON.parse(text) as SignedStatement);
    }
    this.faults.push(`${method} ${path} is not part of the API`);
    return refuse(404, 'not-found');
  }

  #attemptStart() {
    const recordings = [...this.recordings].map(([recording, kept]) => ({
      recording,
      source: kept.source,
      startedAt: kept.startedAt,
      nextSegment: Math.max(-1, ...kept.segments.keys()) + 1,
      nextChapter: Math.max(-1, ...kept.envelopes.keys()) + 1,
    }));
    return {
      exam: EXAM,
      attempt: ATTEMPT,
      examKey: this.#start,
      chapterSeconds: this.chapterSeconds,
      segmentLimit: 4_000_000,
      examPage: `${this.origin}/exam`,
      recordings,
    };
  }

  async #startAttempt(spki: string): Promise<[number, unknown]> {
    if (this.spki && this.spki !== spki) return refuse(409, 'already-done');
    const known = this.spki !== null;
    this.spki = spki;
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    this.publicKey = await webcrypto.subtle.importKey('spki', Buffer.from(spki, 'base64url'), algorithm, true, [
      'verify',
    ]);
    return [known ? 200 : 201, this.#attemptStart()];
  }

  #addRecording({ source, startedAt }: KeptRecording): [number, unknown] {
    const recording = webcrypto.randomUUID();
    const kept = { source, startedAt, envelopes: new Map(), segments: new Map(), statements: new Map(), gaps: [] };
    this.recordings.set(recording, kept);
    return [201, { recording, source, startedAt, nextSegment: 0, nextChapter: 0 }];
  }

  #keepSegment(kept: KeptRecording, number: number, body: Buffer): [number, unknown] {
    const { kid, ctr } = decodeHeader(body.subarray(METADATA_BYTES));
    if (Number(ctr) !== number) this.faults.push(`segment ${ctr} came under the number ${number}`);
    if (!kept.envelopes.has(Number(kid))) {
      this.faults.push(`segment ${number} came before the envelope of chapter ${kid}`);
      return refuse(409, 'chapter-unknown');
    }
    const answer = keep(kept.segments, number, body, (a, b) => a.equals(b));
    if (answer[0] === 200) this.repeatedSegments++;
    return answer;
  }

  async #keepStatement(
    kept: KeptRecording,
    id: string,
    chapter: number,
    signed: SignedStatement,
  ): Promise<[number, unknown]> {
    const statement = JSON.parse(signed.statement) as ChapterStatement;
    if (!(await this.#verify(signed)))
      this.faults.push(`the signature of chapter ${chapter} is not by the attempt key`);
    if (statement.recording !== id || statement.chapter !== chapter)
      this.faults.push(`chapter ${chapter} signs for another`);
    const numbers = [];
    for (let n = statement.first; n <= statement.last; n++) if (!statement.missing.includes(n)) numbers.push(n);
    const missing = numbers.filter((n) => !kept.segments.has(n));
    if (missing.length > 0) return [409, { error: 'segments-missing', message: '', retryable: true, missing }];
    const digest = sha256(Buffer.concat(numbers.map((n) => sha256(kept.segments.get(n)!))));
    if (digest.toString('base64url') !== statement.digest)
      this.faults.push(`the digest of chapter ${chapter} is wrong`);
    return keep(kept.statements, chapter, signed.statement, (a, b) => a === b);
  }

  async #sealAttempt(signed: SignedStatement): Promise<[number, unknown]> {
    if (!(await this.#verify(signed))) this.faults.push('the seal is not signed by the attempt key');
    this.seal = JSON.parse(signed.statement) as SealStatement;
    return [200, { cloister: 'receipt/v1' }];
  }

  async #verify({ statement, signature }: SignedStatement): Promise<boolean> {
    if (canonicalize(JSON.parse(statement)) !== statement)
      this.faults.push(`the statement ${statement} is not canonical`);
    const ecdsa = { name: 'ECDSA', hash: 'SHA-256' };
    return webcrypto.subtle.verify(ecdsa, this.publicKey!, Buffer.from(signature, 'base64url'), Buffer.from(statement));
  }
}

/** @returns a stored segment's metadata, chapter, number and ciphertext */
export function readSegment(body: Buffer) {
  const bytes = Uint8Array.from(body);
  const ciphertext = bytes.slice(METADATA_BYTES);
  const { kid, ctr } = decodeHeader(ciphertext);
  const head = bytes.slice(0, METADATA_BYTES);
  return { head, ciphertext, chapter: Number(kid), number: Number(ctr), metadata: decodeMetadata(head) };
}

function keep<T>(kept: Map<number, T>, key: number, value: T, same: (a: T, b: T) => boolean): [number, unknown] {
  const known = kept.get(key);
  if (known !== undefined) return same(known, value) ? [200, {}] : refuse(409, 'segment-differs');
  kept.set(key, value);
  return [201, {}];
}

function refuse(status: number, error: string): [number, unknown] {
  return [status, { error, message: `(${error})`, retryable: false, requestId: '' }];
}
