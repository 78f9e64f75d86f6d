import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TLSSocket, connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readIndex, readSegment } from '../app/recordings/reader.ts';
import { segmentBody } from './recording-segments.ts';
import { errorOf } from './recording-setting.ts';
import { inspect, startWebSetting, type TlsAttempt, type WebSetting } from './web-process.ts';

const MIB = 2 ** 20;
const RESERVE = 2 * MIB;
const SHARED_MEMORY = '/dev/shm';

let web: WebSetting;
let disk: { folder: string; remove(): void };

beforeAll(async () => {
  disk = smallDisk();
  web = await startWebSetting({ folder: disk.folder, environment: { CLOISTER_DISK_RESERVE: String(RESERVE) } });
});
afterAll(async () => {
  await web?.stop();
  disk?.remove();
});

/** A folder on a small file system: one of its own, or where nobody may mount, a container's shared memory. */
function smallDisk() {
  const { blocks, bsize } = statfsSync(SHARED_MEMORY);
  const folder = mkdtempSync(join(tmpdir(), 'cloister-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder], { stdio: 'pipe' });
    return {
      folder,
      remove() {
        execFileSync('umount', [folder]);
        rmdirSync(folder);
      },
    };
  } catch (cause) {
    rmdirSync(folder);
    if (blocks * bsize > 256 * MIB) throw new Error('This test takes root, or a small /dev/shm.', { cause });
    const shared = mkdtempSync(join(SHARED_MEMORY, 'cloister-'));
    return { folder: shared, remove: () => rmSync(shared, { recursive: true }) };
  }
}

/** As long as web may take to notice. */
const measured = () => new Promise((resolve) => setTimeout(resolve, 1100));

/** Another program's file, which leaves so many bytes free. */
function leaveFree(bytes: number): void {
  const ballast = join(disk.folder, 'ballast');
  rmSync(ballast, { force: true });
  const { bavail, bsize } = statfsSync(disk.folder);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - bytes));
}

const bodyOf = (recording: string, number: number) => segmentBody(recording, number, { bytes: 100_000 });

async function begin() {
  const taker = await web.startAttempt();
  const { recording } = await taker.record();
  const file = join(disk.folder, taker.about.attempt, `${recording}.clr`);
  const bodies = new Map<number, Buffer>();
  const put = async (number: number) => {
    const body = bodyOf(recording, number);
    const reply = await taker.putSegment(recording, number, body);
    if (reply.status === 201) bodies.set(number, body);
    return reply;
  };
  const expectStored = async () => {
    const { segments } = await readIndex(file);
    expect(segments.map(({ number }) => number)).toEqual([...bodies.keys()].toSorted((a, b) => a - b));
    for (const segment of segments) {
      expect((await readSegment(file, segment)).equals(bodies.get(segment.number) as Buffer)).toBe(true);
    }
  };
  return { taker, recording, file, bodies, put, expectStored };
}

/** Sends the head of a segment's request and never its body. @returns the status of the answer */
async function announce(taker: TlsAttempt, recording: string): Promise<number> {
  const socket: TLSSocket = connect({ port: web.port, host: '127.0.0.1', rejectUnauthorized: false });
  const head = [
    `PUT /recordings/${recording}/segments/90 HTTP/1.1`,
    `Host: ${new URL(web.origin).host}`,
    `Origin: ${web.origin}`,
    `Cookie: ${taker.cookie}`,
    'Content-Type: application/octet-stream',
    'Content-Length: 100000',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) if ((text += String(chunk)).includes('\r\n\r\n')) break;
  socket.destroy();
  return Number(text.slice(9, 12));
}

test('below the reserve segments and chapters are refused before their bodies are read, and an attempt still ends well', async () => {
  leaveFree(RESERVE + 3 * MIB);
  await measured();
  const { taker, recording, file, bodies, put, expectStored } = await begin();
  for (let number = 0; number < 10; number++) expect((await put(number)).status).toBe(201);
  leaveFree(RESERVE - 10_000);
  await measured();
  expect(await announce(taker, recording)).toBe(507);
  for (const reply of [
    await put(10),
    await taker.putEnvelope(recording, 1),
    await taker.begin({
      ...{ source: 'screen', mimeType: 'video/webm', startedAt: '2026-05-04T08:00:00.000Z' },
    }),
  ]) {
    expect([reply.status, errorOf(reply)]).toEqual([507, 'disk-full']);
  }
  const gap = { from: 20_000_000, to: 22_000_000, cause: 'reload' };
  expect((await taker.ask('POST', `/recordings/${recording}/gaps`, gap)).status).toBe(201);
  expect((await taker.finish(recording, bodies)).map(({ status }) => status)).toEqual([201, 200]);
  await expectStored();
  expect(inspect(file)).toMatchObject({ status: 0 });
});

test('on a disk that is full to the last byte nothing acknowledged is lost, and all goes on when there is room again', async () => {
  leaveFree(RESERVE + 3 * MIB);
  await measured();
  const { taker, recording, file, bodies, put, expectStored } = await begin();
  // Web has just measured; what fills the disk now it learns from the write.
  await measured();
  expect((await put(0)).status).toBe(201);
  leaveFree(250_000);
  const replies = await Promise.all([1, 2, 3, 4].map((number) => put(number)));
  const refused = replies.filter(({ status }) => status !== 201);
  expect(refused.length).toBeGreaterThanOrEqual(2);
  for (const reply of refused) expect([reply.status, errorOf(reply)]).toEqual([507, 'disk-full']);
  // What web writes down reaches this process a moment after its answer.
  const refusals = () => web.log().filter((line) => line.includes('507') || line.includes('disk-full'));
  await expect.poll(() => refusals().join()).toContain('writing');
  await expectStored();

  /** Leaves no byte, nor one in the file's last page. */
  const fill = async (from: number) => {
    leaveFree(0);
    for (let n = 0; ; n++) {
      const gap = { from: from + n, to: from + n, cause: 'reload' };
      const reply = await taker.ask('POST', `/recordings/${recording}/gaps`, gap);
      if (reply.status === 201) continue;
      expect([reply.status, errorOf(reply)]).toEqual([507, 'disk-full']);
      return;
    }
  };
  await fill(0);
  await web.kill();
  await expectStored();
  await web.start();
  leaveFree(RESERVE + 3 * MIB);
  for (const number of [1, 2, 3, 4, 5]) {
    const { status } = await put(number);
    expect(status).toBe(replies[number - 1]?.status === 201 ? 200 : 201);
  }
  await expectStored();

  // A seal that custody has entered and the disk refuses is finished later.
  const { chapter, seal } = await taker.statements(recording, bodies);
  expect((await taker.putSignature(recording, 0, chapter)).status).toBe(201);
  await fill(1_000_000);
  const late = await taker.ask('POST', '/attempt/seal', seal);
  expect([late.status, errorOf(late)]).toEqual([507, 'disk-full']);
  expect(await taker.page()).toContain('Your recording is complete, and its seal is kept');
  leaveFree(MIB);
  expect((await taker.ask('POST', '/attempt/seal', seal)).status).toBe(200);
  await expectStored();
  expect(inspect(file)).toMatchObject({ status: 0 });
});
