// How fast segments are taken in: our PUT, durable before its 201, against nginx's WebDAV PUT, which syncs nothing, under the
// same load from the same generator.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { encodeMetadata } from '../app/wire.ts';
import { type Figure, median } from './figure.ts';
import type { LoadOrder, LoadResult } from './load.ts';
import { startNginx } from './nginx.ts';
import { TestTaker } from './test-taker.ts';

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
 * @returns MB/s with the ratio of medians (goals: 0.9 and 0.45), and the 99th percentile of 256 KiB in milliseconds, where
 *   the ratio is nginx’s over ours (goal: a third)
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
  const nginx = await startStore(appliance.data);
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
  const testTaker = await TestTaker.start(link);
  const recording = await testTaker.begin('video/webm');
  await testTaker.putEnvelope(recording, 0, randomBytes(32));
  testTaker.leave();
  const { origin, cookie } = testTaker;
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

/** nginx that takes PUTs straight into files, and syncs none of them. */
async function startStore(beside: string) {
  const folder = mkdtempSync(join(beside, 'store-'));
  const tls = { certificate: join(folder, 'peer.crt'), key: join(folder, 'peer.key') };
  const certificate = ['-keyout', tls.key, '-out', tls.certificate, '-subj', '/CN=localhost'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...certificate], { stdio: 'ignore' });
  const nginx = await startNginx({
    beside: folder,
    tls,
    server: `client_max_body_size 8m; client_body_buffer_size 256k;
    location / { root ${folder}/files; dav_methods PUT; create_full_put_path on; }`,
  });
  const lanes = Array.from({ length: CONNECTIONS }, (_, lane) => ({
    path: `/${lane}/{n}`,
    headers: ['Host: localhost', 'Content-Type: application/octet-stream'],
    first: 0,
  }));
  return {
    order: { port: nginx.port, servername: 'localhost', lanes },
    async stop() {
      await nginx.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
