import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Receipt } from '../app/wire.ts';
import { findQueuedSeal } from '../db/appliance/registrations.ts';
import { takesUntil } from '../hsm/closing.ts';
import { verifyReceipt } from '../hsm/ledger/receipt.ts';
import type { Policy } from '../hsm/policy.ts';
import { enrolRepresentative } from './custody-process.ts';
import { FULL } from './full.ts';
import { segmentBody } from './recording-segments.ts';
import { errorOf, type RecordingSetting, startRecordingSetting } from './recording-setting.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let setting: RecordingSetting;

beforeAll(async () => {
  // The hour that custody has to be there takes eighteen seconds.
  setting = await startRecordingSetting({ rate: 200 });
}, 60_000);
afterAll(() => setting?.stop());

/** Has custody be away while an exam ended that many days ago. */
const endExam = (exam: string, daysAgo: number) =>
  setting.custody.whileDown((database) => {
    const ended = new Date(Date.now() - daysAgo * DAY_MS).toISOString();
    const close = database.prepare(`UPDATE exams SET policy = json_set(policy, '$.closesAt', ?) WHERE id = ?`);
    close.run(ended, exam);
  });

test('an attempt is closed a day after its deadline and a day after custody came back; a week on, an hour is enough', () => {
  const deadline = Date.parse('2026-05-05T12:00:00Z');
  const policy = { closesAt: '2026-05-04T12:00:00Z', uploadHours: 24 } as Policy;
  const daysAfter = (takingSince: number) => (takesUntil({ takingSince }, policy) - deadline) / DAY_MS;
  for (const [back, closed] of [
    [-3, 1],
    [0.5, 1.5],
    [5.9, 6.9],
    [6.5, 7],
    [7, 7 + 1 / 24],
    [30, 30 + 1 / 24],
  ] as const) {
    expect(daysAfter(deadline + back * DAY_MS), `custody there since day ${back}`).toBeCloseTo(closed, 5);
  }
});

test.runIf(FULL)(
  'what was not sealed by the deadline is refused by web, closed by custody after its grace, and told to everybody',
  async () => {
    const { custody } = setting;
    const before = await setting.serve();
    const exam = await setting.addExam({ uploadHours: 1 });
    const reviewer = await enrolRepresentative(custody, 'Ines Moreau', [exam]);
    const [sealing, late] = [
      await setting.startAttempt(before.port, exam),
      await setting.startAttempt(before.port, exam),
    ];
    const done = await sealing.recordChapters(1);
    expect((await sealing.ask('POST', '/attempt/seal', await sealing.seal([done]))).status).toBe(200);
    const own = await late.recordChapters(2);
    const held = late.envelope(own.recording, 2);
    await setting.leave(before.port);

    await endExam(exam, 8);
    // The deadline passed while custody was away. It has looked for overdue attempts by now, and waits for what web holds.
    await sleep(7000);
    expect((await custody.web.accesses(late.about.attempt)).accesses).toEqual([]);
    await custody.web.registerChapter(held);
    const { port } = await setting.serve();
    const taker = late.at(port);
    const segment = () => taker.putSegment(own.recording, 2, segmentBody(own.recording, 2, { chapter: 1 }));
    // Web knows the rules of before until custody has told it again.
    await expect.poll(async () => (await segment()).status, { timeout: 5000 }).toBe(410);
    const begun = { source: 'screen', mimeType: 'video/webm', startedAt: '2026-05-04T08:00:00.000Z' };
    const seal = await taker.seal([own]);
    for (const reply of [
      await segment(),
      await taker.begin(begun),
      await taker.putEnvelope(own.recording, 3),
      await taker.ask('POST', `/recordings/${own.recording}/gaps`, { from: 0, to: 1, cause: 'reload' }),
      await taker.ask('POST', '/attempt/seal', seal),
    ]) {
      expect([reply.status, errorOf(reply)]).toEqual([410, 'upload-closed']);
      expect(reply.json).toMatchObject({
        retryable: false,
        message: expect.stringMatching(/ended on \d+ \w+ \d{4} at \d\d:\d\d UTC.*none of this is held against you/),
      });
    }
    const another = await (await taker.elsewhere()).resume();
    expect([another.status, errorOf(another)]).toEqual([410, 'upload-closed']);
    const waits = await taker.page();
    expect(waits).toContain('The time to send your recording is over');
    expect(waits).not.toContain('Go back to the recorder');

    const { attempt } = late.about;
    const kinds = async () => (await custody.web.accesses(attempt)).accesses.map(({ kind }) => kind);
    await expect.poll(kinds, { timeout: 60_000, interval: 500 }).toEqual(['closed']);
    for (const tried of [
      () => custody.web.registerChapter(late.envelope(own.recording, 3)),
      () => custody.web.sealAttempt(attempt, seal),
    ]) {
      await expect(tried()).rejects.toMatchObject({ code: 'attempt-sealed' });
    }
    const page = await taker.page();
    expect(page).toMatch(
      /Ended without a seal of your browser Your browser did not finish .* Closed by the appliance /,
    );
    const receipt = (await taker.ask('GET', '/attempt/receipt')).json as Receipt;
    expect(verifyReceipt(receipt)).toMatchObject({ verdict: 'good', entry: { type: 'attempt-closed' } });
    expect(JSON.parse(receipt.entry.body)).toEqual({
      attempt,
      recordings: [{ recording: own.recording, chapters: 3 }],
      reason: 'upload-deadline',
    });
    expect(errorOf(await taker.standing())).toBe('attempt-sealed');

    const { attempts } = await custody.room.attempts(reviewer.session);
    expect(attempts.map((one) => [one.attempt, one.closed]).toSorted()).toEqual(
      [
        [attempt, true],
        [sealing.about.attempt, false],
      ].toSorted(),
    );
  },
  120_000,
);

test.runIf(FULL)(
  'a browser that finished while its seal could not be entered is told so, with the times at which each happened',
  async () => {
    const { custody } = setting;
    const { port } = await setting.serve();
    const exam = await setting.addExam();
    const taker = await setting.startAttempt(port, exam);
    const own = await taker.recordChapters(1);
    const { attempt } = taker.about;
    await custody.kill();
    expect((await taker.ask('POST', '/attempt/seal', await taker.seal([own]))).status).toBe(202);
    const finished = findQueuedSeal(setting.db, attempt)?.queuedAt;
    expect(await taker.page()).toContain('Your recording is complete, and its seal is kept');
    await setting.leave(port);
    // Web stays away for longer than there is.
    await custody.start();
    await endExam(exam, 12);
    const ending = () => custody.web.ending(attempt).catch(() => null);
    await expect.poll(ending, { timeout: 60_000, interval: 500 }).toMatchObject({ seal: null });
    const closed = (await ending())?.sealedAt;

    const back = taker.at((await setting.serve()).port);
    const texts = [await back.html()];
    await expect.poll(() => findQueuedSeal(setting.db, attempt)?.refusal, { timeout: 10_000 }).toContain('has ended');
    texts.push(await back.html());
    for (const html of texts) {
      expect(html).toContain('Finished, and closed by the appliance');
      expect(html).not.toContain('Your browser did not finish');
      expect(html).toMatch(new RegExp(`finished the recording on\\s+<time datetime="${finished}"`));
      expect(html).toMatch(new RegExp(`Closed by the appliance</dt><dd><time datetime="${closed}"`));
    }
    expect(Date.parse(closed ?? '')).toBeGreaterThan(Date.parse(finished ?? '') + HOUR_MS / 2);
  },
  120_000,
);
