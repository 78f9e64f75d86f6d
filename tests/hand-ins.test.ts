import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { attemptIdOf } from '../app/attempts/attempt.ts';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import { enterExam } from '../app/exams/exam.ts';
import type { AttemptStart, HandIn } from '../app/wire.ts';
import { insertHandIn, listHandInIds } from '../db/appliance/hand-ins.ts';
import { cookieOf, makeAttemptKey, type Pages, recordAttempt, startPages } from './attempt-pages-setting.ts';
import { carryOut, enrolRepresentative, publishExam } from './custody-process.ts';

const MINUTE = 60_000;
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64url');

let pages: Pages;
/** An exam on documents, with thirty minutes for it. */
let exam: string;
/** Sessions on the staff origin. */
let administrator: string;
let lawyer: string;
let reviewer: string;

beforeAll(async () => {
  pages = await startPages();
  const { custody, db } = pages;
  exam = randomUUID();
  const { title, policy, setup } = DEMONSTRATION;
  const documents = [{ name: 'Questions', type: 'text/plain' as const, bytes: 1, digest: digestOf(Buffer.from('?')) }];
  const told = { ...setup, place: { kind: 'document' as const, documents }, minutes: 30 };
  enterExam(db, await publishExam(custody, { exam, title, policy, setup: told }));
  const enter = async ({ session }: { session: string }) => cookieOf(await pages.enterStaff(session));
  administrator = await enter(custody.founders.administrator);
  reviewer = await enter(await enrolRepresentative(custody, 'Ines Moreau', [exam]));
  const { made } = await carryOut(custody, { type: 'register-unit', name: 'Law' }, [custody.founders.officers[0]]);
  const unit = made.unit as string;
  lawyer = await enter(await enrolRepresentative(custody, 'Leo Law', [], { roles: ['exam-administrator'], unit }));
});

afterAll(() => pages?.stop());

const staff = (path: string, cookie = administrator) => pages.ask('staff', path, { headers: { cookie } });

