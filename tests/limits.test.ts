import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readIndex, readSegment } from '../app/recordings/reader.ts';
import { encodeMetadata } from '../app/wire.ts';
import type { LoadOrder, LoadResult } from '../bench/load.ts';
import { FULL } from './full.ts';
import { exchange, headOf, open, openPlain, statusesIn, trickle } from './limits-company.ts';
import { segmentBody } from './recording-segments.ts';
import { errorOf, type Reply } from './recording-setting.ts';
import { inspect, startWebSetting, type TlsAttempt, type WebSetting } from './web-process.ts';

const IDLE = 10_000;
const MIB = 2 ** 20;

let web: WebSetting;
beforeAll(async () => {
  web = await startWebSetting();
});
afterAll(() => web?.stop());

async function begin(setting = web) {
  const taker = await setting.startAttempt();
  const { recording } = await taker.record();
  const file = join(setting.folder, taker.about.attempt, `${recording}.clr`);
  return { taker, recording, file, path: (number: number) => `/recordings/${recording}/segments/${number}` };
}

const numbersIn = async (file: string) => (await readIndex(file)).segments.map(({ number }) => number);

describe('a client that lies about how long its body is', () => {
  test('in a way that no two readers agree on is refused, and none of its bytes is taken for a segment or a request', async () => {
    const { taker, recording, file, path } = await begin();
    const body = segmentBody(recording, 0, { bytes: 300 });
    const second = segmentBody(recording, 1, { bytes: 155 });
    const inner = Buffer.concat([
      Buffer.from(headOf(web, taker, path(1), [`Content-Length: ${second.length}`, 'Connection: close'])),
      second,
    ]);
    const chunk = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
    const lies: [string[], Buffer][] = [
      [['Content-Length: -5'], body],
      [[`Content-Length: +${body.length}`], body],
      [[`Content-Length: 0x${body.length.toString(16)}`], body],
      [['Content-Length: 1e3'], body],
      [['Content-Length: 99999999999999999999999'], body],
      [[`Content-Length: ${body.length}`, 'Content-Length: 5'], body],
      [[`Content-Length: ${body.length}, 5`], body],
      [[`Content-Length: ${body.length}`, `Content-Length: ${body.length}`], body],
      [[`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'], chunk],
      [['Transfer-Encoding: chunked', `Content-Length: ${body.length}`], chunk],
      [['Transfer-Encoding: chunked, identity'], chunk],
      [['Transfer-Encoding: xchunked'], chunk],
      [['Transfer-Encoding : chunked'], chunk],
      [['Transfer-Encoding: chunked'], Buffer.concat([Buffer.from('-1\r\n'), body])],
      [['Transfer-Encoding: chunked'], Buffer.concat([Buffer.from('fffffffffffffffff\r\n'), body])],
      [['Transfer-Encoding: chunked'], Buffer.concat([Buffer.from('5\r\n'), body])],
      [[`Content-Length: ${body.length}\n`, 'X: y'], body],
      [[`Content-Length:\u000b${body.length}`], body],
    ];
    for (const [lines, sent] of lies) {
      const statuses = statusesIn(await exchange(web, headOf(web, taker, path(0), lines), sent, inner));
      expect(statuses, lines.join()).toEqual([400]);
    }
    expect(await numbersIn(file)).toEqual([]);
    // The same bytes, told truly.
    const honest = await exchange(web, headOf(web, taker, path(0), [`Content-Length: ${body.length}`]), body, inner);
    expect(statusesIn(honest)).toEqual([201, 201]);
    const last = ['Transfer-Encoding: chunked', 'Connection: close'];
    const chunked = await exchange(web, headOf(web, taker, path(0), last), chunk);
    expect(statusesIn(chunked)).toEqual([200]);
    expect(await numbersIn(file)).toEqual([0, 1]);
  });

  test('and sends less leaves nothing; and sends more has the rest read as what it is: no request', async () => {
    const { taker, recording, file, path } = await begin();
    const body = segmentBody(recording, 0, { bytes: 300 });
    const leaver = await open(web);
    leaver.write(headOf(web, taker, path(0), [`Content-Length: ${body.length + 1}`]));
    leaver.end(body);
    await once(leaver, 'close');
    expect(await numbersIn(file)).toEqual([]);
    const longer = Buffer.concat([body, Buffer.from('and more of it\r\n\r\n')]);
    const answers = await exchange(web, headOf(web, taker, path(0), [`Content-Length: ${body.length}`]), longer);
    // The 201 gets through only where it is faster.
    expect(statusesIn(answers).at(-1)).toBe(400);
    await expect.poll(() => numbersIn(file)).toEqual([0]);
    const huge = await exchange(web, headOf(web, taker, path(1), ['Content-Length: 99999999999', 'Connection: close']));
    expect(statusesIn(huge)).toEqual([413]);
    expect(await numbersIn(file)).toEqual([0]);
    expect(inspect(file)).toMatchObject({ status: 0 });
  });
});

describe('too many bodies at once', () => {
  /** Bodies of 4 MiB, of two requests each of so many test takers, all but their last bytes. */
  async function saturate(testTakers: number, numbers = [0, 1]) {
    const stalled = [];
    for (let n = 0; n < testTakers; n++) {
      const { taker, recording, file, path } = await begin();
      const bodies = numbers.map((number) => segmentBody(recording, number, { bytes: 4 * MIB - 100 }));
      const begun = bodies.map(async (body, number) => {
        const socket = await open(web);
        let answer = '';
        socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
        socket.write(headOf(web, taker, path(number), [`Content-Length: ${body.length}`]));
        socket.write(body.subarray(0, -1));
        const finish = async () => {
          socket.write(body.subarray(-1));
          await expect.poll(() => answer, { timeout: 30_000 }).toContain('\r\n\r\n');
          socket.destroy();
          return { file, recording, number, status: statusesIn(answer)[0] };
        };
        return { finish, isAnswered: () => answer.includes('\r\n\r\n') };
      });
      stalled.push(...(await Promise.all(begun)));
    }
    return stalled;
  }

  test('of one test taker hold ten MiB of it, whatever comes', async () => {
    const { taker, recording } = await begin();
    const put = () => taker.putSegment(recording, 0, segmentBody(recording, 0));
    const loadOf = async () => Number((await put()).headers['cloister-load']);
    const four = await saturate(1, [0, 1, 2, 3]);
    await expect.poll(loadOf, { timeout: 15_000, interval: 200 }).toBeCloseTo(8 / 256, 3);
    // The other two are refused before these end: what ends makes room.
    await expect.poll(() => four.filter(({ isAnswered }) => isAnswered()).length, { timeout: 15_000 }).toBe(2);
    const statuses = (await Promise.all(four.map(({ finish }) => finish()))).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([201, 201, 503, 503]);
    expect(await loadOf()).toBeLessThan(0.001);
  });

  test('are 503 with Retry-After while 256 MiB wait; the load follows, and what was taken is stored whole', async () => {
    const { taker, recording, file } = await begin();
    const put = (number: number) =>
      taker.putSegment(recording, number, segmentBody(recording, number, { bytes: 300_000 }));
    const loadOf = (reply: Reply) => Number(reply.headers['cloister-load']);
    expect(loadOf(await put(0))).toBeLessThan(0.01);
    const half = await saturate(16);
    let last: Reply | undefined;
    await expect
      .poll(async () => ((last = await put(0)), loadOf(last)), { timeout: 15_000, interval: 200 })
      .toBeCloseTo(0.5, 1);
    expect(last?.status).toBe(200);
    const rest = await saturate(18);
    await expect.poll(async () => (last = await put(1)).status, { timeout: 15_000, interval: 200 }).toBe(503);
    expect(errorOf(last as Reply)).toBe('busy');
    expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
    expect(loadOf(last as Reply)).toBeGreaterThan(0.95);
    // What fits goes on.
    expect((await taker.putEnvelope(recording, 1)).status).toBe(201);

    const answers = await Promise.all([...half, ...rest].map(({ finish }) => finish()));
    const stored = answers.filter(({ status }) => status === 201);
    expect(answers.filter(({ status }) => status !== 201 && status !== 503)).toEqual([]);
    expect(stored.length).toBeGreaterThanOrEqual(60);
    for (const { file: path, recording: own, number } of stored) {
      const segment = (await readIndex(path)).segments.find((one) => one.number === number);
      const body = segmentBody(own, number, { bytes: 4 * MIB - 100 });
      expect((await readSegment(path, segment as never)).equals(body)).toBe(true);
    }
    const after = await put(1);
    expect(after.status).toBe(201);
    expect(loadOf(after)).toBeLessThan(0.01);
    expect(await numbersIn(file)).toEqual([0, 1]);
  }, 120_000);
});

describe('bad company', () => {
  /** Uploads of eight test takers, one after another each, for so many seconds; by a process of its own. */
  async function upload(lanes: LoadOrder['lanes'], seconds: number, first: number): Promise<LoadResult> {
    const load = spawn(process.execPath, [join(import.meta.dirname, '../bench/load.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const order: LoadOrder = {
      ...{ port: web.port, servername: 'exam.localhost', seconds, bytes: 64 * 1024 },
      lanes: lanes.map((lane) => ({ ...lane, first })),
    };
    load.stdin.end(JSON.stringify(order));
    const [line] = await Promise.all([text(load.stdout), once(load, 'close')]);
    return JSON.parse(line) as LoadResult;
  }

  async function lane(): Promise<LoadOrder['lanes'][number]> {
    const { taker, recording } = await begin();
    const about = { recording, source: 'camera', keyframe: true, init: false, start: 0, duration: 2e6 } as const;
    return {
      path: `/recordings/${recording}/segments/{n}`,
      headers: headOf(web, taker, '', []).split('\r\n').slice(1, -2),
      first: 0,
      prefix: { metadata: Buffer.from(encodeMetadata(about)).toString('base64'), chapter: 0 },
    };
  }

  test.runIf(FULL)(
    `of ${IDLE} idle connections and every kind of slow client is not noticed by others, and is gone within a minute`,
    async () => {
      const lanes = await Promise.all(Array.from({ length: 8 }, lane));
      await upload(lanes, 1, 0);
      const alone = await upload(lanes, 4, 100_000);
      expect(alone.refused).toEqual({});

      const idle: TLSSocket[] = [];
      const question = `GET /health HTTP/1.1\r\nHost: ${new URL(web.origin).host}\r\n\r\n`;
      let asked = performance.now();
      while (idle.length < IDLE) {
        const some = await Promise.all(Array.from({ length: 50 }, (_, n) => open(web, `127.0.0.${2 + (n % 10)}`)));
        for (const socket of some) socket.write(question);
        idle.push(...some);
        // Kept connections are closed a minute after their last request, and thousands take time to come.
        if (performance.now() - asked > 20_000) {
          for (const socket of idle) socket.write(question);
          asked = performance.now();
        }
      }
      for (const socket of idle) socket.write(question);

      // On a line of 64 kbit/s, for the 50 seconds that it takes: not bad company at all.
      const distant = await begin();
      const camera = segmentBody(distant.recording, 0, { bytes: 400_000 });
      const line = await open(web);
      let answer = '';
      line.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
      line.write(headOf(web, distant.taker, distant.path(0), [`Content-Length: ${camera.length}`]));
      const arriving = trickle(line, camera, 8000);

      const slow: Socket[] = [];
      const pacing: Promise<unknown>[] = [];
      for (let n = 0; n < 10; n++) {
        const { taker, recording, path } = await begin();
        for (const number of [0, 1, 2, 3]) {
          const body = segmentBody(recording, number, { bytes: 100_000 });
          const socket = await open(web);
          slow.push(socket);
          socket.write(headOf(web, taker, path(number), [`Content-Length: ${body.length}`]));
          if (number < 2) pacing.push(trickle(socket, body, 1));
          else socket.write(body.subarray(0, 50_000));
        }
      }
      for (let n = 0; n < 50; n++) {
        const head = await open(web);
        pacing.push(trickle(head, Buffer.from('GET /health HTTP/1.1\r\nX-Slow: '.padEnd(2000, 'x')), 1));
        const hello = await openPlain(web);
        // A record of the handshake protocol that says it has 512 bytes.
        hello.write(Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252]));
        slow.push(head, hello, await openPlain(web));
      }
      let leaving = true;
      const leaver = await begin();
      const left = (async () => {
        let count = 0;
        for (; leaving; count++) {
          const socket = await open(web);
          socket.write(headOf(web, leaver.taker, leaver.path(0), ['Content-Length: 100000']));
          socket.write(segmentBody(leaver.recording, 0, { bytes: 50_000 }), () => socket.destroy());
          await once(socket, 'close');
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        return count;
      })();
      const beside = await upload(lanes, 4, 200_000);
      const held = idle.filter(({ destroyed }) => !destroyed).length;
      leaving = false;
      expect(held).toBe(IDLE);
      expect(beside.refused).toEqual({});
      expect(beside.stored).toBeGreaterThan(0);
      expect(await left).toBeGreaterThan(10);

      await expect.poll(() => slow.filter(({ destroyed }) => !destroyed).length, { timeout: 45_000 }).toBe(0);
      await Promise.all(pacing);
      expect(await arriving).toBe(true);
      await expect.poll(() => statusesIn(answer), { timeout: 10_000 }).toEqual([201]);
      const fill = await distant.taker.putSegment(distant.recording, 0, camera);
      expect(fill.status).toBe(200);
      expect(Number(fill.headers['cloister-load'])).toBeLessThan(0.01);
      for (const socket of [...idle, line]) socket.destroy();

      // Before and after: this machine may have other company.
      const again = await upload(lanes, 4, 300_000);
      const [p50, p95] = [Math.max(alone.p50, again.p50), Math.max(alone.p95, again.p95)];
      console.log(
        `beside ${held} idle and ${slow.length} slow connections: median ${beside.p50.toFixed(1)} ms (alone ${p50.toFixed(1)}), p95 ${beside.p95.toFixed(1)} ms (alone ${p95.toFixed(1)})`,
      );
      expect(beside.p50).toBeLessThan(p50 * 3 + 10);
      expect(beside.p95).toBeLessThan(p95 * 3 + 50);
    },
    900_000,
  );
});

describe('more connections than the process may have files', () => {
  test('leave room for recordings, and one address for the others', async () => {
    const small = await startWebSetting({ before: 'ulimit -n 1200;' });
    const crowd: TLSSocket[] = [];
    try {
      const { taker, recording } = await begin(small);
      const come = async (from: string, count: number) => {
        for (let n = 0; n < count; n += 50) {
          crowd.push(...(await Promise.all(Array.from({ length: 50 }, () => open(small, from)))));
        }
        // Who never asks is sent away after twenty seconds.
        for (const socket of crowd) socket.write(`GET /health HTTP/1.1\r\nHost: ${new URL(small.origin).host}\r\n\r\n`);
        return crowd.filter((socket) => !socket.destroyed && socket.localAddress === from).length;
      };
      // 0.55 of 1200, a sixth of which one address may have.
      expect(await come('127.0.0.2', 200)).toBe(110);
      const put = (of: TlsAttempt, number: number) => of.putSegment(recording, number, segmentBody(recording, number));
      expect((await put(taker, 0)).status).toBe(201);
      // New test takers still come, each with a file to be opened.
      for (let n = 0; n < 5; n++) {
        const another = await small.startAttempt('127.0.0.3');
        expect((await another.putSegment((await another.record()).recording, 0, Buffer.alloc(60))).status).toBe(400);
      }
      // Two that take all they may leave room; it takes six to shut out others.
      expect(await come('127.0.0.4', 200)).toBe(110);
      expect((await (await small.startAttempt('127.0.0.5')).record()).recording).toBeTruthy();
      for (const last of [6, 7, 8, 9]) await come(`127.0.0.${last}`, 200);
      expect(crowd.filter(({ destroyed }) => !destroyed).length).toBeLessThanOrEqual(660);
      // Nobody new gets in now, but who is in goes on.
      await expect(small.startAttempt('127.0.0.10')).rejects.toThrow();
      expect((await put(taker, 1)).status).toBe(201);
      // Others leave, and there is room.
      for (const socket of crowd) socket.destroy();
      await expect
        .poll(
          () =>
            small.startAttempt('127.0.0.10').then(
              () => 'in',
              () => 'out',
            ),
          { timeout: 30_000 },
        )
        .toBe('in');
      expect(readFileSync('/proc/self/limits', 'utf8')).not.toMatch(/^Max open files +1200/m);
      expect(small.log().filter((line) => line.includes('"level":50'))).toEqual([]);
    } finally {
      for (const socket of crowd) socket.destroy();
      await small.stop();
    }
  }, 120_000);
});
