import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { check as checkDe } from '../app/browser/words/de/check.ts';
import { practice as practiceDe } from '../app/browser/words/de/practice.ts';
import { recorder as recorderDe } from '../app/browser/words/de/recorder.ts';
import { sending as sendingDe } from '../app/browser/words/de/sending.ts';
import { check as checkEn } from '../app/browser/words/en/check.ts';
import { practice as practiceEn } from '../app/browser/words/en/practice.ts';
import { recorder as recorderEn } from '../app/browser/words/en/recorder.ts';
import { sending as sendingEn } from '../app/browser/words/en/sending.ts';
import { de } from '../app/words/de.ts';
import { en } from '../app/words/en.ts';
import { preferredOf } from '../app/words/language.ts';
import type { AttemptStart, ErrorBody } from '../app/wire.ts';
import {
  INSTITUTION,
  makeAttemptKey,
  type Pages,
  recordAttempt,
  SETUP,
  startPages,
  watch,
} from './attempt-pages-setting.ts';

let pages: Pages;
/** Sessions of test takers, by how far each has come. */
const cookies: Record<'before' | 'during' | 'ended', string> = { before: '', during: '', ended: '' };

beforeAll(async () => {
  pages = await startPages();
  const key = await makeAttemptKey();
  const enter = async (name: string) => {
    const visit = await pages.visit(pages.enter(name).token);
    return { visit, start: async () => (await (await visit.start(key.publicKey)).json()) as AttemptStart };
  };
  cookies.before = (await enter('Amina Yıldız')).visit.cookie;
  const during = await enter('Bo Lund');
  cookies.during = during.visit.cookie;
  await during.start();
  await during.visit.start((await makeAttemptKey()).publicKey);
  const asked = new URLSearchParams({ 'needs[]': 'breaks' }).toString();
  const form = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(asked.length) };
  const headers = { cookie: cookies.during, ...form };
  expect((await pages.ask('exam', '/attempt/arrangements', { method: 'POST', headers, body: asked })).status).toBe(303);
  const ended = await enter('Chidi Okonkwo');
  cookies.ended = ended.visit.cookie;
  const start = await ended.start();
  const recorded = await recordAttempt(pages, start, key);
  expect((await ended.visit.send('/attempt/seal', recorded.seal)).status).toBe(200);
  await watch(pages, 'Ines Moreau', recorded, start.attempt, { chapters: [0], shown: { from: 3, to: 44 } });
});
afterAll(() => pages?.stop());

const ask = (path: string, language: string, cookie = '') =>
  pages.ask('exam', path, { headers: { cookie, 'accept-language': language } });

/** Every page and every kind of error that test takers meet. */
const SHOWN: { name: string; path: string; who?: keyof typeof cookies; status?: number }[] = [
  { name: 'welcome', path: '/' },
  { name: 'demonstration', path: '/demonstration' },
  { name: 'system check', path: '/check' },
  { name: 'system check of an exam', path: '/attempt/check', who: 'before' },
  { name: 'notice', path: '/attempt', who: 'before' },
  { name: 'recorder', path: '/attempt/recorder', who: 'before' },
  { name: 'recorder, resumed', path: '/attempt/recorder', who: 'during' },
  { name: 'practice', path: '/attempt/practice', who: 'before' },
  { name: 'arrangements', path: '/attempt/arrangements', who: 'before' },
  { name: 'arrangements, asked for', path: '/attempt/arrangements', who: 'during' },
  { name: 'during', path: '/attempt', who: 'during' },
  { name: 'ended', path: '/attempt', who: 'ended' },
  { name: 'report of a prohibited use', path: '/reports/new' },
  { name: 'report of an exam’s test taker', path: '/reports/new', who: 'before' },
  { name: 'answers to reports', path: '/reports', who: 'ended' },
  { name: 'charter', path: '/charter' },
  { name: 'unknown link', path: '/i/unknown', status: 404 },
  { name: 'no such page', path: '/nothing', status: 404 },
  { name: 'without a session', path: '/attempt', status: 401 },
  { name: 'practice during the exam', path: '/attempt/practice', who: 'during', status: 409 },
  { name: 'no receipt yet', path: '/attempt/receipt', who: 'during', status: 404 },
];

/** What the university or people wrote, and names: in whichever language it is. */
const OWN = [
  ...['Linear Algebra I', INSTITUTION, SETUP.unit, SETUP.legalBasis, SETUP.reviewers, SETUP.arrangement.alternative],
  ...Object.values(SETUP.necessity),
  ...[SETUP.arrangement.contact, SETUP.privacyOfficer].flatMap(({ name, email }) => [name, email]),
  ...['Amina Yıldız', 'Bo Lund', 'Chidi Okonkwo', 'Ines Moreau', 'Linear Algebra I · Cloister', `${INSTITUTION} ·`],
];

