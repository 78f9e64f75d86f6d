import { randomUUID } from 'node:crypto';
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectRecording } from '../app/recordings/inspect.ts';
import { listRecordings, readIndex, readSegment } from '../app/recordings/reader.ts';
import type { Recordings } from '../app/recordings/recordings.ts';
import type { AttemptStart, Receipt, RecordingState, SealStatement } from '../app/wire.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { digestOf, segmentBody } from './recording-segments.ts';
import { Attempt, ask, errorOf, SEGMENT_LIMIT, startRecordingSetting } from './recording-setting.ts';
import type { RecordingSetting, Reply } from './recording-setting.ts';

let setting: RecordingSetting;
let port: number;
let recordings: Recordings;
let attempt: Attempt;

beforeAll(async () => {
  setting = await startRecordingSetting();
  ({ port, recordings } = await setting.serve());
  attempt = await setting.startAttempt(port);
});
afterAll(() => setting?.stop());

const fileOf = (of: Attempt, recording: string) => join(setting.folder, of.about.attempt, `${recording}.clr`);

/** A recording of a test taker of its own, so that tests do not meet. */
async function begin() {
  const taker = await setting.startAttempt(port);
  const { recording } = await taker.record();
  return { taker, recording, file: fileOf(taker, recording) };
}

describe('beginning', () => {
  test('a recording begins once per source, and its file tells whose it is', async () => {
    const begun = { source: 'screen', mimeType: 'video/webm', startedAt: '2026-05-04T08:00:00.000Z' };
    const [one, two] = await Promise.all([1, 2].map(() => attempt.begin(begun)));
    expect([one?.status, two?.status].sort()).toEqual([200, 201]);
    expect(one?.json).toEqual(two?.json);
    const { recording } = (one as Reply).json as RecordingState;
    expect(one?.json).toEqual({
      recording,
      source: 'screen',
      startedAt: begun.startedAt,
      nextSegment: 0,
      nextChapter: 0,
    });
    const { header } = await readIndex(fileOf(attempt, recording));
    expect(header).toMatchObject({
      v: 1,
      exam: attempt.about.exam,
      attempt: attempt.about.attempt,
      recording,
      ...begun,
    });
    expect(await listRecordings(setting.folder, attempt.about.attempt)).toEqual([
      { recording, file: fileOf(attempt, recording) },
    ]);
    expect(await listRecordings(setting.folder, randomUUID())).toEqual([]);
  });

  test('is over with the attempt’s end, also where that has no recording and its session was just looked up', async () => {
    const taker = await setting.startAttempt(port);
    const begun = { source: 'screen', mimeType: 'video/webm', startedAt: '2026-05-04T08:00:00.000Z' };
    expect((await taker.begin({ ...begun, source: 'window' })).status).toBe(400);
    expect((await taker.ask('POST', '/attempt/seal', await taker.seal([]))).status).toBe(200);
    const late = await taker.begin(begun);
    expect([late.status, errorOf(late)]).toEqual([409, 'attempt-sealed']);
  });

  test('what is no recording is refused', async () => {
    for (const begun of [
      {},
      { source: 'room', mimeType: 'video/webm', startedAt: '2026-05-04T08:00:00.000Z' },
      ...['video/mp4', 'video/webm; codecs="av1"', 'video/webm; codecs="vp8,opus', 'video/webm; x=vp8'].map(
        (mimeType) => ({
          source: 'camera',
          mimeType,
          startedAt: '2026-05-04T08:00:00.000Z',
        }),
      ),
    ]) {
      expect(errorOf(await attempt.begin(begun))).toBe('malformed');
    }
    expect(errorOf(await attempt.ask('POST', '/recordings', 'no JSON'))).toBe('malformed');
  });
});

