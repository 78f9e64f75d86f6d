import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attemptIdOf } from '../app/attempts/attempt.ts';
import { LIVE_MS } from '../app/exams/rule-book.ts';
import type { OwnTime } from '../app/wire.ts';
import { cookieOf, makeAttemptKey, type Pages, SETUP, startPages } from './attempt-pages-setting.ts';
import { enrolRepresentative, policy, publishExam, ROOM_ORIGIN, sha256 } from './custody-process.ts';

const MINUTE = 60_000;
const CLOSES = Date.parse('2126-12-01T12:00:00Z');
let pages: Pages;
const cookies = { administrator: '', officer: '', reviewer: '' };

beforeAll(async () => {
  pages = await startPages();
  const { custody } = pages;
  const sessions = {
    administrator: custody.founders.administrator.session,
    officer: custody.founders.officers[0].session,
    reviewer: (await enrolRepresentative(custody, 'Ines Moreau', [pages.exam])).session,
  };
  for (const who of Object.keys(cookies) as (keyof typeof cookies)[]) {
    cookies[who] = cookieOf(await pages.enterStaff(sessions[who]));
  }
}, 60_000);
afterAll(() => pages?.stop());

const get = (path: string, who: keyof typeof cookies = 'administrator') =>
  pages.ask('staff', `/exams/${pages.exam}/${path}`, { headers: { cookie: cookies[who] } });
const extend = (fields: Record<string, string>, who: keyof typeof cookies = 'administrator') =>
  pages.ask('staff', `/exams/${pages.exam}/extensions`, {
    method: 'POST',
    headers: { cookie: cookies[who], 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ candidate: '', minutes: '15', reason: 'A fire alarm.', ...fields }).toString(),
  });
const words = async (answer: Response) => (await answer.text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

/** Touches the administrator's key for what waits, as the room's page does. */
async function sign(act: string): Promise<string> {
  const { room, founders } = pages.custody;
  const { administrator } = founders;
  const { sentence, bytes } = await room.act(administrator.session, act);
  await room.signAct(administrator.session, act, administrator.key.touch(sha256(bytes), ROOM_ORIGIN));
  return sentence;
}

async function begin(name: string) {
  const { id, token } = pages.enter(name);
  const visit = await pages.visit(token);
  const attempt = attemptIdOf(id);
  await visit.start((await makeAttemptKey()).publicKey);
  return async () => {
    const body = JSON.stringify({ attempt, phase: 'recording', lacks: [], waitingSeconds: 0 });
    const headers = { cookie: visit.cookie, accept: 'application/json', 'content-type': 'application/json' };
    const answer = await pages.ask('exam', '/attempt/condition', {
      method: 'PUT',
      headers: { ...headers, 'content-length': String(body.length) },
      body,
    });
    return (Date.parse(((await answer.json()) as OwnTime).endsAt) - CLOSES) / MINUTE;
  };
}

test('one test taker and everybody get more time by an administrator’s passkey, and their recorders hear of it', async () => {
  const [one, other] = [await begin('Amal Haddad'), await begin('Jonas Weber')];
  expect([await one(), await other()]).toEqual([0, 0]);
  const proposed = await extend({ candidate: 'T-1', minutes: '20' });
  expect(proposed.status).toBe(303);
  const page = (proposed.headers.get('location') ?? '').replace(`/exams/${pages.exam}/`, '');
  const waits = await (await get(page)).text();
  const act = /\/acts\/([0-9a-f-]{36})"/.exec(waits)?.[1] ?? '';
  expect(waits).toContain('Until it is signed nobody has more time.');
  expect([await one(), await one()]).toEqual([0, 0]);
  expect(await sign(act)).toBe('The test taker with the code “T-1” has 20 minutes more in “Linear Algebra I”.');

  // Nobody looks at a page of the staff's: the recorders' own asking is enough.
  await expect.poll(one, { timeout: LIVE_MS + 3000, interval: 500 }).toBe(20);
  expect(await other()).toBe(0);
  expect(await words(await get(page))).toContain('Signed.');

  const all = await extend({ minutes: '5' });
  const second = (all.headers.get('location') ?? '').split('/').at(-1) ?? '';
  expect(await sign(second)).toBe('Everybody who sits “Linear Algebra I” has 5 minutes more.');
  expect(await words(await get(`extensions/${second}`))).toContain('Signed.');
  expect([await one(), await other()]).toEqual([25, 5]);
  expect(await words(await get('sitting'))).toContain('everybody has 5 minutes more');
}, 30_000);

test('a form that says too little, names a stranger or asks for too much comes back with why, and nothing waits', async () => {
  const wrong = await extend({ minutes: 'soon', reason: '' });
  expect(wrong.status).toBe(400);
  const html = await wrong.text();
  expect(html).toMatch(/id="minutes-fault".*Write a number of minutes/);
  expect(html).toMatch(/id="reason-fault".*Say why/);
  const stranger = await extend({ candidate: 'X-99' });
  expect(stranger.status).toBe(400);
  expect(await stranger.text()).toMatch(/id="candidate-fault".*Nobody on the roster/);
});

test('with all extensions together half of the time to send recordings stays, also of what was proposed before', async () => {
  const propose = async (fields: Record<string, string>) => {
    const answer = await extend(fields);
    expect(answer.status).toBe(303);
    return (answer.headers.get('location') ?? '').split('/').at(-1) ?? '';
  };
  // Of 48 hours; the one who was given most has 25 minutes so far.
  await sign(await propose({ minutes: '480' }));
  await sign(await propose({ minutes: '480' }));
  const waits = await propose({ minutes: '455' });
  const beyond = await extend({ candidate: 'T-1', minutes: '456' });
  expect(beyond.status).toBe(409);
  expect(await beyond.text()).toMatch(/id="minutes-fault".*at least half of it has to stay/);
  await sign(await propose({ candidate: 'T-1', minutes: '455' }));
  await expect(sign(waits)).rejects.toThrow('extension-too-long');
});

test('only the exam’s administrators give time: officers and reviewers do not, and no act of another exam is shown', async () => {
  for (const who of ['officer', 'reviewer'] as const) {
    expect((await get('extensions/new', who)).status).toBe(404);
    expect((await extend({}, who)).status).toBe(404);
  }
  expect((await get(`extensions/${randomUUID()}`)).status).toBe(404);
  const other = randomUUID();
  await publishExam(pages.custody, { exam: other, title: 'Logic', policy: policy(), setup: SETUP });
  const wanted = { type: 'extend-time' as const, exam: other, candidate: null, minutes: 5, reason: 'x' };
  const { act } = await pages.custody.web.propose(wanted);
  expect((await get(`extensions/${act}`)).status).toBe(404);
});
