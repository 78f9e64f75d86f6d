import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectRecording } from '../app/recordings/inspect.ts';
import { readIndex } from '../app/recordings/reader.ts';
import type { AttemptStart, Receipt, RecordingState } from '../app/wire.ts';
import { segmentBody } from './recording-segments.ts';
import {
  type Attempt,
  errorOf,
  type RecordingSetting,
  type Reply,
  startRecordingSetting,
} from './recording-setting.ts';

let setting: RecordingSetting;
let port: number;

beforeAll(async () => {
  setting = await startRecordingSetting();
  ({ port } = await setting.serve());
}, 60_000);
afterAll(() => setting?.stop());

const fileOf = ({ about }: Attempt, recording: string) => join(setting.folder, about.attempt, `${recording}.clr`);
const kindsOf = async ({ about }: Attempt) =>
  (await setting.custody.web.accesses(about.attempt)).accesses.map(({ kind }) => kind);
const sameBytes = async ({ recording }: { recording: string }, taker: Attempt, number: number) =>
  taker.putSegment(recording, number, segmentBody(recording, number, { chapter: number }));

describe('an attempt that goes on in another browser', () => {
  test('has recordings of its own there; the other browser learns it, sends what is left, and one seal covers both', async () => {
    const first = await setting.startAttempt(port);
    const before = await first.recordChapters(2);
    const second = await first.elsewhere();
    expect(second.about).toMatchObject({ attempt: first.about.attempt, recordings: [], earlier: [before] });
    const own = await second.recordChapters(1);
    expect(own.recording).not.toBe(before.recording);
    const { header } = await readIndex(fileOf(second, own.recording));
    expect(header.attemptKey).not.toBe((await readIndex(fileOf(first, before.recording))).header.attemptKey);

    // What the first one still had is taken, and each answer tells it that it was replaced.
    const left = [await first.putEnvelope(before.recording, 2), await sameBytes(before, first, 2)];
    for (const reply of left) expect([reply.status, reply.headers['cloister-key']]).toEqual([201, second.keyName]);
    const state = (await second.standing()).json as AttemptStart;
    expect(state.recordings).toMatchObject([{ recording: own.recording }]);

    const { earlier } = (await second.resume()).json as AttemptStart;
    expect(earlier).toEqual([{ ...before, segments: 3 }]);
    const outdated = await second.ask('POST', '/attempt/seal', await second.seal([own, before]));
    expect([outdated.status, errorOf(outdated)]).toEqual([400, 'malformed']);
    const sealed = await second.ask('POST', '/attempt/seal', await second.seal([own, ...earlier]));
    expect(sealed.status).toBe(200);
    const entered = JSON.parse((sealed.json as Receipt).entry.body) as { publicKey: string };
    expect(entered.publicKey).toBe(header.attemptKey);
    for (const recording of [own.recording, before.recording]) {
      expect(await inspectRecording(fileOf(first, recording))).toMatchObject({ seal: 'good' });
      expect((await readIndex(fileOf(first, recording))).seal?.key).toBe(header.attemptKey);
    }
    expect(await inspectRecording(fileOf(first, own.recording))).toMatchObject({ faults: [], sealedElsewhere: false });
    // The first browser never signed its last chapter. That is said, and is no fault of the file.
    expect(await inspectRecording(fileOf(first, before.recording))).toMatchObject({
      sealedElsewhere: true,
      chapters: [{ signature: 'good' }, { signature: 'good' }, { signature: 'unsigned' }],
      faults: [],
    });
    expect(await kindsOf(first)).toEqual(['resumed', 'sealed']);
    expect(await first.page()).toMatch(/Where you sat the exam .* UTC : your exam went on in another browser/);
  });

  test('can go back to the first one, whose key needs no further entry', async () => {
    const first = await setting.startAttempt(port);
    const { recording } = await first.recordChapters(1);
    const second = await first.elsewhere();
    expect((await sameBytes({ recording }, first, 0)).headers['cloister-key']).toBe(second.keyName);
    expect((await first.resume()).status).toBe(200);
    expect(first.about.recordings).toMatchObject([{ recording, nextSegment: 1 }]);
    expect((await sameBytes({ recording }, first, 0)).headers['cloister-key']).toBe(first.keyName);
    expect(await kindsOf(first)).toEqual(['resumed']);
  });

  test('is refused where the exam’s rules say one browser, by web and by custody, whatever web says', async () => {
    const exam = await setting.addExam({ reentry: 'same-browser' });
    const first = await setting.startAttempt(port, exam);
    const second = await first.elsewhere();
    const refused = await second.resume();
    expect([refused.status, errorOf(refused)]).toEqual([409, 'already-done']);
    expect((refused.json as { message: string }).message).toContain('nothing is held against you');
    const { publicKey } = second;
    await expect(setting.custody.web.resumeAttempt(first.about.attempt, { publicKey })).rejects.toMatchObject({
      code: 'already-done',
    });
    // The try of web alone stands where the test taker sees it.
    expect(await kindsOf(first)).toEqual(['refused']);
    expect((await first.resume()).status).toBe(200);
  });

  test('waits for custody like everything else, and is in the ledger with its time afterwards', async () => {
    const first = await setting.startAttempt(port);
    await setting.custody.kill();
    const second = await first.elsewhere();
    expect(second.about.attempt).toBe(first.about.attempt);
    const own = await second.recordChapters(1);
    expect((await second.ask('POST', '/attempt/seal', await second.seal([own]))).status).toBe(202);
    await setting.custody.start();
    await expect.poll(() => kindsOf(first).catch(() => []), { timeout: 15_000 }).toEqual(['resumed', 'sealed']);
    await expect.poll(async () => (await second.ask('GET', '/attempt/receipt')).status, { timeout: 15_000 }).toBe(200);
    expect((await inspectRecording(fileOf(second, own.recording))).faults).toEqual([]);
  }, 40_000);

  test('may do so in twenty browsers', async () => {
    const first = await setting.startAttempt(port);
    for (let browser = 2; browser <= 20; browser++) {
      expect((await first.elsewhere()).about.attempt).toBe(first.about.attempt);
    }
    const last = await (await first.elsewhere()).resume();
    expect([last.status, errorOf(last)]).toEqual([409, 'already-done']);
    expect((last.json as { message: string }).message).toContain('twenty browsers');
    const { publicKey } = await setting.startAttempt(port);
    await expect(setting.custody.web.resumeAttempt(first.about.attempt, { publicKey })).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining('keys-exhausted'),
    });
    expect(await kindsOf(first)).toEqual(Array(19).fill('resumed'));
  }, 40_000);
});

describe('beginning a recording', () => {
  const begun = { source: 'camera', mimeType: 'video/webm', startedAt: '2026-05-04T08:00:00.000Z' };

  test('needs the attempt and a key that are the session’s', async () => {
    const [taker, other] = [await setting.startAttempt(port), await setting.startAttempt(port)];
    const { attempt } = taker.about;
    for (const wrong of [
      { attempt: other.about.attempt, key: taker.keyName },
      { attempt, key: other.keyName },
      { attempt: other.about.attempt, key: other.keyName },
    ]) {
      const reply = await taker.ask('POST', '/recordings', { ...wrong, ...begun });
      expect([reply.status, errorOf(reply)]).toEqual([404, 'not-found']);
    }
    const replies: Reply[] = [];
    for (const source of ['camera', 'camera', 'screen']) replies.push(await taker.begin({ ...begun, source }));
    expect(replies.map(({ status }) => status)).toEqual([201, 200, 201]);
    expect(replies.map(({ json }) => (json as RecordingState).source)).toEqual(['camera', 'camera', 'screen']);
  });
});