describe('a file without a row, as an older database leaves it', () => {
  /** Takes the recording's row away, and gives a server that has not seen it before. */
  async function forget(recording: string) {
    const db = openApplianceDatabase(setting.database);
    db.$client.prepare('DELETE FROM recordings WHERE id = ?').run(recording);
    db.$client.close();
    return setting.serve();
  }

  test('is taken in when the recorder comes back, begins again or just goes on', async () => {
    const back = [
      async (taker: Attempt) => ((await taker.standing()).json as AttemptStart).recordings[0],
      async (taker: Attempt) => taker.record(),
      async (taker: Attempt, recording: string) =>
        (await taker.putSegment(recording, 2, segmentBody(recording, 2))).status === 200 && {
          recording,
          nextSegment: 3,
        },
    ];
    for (const come of back) {
      const { taker, recording, file } = await begin();
      for (const number of [0, 1, 2]) await taker.putSegment(recording, number, segmentBody(recording, number));
      const bytes = readFileSync(file);
      const again = taker.at((await forget(recording)).port);
      expect(await come(again, recording)).toMatchObject({ recording, nextSegment: 3 });
      expect(readFileSync(file).subarray(0, bytes.length).equals(bytes)).toBe(true);
      expect((await again.putSegment(recording, 3, segmentBody(recording, 3))).status).toBe(201);
    }
  });

  test('stays untouched beside another of its source, or when it cannot be read; a bare header is removed', async () => {
    const { taker, recording, file } = await begin();
    await taker.putSegment(recording, 0, segmentBody(recording, 0));
    const [second, unreadable, bare, torn, empty] = Array.from({ length: 5 }, () => fileOf(taker, randomUUID()));
    for (const copy of [second, unreadable, bare, torn]) copyFileSync(file, copy as string);
    writeFileSync(unreadable as string, Buffer.alloc(5000, 7));
    const header = 9 + readFileSync(file).readUInt32BE(0);
    truncateSync(bare as string, header);
    truncateSync(torn as string, header - 20);
    writeFileSync(empty as string, '');
    expect((await taker.standing()).json).toMatchObject({ recordings: [{ recording }] });
    const left = (await listRecordings(setting.folder, taker.about.attempt)).map((listed) => listed.file);
    expect(left.toSorted()).toEqual([file, second, unreadable].toSorted());
    expect(readFileSync(second as string).equals(readFileSync(file))).toBe(true);
    expect(readFileSync(unreadable as string).equals(Buffer.alloc(5000, 7))).toBe(true);
  });
});

describe('envelopes', () => {
  test('are registered with custody, stored once, and never replaced', async () => {
    const { taker, recording, file } = await begin();
    const text = taker.envelope(recording, 1);
    const both = await Promise.all([1, 2].map(() => taker.putEnvelope(recording, 1, text)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 201]);
    const other = await taker.putEnvelope(recording, 1);
    expect([other.status, errorOf(other)]).toEqual([409, 'chapter-differs']);
    expect((await readIndex(file)).envelopes.get(1)).toBe(text);
    await setting.custody.web.registerChapter(text);
    await expect(setting.custody.web.registerChapter(taker.envelope(recording, 1))).rejects.toMatchObject({
      code: 'chapter-differs',
    });
  });

  test('with a wrapped key that another chapter has are refused before custody hears of them, after a new start too', async () => {
    const { taker, recording } = await begin();
    const text = taker.envelope(recording, 1);
    const again = text.replace('"chapter":1', '"chapter":2');
    expect((await taker.putEnvelope(recording, 1, text)).status).toBe(201);
    const anew = await setting.serve();
    for (const browser of [taker, taker.at(anew.port)]) {
      const reply = await browser.putEnvelope(recording, 2, again);
      expect([reply.status, errorOf(reply)]).toEqual([409, 'already-done']);
    }
    await setting.leave(anew.port);
    expect((await setting.custody.web.accesses(taker.about.attempt)).accesses).toEqual([]);
    expect((await taker.putEnvelope(recording, 2)).status).toBe(201);
  });

  test('for anything else than this chapter, or not canonical, are refused and leave nothing', async () => {
    const { taker, recording, file } = await begin();
    const size = readFileSync(file).length;
    const good = JSON.parse(taker.envelope(recording, 1)) as Record<string, unknown>;
    const wrong = [
      ...['exam', 'attempt', 'recording'].map((name) => ({ ...good, [name]: randomUUID() })),
      { ...good, chapter: 2 },
      { ...good, kid: 'another' },
      { ...good, alg: good.alg === 'RSA-OAEP' ? 'RSA-OAEP-256' : 'RSA-OAEP' },
      { ...good, more: 1 },
    ].map((envelope) =>
      JSON.stringify(Object.fromEntries(Object.entries(envelope).sort(([a], [b]) => (a < b ? -1 : 1)))),
    );
    for (const text of [...wrong, `${JSON.stringify(good)} `, '{}', 'no JSON']) {
      const reply = await taker.putEnvelope(recording, 1, text);
      expect([reply.status, errorOf(reply)], text).toEqual([400, 'malformed']);
    }
    expect(errorOf(await taker.putEnvelope(recording, 1, 'x'.repeat(5000)))).toBe('too-large');
    expect(readFileSync(file).length).toBe(size);
  });
});

