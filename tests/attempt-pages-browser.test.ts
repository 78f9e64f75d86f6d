import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assets } from '../app/http/assets.ts';
import type { AttemptStart } from '../app/wire.ts';
import { makeAttemptKey, type Pages, recordAttempt, startPages, watch } from './attempt-pages-setting.ts';
import { findBarriers, measureTargets } from './barriers.ts';
import { launchChromium } from './chromium.ts';
import { FULL } from './full.ts';

const ROOT = join(import.meta.dirname, '..');

const WIDTHS = FULL ? [1280, 380] : [380];
let pages: Pages;
let browser: Browser;
const servers: Server[] = [];
const origins = { exam: '', staff: '' };
const links = { before: '', during: '', waiting: '', ended: '' };
/** Finishes the attempt that is still waiting to be. */
let finish: () => Response | Promise<Response>;
let staffCookie: string;

/** Listens first, so that the origin has its port, and answers with `fetch` once there is one. */
async function listen(
  place: 'exam' | 'staff',
): Promise<(fetch: (request: Request) => Response | Promise<Response>) => void> {
  let answer: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const server = createServer(getRequestListener((request) => answer(request)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  // Browsers take names below localhost for secure places, so that __Host- cookies work without a certificate.
  origins[place] = `http://${place}.localhost:${(server.address() as AddressInfo).port}`;
  return (fetch) => (answer = fetch);
}

beforeAll(async () => {
  const [serveExam, serveStaff] = [await listen('exam'), await listen('staff')];
  [pages, browser] = await Promise.all([startPages(origins), launchChromium()]);
  const files = assets(join(ROOT, 'dist/assets'));
  serveExam(pages.examOrigin.route('/', files).fetch);
  serveStaff(pages.staffOrigin.route('/', files).fetch);

  const key = await makeAttemptKey();
  const begin = async (name: string) => {
    const { token } = pages.enter(name);
    const visit = await pages.visit(token);
    const start = (await (await visit.start(key.publicKey)).json()) as AttemptStart;
    return { link: `${origins.exam}/i/${token}`, visit, start };
  };
  links.before = `${origins.exam}/i/${pages.enter('Amina Yıldız').token}`;
  const during = await begin('Bartholomew Featherstonehaugh');
  links.during = during.link;
  await during.visit.start((await makeAttemptKey()).publicKey);
  const waiting = await begin('Wilhelmina Wartenberg');
  links.waiting = waiting.link;
  const { seal } = await recordAttempt(pages, waiting.start, key);
  finish = () => waiting.visit.send('/attempt/seal', seal);
  const { link, visit, start } = await begin('Chidi Okonkwo');
  links.ended = link;
  const recorded = await recordAttempt(pages, start, key);
  await visit.send('/attempt/seal', recorded.seal);
  const shown = { from: 3, to: 44 };
  const { session } = await watch(pages, 'Ines Moreau', recorded, start.attempt, { chapters: [0], shown });
  staffCookie = (await pages.enterStaff(session)).headers.get('set-cookie')?.split(/[=;]/)[1] ?? '';
});

afterAll(async () => {
  await browser?.close();
  for (const server of servers) server.close();
  await pages?.stop();
});

/** Comes in by a personal link, or as a signed-in representative, or as nobody. */
async function open(context: BrowserContext, who: keyof typeof links | 'staff' | null): Promise<Page> {
  const page = await context.newPage();
  // Chromium lets nobody set a __Host- cookie from outside on http; the header says the same.
  if (who === 'staff') await context.setExtraHTTPHeaders({ cookie: `__Host-staff=${staffCookie}` });
  else if (who) await page.goto(links[who]);
  return page;
}

const show = (step: string) => (page: Page) =>
  page.evaluate((name) => {
    for (const section of document.querySelectorAll<HTMLElement>('[data-step]'))
      section.hidden = section.dataset.step !== name;
  }, step);

/** Shows the page again while custody does not answer, once `change` is done. */
const withoutCustody = (change?: () => Response | Promise<Response>) => async (page: Page) => {
  pages.custody.halt();
  try {
    expect((await change?.())?.status ?? 202).toBe(202);
    await page.reload();
  } finally {
    pages.custody.go();
  }
};

/** A practice run's steps are the recorder's own, but for its check and its end: the long tests look at all of them. */
const PRACTISED = FULL ? ['check', 'record', 'sealing', 'done'] : ['check'];

const SHOWN: {
  name: string;
  who: Parameters<typeof open>[1];
  place: 'exam' | 'staff';
  path: string;
  act?: (page: Page) => unknown;
}[] = [
  { name: 'welcome', who: null, place: 'exam', path: '/' },
  { name: 'demonstration', who: null, place: 'exam', path: '/demonstration' },
  { name: 'unknown link', who: null, place: 'exam', path: '/i/unknown' },
  { name: 'system check', who: null, place: 'exam', path: '/check' },
  { name: 'system check of an exam', who: 'before', place: 'exam', path: '/attempt/check' },
  ...PRACTISED.map((step) => ({
    name: `practice, ${step}`,
    who: 'before' as const,
    place: 'exam' as const,
    path: '/attempt/practice',
    act: show(step),
  })),
  { name: 'notice', who: 'before', place: 'exam', path: '/attempt' },
  ...['check', 'record', 'sealing', 'done'].map((step) => ({
    name: `recorder, ${step}`,
    who: 'before' as const,
    place: 'exam' as const,
    path: '/attempt/recorder',
    act: show(step),
  })),
  { name: 'during', who: 'during', place: 'exam', path: '/attempt' },
  { name: 'during, without custody', who: 'during', place: 'exam', path: '/attempt', act: withoutCustody() },
  {
    name: 'finished, without custody',
    who: 'waiting',
    place: 'exam',
    path: '/attempt',
    act: withoutCustody(() => finish()),
  },
  { name: 'ended', who: 'ended', place: 'exam', path: '/attempt' },
  { name: 'sign-in', who: null, place: 'staff', path: '/' },
  { name: 'exams', who: 'staff', place: 'staff', path: '/' },
  { name: 'roster', who: 'staff', place: 'staff', path: '/exams/' },
];

test.for(SHOWN)(
  `$name: no barrier that axe finds, nothing cut off, targets of 44 px, at ${WIDTHS.join(' and ')} px, light and dark`,
  async (shown) => {
    const { who, place, path, act } = shown;
    const context = await browser.newContext({ colorScheme: 'light', reducedMotion: 'reduce' });
    // The recorder's script would go its own way without a camera; here the page alone is looked at.
    await context.route(/assets\/(recorder|practice)\.js$/, (route) =>
      route.fulfill({ contentType: 'text/javascript', body: '' }),
    );
    const page = await open(context, who);
    await page.goto(`${origins[place]}${path}${path === '/exams/' ? pages.exam : ''}`);
    await act?.(page);
    expect(await page.locator('h1:visible').count()).toBe(1);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      expect(await measureTargets(page)).toEqual({ small: [], tooWide: 0 });
      expect(await findBarriers(page)).toEqual([]);
    }
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await findBarriers(page, ['color-contrast'])).toEqual([]);
    await context.close();
  },
);

