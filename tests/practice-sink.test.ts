import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../app/errors.ts';
import { PracticeSink, type Sender } from '../app/practice/sink.ts';
import { Intake } from '../app/recordings/intake.ts';

const LIMIT = 4 * 2 ** 20;
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A sink behind a real HTTP server; each request names its sender. */
async function openSink() {
  const intake = new Intake(100);
  const sink = new PracticeSink(intake, LIMIT);
  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const sender = JSON.parse(String(incoming.headers['sender'])) as Sender;
    try {
      await sink.swallow(incoming, sink.expect(incoming), sender);
      response.writeHead(201).end();
    } catch (error) {
      response.writeHead(error instanceof AppError ? error.status : 500).end();
    }
  };
  const server = createServer((incoming, response) => void answer(incoming, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;

  /** Begins a body of which nothing comes until `end`. */
  function begin(sender: Sender, bytes = 1024) {
    const headers = { sender: JSON.stringify(sender), 'content-length': bytes };
    const sent = request({ port, host: '127.0.0.1', method: 'PUT', path: '/', headers, agent: false });
    sent.on('error', () => {});
    sent.flushHeaders();
    const status = new Promise<number>((resolve) => {
      sent.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
    });
    return { status, end: () => sent.end(Buffer.alloc(bytes)), cut: () => sent.destroy() };
  }
  const put = async (sender: Sender, bytes?: number) => {
    const body = begin(sender, bytes);
    body.end();
    return body.status;
  };
  return { intake, sink, port, begin, put };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 50));

describe('the sink', () => {
  test('takes whole bodies, and refuses those that are too large or state no length', async () => {
    const { put, port } = await openSink();
    const sender = { testTaker: 'a' };
    expect(await put(sender)).toBe(201);
    expect(await put(sender, LIMIT)).toBe(201);
    expect(await put(sender, LIMIT + 1)).toBe(413);
    const headers = { sender: JSON.stringify(sender), 'transfer-encoding': 'chunked' };
    const chunked = request({ port, host: '127.0.0.1', method: 'PUT', path: '/', headers });
    chunked.on('error', () => {});
    chunked.end('x');
    const [response] = (await once(chunked, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(413);
    response.resume();
  });

  test('lets four bodies of one sender be under way, others beside them, and the next one once a body has ended', async () => {
    const { put, begin } = await openSink();
    const sender = { address: '192.0.2.7' };
    const bodies = Array.from({ length: 4 }, () => begin(sender));
    await settle();
    expect(await put(sender)).toBe(503);
    expect(await put({ address: '192.0.2.8' })).toBe(201);
    expect(await put({ testTaker: 'a' })).toBe(201);
    bodies[0]?.end();
    expect(await bodies[0]?.status).toBe(201);
    expect(await put(sender)).toBe(201);
    // A body that is cut gives its place back as well.
    const again = begin(sender);
    await settle();
    expect(await put(sender)).toBe(503);
    again.cut();
    await settle();
    expect(await put(sender)).toBe(201);
  });

  test('lets nobody hold all places: those without a personal link have sixteen, and none of the test takers’', async () => {
    const { put, begin } = await openSink();
    for (let i = 0; i < 16; i++) begin({ address: `192.0.2.${i}` });
    await settle();
    expect(await put({ address: '198.51.100.1' })).toBe(503);
    expect(await put({ testTaker: 'a' })).toBe(201);
  });

  test('lets one sender send 96 MiB in a row and more only as time passes', async () => {
    const { put } = await openSink();
    const sender = { testTaker: 'a' };
    const statuses = [];
    for (let i = 0; i < 26; i++) statuses.push(await put(sender, LIMIT));
    expect(statuses.filter((status) => status === 201).length).toBeLessThanOrEqual(25);
    expect(statuses.slice(0, 24)).toEqual(Array.from({ length: 24 }, () => 201));
    expect(statuses).toContain(503);
    expect(await put({ testTaker: 'b' }, LIMIT)).toBe(201);
    await new Promise((resolve) => setTimeout(resolve, 2200));
    expect(await put(sender, LIMIT)).toBe(201);
  });

  test('takes all addresses of one IPv6 network for one sender', async () => {
    const { put, begin } = await openSink();
    const inside = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:2:0:0:0:3', '2001:db8:1:2:a:b:c:d'];
    for (const address of inside) begin({ address });
    await settle();
    expect(await put({ address: '2001:db8:1:2::4711' })).toBe(503);
    expect(await put({ address: '2001:db8:1:3::1' })).toBe(201);
    expect(await put({ address: '::ffff:192.0.2.1' })).toBe(201);
  });

  test('stands back for running exams: with a quarter of their intake full it takes nothing', async () => {
    const { put, intake, sink } = await openSink();
    intake.begin('an attempt');
    intake.take('an attempt', 25);
    expect(await put({ testTaker: 'a' })).toBe(201);
    intake.take('an attempt', 1);
    expect(await put({ testTaker: 'a' })).toBe(503);
    expect(sink.load).toBe(0.26);
    intake.end('an attempt', 26);
    expect(await put({ testTaker: 'a' })).toBe(201);
  });

  test('does not wait for what never comes', async () => {
    const { put, port } = await openSink();
    const socket = connect(port, '127.0.0.1');
    socket.write('PUT / HTTP/1.1\r\nhost: x\r\nsender: {"testTaker":"a"}\r\ncontent-length: 1000\r\n\r\nhalf');
    await settle();
    socket.destroy();
    await settle();
    expect(await put({ testTaker: 'a' })).toBe(201);
  });

  test('gives a body a minute, and its place to another one then', async () => {
    const { put, begin } = await openSink();
    const sender = { address: '192.0.2.9' };
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      for (let i = 0; i < 4; i++) begin(sender);
      while ((await put(sender)) !== 503) await turn();
      vi.advanceTimersByTime(59_000);
      expect(await put(sender)).toBe(503);
      vi.advanceTimersByTime(2000);
      for (let i = 0; i < 100; i++) await turn();
      expect(await put(sender)).toBe(201);
    } finally {
      vi.useRealTimers();
    }
  });
});
