import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectWeb } from '../app/custody/client.ts';
import { Registrations } from '../app/custody/registrations.ts';
import { AppError } from '../app/errors.ts';
import { inspectRecording } from '../app/recordings/inspect.ts';
import { readIndex } from '../app/recordings/reader.ts';
import type { AttemptStart, Receipt } from '../app/wire.ts';
import { queueRegistration } from '../db/appliance/registrations.ts';
import { verifyReceipt } from '../hsm/ledger/receipt.ts';
import { type Enrolled, enrolRepresentative, makeRecipient, openGrant } from './custody-process.ts';
import { FULL } from './full.ts';
import { segmentBody } from './recording-segments.ts';
import { type Attempt, errorOf, type RecordingSetting, startRecordingSetting } from './recording-setting.ts';

let setting: RecordingSetting;
let port: number;
let reviewer: Enrolled;

beforeAll(async () => {
  setting = await startRecordingSetting();
  ({ port } = await setting.serve());
  reviewer = await enrolRepresentative(setting.custody, 'Ines Moreau', [setting.exam]);
}, 60_000);
afterAll(() => setting?.stop());

/** What waits, as another connection to the database sees it: what a crash would leave. */
function waiting(attempt: string): { kind: string; subject: string; refusal: string | null }[] {
  const database = new Database(setting.database, { readonly: true });
  const rows = database.prepare('SELECT kind, subject, refusal FROM registrations WHERE attempt = ? ORDER BY number');
  const found = rows.all(attempt) as { kind: string; subject: string; refusal: string | null }[];
  database.close();
  return found;
}

async function until(condition: () => boolean | Promise<boolean>, seconds = 10): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) if (await condition()) return;
  throw new Error(`this did not come true within ${seconds} s: ${condition}`);
}

/** Asks for the keys of all chapters that the file has, as the room does. */
async function release(taker: Attempt, recording: string) {
  const { room } = setting.custody;
  const { envelopes } = await readIndex(join(setting.folder, taker.about.attempt, `${recording}.clr`));
  const recipient = await makeRecipient((await room.state()).algorithm);
  const grant = await openGrant(setting.custody, reviewer, taker.about.attempt, recipient, 'all');
  const chapters = [...envelopes].map(([chapter, envelope]) => ({ recording, chapter, envelope }));
  return (await room.release(reviewer.session, grant, { recipient: recipient.digest, chapters })).keys;
}

