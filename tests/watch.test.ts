import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { findBarriers } from './barriers.ts';
import { launchChromium, openContext, plugInSecurityKey } from './chromium.ts';
import { reach } from './room-keyboard.ts';
import { openRoom } from './room-setting.ts';
import { film, type Take } from './take.ts';

let room: Awaited<ReturnType<typeof openRoom>>;
let browser: Browser;
let page: Page;
let take: Take;
/** Addresses of views' pages, keys and segments that were asked for since the test began. */
let asked: string[];
let number = 0;

beforeAll(async () => {
  room = await openRoom();
  take = await film(room.folder, 20, 0);
  browser = await launchChromium();
  page = await (await openContext(browser)).newPage();
  await plugInSecurityKey(page);
  page.on('request', (request) => void (request.url().includes('/grants/') && asked.push(pathOf(request.url()))));
  asked = [];
  await page.goto((await room.invite('Ada Moreau')).link);
  await page.getByRole('button', { name: 'Enrol this passkey' }).click();
  await page.waitForURL('**/desk');
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await room?.close();
});

beforeEach(() => {
  asked = [];
});

const pathOf = (address: string) => new URL(address).pathname;

/** A new attempt with two chapters, and the page on which the release of its keys is signed. */
async function proposeView() {
  const candidate = `W-${++number}`;
  const started = await room.startAttempt(candidate);
  await room.record(
    started,
    [0, 10].map((from) => ({ take, at: 0, from, to: from + 10 })),
  );
  await page.goto(`${room.origin}/attempts/${started.attempt}`);
  await page.getByRole('button', { name: 'Ask for the key' }).click();
  await page.waitForURL('**/acts/*');
  return { candidate, attempt: started.attempt, act: pathOf(page.url()) };
}

/** The same, signed, and the page of the signed act, which has a link to the view. */
async function signView() {
  const proposed = await proposeView();
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.waitForURL('**/grants/*');
  const view = pathOf(page.url());
  await page.goto(room.origin + proposed.act);
  const link = page.getByRole('link', { name: `Watch ${proposed.candidate}` });
  await link.waitFor();
  await markDocument();
  asked = [];
  return { ...proposed, view, link };
}

/** From here on another document can be told from this one. */
const markDocument = () => page.evaluate(() => void Object.assign(globalThis, { stayed: true }));
const isSameDocument = () => page.evaluate(() => 'stayed' in globalThis);

async function expectView({ candidate, view }: { candidate: string; view: string }): Promise<void> {
  await page.locator('[data-player][data-state="paused"]').waitFor();
  expect(pathOf(page.url())).toBe(view);
  expect(await page.title()).toBe(`Recording of ${candidate} · Cloister`);
}

const playedTo = () => page.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime);

/** What was released of an attempt, by chapter. */
async function released(attempt: string): Promise<number[]> {
  const { accesses } = await room.custody.web.accesses(attempt);
  return accesses
    .filter(({ kind }) => kind === 'released')
    .flatMap(({ chapters }) => chapters.map((one) => one.chapter));
}

test('a signature opens the view in the page where it was given', async () => {
  const { candidate, act, attempt } = await proposeView();
  await markDocument();
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.waitForURL('**/grants/*');
  await expectView({ candidate, view: act.replace('/acts/', '/grants/') });
  expect(await isSameDocument()).toBe(true);
  expect(await released(attempt)).toEqual([0]);
});

test('the link of a signed act opens the view in its page, by the keyboard too, and the heading is told first', async () => {
  const view = await signView();
  await reach(page, `Watch ${view.candidate}`);
  await expectView(view);
  expect(await isSameDocument()).toBe(true);
  const told = page.getByRole('heading', { name: `Recording of ${view.candidate}` });
  expect(await told.evaluate((heading) => heading === document.activeElement)).toBe(true);
  expect(await page.evaluate(() => scrollY)).toBe(0);
  expect(await findBarriers(page)).toEqual([]);
  // It is all there: the keys move it, and its button ends it.
  await page.keyboard.press('5');
  await expect.poll(playedTo, { timeout: 10_000 }).toBeGreaterThan(9);
  await page.getByRole('button', { name: 'Close the recording' }).click();
  await page.getByText('You closed the recording').waitFor();
});

test('a link that is clicked twice opens the view once', async () => {
  const view = await signView();
  await view.link.dblclick();
  await expectView(view);
  expect(await isSameDocument()).toBe(true);
  expect(asked.filter((path) => path === view.view || path.endsWith('/releases'))).toHaveLength(2);
});