describe('segments', () => {
  test('are in the file when 201 comes, and can be read back by number', async () => {
    const { taker, recording, file } = await begin();
    for (let number = 0; number < 12; number++) {
      const body = segmentBody(recording, number, { bytes: 16 + number * 5000 });
      const reply = await taker.putSegment(recording, number, body);
      expect(reply.status).toBe(201);
      expect(Number(reply.headers['cloister-load'])).toBeGreaterThanOrEqual(0);
      expect(readFileSync(file).includes(body)).toBe(true);
    }
    const index = await readIndex(file);
    expect(index.segments.map(({ number }) => number)).toEqual([...Array(12).keys()]);
    expect(index.segments[3]).toMatchObject({ chapter: 0, init: false, keyframe: true, start: 6e6, duration: 2e6 });
    for (const segment of index.segments) {
      const body = segmentBody(recording, segment.number, { bytes: 16 + segment.number * 5000 });
      expect((await readSegment(file, segment)).equals(body)).toBe(true);
    }
    const [state] = ((await taker.standing()).json as AttemptStart).recordings;
    expect(state).toMatchObject({ recording, nextSegment: 12, nextChapter: 1 });
  });

  test('the same bytes again are 200, other bytes 409, and the stored ones stay', async () => {
    const { taker, recording, file } = await begin();
    const body = segmentBody(recording, 0);
    expect((await taker.putSegment(recording, 0, body)).status).toBe(201);
    const size = readFileSync(file).length;
    expect((await taker.putSegment(recording, 0, body)).status).toBe(200);
    for (const other of [
      segmentBody(recording, 0, { salt: 'other' }),
      body.subarray(0, -1),
      Buffer.concat([body, body]),
    ]) {
      const reply = await taker.putSegment(recording, 0, other);
      expect([reply.status, errorOf(reply)]).toEqual([409, 'segment-differs']);
    }
    expect(readFileSync(file).length).toBe(size);
  });

  test('two at the same time with the same bytes end as one frame, with other bytes as one and a refusal', async () => {
    const { taker, recording, file } = await begin();
    for (let number = 0; number < 10; number++) {
      const bodies = [1, 2, 3].map(() => segmentBody(recording, number, { bytes: 60_000 }));
      const replies = await Promise.all(bodies.map((body) => taker.putSegment(recording, number, body)));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    }
    const differing = ['a', 'b'].map((salt) => taker.putSegment(recording, 10, segmentBody(recording, 10, { salt })));
    expect((await Promise.all(differing)).map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await inspectRecording(file)).frames.segment).toBe(11);
  });

  test('that say they belong elsewhere, or whose beginning cannot be read, are malformed', async () => {
    const { taker, recording } = await begin();
    const good = segmentBody(recording, 1);
    const version = Buffer.from(good);
    version[0] = 9;
    for (const body of [
      segmentBody(randomUUID(), 1),
      segmentBody(recording, 2),
      segmentBody(recording, 1, { source: 'screen' }),
      version,
      good.subarray(0, 20),
      good.subarray(0, 48),
      Buffer.alloc(0),
    ]) {
      const reply = await taker.putSegment(recording, 1, body);
      expect([reply.status, errorOf(reply)]).toEqual([400, 'malformed']);
    }
    const early = await taker.putSegment(recording, 1, segmentBody(recording, 1, { chapter: 5 }));
    expect([early.status, errorOf(early)]).toEqual([409, 'chapter-unknown']);
    expect(errorOf(await taker.putSegment(recording, 1, good, { 'content-type': 'text/plain' }))).toBe('not-supported');
  });

  test('over the limit are 413, whether the length is told before or not', async () => {
    const { taker, recording } = await begin();
    const body = segmentBody(recording, 0, { bytes: SEGMENT_LIMIT });
    const told = await taker.putSegment(recording, 0, body);
    expect([told.status, errorOf(told)]).toEqual([413, 'too-large']);
    const untold = await taker.putSegment(recording, 0, body, { 'transfer-encoding': 'chunked' });
    expect([untold.status, errorOf(untold)]).toEqual([413, 'too-large']);
    expect(recordings.intake.fill).toBe(0);
  });

  test('are 507 when the disk is nearly full', async () => {
    const { taker, recording } = await begin();
    const full = await setting.serve({ diskReserve: 2 ** 60 });
    const reply = await taker.at(full.port).putSegment(recording, 0, segmentBody(recording, 0));
    expect([reply.status, errorOf(reply)]).toEqual([507, 'disk-full']);
  });

  test('are 503 with Retry-After and a full load when too much is waiting, and are taken afterwards', async () => {
    const { taker, recording } = await begin();
    const body = segmentBody(recording, 0);
    // As much as each may have in memory, and less of the last one.
    const others = Array.from({ length: 26 }, (_, n) => ({
      attempt: `${n}`,
      bytes: n < 25 ? 10 * 2 ** 20 : 6 * 2 ** 20 - 10,
    }));
    for (const { attempt: other, bytes } of others) {
      recordings.intake.begin(other);
      recordings.intake.take(other, bytes);
    }
    const told = await taker.putSegment(recording, 0, body);
    const untold = await taker.putSegment(recording, 0, body, { 'transfer-encoding': 'chunked' });
    for (const { attempt: other, bytes } of others) recordings.intake.end(other, bytes);
    for (const reply of [told, untold]) {
      expect([reply.status, errorOf(reply)]).toEqual([503, 'busy']);
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
      expect(Number(reply.headers['cloister-load'])).toBeGreaterThan(0.99);
    }
    expect((await taker.putSegment(recording, 0, body)).status).toBe(201);
    expect(recordings.intake.fill).toBe(0);
  });

  test('of one test taker are under way four at a time: stalled ones hold up nobody else', async () => {
    const { taker, recording } = await begin();
    const other = await begin();
    const body = segmentBody(recording, 9);
    const stalled: ClientRequest[] = [0, 1, 2, 3].map((number) => {
      const headers = {
        host: 'exam.localhost',
        origin: 'https://exam.localhost',
        cookie: taker.cookie,
        'content-type': 'application/octet-stream',
        'content-length': 60_000,
      };
      const sent = request({ port, path: `/recordings/${recording}/segments/${number}`, method: 'PUT', headers });
      sent.on('error', () => {});
      sent.write(Buffer.alloc(10_000));
      return sent;
    });
    await expect.poll(() => recordings.intake.fill * 256 * 2 ** 20).toBeCloseTo(40_000, 0);
    const fifth = await taker.putSegment(recording, 9, body);
    expect([fifth.status, errorOf(fifth)]).toEqual([503, 'busy']);
    expect(Number(fifth.headers['retry-after'])).toBeGreaterThan(0);
    expect((await other.taker.putSegment(other.recording, 9, segmentBody(other.recording, 9))).status).toBe(201);
    for (const sent of stalled) sent.destroy();
    await expect.poll(() => recordings.intake.fill).toBe(0);
    expect((await taker.putSegment(recording, 9, body)).status).toBe(201);
  });

  test('lie within a week of the timeline', async () => {
    const { taker, recording } = await begin();
    const last = 7 * 24 * 1800 - 1;
    expect((await taker.putSegment(recording, last, segmentBody(recording, last))).status).toBe(201);
    const beyond = await taker.putSegment(recording, last + 1, segmentBody(recording, last + 1));
    expect([beyond.status, errorOf(beyond)]).toEqual([400, 'malformed']);
  });

  test('whose connection ends in the middle leave nothing behind', async () => {
    const { taker, recording, file } = await begin();
    const size = readFileSync(file).length;
    const body = segmentBody(recording, 0, { bytes: 50_000 });
    await new Promise<void>((resolve) => {
      const sent = request({
        port,
        path: `/recordings/${recording}/segments/0`,
        method: 'PUT',
        headers: {
          host: 'exam.localhost',
          origin: 'https://exam.localhost',
          cookie: taker.cookie,
          'content-type': 'application/octet-stream',
          'content-length': body.length,
        },
      });
      sent.on('error', () => resolve());
      sent.write(body.subarray(0, 30_000), () => setTimeout(() => sent.destroy(), 50));
    });
    await expect.poll(() => recordings.intake.fill).toBe(0);
    expect(readFileSync(file).length).toBe(size);
    expect((await taker.putSegment(recording, 0, body)).status).toBe(201);
  });

  test('of another test taker are not found, whatever is asked', async () => {
    const { taker, recording } = await begin();
    const body = segmentBody(recording, 0);
    expect((await taker.putSegment(recording, 0, body)).status).toBe(201);
    const signed = await attempt.sign(attempt.stateChapter(recording, 0, new Map([[0, body]])));
    for (const reply of [
      await attempt.putSegment(recording, 0, body),
      await attempt.putSegment(recording, 1, segmentBody(recording, 1)),
      await attempt.putEnvelope(recording, 1),
      await attempt.putSignature(recording, 0, signed),
      await attempt.ask('POST', `/recordings/${recording}/gaps`, { from: 0, to: 1, cause: 'device' }),
      await taker.putSegment(randomUUID(), 0, body),
      await taker.ask('PUT', `/recordings/${recording}/segments/01`, body),
      await taker.ask('PUT', `/recordings/${recording}/segments/-1`, body),
    ]) {
      expect([reply.status, errorOf(reply)]).toEqual([404, 'not-found']);
    }
    const nobody = await ask(port, 'PUT', `/recordings/${recording}/segments/0`, body);
    expect(nobody.status).toBe(401);
  });

  test('are known again to a server that starts anew', async () => {
    const { taker, recording } = await begin();
    const bodies = [0, 1, 2].map((number) => segmentBody(recording, number));
    for (const [number, body] of bodies.entries()) await taker.putSegment(recording, number, body);
    const again = await setting.serve();
    const other = taker.at(again.port);
    expect((await other.putSegment(recording, 1, bodies[1] as Buffer)).status).toBe(200);
    expect((await other.putSegment(recording, 2, segmentBody(recording, 2, { salt: 'x' }))).status).toBe(409);
    expect((await other.putSegment(recording, 3, segmentBody(recording, 3))).status).toBe(201);
    expect((await again.recordings.find(taker.about.attempt, recording)).state).toMatchObject({
      nextSegment: 4,
      nextChapter: 1,
    });
  });
});

