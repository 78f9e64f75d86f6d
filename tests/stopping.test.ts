import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GrantIndex } from '../app/wire.ts';
import { launchChromium, openContext, plugInSecurityKey } from './chromium.ts';
import { carryOut, changeStatus } from './custody-process.ts';
import { inspectPage } from './page-inspection.ts';
import { openRoom } from './room-setting.ts';
import { film } from './take.ts';

/** Milliseconds within which a view that ends elsewhere has to be gone from the screen. */
const WITHIN = 5000;

let room: Awaited<ReturnType<typeof openRoom>>;
let browser: Browser;
let page: Page;
let reviewer: string;
let attempt: string;
let recording: string;
let exam: string;

beforeAll(async () => {
  // Four chapters, of which custody draws three for each person.
  room = await openRoom({ leastView: { chaptersAround: 1, drawn: 3 } });
  const take = await film(room.folder, 40, 0);
  const started = await room.startAttempt('S-1');
  attempt = started.attempt;
  exam = room.exam;
  const chapters = [0, 10, 20, 30].map((from) => ({ take, at: 0, from, to: from + 10 }));
  recording = await room.record(started, chapters);
  browser = await launchChromium();
  page = await (await openContext(browser)).newPage();
  await plugInSecurityKey(page);
  const invited = await room.invite('Ada Moreau');
  reviewer = invited.id;
  await page.goto(invited.link);
  await page.getByRole('button', { name: 'Enrol this passkey' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/enrolments'));
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await room?.close();
});

/** The way a reviewer takes, until the picture moves. @returns the grant */
async function play(): Promise<string> {
  await page.goto(`${room.origin}/attempts/${attempt}`);
  await page.getByRole('button', { name: 'Ask for the key' }).click();
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.waitForURL('**/grants/*');
  await page.locator('[data-player][data-state="paused"]').waitFor();
  await page.keyboard.press('Space');
  await page.locator('[data-player][data-state="playing"]').waitFor();
  const moved = () =>
    page
      .locator('video')
      .first()
      .evaluate((video: HTMLVideoElement) => video.currentTime);
  const before = await moved();
  await expect.poll(moved).toBeGreaterThan(before);
  return page.url().split('/').at(-1)!;
}

/** Has the page note when no picture of it has a source any more, on the clock that this test reads too. */
async function noteWhenGone(): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const videos = [...document.querySelectorAll('video')];
    const gone = () => videos.every((video) => !video.isConnected && !video.getAttribute('src') && !video.srcObject);
    const look = () => {
      if (gone()) document.body.dataset['goneAt'] = String(Date.now());
      else requestAnimationFrame(look);
    };
    look();
  });
  return async () => {
    await page.waitForFunction(() => document.body.dataset['goneAt'], undefined, { timeout: 3 * WITHIN });
    return Number(await page.locator('body').getAttribute('data-gone-at'));
  };
}

/** Ends the view by `stop` while it plays, and takes the time from the moment at which custody has done so. */
async function measure(stop: () => Promise<unknown>): Promise<number> {
  const goneAt = await noteWhenGone();
  await stop();
  const applied = Date.now();
  const took = (await goneAt()) - applied;
  process.stderr.write(`The picture was gone ${took} ms after the act.\n`);
  return took;
}

/** That nothing of the view is to be had any more, and its end stands in the ledger with the reason. */
async function expectOver(grant: string, because: string): Promise<void> {
  const ended = () => room.custody.entries().find(({ type, body }) => type === 'viewed' && body.grant === grant);
  await expect.poll(ended).toMatchObject({ body: { attempt, because } });
  const segment = await page.request.get(`${room.origin}/grants/${grant}/recordings/${recording}/segments/0`);
  expect([401, 403]).toContain(segment.status());
}

const officer = () => [room.custody.founders.officers[0]];

