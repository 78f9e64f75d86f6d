import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { attemptIdOf } from '../app/attempts/attempt.ts';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { enterExam } from '../app/exams/exam.ts';
import type { AttemptStart } from '../app/wire.ts';
import { findDraft } from '../db/appliance/drafts.ts';
import { findExamPassword } from '../db/appliance/exam-passwords.ts';
import { cookieOf, makeAttemptKey, type Pages, recordAttempt, startPages } from './attempt-pages-setting.ts';
import { carryOut, signAll } from './custody-process.ts';
import { draftFields } from './draft-fields.ts';
import { enterStaff, postForm, type Staff } from './staff-setting.ts';

const PASSWORD = 'Heron & 7 "bridges"';
/** As it stands within a page. */
const ESCAPED = 'Heron &amp; 7 &quot;bridges&quot;';

let pages: Pages;
let staff: Staff;
/** An exam whose page asks for the password, published. */
let exam: string;
let act: string;

beforeAll(async () => {
  pages = await startPages();
  const { custody } = pages;
  staff = await enterStaff(pages);
  const path = await begin('Statistics I');
  exam = path.split('/').at(-1) as string;
  expect((await post(`${path}/password`, [['password', ` ${PASSWORD}\n`]])).headers.get('location')).toBe(
    `${path}/draft#what`,
  );
  expect((await post(`${path}/publication`, draftFields({ title: 'Statistics I' }))).status).toBe(303);
  act = findDraft(pages.db, exam)?.act as string;
  await signAll(custody, act, [custody.founders.administrator]);
  enterExam(pages.db, await custody.web.exam(exam));
  await carryOut(custody, { type: 'assign', exam, subject: staff.reviewing.id }, [custody.founders.officers[0]]);
});

afterAll(() => pages?.stop());

const get = (path: string, cookie = staff.administrator) => pages.ask('staff', path, { headers: { cookie } });
const post = (path: string, fields: [string, string][], cookie = staff.administrator) =>
  postForm(pages, path, fields, cookie);

async function begin(title: string): Promise<string> {
  const fields: [string, string][] = [
    ['title', title],
    ['template', 'closed-book'],
  ];
  return ((await post('/exams', fields)).headers.get('location') as string).replace('/draft', '');
}

