// How fast segments are taken in: our PUT, durable before its 201, against nginx's WebDAV PUT, which syncs nothing, under the
// same load from the same generator.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { constants, createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { type AttemptStart, encodeMetadata, type RecordingState } from '../app/wire.ts';
import { type Figure, median } from './figure.ts';
import type { LoadOrder, LoadResult } from './load.ts';

const CONNECTIONS = 64;
const NODE = process.execPath;

/** A running appliance, as `cloister demo --json` describes it, with at least 64 test takers who have not started. */
export interface IngestedAppliance {
  /** The exam origin. */
  exam: string;
  testTakers: { link: string }[];
  /** Its folder: nginx writes beside it, to the same disk. */
  data: string;
}

/**
 * Measures taking in segments of 256 KiB and of 16 KiB over TLS, rounds alternating between the appliance and nginx.
 * @returns MB/s with the ratio of medians (goals: 0.8 and 0.35), and the 99th percentile of 256 KiB in milliseconds, where
 *   the ratio is nginx's over ours
 */
export async function ingest({
  appliance,
  rounds = 5,
  seconds = 3,
}: {
  appliance: IngestedAppliance;
  /** Rounds per size and peer, and how long each lasts. */
  rounds?: number;
  seconds?: number;
}): Promise<Figure[]> {
  const lanes = await Promise.all(appliance.testTakers.slice(0, CONNECTIONS).map(({ link }) => openLane(link)));
  if (lanes.length < CONNECTIONS) throw new Error(`the bench needs ${CONNECTIONS} test takers`);
  const { hostname, port } = new URL(appliance.exam);
  const nginx = await startNginx(appliance.data);
  const next = { ours: 0, theirs: 0 };
  try {
    const ours = { port: Number(port), servername: hostname, lanes };
    const round = async (peer: 'ours' | 'theirs', bytes: number) => {
      const order = peer === 'ours' ? ours : nginx.order;
      const result = await load({ ...order, seconds, bytes, lanes: from(order.lanes, next[peer]) });
      if (result.stored === 0 || Object.keys(result.refused).length > 0) {
        throw new Error(`the load was refused: ${JSON.stringify(result)}`);
      }
      // More numbers than any lane can have used, so that the next round's are new.
      next[peer] += result.stored;
      return result;
    };
    // Once without counting, so that the compilers have seen the code.
    await round('ours', 16 * 1024);
    await round('theirs', 16 * 1024);
    const measure = async (bytes: number) => {
      const results = { ours: [] as LoadResult[], theirs: [] as LoadResult[] };
      for (let n = 0; n < rounds; n++) {
        for (const peer of ['ours', 'theirs'] as const) results[peer].push(await round(peer, bytes));
      }
      return results;
    };
    const large = await measure(256 * 1024);
    const small = await measure(16 * 1024);
    const p99 = { ours: median(large.ours.map((r) => r.p99)), theirs: median(large.theirs.map((r) => r.p99)) };
    return [
      rate('ingest-256k', 256 * 1024, large),
      rate('ingest-16k', 16 * 1024, small),
      { name: 'ingest-p99', value: p99.ours, unit: 'ms', against: 'nginx', ratio: p99.theirs / p99.ours },
    ];
  } finally {
    await nginx.stop();
  }
}

type Lane = LoadOrder['lanes'][number];

function from(lanes: Lane[], first: number): Lane[] {
  return lanes.map((lane) => ({ ...lane, first: lane.first + first }));
}

function rate(name: string, bytes: number, { ours, theirs }: Record<'ours' | 'theirs', LoadResult[]>): Figure {
  const speed = (results: LoadResult[]) => median(results.map((r) => (r.stored * bytes) / r.seconds / 1e6));
  const value = speed(ours);
  return { name, value, unit: 'MB/s', against: 'nginx', ratio: value / speed(theirs) };
}

