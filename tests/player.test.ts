import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium, openContext, plugInSecurityKey } from './chromium.ts';
import { film, openRoom, secondOf, type Relay, type Take } from './room-setting.ts';

let room: Awaited<ReturnType<typeof openRoom>>;
let browser: Browser;
let page: Page;
let recording: string;
let foreign: string;
let takes: Take[];
let segmentsAt: (second: number) => number;

beforeAll(async () => {
  room = await openRoom();
  const [first, second] = await Promise.all([film(room.folder, 30, 0), film(room.folder, 20, 34)]);
  takes = [first, second];
  const chapters = [
    { take: first, at: 0, from: 0, to: 10 },
    { take: first, at: 0, from: 10, to: 20 },
    { take: first, at: 0, from: 20, to: 30 },
    { take: second, at: 34, from: 0, to: 10 },
    { take: second, at: 34, from: 10, to: 20 },
  ];
  // Numbers count init segments too; the one that begins at second 6 never arrived.
  const numbers: { number: number; at: number }[] = [];
  let next = 0;
  for (const { take, at, from, to } of chapters) {
    next++;
    for (const one of take.clusters)
      if (one.from >= from && one.from < to) numbers.push({ number: next++, at: at + one.from });
  }
  segmentsAt = (time) => numbers.findLast(({ at }) => at <= time)!.number;
  ({ recording } = await room.custody.record(room.recordings, chapters, [segmentsAt(6.5)]));
  foreign = recording.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
  browser = await launchChromium();
  page = await (await openContext(browser)).newPage();
  await plugInSecurityKey(page);
  await page.goto(`${room.origin}/enrolments/${room.custody.enrolmentToken}`);
  await page.getByRole('button', { name: 'Enrol this passkey' }).click();
  await page.waitForURL('**/attempts');
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await room?.close();
});

beforeEach(() => {
  room.relay.now = undefined;
  room.custody.covered = undefined;
  room.custody.suspended = false;
  room.custody.faults.length = 0;
  room.custody.releases.length = 0;
});

/** The way a reviewer takes: purpose, key, sentence, touch. */
async function openRecording(): Promise<string> {
  await page.goto(`${room.origin}/attempts/${room.custody.attempt}`);
  await page.getByRole('button', { name: 'Ask for the key' }).click();
  await page.getByRole('button', { name: 'Sign with your passkey' }).click();
  await page.waitForURL('**/grants/*');
  await page.locator('[data-player][data-state="paused"]').waitFor();
  return page.url().split('/').at(-1)!;
}

/** The second that the picture itself shows, read from its corner. */
const shownSecond = async (source = 'camera') =>
  secondOf(
    await page.locator(`video[data-source="${source}"]`).evaluate((video: HTMLVideoElement) => {
      const canvas = document.createElement('canvas');
      canvas.width = canvas.height = 32;
      const context = canvas.getContext('2d')!;
      context.drawImage(video, 16, 16, 64, 64, 0, 0, 32, 32);
      const { data } = context.getImageData(0, 0, 32, 32);
      return data.filter((_, i) => i % 4 === 0).reduce((sum, grey) => sum + grey, 0) / (32 * 32);
    }),
  );

async function clickAt(second: number): Promise<void> {
  const bar = page.getByRole('slider');
  const { width, height } = (await bar.boundingBox())!;
  await bar.click({ position: { x: (width * second) / 54, y: height / 2 } });
}

async function expectSecond(second: number, within = 0.75): Promise<void> {
  await expect.poll(async () => Math.abs((await shownSecond()) - second), { timeout: 10_000 }).toBeLessThan(within);
}

test('plays what was recorded, and reports the seconds that were shown', async () => {
  const grant = await openRecording();
  await page.keyboard.press('Space');
  await expectSecond(3);
  await page.keyboard.press('k');
  expect(await page.locator('[data-player]').getAttribute('data-state')).toBe('paused');
  const closed = page.waitForResponse((response) => response.url().endsWith('/end'));
  await page.getByRole('button', { name: 'Close the recording' }).click();
  await closed;
  await page.getByText('You closed the recording').waitFor();
  const { viewing, endedAt } = room.custody.grants.get(grant)!;
  expect(endedAt).not.toBeNull();
  expect(viewing).toHaveLength(1);
  expect(viewing[0]!.recording).toBe(recording);
  expect(viewing[0]!.from).toBeLessThan(0.2);
  expect(viewing[0]!.to).toBeGreaterThan(2.2);
  expect(viewing[0]!.to).toBeLessThan(6);
  await page.reload();
  await page.getByRole('heading', { name: 'This view has ended' }).waitFor();
});

test('seeks anywhere by click and key, across runs of the recorder, and asks for each chapter’s key once', async () => {
  await openRecording();
  expect(room.custody.releases).toEqual([{ recording, chapter: 0 }]);
  await clickAt(25.5);
  await expectSecond(25.5);
  await clickAt(48.5);
  await expectSecond(48.5);
  await page.keyboard.press('ArrowLeft');
  await expectSecond(43.5);
  await clickAt(2.5);
  await expectSecond(2.5);
  await page.keyboard.press('2');
  await expectSecond(10.8);
  await page.keyboard.press('.');
  await page.keyboard.press(',');
  await expectSecond(10.8);
  const chapters = room.custody.releases.map(({ chapter }) => chapter);
  expect(chapters.toSorted()).toEqual([...new Set(chapters)].toSorted());
  expect(chapters).toContain(4);
});