/** @returns each text of a page by itself: between tags, and in the attributes that are read or said */
function textsOf(html: string): string[] {
  const between = html.replaceAll(/<(pre|code)>[^]*?<\/\1>/g, '').split(/<[^>]*>/);
  const attributes = [...html.matchAll(/ (?:aria-label|title|data-label|data-begin|alt|placeholder)="([^"]*)"/g)];
  return [...between, ...attributes.map(([, text]) => text ?? '')].map((text) => text.replaceAll(/\s+/g, ' ').trim());
}

/** Texts that say something: of two words of letters at least. */
const telling = (texts: string[]) => texts.filter((text) => (text.match(/\p{L}{2,}/gu) ?? []).length >= 2);

async function textIn(language: string, path: string, cookie?: string, status = 200): Promise<string> {
  const answer = await ask(path, language, cookie);
  expect(answer.status).toBe(status);
  return answer.text();
}

/** Compares a page with itself in the other language: what is the same was not turned over. */
function expectGerman(english: string, german: string): void {
  expect(english).toContain('<html lang="en"');
  expect(german).toContain('<html lang="de"');
  const said = new Set(telling(textsOf(english)));
  expect(said.size).toBeGreaterThan(3);
  expect(telling(textsOf(german)).filter((text) => said.has(text) && !OWN.includes(text))).toEqual([]);
}

describe('a page that is asked for in German', () => {
  test.for(SHOWN)('$name: is German throughout, but for what the university wrote', async (shown) => {
    const { path, who, status } = shown;
    const cookie = who && cookies[who];
    expectGerman(
      await textIn('en', path, cookie, status),
      await textIn('de-AT,de;q=0.9,en;q=0.1', path, cookie, status),
    );
  });

  test('is so while custody does not answer', async () => {
    const visit = await pages.visit(pages.enter('Chidi Okonkwo').token);
    const key = await makeAttemptKey();
    const start = (await (await visit.start(key.publicKey)).json()) as AttemptStart;
    const { seal } = await recordAttempt(pages, start, key);
    pages.custody.halt();
    try {
      expect((await visit.send('/attempt/seal', seal)).status).toBe(202);
      const german = await textIn('de', '/attempt', visit.cookie);
      expectGerman(await textIn('en', '/attempt', visit.cookie), german);
      expect(german).toContain(de.attempt.sealWaits);
      expect(german).toContain(de.attempt.accesses.away);
    } finally {
      pages.custody.go();
    }
  });

  test('marks the university’s own texts as what they are, and only where they differ', async () => {
    const german = await (await ask('/attempt', 'de', cookies.before)).text();
    expect(german).toContain('<h1 lang="en">Linear Algebra I</h1>');
    for (const own of [SETUP.unit, SETUP.reviewers, SETUP.arrangement.alternative])
      expect(german).toContain(`<span lang="en">${own}</span>`);
    for (const own of [SETUP.legalBasis, SETUP.necessity.camera]) expect(german).toContain(`<dd lang="en">${own}</dd>`);
    const english = await (await ask('/attempt', 'en', cookies.before)).text();
    expect(english.match(/ lang="[a-z]+"/g)).toEqual([' lang="en"', ' lang="de"']);
    expect(english).toContain('lang="de">Deutsch</button>');
  });

  test('writes dates, plurals and lists as German does', async () => {
    const german = (await (await ask('/attempt', 'de', cookies.before)).text()).replaceAll(/<[^>]+>/g, '');
    expect(german).toMatch(/Bis zum 7\. Januar 2127; dann wird ihr Schlüssel vernichtet/);
    expect(german).toMatch(/spätestens bis 3\. Dezember 2126 um 12:00 UTC/);
    expect(german).toContain('innerhalb von 5 Tagen eine Antwort');
    expect(german).toContain('in Abschnitten von 1 Minute mit');
    expect(german).toContain('Durchsicht des Prüfungsablaufs oder Widerspruch');
  });

  test('answers scripts in German too', async () => {
    const headers = { cookie: cookies.during, accept: 'application/json', 'accept-language': 'de' };
    const answer = await pages.ask('exam', '/attempt/receipt', { headers });
    expect(answer.status).toBe(404);
    expect(((await answer.json()) as ErrorBody).message).toBe(de.errors.receiptLater);
  });
});

