import { constants, createPublicKey, generateKeyPairSync, hash, publicEncrypt } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import canonicalize from 'canonicalize';
import type { AttemptStart, RecordingState } from '../app/wire.ts';

/** A test taker who sits the exam by a script: what the recorder asks of the exam origin, without a browser. */
export class TestTaker {
  readonly origin: string;
  readonly cookie: string;
  readonly about: AttemptStart;
  /** SHA-256 of the attempt key's SubjectPublicKeyInfo, base64url. */
  readonly #key: string;
  readonly #agent: Agent;

  private constructor(origin: string, cookie: string, about: AttemptStart, key: string, agent: Agent) {
    this.origin = origin;
    this.cookie = cookie;
    this.about = about;
    this.#key = key;
    this.#agent = agent;
  }

  /** Opens a personal link and starts the attempt. */
  static async start(link: string): Promise<TestTaker> {
    const { origin, pathname } = new URL(link);
    const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
    const { cookie } = await ask({ origin, agent, method: 'GET', path: pathname, cookie: '' });
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    const page = await ask({ origin, agent, method: 'GET', path: '/attempt/recorder', cookie });
    const attempt = / data-attempt="([^"]+)"/.exec(page.text)?.[1];
    const body = JSON.stringify({ attempt, publicKey: spki.toString('base64url') });
    const { json } = await ask({ origin, agent, method: 'POST', path: '/attempt', cookie, body });
    return new TestTaker(origin, cookie, json as AttemptStart, hash('sha256', spki, 'base64url'), agent);
  }

  /** Begins a recording of the camera. @returns its id */
  async begin(mimeType: string): Promise<string> {
    const { attempt } = this.about;
    const begun = { attempt, key: this.#key, source: 'camera', mimeType, startedAt: new Date().toISOString() };
    const body = JSON.stringify(begun);
    return ((await this.#ask('POST', '/recordings', body)) as RecordingState).recording;
  }

  /** Begins a chapter with its key, 32 bytes, wrapped under the exam key. */
  async putEnvelope(recording: string, chapter: number, chapterKey: Uint8Array): Promise<void> {
    const { exam, attempt, examKey } = this.about;
    const { alg, kid, spki } = examKey;
    const wrapped = publicEncrypt(
      {
        key: createPublicKey({ key: Buffer.from(spki, 'base64url'), format: 'der', type: 'spki' }),
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: alg === 'RSA-OAEP' ? 'sha1' : 'sha256',
      },
      chapterKey,
    );
    const envelope = { v: 1, alg, exam, attempt, recording, chapter, kid, key: wrapped.toString('base64url') };
    await this.#ask('PUT', `/recordings/${recording}/chapters/${chapter}/envelope`, canonicalize(envelope) as string);
  }

  /** @param body metadata and SFrame ciphertext */
  async putSegment(recording: string, number: number, body: Buffer): Promise<void> {
    await this.#ask('PUT', `/recordings/${recording}/segments/${number}`, body);
  }

  /** Closes the connections. */
  leave(): void {
    this.#agent.destroy();
  }

  async #ask(method: string, path: string, body: string | Buffer): Promise<unknown> {
    const { origin, cookie } = this;
    return (await ask({ origin, agent: this.#agent, method, path, cookie, body })).json;
  }
}

async function ask(asked: {
  origin: string;
  agent: Agent;
  method: string;
  path: string;
  cookie: string;
  body?: string | Buffer;
}) {
  const { origin, agent, method, path, cookie, body } = asked;
  const { hostname, port, host } = new URL(origin);
  const type = Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json';
  const headers = { host, origin, cookie, accept: 'application/json', 'content-type': type };
  const sent = request({ host: '127.0.0.1', port, servername: hostname, path, method, headers, agent });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += chunk;
  if ((answer.statusCode ?? 500) >= 400)
    throw new Error(`${method} ${path.split('/')[1]} was answered ${answer.statusCode}: ${text}`);
  const json: unknown = answer.headers['content-type']?.startsWith('application/json') ? JSON.parse(text) : null;
  return { json, text, cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '' };
}