/** Somebody who sits the exam. */
async function sit(candidate: string) {
  const { id, token } = enterTestTaker(pages.db, { exam, candidate, name: `Person ${candidate}` });
  const cookie = cookieOf(await pages.ask('exam', `/i/${token}`));
  const attempt = attemptIdOf(id);
  const key = await makeAttemptKey();
  const send = (path: string, content: object) => {
    const body = JSON.stringify(content);
    const headers = { cookie, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
    return pages.ask('exam', path, { method: 'POST', headers: { ...headers, accept: 'application/json' }, body });
  };
  return {
    attempt,
    send,
    key,
    start: async () => (await (await send('/attempt', { attempt, publicKey: key.publicKey })).json()) as AttemptStart,
    hand: (name: string, body: Uint8Array<ArrayBuffer>, changed: Record<string, string> = {}, of = attempt) =>
      pages.ask('exam', `/attempt/hand-ins?attempt=${of}&name=${encodeURIComponent(name)}`, {
        method: 'POST',
        headers: {
          ...{ cookie, accept: 'application/json', 'content-type': 'application/octet-stream' },
          ...{ 'content-length': String(body.length), ...changed },
        },
        body,
      }),
    list: async () =>
      (await (await pages.ask('exam', `/attempt/hand-ins?attempt=${attempt}`, { headers: { cookie } })).json()) as {
        until: string;
        handIns: HandIn[];
      },
    page: async (language: string) =>
      (await pages.ask('exam', '/attempt', { headers: { cookie, 'accept-language': language } })).text(),
  };
}

describe('what a test taker hands in', () => {
  test('is stored as it came, with a receipt; of one name the last counts, and a repeated one is the same', async () => {
    const sitting = await sit('T-1');
    const [first, second] = [randomBytes(300_000), Buffer.from('A better answer.')];
    expect((await sitting.hand('essay.odt', first)).status, 'before the attempt').toBe(404);
    await sitting.start();
    const answer = await sitting.hand('essay.odt', first);
    const receipt = (await answer.json()) as HandIn;
    expect(answer.status).toBe(201);
    expect(receipt).toEqual({
      ...{ name: 'essay.odt', bytes: 300_000, digest: digestOf(first), counts: true },
      handedInAt: expect.any(String),
    });
    const again = await sitting.hand('essay.odt', first);
    expect([again.status, await again.json()], 'as after a lost answer').toEqual([200, receipt]);
    expect((await sitting.hand('essay.odt', second)).status).toBe(201);
    expect((await sitting.hand('sketch.png', first)).status).toBe(201);
    const { handIns } = await sitting.list();
    expect(handIns.map(({ name, digest, counts }) => [name, digest, counts])).toEqual([
      ['essay.odt', digestOf(first), false],
      ['essay.odt', digestOf(second), true],
      ['sketch.png', digestOf(first), true],
    ]);
    const kept = readdirSync(pages.filesFolder);
    expect(kept.sort(), 'no file without a row').toEqual(listHandInIds(pages.db).sort());
    expect(kept.map((name) => digestOf(readFileSync(join(pages.filesFolder, name)))).sort()).toEqual(
      [digestOf(first), digestOf(second), digestOf(first)].sort(),
    );
    for (const [language, words] of [
      ['en', 'What you have handed in'],
      ['de', 'Was Sie abgegeben haben'],
    ] as const) {
      const page = await sitting.page(language);
      expect(page).toContain(words);
      expect(page).toContain(digestOf(second));
    }
  });

  test('is taken until the end of their time and a while after it, and not after they have finished', async () => {
    const sitting = await sit('T-2');
    const start = await sitting.start();
    const begun = Date.now();
    const { until } = await sitting.list();
    expect(Math.abs(Date.parse(until) - begun - 45 * MINUTE)).toBeLessThan(MINUTE);
    const clock = vi.spyOn(Date, 'now');
    clock.mockReturnValue(begun + 44 * MINUTE);
    expect((await sitting.hand('late.txt', Buffer.from('On a slow line.'))).status).toBe(201);
    clock.mockReturnValue(begun + 46 * MINUTE);
    const over = await sitting.hand('later.txt', Buffer.from('Too late.'));
    expect([over.status, ((await over.json()) as { message: string }).message]).toEqual([
      410,
      expect.stringContaining('Files could be handed in until'),
    ]);
    clock.mockRestore();
    const { seal } = await recordAttempt(pages, start, sitting.key);
    expect((await sitting.send('/attempt/seal', seal)).status).toBe(200);
    expect((await sitting.hand('after.txt', Buffer.from('Finished.'))).status).toBe(409);
    expect((await sitting.list()).handIns.map(({ name }) => name)).toEqual(['late.txt']);
  });

  test('is refused where it is too large, empty, cut short, of another kind of request or of somebody else', async () => {
    const [sitting, other] = [await sit('T-3'), await sit('T-4')];
    await sitting.start();
    await other.start();
    const file = Buffer.from('Answer.');
    const before = readdirSync(pages.filesFolder).length;
    for (const [status, answer] of [
      [413, await sitting.hand('a.txt', file, { 'content-length': String(20 * 2 ** 20 + 1) })],
      [413, await sitting.hand('a.txt', file, { 'transfer-encoding': 'chunked' })],
      [415, await sitting.hand('a.txt', file, { 'content-type': 'application/json' })],
      [400, await sitting.hand('a.txt', new Uint8Array())],
      [400, await sitting.hand('a.txt', file, { 'content-length': '8' })],
      [400, await sitting.hand('a.txt', file, { 'content-length': '6' })],
      [400, await sitting.hand('../..', file)],
      [404, await sitting.hand('a.txt', file, {}, other.attempt)],
      [403, await sitting.hand('a.txt', file, { origin: 'https://elsewhere.example' })],
    ] as const) {
      expect(answer.status).toBe(status);
    }
    expect(readdirSync(pages.filesFolder)).toHaveLength(before);
    const row = { attempt: sitting.attempt, bytes: 1, handedInAt: new Date().toISOString() };
    for (let i = 0; i < 60; i++) {
      insertHandIn(pages.db, { ...row, id: randomUUID(), name: `${i}`, digest: `${i}` }, 60);
    }
    const full = await sitting.hand('a.txt', file);
    expect([full.status, ((await full.json()) as { message: string }).message]).toEqual([
      409,
      expect.stringContaining('60 files'),
    ]);
    expect(readdirSync(pages.filesFolder)).toHaveLength(before);
  });

  test('is for the exam’s administrators to save, as files that no browser shows, and for nobody else', async () => {
    const sitting = await sit('T 5/x');
    await sitting.start();
    const page = '<script>alert(1)</script>';
    await sitting.hand('C:\\Desktop\\answer.html', Buffer.from(page));
    const path = `/exams/${exam}/hand-ins`;
    const list = await (await staff(path)).text();
    const id = /hand-ins\/([-0-9a-f]{36})">answer\.html/.exec(list)?.[1] as string;
    const saved = await staff(`${path}/${id}`);
    expect(saved.status).toBe(200);
    expect(Object.fromEntries(saved.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': "attachment; filename*=UTF-8''T-5-x%20answer.html",
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(await saved.text()).toBe(page);
    for (const cookie of [lawyer, reviewer]) {
      expect((await staff(path, cookie)).status).toBe(404);
      expect((await staff(`${path}/${id}`, cookie)).status).toBe(404);
    }
    expect((await staff(`/exams/${pages.exam}/hand-ins/${id}`)).status, 'under another exam').toBe(404);
    expect(await (await staff(`/exams/${exam}`)).text()).toContain(`href="${path}"`);
  });
});