/** Folder for screenshots of the German pages, where they are wanted. */
const pictures = process.env['CLOISTER_TEST_PICTURES'];

/** In German the long tests look at all of them; always at those with the longest words. */
const IN_GERMAN = ['welcome', 'notice', 'recorder, check', 'recorder, record', 'during', 'ended'];

// An attempt is finished once only: how that looks in German is in tests/words.test.ts. What axe looks at is the same in both languages.
test.for(
  SHOWN.filter(
    ({ place, name }) => place === 'exam' && (FULL ? name !== 'finished, without custody' : IN_GERMAN.includes(name)),
  ),
)(
  `in German, $name: ${FULL ? 'no barrier that axe finds, ' : ''}nothing cut off, targets of 44 px, at ${WIDTHS.join(' and ')} px`,
  async ({ name, who, path, act }) => {
    const context = await browser.newContext({ colorScheme: 'light', reducedMotion: 'reduce', locale: 'de-DE' });
    await context.route(/assets\/(recorder|practice)\.js$/, (route) =>
      route.fulfill({ contentType: 'text/javascript', body: '' }),
    );
    const page = await open(context, who);
    await page.goto(`${origins.exam}${path}`);
    await act?.(page);
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      expect(await measureTargets(page)).toEqual({ small: [], tooWide: 0 });
      if (FULL) expect(await findBarriers(page)).toEqual([]);
      expect((await page.locator('.masthead').boundingBox())?.height).toBeLessThan(120);
      if (pictures) await page.screenshot({ path: `${pictures}/${name}-${width}.png`, fullPage: true });
    }
    await context.close();
  },
);