test('a link that is only pointed at or focused releases nothing', async () => {
  const { attempt, link } = await signView();
  const before = await released(attempt);
  await link.hover();
  await link.focus();
  await page.mouse.down();
  await page.waitForTimeout(1000);
  expect(asked).toEqual([]);
  expect(await released(attempt)).toEqual(before);
  await page.mouse.move(0, 0);
  await page.mouse.up();
});

test('the way back leads to the page before, without the keys, and what was shown is reported', async () => {
  const view = await signView();
  await view.link.click();
  await expectView(view);
  expect(await isSameDocument()).toBe(true);
  await page.keyboard.press('Space');
  await expect.poll(playedTo, { timeout: 10_000 }).toBeGreaterThan(2);
  await page.goBack();
  await view.link.waitFor();
  expect(await isSameDocument()).toBe(false);
  expect(await page.locator('video').count()).toBe(0);
  const cookie = (await page.context().cookies()).find(({ name }) => name === '__Host-room');
  const grant = view.view.split('/').at(-1)!;
  // And on again, which is a view of its own in a document of its own.
  await markDocument();
  await page.goForward();
  await expectView(view);
  expect(await isSameDocument()).toBe(false);
  await room.custody.room.endGrant(cookie!.value, grant);
  const { accesses } = await room.custody.web.accesses(view.attempt);
  const shown = accesses.find(({ kind }) => kind === 'viewed')!.intervals;
  expect(shown[0]!.from).toBeLessThan(0.2);
  expect(shown[0]!.to).toBeGreaterThan(2);
});

test('a link to a view that has ended leads to the page that says so, and back from there', async () => {
  const { view, link } = await signView();
  const cookie = (await page.context().cookies()).find(({ name }) => name === '__Host-room');
  await room.custody.room.endGrant(cookie!.value, view.split('/').at(-1)!);
  await link.click();
  await page.getByRole('heading', { name: 'This view has ended' }).waitFor();
  expect(pathOf(page.url())).toBe(view);
  expect(await isSameDocument()).toBe(false);
  await page.goBack();
  await link.waitFor();
});

test('history that leads to what has ended meanwhile shows that, and leads back again', async () => {
  const view = await signView();
  await view.link.click();
  await expectView(view);
  expect(await isSameDocument()).toBe(true);
  await page.goBack();
  await view.link.waitFor();
  const cookie = (await page.context().cookies()).find(({ name }) => name === '__Host-room');
  await room.custody.room.endGrant(cookie!.value, view.view.split('/').at(-1)!);
  await page.goForward();
  await page.getByRole('heading', { name: 'This view has ended' }).waitFor();
  await page.goBack();
  await view.link.waitFor();
});

test('without the player the link leads to the view’s own page, which says what to do', async () => {
  const { view, act } = await signView();
  await page.route('**/assets/player.js*', (route) => route.abort());
  try {
    await page.goto(room.origin + act);
    await markDocument();
    await page.getByRole('link', { name: /^Watch/ }).click();
    await page.getByText('The player could not be loaded.').waitFor();
    expect(pathOf(page.url())).toBe(view);
    expect(await isSameDocument()).toBe(false);
  } finally {
    await page.unroute('**/assets/player.js*');
  }
});

test('who is signed out meanwhile is led to the sign-in page', async () => {
  const { link } = await signView();
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  await link.click();
  await page.getByRole('button', { name: 'Sign in with your passkey' }).waitFor();
  expect(pathOf(page.url())).toBe('/');
  await page.context().addCookies(cookies);
});

test('a link that is to open elsewhere does so, and this page stays', async () => {
  const { view, link } = await signView();
  const [other] = await Promise.all([page.context().waitForEvent('page'), link.click({ modifiers: ['Control'] })]);
  await other.locator('[data-player][data-state="paused"]').waitFor();
  expect(pathOf(other.url())).toBe(view);
  await other.close();
  expect(await isSameDocument()).toBe(true);
  expect(await link.isVisible()).toBe(true);
});

test('a browser that asks for a view ahead of time gets none', async () => {
  const { view } = await signView();
  for (const purpose of ['prefetch', 'prefetch;prerender', 'prefetch;anonymous-client-ip']) {
    const answer = await page.request.get(room.origin + view, { headers: { 'sec-purpose': purpose } });
    expect(answer.status(), purpose).toBe(503);
    expect(answer.headers()['cache-control']).toBe('no-store');
    expect(await answer.text()).not.toContain('data-player');
  }
  expect((await page.request.get(room.origin + view)).status()).toBe(200);
});