describe('a session', () => {
  const HOUR_MS = 3_600_000;
  const expiries = (taker: Attempt) =>
    setting.db.$client
      .prepare(
        'SELECT expires_at FROM test_taker_sessions JOIN attempts USING (test_taker) WHERE id = ? ORDER BY expires_at',
      )
      .pluck()
      .all(taker.about.attempt) as string[];
  const hoursLeft = (taker: Attempt) => (Date.parse(expiries(taker)[0] ?? '') - Date.now()) / HOUR_MS;
  function age(taker: Attempt, hours: number): void {
    const change = setting.db.$client.prepare(
      'UPDATE test_taker_sessions SET expires_at = ? WHERE test_taker = (SELECT test_taker FROM attempts WHERE id = ?)',
    );
    change.run(new Date(Date.now() + hours * HOUR_MS).toISOString(), taker.about.attempt);
  }
  const renewed = (reply: Reply) => reply.headers['set-cookie'] ?? [];

  test('of which less than half is left is renewed by what the recorder sends, in the browser too; a day without a word is no end', async () => {
    const { taker, recording } = await begin();
    const put = (of: Attempt, number: number) => of.putSegment(recording, number, segmentBody(recording, number));
    age(taker, 24.5);
    // Each time with a server that remembers nothing of the session.
    const first = await setting.serve();
    expect(renewed(await put(taker.at(first.port), 0))).toEqual([]);
    expect(hoursLeft(taker)).toBeCloseTo(24.5, 1);
    age(taker, 23.5);
    const second = await setting.serve();
    const replies = [await put(taker.at(second.port), 1), await put(taker.at(second.port), 2)];
    expect(replies.map(({ status }) => status)).toEqual([201, 201]);
    expect(replies.map((reply) => renewed(reply).length)).toEqual([1, 0]);
    expect(renewed(replies[0] as Reply)[0]?.split('; ')).toEqual(
      expect.arrayContaining([taker.cookie, 'Max-Age=172800', 'Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']),
    );
    expect(hoursLeft(taker)).toBeCloseTo(48, 1);
    age(taker, -0.1);
    const third = await setting.serve();
    expect(errorOf(await put(taker.at(third.port), 3))).toBe('not-signed-in');
    for (const server of [first, second, third]) await setting.leave(server.port);
  });

  test('is renewed whenever the attempt is opened, gone on with or sealed', async () => {
    const taker = await setting.startAttempt(port);
    const own = await taker.recordChapters(1);
    const seal = await taker.seal([own]);
    for (const tried of [() => taker.resume(), () => taker.ask('POST', '/attempt/seal', seal)]) {
      age(taker, 1);
      const reply = await tried();
      expect([reply.status, renewed(reply).length]).toEqual([200, 1]);
      expect(hoursLeft(taker)).toBeCloseTo(48, 1);
    }
  });
});