/** Somebody on the exam's roster, who has opened their link. */
async function visit(candidate: string) {
  const { id, token } = enterTestTaker(pages.db, { exam, candidate, name: 'Test Taker' });
  const cookie = cookieOf(await pages.ask('exam', `/i/${token}`));
  const attempt = attemptIdOf(id);
  const send = (path: string, content: object) => {
    const body = JSON.stringify(content);
    const headers = { cookie, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
    return pages.ask('exam', path, { method: 'POST', headers: { ...headers, accept: 'application/json' }, body });
  };
  const key = await makeAttemptKey();
  return {
    attempt,
    key,
    send,
    page: async (path: string, language = 'en') =>
      (await pages.ask('exam', path, { headers: { cookie, 'accept-language': language } })).text(),
    start: async () => (await (await send('/attempt', { attempt, publicKey: key.publicKey })).json()) as AttemptStart,
    /** What the recorder asks. @returns status, and the answer's text */
    password: async (of = attempt): Promise<[number, string]> => {
      const headers = { cookie, accept: 'application/json' };
      const answer = await pages.ask('exam', `/attempt/password?attempt=${of}`, { headers });
      return [answer.status, await answer.text()];
    },
  };
}

describe('the password of the page that an exam is on', () => {
  test('is handed out while an attempt is being recorded, and at no other time', async () => {
    const sitting = await visit('T-1');
    expect((await sitting.password())[0], 'before the attempt').toBe(404);
    const start = await sitting.start();
    const [early, why] = await sitting.password();
    expect([early, JSON.parse(why).error], 'before anything was recorded').toEqual([409, 'not-recorded']);
    const recorded = await recordAttempt(pages, start, sitting.key);
    expect(await sitting.password()).toEqual([200, JSON.stringify({ password: PASSWORD })]);

    const clock = performance.now.bind(performance);
    const later = vi.spyOn(performance, 'now').mockImplementation(() => clock() + 21_000);
    expect((await sitting.password())[0], 'once nothing has come for a while').toBe(409);
    later.mockRestore();

    const other = await visit('T-2');
    await other.start();
    expect((await other.password())[0], 'to somebody who is not recorded, while others are').toBe(409);
    expect((await other.password(sitting.attempt))[0], 'for another one’s attempt').toBe(404);

    expect((await sitting.send('/attempt/seal', recorded.seal)).status).toBe(200);
    const [over, ended] = await sitting.password();
    expect([over, JSON.parse(ended).error], 'after the end').toEqual([409, 'attempt-sealed']);
  });

  test('is announced to test takers in both languages, and stands on no page of theirs', async () => {
    const sitting = await visit('T-3');
    for (const [language, words] of [
      ['en', 'on a page of its own, which asks for a password'],
      ['de', 'auf einer eigenen Seite, die nach einem Passwort fragt'],
    ] as const) {
      expect(await sitting.page('/attempt', language)).toContain(words);
      for (const path of ['/attempt', '/attempt/recorder', '/attempt/practice']) {
        const text = await sitting.page(path, language);
        expect([text.includes(PASSWORD), text.includes(ESCAPED)], path).toEqual([false, false]);
      }
    }
    expect(await sitting.page('/attempt/recorder')).toContain('data-password-shown');
    expect(await sitting.page('/attempt/practice')).not.toContain('data-password-shown');
  });

  test('is in no act, no published word and no file of custody’s', async () => {
    const { custody } = pages;
    const shown = JSON.stringify(await custody.room.act(custody.founders.administrator.session, act));
    expect(shown).toContain('shown to test takers while they are recorded');
    expect((await custody.web.exam(exam)).setup?.place).toEqual({
      ...{ kind: 'elsewhere', address: 'https://lms.university.example/quiz/7', asksPassword: true },
    });
    // The write-ahead log as well: what was written lately is there.
    const files = ['custody.db', 'custody.db-wal'].map((name) => readFileSync(join(custody.data, 'custody', name)));
    const holding = (text: string) => files.filter((bytes) => bytes.includes(text));
    expect(holding('Statistics I'), 'the scan sees what was published').not.toEqual([]);
    for (const text of [PASSWORD, ESCAPED, JSON.stringify(PASSWORD).slice(1, -1)]) expect(holding(text)).toEqual([]);
  });

  test('stays with its draft’s administrators: it is in no preview, no copy, and nobody else sees it', async () => {
    const path = await begin('Statistics II');
    await post(`${path}/password`, [['password', PASSWORD]]);
    await post(`${path}/draft`, draftFields({ title: 'Statistics II' }));
    const preview = await (await post(`${path}/draft/preview`, draftFields())).text();
    expect(preview).toContain('which asks for a password');
    const draft = await (await get(`${path}/draft`)).text();
    for (const text of [preview, draft, await (await get(`${path}/draft`, staff.officer)).text()]) {
      expect([text.includes(PASSWORD), text.includes(ESCAPED)]).toEqual([false, false]);
    }
    expect(await (await get(`${path}/password`)).text()).toContain(ESCAPED);
    for (const cookie of [staff.lawyer, staff.officer, staff.reviewer]) {
      for (const of of [path, `/exams/${exam}`]) {
        expect((await get(`${of}/password`, cookie)).status).toBe(404);
        expect((await post(`${of}/password`, [['password', 'mine']], cookie)).status).toBe(404);
      }
    }
    for (const source of [path, `/exams/${exam}`]) {
      const copy = (await post(`${source}/copies`, [])).headers.get('location') as string;
      expect(findExamPassword(pages.db, copy.split('/')[2] as string)).toBeUndefined();
      expect(await (await get(copy)).text()).not.toContain('which asks for a password');
    }
  });

  test('can be another one at any time; from the proposal on it neither comes nor goes', async () => {
    const path = `/exams/${exam}`;
    expect((await post(`${path}/password`, [['password', '']])).status).toBe(409);
    expect((await post(`${path}/password`, [['password', 'Other 8']])).status).toBe(303);
    expect(findExamPassword(pages.db, exam)).toBe('Other 8');
    expect(await (await get(path)).text()).toContain(`href="${path}/password"`);

    const bare = await begin('Statistics III');
    await post(`${bare}/publication`, draftFields({ title: 'Statistics III' }));
    const late = await post(`${bare}/password`, [['password', PASSWORD]]);
    expect(late.status, 'what is signed says nothing of one').toBe(409);
    await post(`${bare}/publication/withdrawal`, []);
    expect((await post(`${bare}/password`, [['password', PASSWORD]])).status).toBe(303);
    expect((await post(`${bare}/password`, [['password', '']])).status).toBe(303);
    expect(findExamPassword(pages.db, bare.split('/').at(-1) as string)).toBeUndefined();
    expect((await get(`/exams/${pages.exam}/password`)).status, 'of a published exam that asks for none').toBe(404);
  });

  test('that cannot be shown or is too long comes back with what is wrong', async () => {
    const path = await begin('Statistics IV');
    for (const [password, fault] of [
      ['a\u200bb', 'characters that are not shown'],
      ['x'.repeat(201), 'This is too long'],
    ] as const) {
      const answer = await post(`${path}/password`, [['password', password]]);
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain(fault);
    }
  });
});