describe('the language of a page', () => {
  test.each([
    [undefined, null],
    ['', null],
    ['fr-FR,fr;q=0.9', null],
    ['de', 'de'],
    ['DE-at', 'de'],
    ['fr, de;q=0.5, en;q=0.7', 'en'],
    ['en;q=0.2, de;q=0.8', 'de'],
    ['de;q=0, en;q=0.1', 'en'],
    ['den, english', null],
    ['*', null],
  ])('of a browser that asks for %s is %s', (accepted, language) => {
    expect(preferredOf(accepted)).toBe(language);
  });

  test('is the exam’s where the browser asks for none of ours, also in an error', async () => {
    expect(await (await ask('/attempt', 'fr', cookies.before)).text()).toContain('<html lang="en"');
    const rules = pages.db.$client.prepare('SELECT rules FROM exam_rules').pluck().get() as string;
    const keep = pages.db.$client.prepare('UPDATE exam_rules SET rules = ?');
    const { setup, ...rest } = JSON.parse(rules) as { setup: object };
    try {
      keep.run(JSON.stringify({ ...rest, setup: { ...setup, language: 'de' } }));
      const page = await (await ask('/attempt', 'fr', cookies.before)).text();
      expect(page).toContain('<html lang="de"');
      expect(page).toContain('<h1>Linear Algebra I</h1>');
      const error = await (await ask('/attempt/practice', 'fr', cookies.during)).text();
      expect(error).toContain(de.errors.practiceOverWayBack);
    } finally {
      keep.run(rules);
    }
  });

  const choose = (body: Record<string, string>, headers: Record<string, string> = {}) => {
    const content = new URLSearchParams(body).toString();
    const type = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(content.length) };
    return pages.ask('exam', '/language', { method: 'POST', headers: { ...type, ...headers }, body: content });
  };

  test('is the test taker’s own choice before all else, on every page from then on, back where they were', async () => {
    const answer = await choose({ language: 'de', path: '/attempt/check' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/attempt/check');
    const [cookie = '', ...attributes] = (answer.headers.get('set-cookie') ?? '').split('; ');
    expect(cookie).toBe('__Host-language=de');
    expect(attributes.toSorted()).toEqual(['HttpOnly', 'Max-Age=31536000', 'Path=/', 'SameSite=Lax', 'Secure']);
    for (const path of ['/', '/check', '/attempt', '/nothing'])
      expect(await (await ask(path, 'en', cookie)).text(), path).toContain('<html lang="de"');
    const before = `${cookies.before}; ${cookie}`;
    const page = await (await ask('/attempt/check', 'en', before)).text();
    expect(page).toMatch(
      /<form method="post" action="\/language"[^>]*><input type="hidden" name="path" value="\/attempt\/check"/,
    );
  });

  test('cannot be chosen for a test taker by another site, nor lead them to one', async () => {
    for (const path of ['//evil.example', '/\\evil.example', 'https://evil.example', '', '/a b', '/\t/evil.example']) {
      const answer = await choose({ language: 'en', path });
      expect(answer.status, path).toBe(400);
      expect(answer.headers.get('location')).toBeNull();
    }
    expect((await choose({ language: 'fr', path: '/' })).status).toBe(400);
    expect((await choose({ language: 'de', path: '/' }, { origin: 'https://evil.example' })).status).toBe(403);
  });
});

/** @returns path and source of every message: text, or the function that makes it */
function messagesOf(texts: object, path = ''): [string, string][] {
  return Object.entries(texts).flatMap(([name, text]: [string, unknown]) =>
    typeof text === 'object' && text !== null
      ? messagesOf(text, `${path}.${name}`)
      : [[`${path}.${name}`, typeof text === 'function' ? text.toString() : String(text)] as [string, string]],
  );
}

test('every message is there in both languages, and none of the German ones is the English one', () => {
  const both = [
    [en, de],
    [
      { checkEn, practiceEn, recorderEn, sendingEn },
      { checkEn: checkDe, practiceEn: practiceDe, recorderEn: recorderDe, sendingEn: sendingDe },
    ],
  ] as const;
  for (const [english, german] of both) {
    const said = new Map(messagesOf(english));
    const same = messagesOf(german).filter(([path, text]) => said.get(path) === text && / \S/.test(text));
    expect(said.size).toBeGreaterThan(100);
    expect(same).toEqual([]);
    const missing = [...said.keys()].filter((path) => !new Map(messagesOf(german)).has(path));
    expect(missing).toEqual([]);
  }
});