describe('without custody', () => {
  test('an attempt is started, recorded and sealed, and all of it reaches custody by itself afterwards', async () => {
    await setting.custody.kill();
    const taker = await setting.startAttempt(port);
    const { attempt, exam, examKey } = taker.about;
    expect(examKey.applianceKey).toHaveLength(43);
    const own = await taker.recordChapters(3);
    expect(((await taker.standing()).json as AttemptStart).recordings).toMatchObject([
      { recording: own.recording, nextSegment: 3, nextChapter: 3 },
    ]);
    expect(await taker.page()).toContain('This cannot be shown just now');

    const seal = await taker.seal([own]);
    const taken = await taker.ask('POST', '/attempt/seal', seal);
    expect([taken.status, taken.json]).toEqual([202, {}]);
    expect((await taker.ask('POST', '/attempt/seal', seal)).status).toBe(202);
    const other = await taker.ask('POST', '/attempt/seal', await taker.seal([own]));
    expect([other.status, errorOf(other)]).toEqual([409, 'attempt-sealed']);
    const late = await taker.putSegment(own.recording, 3, segmentBody(own.recording, 3, { chapter: 2 }));
    expect([late.status, errorOf(late)]).toEqual([409, 'attempt-sealed']);
    expect(errorOf(await taker.standing())).toBe('attempt-sealed');
    expect(await taker.page()).toContain('its seal is kept. The receipt is made by itself');
    const none = await taker.ask('GET', '/attempt/receipt');
    expect([none.status, none.json]).toMatchObject([404, { message: expect.stringContaining('its seal is kept') }]);
    expect(waiting(attempt).map(({ kind }) => kind)).toEqual(['start', 'chapter', 'chapter', 'chapter', 'seal']);

    // A web process that starts meanwhile takes nothing more either.
    const again = taker.at((await setting.serve()).port);
    const later = await again.putSegment(own.recording, 3, segmentBody(own.recording, 3, { chapter: 2 }));
    expect([later.status, errorOf(later)]).toEqual([409, 'attempt-sealed']);
    await setting.leave(again.port);

    await setting.custody.start();
    await until(async () => (await taker.ask('GET', '/attempt/receipt')).status === 200);
    const receipt = (await taker.ask('GET', '/attempt/receipt')).json as Receipt;
    expect(verifyReceipt(receipt)).toMatchObject({ verdict: 'good', entry: { type: 'attempt-sealed' } });
    expect(JSON.parse(receipt.entry.body)).toMatchObject({ attempt, statement: seal.statement });
    expect((await taker.ask('POST', '/attempt/seal', seal)).json).toEqual(receipt);
    expect(waiting(attempt)).toEqual([]);
    expect(await taker.page()).toContain('Finished and sealed');
    const file = join(setting.folder, attempt, `${own.recording}.clr`);
    expect(await inspectRecording(file)).toMatchObject({ seal: 'good', faults: [], header: { exam } });
    expect(await release(taker, own.recording)).toHaveLength(3);
  });

  test('chapters that wait cannot be released; a web process that starts anew hands them over, in order', async () => {
    const taker = await setting.startAttempt(port);
    const { recording } = await taker.recordChapters(1);
    await setting.custody.kill();
    for (const chapter of [1, 2, 3]) expect((await taker.putEnvelope(recording, chapter)).status).toBe(201);
    await setting.leave(port);
    await setting.custody.start();
    const refusal = await release(taker, recording).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      status: 403,
      sentence: expect.stringContaining('is not registered with key custody, or not yet'),
    });
    expect(waiting(taker.about.attempt).map(({ subject }) => subject)).toEqual(
      [1, 2, 3].map((chapter) => `${recording} ${chapter}`),
    );

    ({ port } = await setting.serve());
    await until(() => waiting(taker.about.attempt).length === 0);
    expect(await release(taker, recording)).toHaveLength(4);
    // And what comes now goes to custody at once.
    expect((await taker.at(port).putEnvelope(recording, 4)).status).toBe(201);
    expect(await release(taker, recording)).toHaveLength(5);
  });

  test.runIf(FULL)(
    'hundreds of chapters of many attempts wait, and are handed over in seconds',
    async () => {
      const takers: { taker: Attempt; recording: string }[] = [];
      for (let i = 0; i < 10; i++) {
        const taker = await setting.startAttempt(port);
        takers.push({ taker, recording: (await taker.record()).recording });
      }
      await setting.custody.kill();
      // More than three hours of each, at a chapter in five minutes.
      await Promise.all(
        takers.map(async ({ taker, recording }) => {
          for (let chapter = 1; chapter <= 40; chapter++)
            expect((await taker.putEnvelope(recording, chapter)).status).toBe(201);
        }),
      );
      const rest = () => takers.reduce((sum, { taker }) => sum + waiting(taker.about.attempt).length, 0);
      expect(rest()).toBe(400);
      await setting.custody.start();
      const began = performance.now();
      await until(() => rest() === 0, 30);
      const seconds = (performance.now() - began) / 1000;
      console.log(`400 chapters handed over in ${seconds.toFixed(1)} s`);
      expect(seconds).toBeLessThan(20);
      const { attempts } = await setting.custody.room.attempts(reviewer.session);
      for (const { taker, recording } of takers) {
        const registered = attempts.find(({ attempt }) => attempt === taker.about.attempt);
        expect(registered?.recordings).toEqual([{ recording, chapters: 41 }]);
      }
    },
    90_000,
  );

  test('what custody refuses when it is handed over is kept with the reason and stops nothing else', async () => {
    const taker = await setting.startAttempt(port);
    const { recording } = await taker.recordChapters(1);
    const other = await taker.record('screen');
    const { envelopes } = await readIndex(join(setting.folder, taker.about.attempt, `${other.recording}.clr`));
    await setting.custody.kill();
    // The wrapped key of another recording's chapter 0: registered for that one already.
    const again = (envelopes.get(0) as string)
      .replace('"chapter":0', '"chapter":1')
      .replace(other.recording, recording);
    expect((await taker.putEnvelope(recording, 1, again)).status).toBe(201);
    expect((await taker.putEnvelope(recording, 2)).status).toBe(201);
    const differs = await taker.putEnvelope(recording, 2);
    expect([differs.status, errorOf(differs)]).toEqual([409, 'chapter-differs']);
    await setting.custody.start();
    await until(() => waiting(taker.about.attempt).length === 1);
    await until(() => waiting(taker.about.attempt)[0]?.refusal !== null);
    expect(waiting(taker.about.attempt)).toMatchObject([
      { subject: `${recording} 1`, refusal: expect.stringContaining('belongs to another recording') },
    ]);
    await expect(release(taker, recording)).rejects.toMatchObject({ status: 403 });
    const { attempts } = await setting.custody.room.attempts(reviewer.session);
    const registered = attempts.find(({ attempt }) => attempt === taker.about.attempt);
    expect(registered?.recordings).toContainEqual({ recording, chapters: 2 });
  });
});

