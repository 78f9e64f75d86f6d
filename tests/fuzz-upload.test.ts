import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectRecording } from '../app/recordings/inspect.ts';
import { readIndex, readSegment } from '../app/recordings/reader.ts';
import { FULL } from './full.ts';
import { Chance, mutate } from './fuzz.ts';
import { headOf, open } from './limits-company.ts';
import { segmentBody } from './recording-segments.ts';
import { startWebSetting, type TlsAttempt, type WebSetting } from './web-process.ts';

const MUTATIONS = FULL ? 100_000 : 800;
const AT_ONCE = 6;
const STORED = 10;
const LONGEST_MS = 20_000;
/** Time for an answer to a request that may not be whole, before the connection is given up. */
const PATIENCE_MS = 150;

let web: WebSetting;
beforeAll(async () => {
  web = await startWebSetting();
});
afterAll(() => web?.stop());

/** A connection that is kept as long as web keeps it. */
class Line {
  #socket: TLSSocket | null = null;
  #text = '';
  #heard = () => {};

  /**
   * Sends a request.
   * @param whole whether it says truly where it ends; if not, an answer may never come
   * @returns the answer's status; 0 when the connection ended without one
   */
  async ask(head: string, body: Buffer, whole: boolean): Promise<number> {
    if (!this.#socket || this.#socket.destroyed) await this.#open();
    const socket = this.#socket as TLSSocket;
    this.#text = '';
    const answered = new Promise<number>((resolve) => {
      const look = () => {
        const end = this.#text.indexOf('\r\n\r\n');
        if (end < 0) return socket.destroyed && resolve(0);
        const length = Number(/\r\ncontent-length: *([0-9]+)/i.exec(this.#text.slice(0, end))?.[1] ?? 0);
        if (this.#text.length >= end + 4 + length || socket.destroyed) resolve(Number(this.#text.slice(9, 12)));
      };
      this.#heard = look;
      look();
    });
    socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    const limit = setTimeout(() => socket.destroy(), whole ? LONGEST_MS : PATIENCE_MS);
    const status = await answered;
    clearTimeout(limit);
    // Whatever comes later over this connection answers another request than the next.
    if (!whole) this.close();
    return status;
  }

  close(): void {
    this.#socket?.destroy();
  }

  async #open(): Promise<void> {
    this.#socket = await open(web);
    this.#socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
      this.#heard();
    });
    this.#socket.on('close', () => this.#heard());
  }
}

interface Sender {
  taker: TlsAttempt;
  recording: string;
  line: Line;
  /** What was answered 201, by number. */
  stored: Map<number, Buffer>;
}

/** A segment's request, and what is altered of it. */
function requestOf(chance: Chance, { taker, recording }: Sender, seed: number) {
  // Some meet what is stored already.
  const number = chance.number(5) === 0 ? chance.number(STORED) : 1000 + seed;
  let body = segmentBody(recording, number, { bytes: chance.pick([0, 16, 100, 3000]) });
  let path = `/recordings/${recording}/segments/${number}`;
  let lines = [`Content-Length: ${body.length}`];
  const kind = chance.number(8);
  if (kind <= 2) {
    // Metadata and SFrame header, or anywhere.
    const start = kind === 0 ? 50 : body.length;
    body = Buffer.concat([mutate(chance, body.subarray(0, start)).bytes, body.subarray(start)]);
    lines = [`Content-Length: ${body.length}`];
  } else if (kind === 3) {
    const text = mutate(chance, Buffer.from(path))
      .bytes.toString('latin1')
      .replaceAll(/[\r\n ]/g, '');
    path = text.startsWith('/') ? text : `/${text}`;
  } else if (kind === 4) {
    const elsewhere = chance.pick(['chapters/0/envelope', 'chapters/0/signature', 'chapters/7/envelope']);
    path = `/recordings/${recording}/${elsewhere}`;
    const text = mutate(chance, Buffer.from(taker.envelope(recording, chance.number(3)))).bytes;
    body = chance.pick([text, Buffer.from('{"statement":"{}","signature":"A"}'), Buffer.from('['.repeat(4000))]);
    lines = [`Content-Length: ${body.length}`];
  }
  let head = headOf(web, taker, path, lines);
  if (kind === 4) head = head.replace('application/octet-stream', 'application/json');
  if (kind === 5) head = head.replace('PUT', chance.pick(['POST', 'GET', 'DELETE', 'OPTIONS', 'PATCH', 'put', 'PUTT']));
  if (kind >= 6) {
    head = mutate(chance, Buffer.from(head, 'latin1')).bytes.toString('latin1');
    return { head, body, whole: false, number: null };
  }
  return { head, body, whole: kind !== 3 && kind !== 5, number: kind <= 2 ? number : null };
}

test.runIf(FULL)(
  `${MUTATIONS} altered uploads are each refused or stored as they came; web lives on, and so does what was stored before`,
  async () => {
    const senders: Sender[] = [];
    for (let n = 0; n < AT_ONCE; n++) {
      const taker = await web.startAttempt();
      const { recording } = await taker.record();
      const stored = new Map<number, Buffer>();
      for (let number = 0; number < STORED; number++) {
        const body = segmentBody(recording, number);
        expect((await taker.putSegment(recording, number, body)).status).toBe(201);
        stored.set(number, body);
      }
      senders.push({ taker, recording, line: new Line(), stored });
    }
    const { pid } = web;
    const answers = new Map<number, number>();
    let next = 1;
    await Promise.all(
      senders.map(async (sender) => {
        while (next <= MUTATIONS) {
          const seed = next++;
          try {
            const { head, body, whole, number } = requestOf(new Chance(seed), sender, seed);
            const status = await sender.line.ask(head, body, whole);
            answers.set(status, (answers.get(status) ?? 0) + 1);
            if (whole) expect(status).toBeGreaterThan(0);
            // 301 and the like would be somebody else's page; 5xx a fault of ours.
            expect(status < 300 || (status >= 400 && status < 500), `status ${status}`).toBe(true);
            if (status === 201 && number !== null) sender.stored.set(number, body);
            if (seed % 200 === 0) {
              const honest = segmentBody(sender.recording, 150_000 + seed);
              const reply = await sender.taker.putSegment(sender.recording, 150_000 + seed, honest);
              expect(reply.status).toBe(201);
              sender.stored.set(150_000 + seed, honest);
            }
          } catch (error) {
            throw new Error(`seed ${seed}`, { cause: error });
          }
        }
      }),
    );
    console.log(`answers: ${JSON.stringify(Object.fromEntries([...answers].sort(([a], [b]) => a - b)))}`);
    expect([web.running, web.pid]).toEqual([true, pid]);
    expect(answers.get(400)).toBeGreaterThan(MUTATIONS / 20);
    expect(web.log().filter((line) => line.includes('"internal"') || line.includes('"level":50'))).toEqual([]);

    for (const { taker, recording, stored, line } of senders) {
      line.close();
      const number = 290_000;
      const honest = segmentBody(recording, number);
      expect((await taker.putSegment(recording, number, honest)).status).toBe(201);
      stored.set(number, honest);
      const file = join(web.folder, taker.about.attempt, `${recording}.clr`);
      const { segments } = await readIndex(file);
      const found = new Map(segments.map((segment) => [segment.number, segment]));
      for (const [wanted, body] of stored) {
        const segment = found.get(wanted);
        expect(segment, `segment ${wanted}`).toBeDefined();
        expect((await readSegment(file, segment as never)).equals(body), `segment ${wanted}`).toBe(true);
      }
      const { faults } = await inspectRecording(file);
      expect(faults.filter((fault) => !fault.startsWith('Segments are missing'))).toEqual([]);
    }
  },
  120_000 + MUTATIONS * 40,
);
