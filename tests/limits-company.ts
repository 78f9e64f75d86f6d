/** Clients that nobody wants to have beside them, over raw connections: what a browser would never send. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { TlsAttempt, WebSetting } from './web-process.ts';

/** Opens a TLS connection to web. @param from the address that it comes from, of the machine's own */
export async function open(web: WebSetting, from = '127.0.0.1'): Promise<TLSSocket> {
  const options: ConnectionOptions & { localAddress: string } = {
    ...{ port: web.port, host: '127.0.0.1', servername: 'exam.localhost', rejectUnauthorized: false },
    localAddress: from,
  };
  const socket = connect(options);
  // Who does not read does not hear that the other side has hung up.
  socket.resume();
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
  return socket;
}

/** Opens a connection that never begins its TLS handshake. */
export async function openPlain(web: WebSetting): Promise<Socket> {
  const socket = connectTcp(web.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'connect');
  return socket;
}

/** The head of a segment's request. @param lines those that say how long the body is, and whatever else */
export function headOf(web: WebSetting, taker: TlsAttempt, path: string, lines: string[]): string {
  const head = [`PUT ${path} HTTP/1.1`, `Host: ${new URL(web.origin).host}`, `Origin: ${web.origin}`];
  head.push(`Cookie: ${taker.cookie}`, 'Content-Type: application/octet-stream', 'Accept: application/json', ...lines);
  return `${head.join('\r\n')}\r\n\r\n`;
}

/** Sends these bytes. @returns all that comes back until web closes the connection, or half a minute without a byte */
export async function exchange(web: WebSetting, ...bytes: (string | Buffer)[]): Promise<string> {
  const socket = await open(web);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  const closed = new Promise((resolve) => socket.once('close', resolve).setTimeout(30_000, () => socket.destroy()));
  for (const part of bytes) socket.write(part);
  await closed;
  return text;
}

/** The statuses of the answers in what came back over one connection. */
export const statusesIn = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 ([0-9]{3}) /g)].map(([, status]) => Number(status));

/** Bytes at a pace, which a busy machine makes up for. @returns whether web was still listening at the end */
export async function trickle(socket: Socket, bytes: Buffer, perSecond: number): Promise<boolean> {
  const began = performance.now();
  for (let at = 0; at < bytes.length; ) {
    if (socket.destroyed || !socket.writable) return false;
    const due = Math.floor(((performance.now() - began) / 1000) * perSecond);
    const end = Math.min(bytes.length, Math.max(at + 1, due));
    socket.write(bytes.subarray(at, end));
    at = end;
    await new Promise((resolve) => setTimeout(resolve, Math.max(100, 1000 / perSecond)));
  }
  return !socket.destroyed;
}
