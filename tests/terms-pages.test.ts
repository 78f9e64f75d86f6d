import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { attemptIdOf } from '../app/attempts/attempt.ts';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { enterExam } from '../app/exams/exam.ts';
import { FORMATS } from '../app/words/formats.ts';
import { cookieOf, makeAttemptKey, type Pages, SETUP, startPages } from './attempt-pages-setting.ts';
import { policy, publishExam } from './custody-process.ts';

const MINUTE = 60_000;
const exam = randomUUID();
/** On another day, as whoever needs another arrangement has to have their answer before. */
const opens = Math.floor(Date.now() / MINUTE) * MINUTE + 2 * 86_400_000;
const opensAt = new Date(opens).toISOString();
const lastEntryAt = new Date(opens + 30 * MINUTE).toISOString();
let pages: Pages;

beforeAll(async () => {
  pages = await startPages();
  const rules = await publishExam(pages.custody, {
    exam,
    title: 'Roman Law',
    policy: { ...policy(), closesAt: new Date(opens + 3 * 60 * MINUTE).toISOString() },
    setup: {
      ...SETUP,
      arrangement: { ...SETUP.arrangement, answerDays: 1 },
      ...{ opensAt, lastEntryMinutes: 30, minutes: 90 },
    },
  });
  enterExam(pages.db, rules);
}, 60_000);
afterAll(() => pages?.stop());
afterEach(() => void vi.useRealTimers());

/** Web's clock says so; custody's goes on as it is. */
const setClock = (at: number) => vi.useFakeTimers({ toFake: ['Date'], now: at });

async function enter(name: string) {
  const { id, token } = enterTestTaker(pages.db, { exam, candidate: `R-${randomUUID().slice(0, 8)}`, name });
  const cookie = cookieOf(await pages.ask('exam', `/i/${token}`));
  const { publicKey } = await makeAttemptKey();
  const content = JSON.stringify({ attempt: attemptIdOf(id), publicKey });
  const headers = { cookie, accept: 'application/json', 'content-type': 'application/json' };
  return {
    attempt: attemptIdOf(id),
    page: (path: string, language = 'en') =>
      pages.ask('exam', path, { headers: { cookie, 'accept-language': language } }),
    start: (language = 'en') =>
      pages.ask('exam', '/attempt', {
        method: 'POST',
        headers: { ...headers, 'accept-language': language, 'content-length': String(content.length) },
        body: content,
      }),
  };
}
const words = async (answer: Response) =>
  (await answer.text())
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll('&amp;', '&');

describe('before an exam opens', () => {
  test('its page says when it does, and counts by the appliance’s clock; device and practice are open', async () => {
    const { page } = await enter('Amal Haddad');
    setClock(opens - 90_500);
    const html = await (await page('/attempt')).text();
    expect(html).toContain('data-opens-in="90500"');
    expect(html).toContain('/assets/opening.js');
    expect(html).not.toContain('href="/attempt/recorder"');
    const told = html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
    expect(told).toContain(`This exam opens on ${FORMATS.en.moment(opensAt)}`);
    expect(told).toContain('Opens in 1:30');
    expect(told).toContain(`Begin by ${FORMATS.en.moment(lastEntryAt)}`);
    expect(told).toContain('Your time 90 minutes from the moment you begin');
    for (const path of ['/attempt/check', '/attempt/practice']) expect((await page(path)).status).toBe(200);
    expect(await words(await page('/attempt', 'de'))).toContain('Diese Prüfung öffnet am');
    setClock(opens - 3 * 86_400_000);
    expect(await (await page('/attempt')).text()).not.toContain('data-opens-in');
  });

  test('nothing can be started, and neither custody nor the roster hears of it', async () => {
    const { attempt, page, start } = await enter('Jonas Weber');
    setClock(opens - 1);
    const recorder = await page('/attempt/recorder');
    expect([recorder.status, recorder.headers.get('location')]).toEqual([303, '/attempt']);
    const refused = await start();
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      retryable: false,
      message: expect.stringContaining(`opens on ${FORMATS.en.moment(opensAt)}`),
    });
    expect((await (await start('de')).json()).message).toContain('öffnet am');
    await expect(pages.custody.web.resumeAttempt(attempt, { publicKey: '' })).rejects.toThrow('not-found');
    setClock(opens);
    expect((await page('/attempt/recorder')).status).toBe(200);
    expect((await start()).status).toBe(201);
  });
});

describe('after the last entry', () => {
  test('who has not begun reads what happened and whom to write to, and cannot begin', async () => {
    setClock(Date.parse(lastEntryAt) + 1);
    const { page, start } = await enter('Mei-Ling Chen');
    const told = await words(await page('/attempt'));
    expect(told).toContain(`This exam could be begun until ${FORMATS.en.moment(lastEntryAt)}`);
    expect(told).toContain('Nothing was recorded of you');
    expect(told).toContain('write to Examination Office ( exams@university.example )');
    expect(await words(await page('/attempt', 'de'))).toContain('Die Zeit für den Beginn ist vorbei');
    expect((await page('/attempt/recorder')).headers.get('location')).toBe('/attempt');
    const refused = await start();
    expect(refused.status).toBe(409);
    expect((await refused.json()).message).toContain('could be begun until');
  });

  test('who has begun goes on, here and in another browser', async () => {
    setClock(Date.parse(lastEntryAt));
    const { page, start } = await enter('Tariq Aziz');
    expect((await start()).status).toBe(201);
    setClock(opens + 150 * MINUTE);
    expect((await page('/attempt/recorder')).status).toBe(200);
    expect((await start()).status).toBe(200);
    expect(await words(await page('/attempt'))).toContain('Go back to the recorder');
  });
});
