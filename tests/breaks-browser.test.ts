import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Source } from '../app/wire.ts';
import { type Encrypted, spyOnEncryption } from './encryption-spy.ts';
import { FULL } from './full.ts';
import { inspectPage } from './page-inspection.ts';
import { type Chrome, FAKE_DEVICES, finish, launch, openFreshPage, openRecorder, until } from './recorder-browser.ts';
import { openSetting, type RecorderSetting } from './recorder-setting.ts';

const PATIENCE = 40;
const SOURCES = ['camera', 'screen'] as const;

let setting: RecorderSetting;
let chrome: Chrome;

beforeAll(async () => {
  setting = await openSetting();
  chrome = await launch(setting, FAKE_DEVICES);
}, 120_000);

afterAll(async () => {
  await chrome?.close();
  await setting?.close();
});

/** Runs in the page before its own scripts: keeps every track that is opened. */
function spy(): void {
  const tracks: MediaStreamTrack[] = [];
  Object.assign(globalThis, { tracks });
  for (const name of ['getUserMedia', 'getDisplayMedia'] as const) {
    const real = navigator.mediaDevices[name].bind(navigator.mediaDevices);
    navigator.mediaDevices[name] = async (asked?: MediaStreamConstraints) => {
      // The fake picker takes the wish for an order.
      if (name === 'getDisplayMedia') delete (asked!.video as MediaTrackConstraints).displaySurface;
      const stream = await real(asked);
      tracks.push(...stream.getTracks());
      return stream;
    };
  }
}

/** @returns whether each track that the page ever opened still gives anything */
const liveOf = (page: Page) =>
  page.evaluate(() =>
    (globalThis as unknown as { tracks: MediaStreamTrack[] }).tracks.map(({ readyState }) => readyState === 'live'),
  );
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const lit = async (page: Page) => {
  for (const lamp of ['camera', 'microphone', 'screen'])
    await until(async () => (await page.getAttribute(`[data-lamp=${lamp}]`, 'data-on')) === 'true', PATIENCE);
};
const leftOf = async (page: Page) => {
  await page.waitForSelector('[data-break-clock][datetime]');
  return Number((await page.getAttribute('[data-break-clock]', 'datetime'))?.slice(2, -1));
};

test('in a break nothing is recorded, also where its page is opened anew; it goes on by a press in new chapters, and is told as a break', async () => {
  const testTaker = setting.invite('screened');
  await testTaker.grant({ breakMinutes: 3 });
  const page = await openFreshPage(chrome, setting.origin);
  page.on('dialog', (dialog) => void dialog.accept());
  const encrypted: Encrypted[] = [];
  await spyOnEncryption(page.context(), encrypted);
  await page.addInitScript(spy);
  await openRecorder(page, testTaker.link);
  const stored = async (source: Source) => (await testTaker.stored(source))?.segments.length ?? 0;
  const recorded = async (more: number) => {
    const before = [await stored('camera'), await stored('screen')] as const;
    const grown = async () =>
      (await stored('camera')) >= before[0] + more && (await stored('screen')) >= before[1] + more;
    await until(grown, PATIENCE);
  };

  await page.click('[data-allow]:not([disabled])');
  await page.click('[data-share]:not([disabled])');
  await page.click('[data-start]:not([disabled])');
  await lit(page);
  await recorded(1);
  await page.getByText('3 minutes of breaks left.').waitFor();
  await page.getByRole('button', { name: 'Take a break' }).click();

  await page.getByRole('heading', { name: 'You are on a break' }).waitFor();
  await page.waitForSelector('[data-go-on]:not([disabled])');
  expect(await liveOf(page)).toEqual([false, false, false]);
  const left = await leftOf(page);
  expect(left).toBeGreaterThan(170);
  expect(left).toBeLessThanOrEqual(180);
  await inspectPage(page, 'break', 380);
  // What was recorded before is sent to its end, and signed.
  await until(async () => (await testTaker.inspection('screen')).frames.signature === 1, PATIENCE);
  const count = encrypted.length;
  const began = Date.now();
  await wait(1500);
  expect(encrypted).toHaveLength(count);

  await page.reload();
  await page.getByRole('heading', { name: 'You are on a break' }).waitFor();
  const still = await leftOf(page);
  const passed = (Date.now() - began) / 1000;
  expect(left - still).toBeGreaterThan(passed - 2);
  expect(left - still).toBeLessThan(passed + 12);
  await wait(1500);
  expect(await liveOf(page)).toEqual([]);
  expect(encrypted).toHaveLength(count);
  const ended = Date.now();
  await page.getByRole('button', { name: 'Go on' }).click();
  // Camera and microphone come by themselves, as after any reload; the browser wants a press for the screen.
  await page.waitForSelector('[data-step=record]:not([hidden])');
  await page.click('[data-share-again]');
  await lit(page);
  await recorded(1);

  if (FULL) {
    // Once more, without a reload: the press that ends it asks for the screen as well.
    await page.getByRole('button', { name: 'Take a break' }).click();
    await page.waitForSelector('[data-go-on]:not([disabled])');
    expect(await liveOf(page)).toEqual([false, false, false]);
    await wait(500);
    await page.getByRole('button', { name: 'Go on' }).click();
    await lit(page);
    await recorded(1);
  }
  await finish(page);

  for (const source of SOURCES) {
    const { gaps, header } = (await testTaker.stored(source))!;
    expect([...new Set(gaps.map(({ cause }) => cause))], source).toEqual(['break']);
    const at = (us: number) => Date.parse(header.startedAt) + us / 1000;
    const first = { from: at(gaps[0]!.from), to: at(gaps[0]!.to) };
    expect(first.from).toBeLessThan(began);
    expect(first.to).toBeGreaterThanOrEqual(ended);
    const segments = await testTaker.segments(source);
    const within = segments.filter(({ init, start, duration }) =>
      gaps.some((gap) => !init && start < gap.to && start + duration > gap.from),
    );
    expect(within).toEqual([]);
    expect(new Set(segments.map(({ chapter }) => chapter))).toEqual(new Set(FULL ? [0, 1, 2] : [0, 1]));
    // No number comes twice, so no nonce does; and a chapter's key encrypts what lies on one side of a break.
    expect(segments.map(({ number }) => number)).toEqual(segments.map((_, i) => i));
    expect((await testTaker.inspection(source)).faults).toEqual([]);
  }
}, 120_000);

test.runIf(FULL)('who has no minutes of breaks is offered none', async () => {
  const testTaker = setting.invite('screened');
  const page = await openFreshPage(chrome, setting.origin);
  page.on('dialog', (dialog) => void dialog.accept());
  await page.addInitScript(spy);
  await openRecorder(page, testTaker.link);
  await page.click('[data-allow]:not([disabled])');
  await page.click('[data-share]:not([disabled])');
  await page.click('[data-start]:not([disabled])');
  await lit(page);
  await until(async () => (await page.textContent('[data-truth]'))?.startsWith('Everything up to') === true, PATIENCE);
  expect(await page.locator('[data-take-break]').isHidden()).toBe(true);
  expect(await page.locator('[data-break-offer]').isHidden()).toBe(true);
});