async function load(order: LoadOrder): Promise<LoadResult> {
  // What the round before left to be written out would slow this one, whosever it was.
  execFileSync('sync');
  const child = spawn(NODE, [join(import.meta.dirname, 'load.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(order));
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`the load generator ended with ${code}`);
  return JSON.parse(text) as LoadResult;
}

/** Goes through a test taker's start as the recorder does, up to a recording with its first envelope. */
async function openLane(link: string): Promise<Lane> {
  const { origin, pathname } = new URL(link);
  const entry = await ask(origin, 'GET', pathname, {});
  const cookie = entry.cookie;
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64url');
  const start = (await ask(origin, 'POST', '/attempt', { cookie, body: { publicKey: spki } })).json as AttemptStart;
  const begun = { source: 'camera', mimeType: 'video/webm', startedAt: new Date().toISOString() };
  const { recording } = (await ask(origin, 'POST', '/recordings', { cookie, body: begun })).json as RecordingState;
  const { alg, kid, spki: examKey } = start.examKey;
  const key = publicEncrypt(
    {
      key: createPublicKey({ key: Buffer.from(examKey, 'base64url'), format: 'der', type: 'spki' }),
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: alg === 'RSA-OAEP' ? 'sha1' : 'sha256',
    },
    randomBytes(32),
  ).toString('base64url');
  const envelope = { v: 1, alg, exam: start.exam, attempt: start.attempt, recording, chapter: 0, kid, key };
  await ask(origin, 'PUT', `/recordings/${recording}/chapters/0/envelope`, { cookie, body: envelope });
  const metadata = encodeMetadata({
    recording,
    source: 'camera',
    keyframe: true,
    init: false,
    start: 0,
    duration: 2e6,
  });
  return {
    path: `/recordings/${recording}/segments/{n}`,
    headers: [
      `Host: ${new URL(origin).host}`,
      `Origin: ${origin}`,
      `Cookie: ${cookie}`,
      'Content-Type: application/octet-stream',
      'Accept: application/json',
    ],
    first: 0,
    prefix: { metadata: Buffer.from(metadata).toString('base64'), chapter: 0 },
  };
}

async function ask(
  origin: string,
  method: string,
  path: string,
  { cookie = '', body }: { cookie?: string; body?: unknown },
) {
  const { hostname, port, host } = new URL(origin);
  const headers = { host, origin, cookie, accept: 'application/json', 'content-type': 'application/json' };
  const sent = request({
    host: '127.0.0.1',
    port,
    servername: hostname,
    path,
    method,
    headers,
    rejectUnauthorized: false,
  });
  sent.end(body === undefined ? undefined : canonicalize(body));
  const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += chunk;
  if ((answer.statusCode ?? 500) >= 400)
    throw new Error(`${method} ${path.split('/')[1]} was answered ${answer.statusCode}: ${text}`);
  const json: unknown = answer.headers['content-type']?.startsWith('application/json') ? JSON.parse(text) : null;
  return { json, cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '' };
}

/** nginx with one worker that takes PUTs over TLS straight into files, and syncs none of them. */
async function startNginx(beside: string) {
  const folder = mkdtempSync(join(beside, 'nginx-'));
  const files = join(folder, 'files');
  const certificate = ['-keyout', join(folder, 'peer.key'), '-out', join(folder, 'peer.crt'), '-subj', '/CN=localhost'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...certificate], { stdio: 'ignore' });
  const port = await freePort();
  const configuration = join(folder, 'nginx.conf');
  const temporary = ['proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ');
  writeFileSync(
    configuration,
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/errors warn; ${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 512; }
http {
  access_log off; client_body_temp_path ${folder}/bodies; ${temporary}
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${port} ssl; ssl_certificate ${folder}/peer.crt; ssl_certificate_key ${folder}/peer.key;
    client_max_body_size 8m; client_body_buffer_size 256k;
    location / { root ${files}; dav_methods PUT; create_full_put_path on; }
  }
}`,
  );
  const child = spawn('nginx', ['-p', folder, '-e', join(folder, 'errors'), '-c', configuration], { stdio: 'inherit' });
  await reachable(port, child);
  const lanes = Array.from({ length: CONNECTIONS }, (_, lane) => ({
    path: `/${lane}/{n}`,
    headers: ['Host: localhost', 'Content-Type: application/octet-stream'],
    first: 0,
  }));
  return {
    order: { port, servername: 'localhost', lanes },
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGQUIT');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

async function reachable(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) throw new Error('nginx did not start');
    const socket = connect(port, '127.0.0.1');
    const [event] = await Promise.race([
      once(socket, 'connect').then(() => ['connect']),
      once(socket, 'close').then(() => ['close']),
    ]).catch(() => ['error']);
    socket.destroy();
    if (event === 'connect') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nginx does not answer');
}