describe('gaps', () => {
  test('are written once however often they come, lie within a week, and do not end before they begin', async () => {
    const { taker, recording, file } = await begin();
    const put = (gap: object) => taker.ask('POST', `/recordings/${recording}/gaps`, gap);
    const gap = { from: 2_000_000, to: 5_000_000, cause: 'reload' };
    const both = await Promise.all([put(gap), put({ cause: 'reload', to: 5_000_000, from: 2_000_000 })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 201]);
    const restarted = taker.at((await setting.serve()).port);
    expect((await restarted.ask('POST', `/recordings/${recording}/gaps`, gap)).status).toBe(200);
    const week = 7 * 24 * 3600 * 1e6;
    for (const wrong of [
      { ...gap, to: week + 1 },
      { ...gap, from: -1 },
      { ...gap, to: 1_999_999 },
      { ...gap, from: 0.5 },
    ]) {
      const reply = await put(wrong);
      expect([reply.status, errorOf(reply)]).toEqual([400, 'malformed']);
    }
    const other = { ...gap, to: week };
    expect((await put(other)).status).toBe(201);
    expect((await inspectRecording(file)).frames.gap).toBe(2);
    expect((await readIndex(file)).gaps).toEqual([gap, other]);
  });
});

describe('statements', () => {
  test('of a chapter are stored when signature and digest fit the file', async () => {
    const { taker, recording, file } = await begin();
    const bodies = new Map([0, 1, 3].map((number) => [number, segmentBody(recording, number)]));
    for (const [number, body] of bodies) await taker.putSegment(recording, number, body);
    const statement = taker.stateChapter(recording, 0, bodies);
    expect(statement.missing).toEqual([2]);
    const signed = await taker.sign(statement);
    expect((await taker.putSignature(recording, 0, signed)).status).toBe(201);
    expect((await taker.putSignature(recording, 0, signed)).status).toBe(200);
    // ECDSA signs anew each time: a recorder that lost the answer may send another signature of the same statement.
    expect((await taker.putSignature(recording, 0, await taker.sign(statement))).status).toBe(200);
    expect((await readIndex(file)).chapterSignatures.get(0)).toEqual(signed);
    expect((await inspectRecording(file)).chapters).toMatchObject([{ chapter: 0, signature: 'good', segments: 3 }]);
  });

  test('that name segments which are not here are 409 with their numbers', async () => {
    const { taker, recording } = await begin();
    const bodies = new Map([0, 1, 2, 3].map((number) => [number, segmentBody(recording, number)]));
    for (const number of [0, 2]) await taker.putSegment(recording, number, bodies.get(number) as Buffer);
    const signed = await taker.sign(taker.stateChapter(recording, 0, bodies));
    const early = await taker.putSignature(recording, 0, signed);
    expect([early.status, errorOf(early), early.json]).toMatchObject([409, 'segments-missing', { missing: [1, 3] }]);
    for (const number of [1, 3]) await taker.putSegment(recording, number, bodies.get(number) as Buffer);
    expect((await taker.putSignature(recording, 0, signed)).status).toBe(201);
  });

  test('that do not fit, or are signed by another key, are refused with a sentence', async () => {
    const { taker, recording } = await begin();
    await taker.putEnvelope(recording, 1);
    const bodies = new Map([0, 1].map((number) => [number, segmentBody(recording, number)]));
    for (const [number, body] of bodies) await taker.putSegment(recording, number, body);
    await taker.putSegment(recording, 2, segmentBody(recording, 2, { chapter: 1 }));
    const statement = taker.stateChapter(recording, 0, bodies);
    const good = await taker.sign(statement);
    const wrong = [
      await attempt.sign(statement),
      { ...good, signature: `A${good.signature.slice(1)}` },
      { ...good, statement: `${good.statement} ` },
      await taker.sign({ ...statement, digest: digestOf(['other']) }),
      await taker.sign({ ...statement, last: 0, digest: digestOf([bodies.get(0) as Buffer]) }),
      await taker.sign({ ...statement, last: 2 }),
      await taker.sign({ ...statement, missing: [1, 0] }),
      await taker.sign({ ...statement, last: 2 ** 31 }),
      await taker.sign({ ...statement, chapter: 1 }),
      await taker.sign({ ...statement, attempt: attempt.about.attempt }),
    ];
    for (const signed of wrong) {
      const reply = await taker.putSignature(recording, 0, signed);
      expect([reply.status, errorOf(reply)], signed.statement).toEqual([400, 'malformed']);
      expect((reply.json as { message: string }).message).toMatch(/^The statement|^The chapter statement/);
    }
    expect((await taker.putSignature(recording, 0, good)).status).toBe(201);
  });

  test('close their chapter: nothing is added to what was signed, and what it has can still be repeated', async () => {
    const { taker, recording, file } = await begin();
    const body = segmentBody(recording, 0);
    await taker.putSegment(recording, 0, body);
    const signed = await taker.sign(taker.stateChapter(recording, 0, new Map([[0, body]])));
    expect((await taker.putSignature(recording, 0, signed)).status).toBe(201);
    const late = await taker.putSegment(recording, 1, segmentBody(recording, 1));
    expect([late.status, errorOf(late)]).toEqual([409, 'already-done']);
    expect((await taker.putSegment(recording, 0, body)).status).toBe(200);
    expect((await inspectRecording(file)).chapters).toMatchObject([{ chapter: 0, signature: 'good', segments: 1 }]);
  });

  test('while a seal is under way nothing is added, and when custody does not enter it, recording goes on', async () => {
    const { taker, recording } = await begin();
    await taker.putEnvelope(recording, 1);
    const body = segmentBody(recording, 0);
    await taker.putSegment(recording, 0, body);
    const signed = await taker.sign(taker.stateChapter(recording, 0, new Map([[0, body]])));
    await taker.putSignature(recording, 0, signed);
    const { exam, attempt: id } = taker.about;
    const own = { recording, chapters: 1, segments: 1, digest: digestOf([signed.statement]) };
    const endedAt = '2026-05-04T10:00:00.000Z';
    const seal = await taker.sign({ type: 'seal', exam, attempt: id, recordings: [own], endedAt });
    const { header } = await readIndex(fileOf(taker, recording));
    const about = { id, exam, keys: [Buffer.from(header.attemptKey, 'base64url')] };

    let reached = () => {};
    let answer: (receipt: Promise<Receipt>) => void = () => {};
    const entering = new Promise<void>((resolve) => (reached = resolve));
    const sealing = recordings.seal(about, seal, () => {
      reached();
      return new Promise<Receipt>((resolve) => (answer = resolve));
    });
    await entering;
    const next = segmentBody(recording, 1, { chapter: 1 });
    const begun = { source: 'screen', mimeType: 'video/webm', startedAt: endedAt };
    let created = false;
    const creation = taker.begin(begun).finally(() => (created = true));
    for (const reply of [
      await taker.putSegment(recording, 1, next),
      await taker.putEnvelope(recording, 2),
      await taker.ask('POST', `/recordings/${recording}/gaps`, { from: 0, to: 1, cause: 'reload' }),
    ]) {
      expect([reply.status, errorOf(reply)]).toEqual([503, 'busy']);
    }
    expect(created).toBe(false);
    answer(Promise.reject(new Error('custody is away')));
    await expect(sealing).rejects.toThrow('custody is away');
    expect((await creation).status).toBe(201);
    expect((await taker.putSegment(recording, 1, next)).status).toBe(201);
  });

  test('the seal closes all recordings: nothing can be added, and the file is whole', async () => {
    const { taker, recording, file } = await begin();
    const bodies = new Map([0, 1].map((number) => [number, segmentBody(recording, number)]));
    for (const [number, body] of bodies) await taker.putSegment(recording, number, body);
    const gap = { from: 2_000_000, to: 5_000_000, cause: 'device' };
    expect((await taker.ask('POST', `/recordings/${recording}/gaps`, gap)).status).toBe(201);
    const signed = await taker.sign(taker.stateChapter(recording, 0, bodies));
    await taker.putSignature(recording, 0, signed);
    const { exam, attempt: id } = taker.about;
    const own = { recording, chapters: 1, segments: 2, digest: digestOf([signed.statement]) };
    const seal: SealStatement = {
      type: 'seal',
      exam,
      attempt: id,
      recordings: [own],
      endedAt: '2026-05-04T10:00:00.000Z',
    };
    const short = await taker.ask(
      'POST',
      '/attempt/seal',
      await taker.sign({ ...seal, recordings: [{ ...own, segments: 1 }] }),
    );
    expect([short.status, errorOf(short)]).toEqual([400, 'malformed']);
    const sealed = await taker.ask('POST', '/attempt/seal', await taker.sign(seal));
    expect(sealed.status).toBe(200);
    for (const reply of [
      await taker.putSegment(recording, 2, segmentBody(recording, 2)),
      await taker.putEnvelope(recording, 1),
      await taker.ask('POST', `/recordings/${recording}/gaps`, gap),
      await taker.begin({ source: 'screen', mimeType: 'video/webm', startedAt: seal.endedAt }),
    ]) {
      expect([reply.status, errorOf(reply)]).toEqual([409, 'attempt-sealed']);
    }
    expect(await inspectRecording(file)).toMatchObject({ seal: 'good', faults: [], gaps: [gap] });
    expect((await readIndex(file)).seal?.receipt).toEqual(sealed.json);
  });
});