test('asks for the next chapter’s key shortly before it plays, not at once', async () => {
  await openRecording();
  await page.waitForTimeout(1500);
  expect(room.custody.releases.map(({ chapter }) => chapter)).toEqual([0]);
  await clickAt(3.5);
  await expect.poll(() => room.custody.releases.map(({ chapter }) => chapter)).toEqual([0, 1]);
});

test('passes over what is missing, says so, and goes on', async () => {
  await openRecording();
  await clickAt(5);
  await page.keyboard.press('Space');
  await page.getByText('Nothing was recorded here. Playback goes on at').waitFor();
  await expectSecond(9);
  expect(await page.locator('.hole').count()).toBe(2);
  await clickAt(32);
  await expectSecond(34.5, 1.2);
  await page.keyboard.press('k');
});

test('stops at the end and plays again from the start', async () => {
  await openRecording();
  await page.getByRole('slider').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Space');
  await page.locator('[data-player][data-state="ended"]').waitFor({ timeout: 15_000 });
  await page.keyboard.press('Space');
  await expectSecond(1);
});

test('does not show a chapter that the grant does not cover, nor hand out its segments', async () => {
  room.custody.covered = [0, 1];
  const grant = await openRecording();
  expect(await page.locator('.locked').count()).toBe(3);
  await clickAt(25);
  await page.getByText('not among what you asked to see').waitFor();
  const answer = await page.request.get(
    `${room.origin}/grants/${grant}/recordings/${recording}/segments/${segmentsAt(25)}`,
  );
  expect(answer.status()).toBe(404);
  expect(room.custody.releases.every(({ chapter }) => chapter < 2)).toBe(true);
});

const flip = (body: Uint8Array, at: number) => body.map((byte, i) => (i === at ? byte ^ 1 : byte));

/** Gives another segment's body in place of the one at second 22, as a hostile server would. */
async function stored(second: number): Promise<Uint8Array> {
  const path = `${page.url()}/recordings/${recording}/segments/${segmentsAt(second)}`;
  return new Uint8Array(await (await page.request.get(path)).body());
}

const cases: [fault: string, sentence: string, tamper: (body: Uint8Array) => ReturnType<Relay>][] = [
  ['altered', 'was changed after it was recorded', (body) => flip(body, body.length - 100)],
  ['misplaced', 'was stored in another segment’s place', () => stored(24.5)],
  ['foreign-chapter', 'belongs to another chapter', () => stored(12.5)],
  [
    'foreign-recording',
    'belongs to another recording',
    (body) => {
      const other = body.slice();
      other.set(Buffer.from(foreign.replaceAll('-', ''), 'hex'), 4);
      return other;
    },
  ],
  ['unreadable', 'is not a segment of a recording', (body) => new Uint8Array(body.length).fill(7)],
];

test.each(cases)(
  'refuses a segment that is %s, says so, tells custody and plays on',
  async (fault, sentence, tamper) => {
    await openRecording();
    const number = segmentsAt(22.5);
    room.relay.now = (segment, body) => (segment.number === number ? tamper(body) : body);
    await clickAt(22.5);
    await page.getByText(`Segment ${number} at`).getByText(sentence).or(page.getByText(sentence)).first().waitFor();
    await expectSecond(24.3, 1);
    expect(room.custody.faults).toEqual([{ recording, segment: number, fault }]);
    expect(await page.locator('.hole[data-cause="refused"]').count()).toBe(1);
  },
);

test('refuses a whole chapter whose header was altered, and tells it once', async () => {
  room.relay.now = ({ number }, body) => (number === segmentsAt(34) - 1 ? flip(body, 60) : body);
  await openRecording();
  await clickAt(36);
  await expectSecond(44.5, 1);
  expect(room.custody.faults).toEqual([{ recording, segment: segmentsAt(34) - 1, fault: 'altered' }]);
});

test('takes the picture away with custody’s sentence when the representative is suspended', async () => {
  await openRecording();
  room.custody.suspended = true;
  await page.keyboard.press('5');
  await page.getByText('Your approval as a representative is not in force').waitFor();
  expect(await page.locator('video').count()).toBe(0);
});

test('a grant opened in another browser has no key there and says what to do', async () => {
  const grant = await openRecording();
  await page.evaluate(() => indexedDB.deleteDatabase('cloister-room'));
  await page.goto(`${room.origin}/grants/${grant}`);
  await page.getByText('The key for this view is not in this browser').waitFor();
});

test('plays camera and screen together, and a hole in one does not stop the other', async () => {
  const [take] = takes as [Take, Take];
  await room.custody.record(room.recordings, [{ take, at: 0, from: 0, to: 30 }], [], 'screen');
  await openRecording();
  expect(await page.locator('.lane').count()).toBe(2);
  await clickAt(25.5);
  await expectSecond(25.5);
  await expect.poll(async () => Math.abs((await shownSecond('screen')) - 25.5)).toBeLessThan(0.75);
  await clickAt(5);
  await page.keyboard.press('Space');
  await expect
    .poll(() => shownSecond('screen'), { timeout: 10_000, interval: 20 })
    .toSatisfy((at: number) => at > 6.5 && at < 7.5);
  await expect.poll(() => shownSecond('screen'), { timeout: 10_000 }).toBeGreaterThan(9.2);
  expect(Math.abs((await shownSecond('screen')) - (await shownSecond()))).toBeLessThan(0.8);
  expect(await page.getByText('Nothing was recorded here').count()).toBe(0);
});