describe('the queue', () => {
  test('has each chapter told by itself where custody does not read a batch: the others are registered', async () => {
    const taker = await setting.startAttempt(port);
    const { recording } = await taker.recordChapters(1);
    const { attempt } = taker.about;
    await setting.leave(port);
    for (const chapter of [1, 2, 3]) {
      const envelope = chapter === 2 ? 'x'.repeat(5000) : taker.envelope(recording, chapter);
      const row = { attempt, kind: 'chapter' as const, subject: `${recording} ${chapter}` };
      const body = JSON.stringify({ envelope });
      queueRegistration(setting.db, { ...row, body, queuedAt: new Date().toISOString() }, () => {});
    }
    ({ port } = await setting.serve());
    await until(() => waiting(attempt).length === 1);
    await until(() => waiting(attempt)[0]?.refusal !== null);
    expect(waiting(attempt)).toMatchObject([
      {
        subject: `${recording} 2`,
        refusal: 'The request was not understood. Reload the page and try again; if it happens again, report it.',
      },
    ]);
    const { attempts } = await setting.custody.room.attempts(reviewer.session);
    const registered = attempts.find((one) => one.attempt === attempt);
    expect(registered?.recordings).toEqual([{ recording, chapters: 3 }]);
  });

  test.runIf(FULL)(
    'logs what goes wrong with it once, as an error, and custody’s absence not as one',
    async () => {
      const taker = await setting.startAttempt(port);
      const own = await taker.recordChapters(1);
      const seal = await taker.seal([own]);
      const { attempt } = taker.about;
      await setting.leave(port);
      await setting.custody.kill();
      const lines: { level: number; msg: string; attempt?: string }[] = [];
      const custody = connectWeb(join(setting.custody.data, 'sockets/web.sock'));
      const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line) as never) });
      const registrations = new Registrations({ db: setting.db, brisk: custody, patient: custody, log });
      let tries = 0;
      registrations.open(async () => {
        if (++tries < 3) throw new AppError('disk-full');
      });
      expect(await registrations.seal(attempt, seal, { end: () => {}, reopen: () => {} })).toBeNull();
      const about = (msg: RegExp) => lines.filter((line) => line.attempt === attempt && msg.test(line.msg));
      await until(() => about(/does not take it yet/).length > 1);
      expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
      await setting.custody.start();
      await until(() => waiting(attempt).length === 0, 30);
      await registrations.close();
      expect(tries).toBe(3);
      expect(about(/cannot be handed over/)).toMatchObject([{ level: 50, err: { code: 'disk-full' } }]);
      ({ port } = await setting.serve());
    },
    60_000,
  );
});

describe('with a custody that stands still', () => {
  test('nobody waits long, and nothing is left behind when it goes on', async () => {
    const first = await setting.startAttempt(port);
    const { recording } = await first.recordChapters(1);
    setting.custody.halt();
    try {
      const times: number[] = [];
      const timed = async <T>(work: () => Promise<T>) => {
        const began = performance.now();
        const result = await work();
        times.push(performance.now() - began);
        return result;
      };
      expect((await timed(() => first.putEnvelope(recording, 1))).status).toBe(201);
      expect((await timed(() => first.putEnvelope(recording, 2))).status).toBe(201);
      const second = await timed(() => setting.startAttempt(port));
      const own = await timed(() => second.recordChapters(2));
      const seal = await second.seal([own]);
      expect((await timed(() => second.ask('POST', '/attempt/seal', seal))).status).toBe(202);
      expect(await timed(() => second.page())).toContain('This cannot be shown just now');
      // The first one finds out; those behind it do not wait for custody. A page and a start ask how the attempt stands.
      expect(Math.max(...times)).toBeLessThan(6000);
      expect(times[1]).toBeLessThan(1000);
      expect(times[3]).toBeLessThan(1500);
      setting.custody.go();
      await until(async () => (await second.ask('GET', '/attempt/receipt')).status === 200, 30);
      await until(() => waiting(first.about.attempt).length === 0, 30);
      expect(await release(first, recording)).toHaveLength(3);
    } finally {
      setting.custody.go();
    }
  }, 60_000);
});

describe('what is registered late', () => {
  test('stands in the ledger with the time at which the appliance took it', async () => {
    await setting.custody.kill();
    const taker = await setting.startAttempt(port);
    const took = Date.now();
    await sleep(1500);
    await setting.custody.start();
    await until(() => waiting(taker.about.attempt).length === 0);
    const { attempts } = await setting.custody.room.attempts(reviewer.session);
    const { startedAt } = attempts.find(({ attempt }) => attempt === taker.about.attempt) as { startedAt: string };
    expect(Math.abs(Date.parse(startedAt) - took)).toBeLessThan(1000);
  });
});
