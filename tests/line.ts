import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** The line between a browser and the appliance, byte for byte: it can be cut and mended. */
export class Line {
  readonly port: number;
  #server: ReturnType<typeof createServer>;
  #sockets = new Set<Socket>();
  #whole = true;

  private constructor(server: ReturnType<typeof createServer>, to: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (near: Socket) => {
      const far = connect({ port: to, host: '127.0.0.1', allowHalfOpen: true });
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.#sockets.delete(one);
          // With the line cut, neither end hears of the other's.
          if (this.#whole) other.destroy();
        });
        one.on('data', (bytes) => {
          if (this.#whole && !other.write(bytes)) {
            one.pause();
            other.once('drain', () => one.resume());
          }
        });
        one.on('end', () => this.#whole && other.end());
      }
    });
  }

  /** @param to port on this machine that it leads to */
  static async lay(to: number): Promise<Line> {
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Line(server, to);
  }

  /** What is sent from now on gets lost, without a word to either side; a new connection is answered by nobody. */
  cut(): void {
    this.#whole = false;
  }

  /** Connections from before are gone for good, as behind a router that was started anew. */
  mend(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#whole = true;
  }

  close(): void {
    this.mend();
    this.#server.close();
  }
}
