import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectRecording } from '../app/recordings/inspect.ts';
import { listRegistrations } from '../db/appliance/registrations.ts';
import { FULL } from './full.ts';
import { segmentBody } from './recording-segments.ts';
import { errorOf } from './recording-setting.ts';
import { startWebSetting, type WebSetting } from './web-process.ts';

const LIVES = FULL ? 60 : 2;
let setting: WebSetting;

beforeAll(async () => {
  setting = await startWebSetting();
}, 60_000);
afterAll(() => setting?.stop());

test.runIf(FULL)(
  'chapters that were acknowledged without custody reach it, however often web is killed meanwhile',
  async () => {
    const { custody } = setting;
    await custody.kill();
    const taker = await setting.startAttempt();
    const { recording } = await taker.record();
    const { attempt } = taker.about;
    const acknowledged = new Map<number, string>();
    let chapter = 1;
    for (let life = 0; life < LIVES; life++) {
      let killed = false;
      const recorder = (async () => {
        while (!killed) {
          const number = chapter;
          const envelope = taker.envelope(recording, number);
          // As the recorder does: the same envelope until it is answered, before the chapter's first segment.
          for (;;) {
            const reply = await taker.putEnvelope(recording, number, envelope).catch(() => null);
            if (reply && reply.status <= 201) break;
            if (reply) throw new Error(`${reply.status} ${JSON.stringify(reply.json)}`);
            await sleep(20);
          }
          acknowledged.set(number, envelope);
          const body = segmentBody(recording, number, { chapter: number });
          await taker.putSegment(recording, number, body).catch(() => null);
          chapter++;
        }
      })();
      await sleep(100 + Math.random() * 400);
      await setting.kill();
      killed = true;
      await setting.start();
      await recorder;
    }
    expect(acknowledged.size).toBeGreaterThan(LIVES);
    const waiting = () => listRegistrations(setting.db, attempt, 1).length;
    expect(waiting()).toBe(1);

    await custody.start();
    await expect.poll(waiting, { timeout: 30_000 }).toBe(0);
    for (const [number, envelope] of acknowledged) {
      // Registered with these very bytes: the same again is no error, any other would be.
      await custody.web.registerChapter(envelope);
      const other = taker.envelope(recording, number);
      if (number % 20 === 1) await expect(custody.web.registerChapter(other)).rejects.toThrow('envelope-conflict');
    }
    const { faults, chapters } = await inspectRecording(join(setting.folder, attempt, `${recording}.clr`));
    expect(faults.filter((fault) => !fault.startsWith('Segments are missing'))).toEqual([]);
    expect(chapters.length).toBeGreaterThanOrEqual(acknowledged.size);
    console.log(`${acknowledged.size} chapters acknowledged in ${LIVES} lives of web, all of them registered`);
  },
  30_000 + LIVES * 10_000,
);

test('a web that is killed while custody is told of a seal takes nothing more afterwards, and finishes it by itself', async () => {
  const { custody } = setting;
  const taker = await setting.startAttempt();
  const own = await taker.recordChapters(1);
  const { attempt } = taker.about;
  expect((await taker.putEnvelope(own.recording, 1)).status).toBe(201);
  const seal = await taker.seal([own]);
  custody.halt();
  try {
    const asked = taker.ask('POST', '/attempt/seal', seal).catch(() => null);
    // What web asks reaches custody's socket, and custody answers nobody.
    await sleep(1000);
    await setting.kill();
    expect(await asked).toBeNull();
  } finally {
    custody.go();
  }
  // Custody has entered it while there was no web.
  await expect
    .poll(() =>
      custody.web.ending(attempt).then(
        () => 'sealed',
        () => 'open',
      ),
    )
    .toBe('sealed');
  await setting.start();
  const late = await taker.putSegment(own.recording, 1, segmentBody(own.recording, 1, { chapter: 1 }));
  expect([late.status, errorOf(late)]).toEqual([409, 'attempt-sealed']);
  const file = join(setting.folder, attempt, `${own.recording}.clr`);
  await expect.poll(async () => (await inspectRecording(file)).seal, { timeout: 10_000 }).toBe('good');
  await expect.poll(() => listRegistrations(setting.db, attempt, 1)).toEqual([]);
  expect((await taker.ask('GET', '/attempt/receipt')).status).toBe(200);
}, 60_000);
