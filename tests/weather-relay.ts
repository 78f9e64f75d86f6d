import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as requestHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { decodeMetadata } from '../app/wire.ts';
import type { Appliance } from './appliance.ts';

/**
 * How the recorder's requests fare between browser and web: they pass; a proxy in between has no room or no disk, or says that the
 * time for sending is over; the connection breaks before web hears of them; web takes a segment and its answer comes when the
 * weather changes, or never.
 */
export type Weather = 'fair' | keyof typeof REFUSALS | 'cut' | 'segment-answers-late' | 'segment-answers-lost';

export const UPLOAD_CLOSED = 'The time to send this recording is over.';
const REFUSALS = {
  busy: { status: 503, error: 'busy', retryable: true },
  'disk-full': { status: 507, error: 'disk-full', retryable: true },
  'upload-closed': { status: 410, error: 'upload-closed', message: UPLOAD_CLOSED, retryable: false },
} as const;

/** Stands between a browser and the web process, ends TLS with the exam origin's own certificate and sees what is said. */
export class WeatherRelay {
  weather: Weather = 'fair';
  /** Answers in web's place that the next media segment is stored, and keeps it from web. */
  swallows = false;
  /** Numbers of segments that were swallowed. */
  swallowed: number[] = [];
  /** What web refused of what the recorder sent: `PUT segments 404`. */
  refusals: string[] = [];
  mostAtOnce = 0;
  /** Requests that the weather kept from web, and when: milliseconds of the monotonic clock. */
  stopped = 0;
  stoppedAt: number[] = [];
  /** Seconds that a refusal of the weather's asks to wait. */
  retryAfter = 1;
  /** Milliseconds on the way, so that requests do overlap. */
  delay = 20;
  /** Segments that web said it knew already. */
  repeatedSegments = 0;
  /** Turns fair as soon as the recorder asks how its attempt stands. */
  fairOnceAsked = false;
  /** Answers for web, with this status and error, what is sent to an address that ends like this. */
  refusing: { end: RegExp; status: number; error: string } | null = null;
  /** Changes what web answers on one path. */
  alteration: { path: string; change: (text: string) => string } | null = null;
  port = 0;
  #atOnce = 0;
  #web: { hostname: string; port: string };
  #ca: Buffer;
  #agent = new Agent({ keepAlive: true });
  #server: ReturnType<typeof createServer>;

  private constructor(appliance: Appliance) {
    const tls = (name: string) => readFileSync(join(appliance.data, 'tls', name));
    this.#web = new URL(appliance.exam);
    this.#ca = tls('ca.crt');
    this.#server = createServer(
      { cert: tls('exam.crt'), key: tls('exam.key') },
      (request, response) => void this.#pass(request, response),
    );
  }

  static async open(appliance: Appliance): Promise<WeatherRelay> {
    const relay = new WeatherRelay(appliance);
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    relay.port = (relay.#server.address() as AddressInfo).port;
    return relay;
  }

  /** Fair weather, and nothing seen yet. */
  clear(): void {
    this.weather = 'fair';
    this.alteration = null;
    this.refusing = null;
    this.fairOnceAsked = false;
    this.swallows = false;
    this.swallowed = [];
    this.refusals = [];
    this.mostAtOnce = 0;
    this.stopped = 0;
    this.stoppedAt = [];
    this.retryAfter = 1;
    this.delay = 20;
    this.repeatedSegments = 0;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    this.#agent.destroy();
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The browser took its request back, as it does at a reload.
      return;
    }
    const body = Buffer.concat(chunks);
    // How recording stands is said beside what is sent: it shares a broken connection, and counts as nothing here.
    if (request.url === '/attempt/condition') {
      return this.weather === 'cut' ? void response.destroy() : this.#forward(request, body, response, 'fair');
    }
    const recorders = request.method !== 'GET' || request.url?.startsWith('/attempt/start');
    if (!recorders) return this.#forward(request, body, response, 'fair');
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
    try {
      await this.#weather(request, body, response);
    } finally {
      this.#atOnce--;
    }
  }

  async #weather(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const { weather } = this;
    const segment = /\/segments\/(\d+)$/.exec(request.url ?? '');
    // Whose attempt it is can still be asked for then.
    const asks = weather === 'upload-closed' && request.method === 'GET';
    if (asks && this.fairOnceAsked) this.weather = 'fair';
    if (weather === 'cut' || (weather in REFUSALS && !asks)) {
      this.stopped++;
      this.stoppedAt.push(performance.now());
      if (weather === 'cut') return void response.destroy();
      const { status, ...told } = REFUSALS[weather as keyof typeof REFUSALS];
      response.writeHead(status, { 'retry-after': String(this.retryAfter) }).end(JSON.stringify(told));
    } else if (this.refusing?.end.test(request.url ?? '')) {
      this.stopped++;
      const { status, error } = this.refusing;
      response.writeHead(status).end(JSON.stringify({ error, message: 'No.', retryable: false }));
    } else if (this.swallows && segment && !decodeMetadata(body).init) {
      this.swallows = false;
      this.swallowed.push(Number(segment[1]));
      response.writeHead(201).end();
    } else {
      await new Promise((resolve) => setTimeout(resolve, this.delay));
      await this.#forward(request, body, response, segment ? weather : 'fair');
    }
  }

  async #forward(request: IncomingMessage, body: Buffer, response: ServerResponse, weather: Weather): Promise<void> {
    try {
      const { status, headers, text } = await this.#ask(request, body);
      this.#note(request, status);
      if (weather === 'segment-answers-lost') return void response.destroy();
      while (weather === 'segment-answers-late' && this.weather === weather) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const changed = this.alteration?.path === request.url ? this.alteration?.change(text.toString()) : undefined;
      const sent = changed === undefined ? text : Buffer.from(changed);
      const { connection: _, 'transfer-encoding': __, ...rest } = headers;
      response.writeHead(status, { ...rest, 'content-length': sent.length }).end(sent);
    } catch {
      response.destroy();
    }
  }

  #note({ method, url = '' }: IncomingMessage, status: number): void {
    const noun = /(segments|envelope|signature|gaps|seal)(\/\d+)?$/.exec(url)?.[1] ?? url;
    if (status >= 400 && method !== 'GET' && noun !== '/attempt/condition')
      this.refusals.push(`${method} ${noun} ${status}`);
    if (status === 200 && noun === 'segments') this.repeatedSegments++;
  }

  #ask(request: IncomingMessage, body: Buffer) {
    const { 'accept-encoding': _, connection: __, ...headers } = request.headers;
    const { hostname, port } = this.#web;
    return new Promise<{ status: number; headers: IncomingMessage['headers']; text: Buffer }>((resolve, reject) => {
      const options = { host: '127.0.0.1', port, servername: hostname, ca: this.#ca, agent: this.#agent };
      const passed = requestHttps(
        { ...options, path: request.url, method: request.method, headers },
        async (answer) => {
          try {
            const chunks: Buffer[] = [];
            for await (const chunk of answer) chunks.push(chunk as Buffer);
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks) });
          } catch (error) {
            reject(error as Error);
          }
        },
      );
      passed.on('error', reject);
      passed.end(body);
    });
  }
}