test('the language is chosen by keyboard, without JavaScript, and stays chosen on every page', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 380, height: 800 } });
  const page = await open(context, 'before');
  for (const name of ['Skip to the content', 'Cloister', 'Deutsch']) {
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toContain(name);
  }
  await page.keyboard.press('Enter');
  await page.getByText('Diese Prüfung wird aufgezeichnet, während Sie sie ablegen.').waitFor();
  expect(page.url()).toBe(`${origins.exam}/attempt`);
  expect(await page.locator('html').getAttribute('lang')).toBe('de');
  await page.getByRole('link', { name: 'Testen Sie vor dem Prüfungstag, ob Ihr Gerät geeignet ist' }).click();
  await page.getByRole('heading', { name: 'Ist dieses Gerät geeignet?' }).waitFor();
  await page.getByRole('button', { name: 'English' }).press('Enter');
  await page.getByRole('heading', { name: 'Will this device do?' }).waitFor();
  expect(page.url()).toBe(`${origins.exam}/attempt/check`);
  await context.close();
});

test('the recorder’s script, its worker and the system check speak the page’s language', async () => {
  const context = await browser.newContext({ locale: 'de-DE' });
  const page = await open(context, 'before');
  await page.goto(`${origins.exam}/attempt/recorder`);
  await page.getByRole('button', { name: 'Kamera und Mikrofon einschalten' }).click();
  const told = page.locator('[data-check-message]');
  await expect.poll(() => told.textContent()).toMatch(/wählen Sie dann „Kamera und Mikrofon einschalten“\.$/);
  await expect.poll(() => page.locator('[data-unchecked]').textContent()).toMatch(/^Die Adresse, über die Sie/);
  // Of another window it is the worker that knows.
  const other = await context.newPage();
  await other.goto(`${origins.exam}/attempt/recorder`);
  const noticed = other.locator('[data-start-message]');
  await expect.poll(() => noticed.textContent()).toMatch(/^Die Aufzeichnung ist in einem anderen Fenster/);
  await other.goto(`${origins.exam}/check`);
  await other.getByRole('button', { name: 'Test starten' }).click();
  const found = other.locator('[data-check-row=browser] [data-sentence]');
  await expect.poll(() => found.textContent()).toBe('Er hat alles, was zum Aufzeichnen nötig ist.');
  await context.close();
});

/** @returns what the keyboard reaches, in order, each with whether its focus can be seen */
async function tabThrough(page: Page): Promise<{ name: string; ringed: boolean }[]> {
  const reached = [];
  for (;;) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const ringed =
        outlineStyle === 'solid' && Number.parseFloat(outlineWidth) >= 2 && element.getBoundingClientRect().top >= 0;
      return { name: element.id || (element.textContent ?? '').trim(), ringed };
    });
    if (!focused) return reached;
    reached.push(focused);
  }
}

test('the keyboard alone reaches everything, in the order of the page, with a ring that is seen', async () => {
  const context = await browser.newContext({ viewport: { width: 380, height: 800 } });
  const page = await open(context, 'before');
  const notice = await tabThrough(page);
  expect(notice.map(({ name }) => name).slice(0, 5)).toEqual([
    'Skip to the content',
    'Cloister',
    'Deutsch',
    'Switch between light and dark',
    'Check what is recorded',
  ]);
  expect(notice.filter(({ ringed }) => !ringed)).toEqual([]);

  await page.goto(`${origins.exam}/attempt`);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Check what is recorded');
  await context.close();
});

test('a representative unfolds the menu, leaves it and signs out, by keyboard, at 380 px', async () => {
  const context = await browser.newContext({ viewport: { width: 380, height: 800 } });
  const page = await open(context, 'staff');
  await page.goto(`${origins.staff}/`);
  const menu = page.getByRole('navigation');
  expect(await menu.isVisible()).toBe(false);
  await page.getByRole('button', { name: 'Menu' }).press('Enter');
  expect(await menu.isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  expect(await menu.isVisible()).toBe(false);
  await page.getByRole('button', { name: 'Sign out' }).press('Enter');
  await page.getByRole('heading', { name: 'Sign in in the reading room' }).waitFor();
  await context.close();
});

test('without JavaScript the notice is whole and the recorder says what it needs', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await open(context, 'before');
  expect(await page.locator('main').innerText()).toContain('Until 7 January 2127; then its key is destroyed');
  expect(await page.locator('[data-theme-switch]').isVisible()).toBe(false);
  await page.getByRole('link', { name: 'Check what is recorded' }).click();
  expect(await page.locator('main').innerText()).toContain('JavaScript is switched off');
  await context.close();
});