test('a suspended representative’s picture is gone within five seconds, and stays gone after a reinstatement', async () => {
  const grant = await play();
  expect(await measure(() => changeStatus(room.custody, reviewer, 'suspended'))).toBeLessThan(WITHIN);
  await page.getByText('Your approval as a representative is not in force').waitFor();
  await expectOver(grant, 'representative-inactive');
  await changeStatus(room.custody, reviewer, 'approved');
  // The session ended with the suspension, and for good.
  await page.reload();
  await page.getByRole('button', { name: 'Sign in with your passkey' }).click();
  await page.waitForURL('**/desk');
  await page.goto(`${room.origin}/grants/${grant}`);
  await page.getByRole('heading', { name: 'This view has ended' }).waitFor();
  expect(await page.locator('video').count()).toBe(0);
});

test('a suspended exam’s picture is gone within five seconds, with the reason on the page', async () => {
  const grant = await play();
  const reason = 'A complaint is looked into.';
  const suspend = () => carryOut(room.custody, { type: 'suspend-exam', exam, reason }, officer());
  expect(await measure(suspend)).toBeLessThan(WITHIN);
  await page.getByText('This exam is suspended').waitFor();
  await expectOver(grant, 'exam-suspended');
  await carryOut(room.custody, { type: 'reinstate-exam', exam, reason }, room.custody.founders.officers);
});

test('what is not part of the release is dotted, and another act with a justification opens it', async () => {
  const grant = await play();
  const locked = page.locator('.locked');
  expect(await locked.count()).toBe(1);
  expect(await locked.getAttribute('title')).toContain('not part of this release');
  const index = JSON.parse((await page.locator('[data-part="index"]').textContent())!) as GrantIndex;
  const { withheld } = index.recordings[0]!;
  const segments = await page.request.get(
    `${room.origin}/grants/${grant}/recordings/${recording}/segments/${withheld[0]! * 6 + 1}`,
  );
  expect(segments.status()).toBe(404);
  await page.getByRole('heading', { name: '3 of 4 chapters are open' }).waitFor();
  await page.keyboard.press('Space');
  await inspectPage(page, 'player-least-view', 380);
  await inspectPage(page, 'player-least-view', 1280);
  await page.getByLabel('Why do you need to see all of it?').fill('The hall was evacuated at noon.');
  await page.getByRole('button', { name: 'Ask for all of it' }).click();
  await page.getByText('The hall was evacuated at noon.').waitFor();
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.waitForURL((url) => url.pathname.startsWith('/grants/') && !url.pathname.endsWith(grant));
  await page.locator('[data-player][data-state="paused"]').waitFor();
  expect(await locked.count()).toBe(0);
  expect(await page.getByText('chapters are open').count()).toBe(0);
  const { accesses } = await room.custody.web.accesses(attempt);
  expect(accesses.findLast(({ kind }) => kind === 'granted')).toMatchObject({
    reason: 'The hall was evacuated at noon.',
    coverage: { extent: 'all', registered: 4 },
  });
});

test('a picture that stands still, and asks for nothing any more, is gone as soon', async () => {
  const grant = await play();
  await page.keyboard.press('Space');
  // Everything that it would ask for by itself is there: only asking how the view stands can tell it.
  let requests = 0;
  page.on('request', (request) => void (request.url().includes('/segments/') && requests++));
  let before = -1;
  while (before !== requests) {
    before = requests;
    await page.waitForTimeout(1500);
  }
  const { administrator } = room.custody.founders;
  const stop = () => carryOut(room.custody, { type: 'unassign', exam, subject: reviewer }, [administrator]);
  expect(await measure(stop)).toBeLessThan(WITHIN);
  expect(requests).toBe(before);
  await page.getByText('You are not assigned to this exam').waitFor();
  await expectOver(grant, 'not-assigned');
  await carryOut(room.custody, { type: 'assign', exam, subject: reviewer }, [administrator]);
});

test('who signs out in another window takes their pictures along', async () => {
  const grant = await play();
  const other = await page.context().newPage();
  await other.goto(`${room.origin}/attempts`);
  const stop = () => other.request.post(`${room.origin}/session/end`, { headers: { origin: room.origin } });
  expect(await measure(stop)).toBeLessThan(WITHIN);
  await other.close();
  await page.getByText('your session has ended').waitFor();
  await expectOver(grant, 'signed-out');
});
