// A bounded load generator in a process of its own: it sends each connection's PUTs one after another over kept TLS
// connections and prints one line of JSON. Both sides of a comparison are measured with it.
import { connect, type TLSSocket } from 'node:tls';
import { encodeHeader } from '../app/browser/sframe.ts';

/** What the parent sends on stdin, as JSON. */
export interface LoadOrder {
  port: number;
  servername: string;
  seconds: number;
  /** PUTs of each connection, if not as many as it can. */
  count?: number;
  /** A connection each. `headers` are complete lines without the ending; {n} in the path stands for the number of the PUT. */
  lanes: { path: string; headers: string[]; first: number; prefix?: Prefix }[];
  /** Bytes of each body. */
  bytes: number;
}

/** What a segment begins with: its metadata (base64), then the SFrame header of its chapter and number. */
export interface Prefix {
  metadata: string;
  chapter: number;
}

export interface LoadResult {
  /** PUTs answered 201 or 204 within the time. */
  stored: number;
  seconds: number;
  /** Milliseconds from the first byte sent to the answer. */
  p50: number;
  p95: number;
  p99: number;
  /** Other answers, by status. */
  refused: Record<string, number>;
}

async function main(): Promise<void> {
  const order = JSON.parse(await readAll()) as LoadOrder;
  const body = Buffer.alloc(order.bytes, 0x5a);
  const sockets = await Promise.all(order.lanes.map(() => open(order)));
  const latencies: number[] = [];
  const refused: Record<string, number> = {};
  const started = performance.now();
  const until = started + order.seconds * 1000;
  const count = order.count ?? Infinity;
  await Promise.all(
    order.lanes.map(async (lane, i) => {
      const socket = sockets[i] as TLSSocket;
      for (let number = lane.first; number < lane.first + count && performance.now() < until; number++) {
        const sent = performance.now();
        const status = await put(socket, lane, number, body);
        if (status === 201 || status === 204) latencies.push(performance.now() - sent);
        else refused[status] = (refused[status] ?? 0) + 1;
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  for (const socket of sockets) socket.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0;
  const result: LoadResult = { stored: latencies.length, seconds, p50: at(0.5), p95: at(0.95), p99: at(0.99), refused };
  console.log(JSON.stringify(result));
}

function open({ port, servername }: LoadOrder): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    // The peers have certificates of their own making; the generator sends nothing that anybody could want.
    const socket = connect({ host: '127.0.0.1', port, servername, rejectUnauthorized: false }, () => resolve(socket));
    socket.once('error', reject);
    socket.setNoDelay(true);
  });
}

/** Sends one PUT and waits for its answer. @returns the status; 0 when the connection ended */
function put(socket: TLSSocket, lane: LoadOrder['lanes'][number], number: number, body: Buffer): Promise<number> {
  return new Promise((resolve) => {
    let head = '';
    let left = -1;
    let status = 0;
    const onData = (chunk: Buffer) => {
      if (left < 0) {
        head += chunk.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        status = Number(head.slice(9, 12));
        const length = /\r\ncontent-length: *([0-9]+)/i.exec(head.slice(0, end));
        left = Number(length?.[1] ?? 0) - (head.length - end - 4);
      } else {
        left -= chunk.length;
      }
      if (left <= 0) finish();
    };
    const finish = () => {
      socket.off('data', onData).off('close', finish);
      resolve(status);
    };
    socket.on('data', onData).on('close', finish);
    const prefix = lane.prefix ? prefixOf(lane.prefix, number) : Buffer.alloc(0);
    const lines = [
      `PUT ${lane.path.replace('{n}', `${number}`)} HTTP/1.1`,
      ...lane.headers,
      `Content-Length: ${body.length}`,
    ];
    socket.cork();
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    socket.write(prefix);
    socket.write(body.subarray(prefix.length));
    socket.uncork();
  });
}

function prefixOf({ metadata, chapter }: Prefix, number: number): Buffer {
  return Buffer.concat([Buffer.from(metadata, 'base64'), encodeHeader(BigInt(chapter), BigInt(number))]);
}

async function readAll(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  return text;
}

await main();
