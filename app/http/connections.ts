import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import { networkOf } from './network.ts';

/**
 * Share of the files that the process may have open: a test taker has two or three connections and one or two open recordings, so that
 * the files for those have to last as well.
 */
const SHARE_OF_FILES = 0.55;
/**
 * Share of all connections that one address may hold, so that only six together can shut out others. Behind one gateway of a campus (NAT, VPN)
 * a thousand test takers need some three thousand: where more come through one, an operator raises LimitNOFILE, up to the
 * server's own limit.
 */
const SHARE_OF_ADDRESS = 1 / 6;

/** In each such time so much of a body has to come: an eighth of what a line of 64 kbit/s carries. */
const BODY_STEP = { ms: 30_000, bytes: 30_000 };
const SWEEP_MS = 5000;

/**
 * Limits how many connections a server holds, of all and of one address, so that neither strangers' idle ones nor a broken network's
 * use up what others need.
 * @param most connections at once, if the process may open as many files; fewer otherwise
 */
export function limitConnections(server: Server, most: number): void {
  server.maxConnections = Math.min(most, Math.floor(openFileLimit() * SHARE_OF_FILES));
  const ofOneAddress = Math.floor(server.maxConnections * SHARE_OF_ADDRESS);
  const counts = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = networkOf(socket.remoteAddress ?? '');
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    socket.once('close', () => {
      const left = (counts.get(address) ?? 0) - 1;
      if (left > 0) counts.set(address, left);
      else counts.delete(address);
    });
    if (count > ofOneAddress) socket.destroy();
  });
}

/** @returns Linux's limit for this process; Node has raised it to the highest that it may have */
function openFileLimit(): number {
  const soft = /^Max open files +([0-9]+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return soft ? Number(soft) : Infinity;
}

/** Cuts the connections of requests whose bodies come too slowly to be worth what they hold. */
export class SlowBodies {
  readonly #arriving = new Map<IncomingMessage, { since: number; read: number }>();
  readonly #sweep = setInterval(() => this.#cut(), SWEEP_MS).unref();

  /** Watches a request as long as `answer` works on it. */
  async during<T>(incoming: IncomingMessage, answer: () => T | Promise<T>): Promise<T> {
    if (incoming.complete) return answer();
    this.#arriving.set(incoming, { since: performance.now(), read: incoming.socket.bytesRead });
    try {
      return await answer();
    } finally {
      this.#arriving.delete(incoming);
    }
  }

  stop(): void {
    clearInterval(this.#sweep);
  }

  #cut(): void {
    const now = performance.now();
    for (const [incoming, step] of this.#arriving) {
      const { bytesRead } = incoming.socket;
      if (incoming.complete) continue;
      if (bytesRead - step.read >= BODY_STEP.bytes) this.#arriving.set(incoming, { since: now, read: bytesRead });
      else if (now - step.since > BODY_STEP.ms) incoming.socket.destroy();
    }
  }
}
