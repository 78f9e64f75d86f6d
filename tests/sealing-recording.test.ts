import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AttemptStart } from '../app/wire.ts';
import { type RecordingSetting, startRecordingSetting } from './recording-setting.ts';
import { handOut } from './sealing-setting.ts';

let setting: RecordingSetting;
beforeAll(async () => void (setting = await startRecordingSetting()));
afterAll(() => setting?.stop());

/** How much waits for custody, as another connection to the database sees it. */
function waiting(): number {
  const database = new Database(setting.database, { readonly: true });
  const found = database.prepare('SELECT count(*) AS waiting FROM registrations WHERE refusal IS NULL').get();
  database.close();
  return (found as { waiting: number }).waiting;
}

test('while custody is sealed an attempt is started, recorded and ended, and all of it is handed over once it is open', async () => {
  const { custody } = setting;
  const { port } = await setting.serve();
  const shares = await handOut(custody);
  await custody.operator.completeSealing();
  await custody.restart();
  expect((await custody.room.state()).state).toBe('sealed');

  const taker = await setting.startAttempt(port);
  const own = await taker.recordChapters(3);
  expect(((await taker.standing()).json as AttemptStart).recordings).toMatchObject([
    { recording: own.recording, nextSegment: 3, nextChapter: 3 },
  ]);
  const taken = await taker.ask('POST', '/attempt/seal', await taker.seal([own]));
  expect([taken.status, taken.json]).toEqual([202, {}]);
  expect(waiting()).toBe(5);
  const page = await taker.page();
  for (const name of ['Ada Lang', 'Ben Oduya', 'Cleo Marsh']) expect(page).not.toContain(name);

  for (const share of shares.slice(1)) await custody.operator.giveShare(share);
  expect((await custody.room.state()).state).toBe('open');
  await expect.poll(waiting, { timeout: 20_000 }).toBe(0);
  expect(await custody.web.ending(taker.about.attempt)).toMatchObject({ sealedAt: expect.any(String) });
  expect((await taker.ask('GET', '/attempt/receipt')).status).toBe(200);
});
