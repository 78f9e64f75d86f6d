import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  browserOf,
  checksFor,
  type Finding,
  judgeClock,
  judgeLine,
  judgeProcessor,
  judgeStorage,
  summaryOf,
  textOf,
} from '../app/browser/check/finding.ts';
import { needsOf } from '../app/browser/check/needs.ts';
import { kindsOf } from '../app/exams/recorded-kinds.ts';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import { type Appliance, ask, beginAttempt, cookieOf, startAppliance } from './appliance.ts';
import { digestFiles } from './appliance-files.ts';
import { type Pages, startPages } from './attempt-pages-setting.ts';

const kinds = kindsOf(DEMONSTRATION.setup);
const needs = needsOf(kinds);
const good: Finding = { verdict: 'good', sentence: 'Fine.' };

describe('what an exam needs', () => {
  test('is the sum of what it records, with what encryption and sending add', () => {
    // 400 + 600 + 32 kbit/s and 40 + 40 + 32 kbit/s, and a twentieth more.
    expect(needs.most.bitrate).toBe(1_083_600);
    expect(needs.least.bitrate).toBe(117_600);
    expect(needs.most.hourBytes).toBe(487_620_000);
    const screenOnly = needsOf({ ...kinds, sources: ['screen'], sound: false });
    expect(screenOnly.most.bitrate).toBe(630_000);
  });

  test('is checked, and nothing that it does not need', () => {
    expect(checksFor(kinds)).toEqual(expect.arrayContaining(['camera', 'microphone', 'screen', 'upload']));
    const silent = checksFor({ sources: ['screen'], sound: false });
    expect(silent).toContain('screen');
    expect(silent).not.toContain('camera');
    expect(silent).not.toContain('microphone');
  });
});

describe('a verdict', () => {
  test.each([
    [1.3 * 1_083_600, 'good'],
    [1.2 * 1_083_600, 'coarser'],
    [1.3 * 117_600, 'coarser'],
    [1.2 * 117_600, 'no'],
  ])('on a line of %d bit/s is %s', (rate, verdict) => {
    expect(judgeLine(rate, needs).verdict).toBe(verdict);
  });

  test.each([
    [{ most: 0.4, least: 0.1 }, 'good'],
    [{ most: 0.6, least: 0.1 }, 'coarser'],
    [{ most: 2, least: 0.6 }, 'no'],
  ])('on a processor that takes %o is %s', (seconds, verdict) => {
    expect(judgeProcessor(seconds).verdict).toBe(verdict);
  });

  test.each([
    [null, 'good'],
    [500e6, 'good'],
    [400e6, 'coarser'],
    [50e6, 'no'],
  ])('on room for %s bytes is %s', (room, verdict) => {
    expect(judgeStorage(room, needs).verdict).toBe(verdict);
  });

  test('on a clock that is off says so, and that recording works all the same', () => {
    expect(judgeClock(20).sentence).toMatch(/right/);
    expect(judgeClock(-400)).toMatchObject({ verdict: 'good', sentence: expect.stringMatching(/7 min slow/) });
    expect(judgeClock(90).sentence).toMatch(/90 s fast/);
  });

  test('in sum is the worst of what the exam needs, whatever the advice says', () => {
    const all = { browser: good, camera: good, upload: good };
    expect(summaryOf(all)).toEqual({ verdict: 'good', sentence: 'This device will do.' });
    expect(summaryOf({ ...all, power: { verdict: 'unmeasured', sentence: '' } }).verdict).toBe('good');
    expect(summaryOf({ ...all, upload: { verdict: 'coarser', sentence: '' } }).verdict).toBe('coarser');
    const open = summaryOf({ ...all, camera: { verdict: 'skipped', sentence: '' } });
    expect(open).toMatchObject({ verdict: 'unmeasured', sentence: expect.stringMatching(/Still open: camera/) });
    const failing = { ...all, upload: { verdict: 'coarser', sentence: '' }, camera: { verdict: 'no', sentence: '' } };
    expect(summaryOf(failing as never)).toMatchObject({ verdict: 'no', sentence: expect.stringMatching(/: camera\./) });
  });

  test('is copied with the browser’s kind and version, and nothing else that a browser says of itself', () => {
    const linux =
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
    expect(browserOf(linux)).toBe('Chrome 156 on Linux');
    expect(browserOf(`${linux} Edg/156.0.1`)).toBe('Edge 156 on Linux');
    expect(browserOf('Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605 Version/18.4 Safari/605')).toBe(
      'Safari 18 on macOS',
    );
    const at = new Date('2026-11-23T09:30:00Z');
    const text = textOf({ camera: good, upload: good }, { title: 'Logic', at, browser: browserOf(linux) });
    expect(text).toBe(
      'System check, Logic\n2026-11-23 09:30 UTC, Chrome 156 on Linux\nThis device will do.\n\nCamera: Will do. Fine.\nUpload: Will do. Fine.',
    );
  });
});

describe('the pages', () => {
  let pages: Pages;
  beforeAll(async () => (pages = await startPages()));
  afterAll(() => pages?.stop());

  test('show anybody what recorded exams need, and a test taker what their own does', async () => {
    const anybody = await (await pages.ask('exam', '/check')).text();
    expect(anybody).toContain('data-check-row="screen"');
    expect(anybody).toContain('1.4 Mbit/s');
    const { page } = await pages.visit(pages.enter('Amina').token);
    const own = await (await page('/attempt/check')).text();
    // The exam of these tests records camera and sound: 432 kbit/s, a twentieth more, and a quarter to spare.
    expect(own).toContain('data-check-row="camera"');
    expect(own).not.toContain('data-check-row="screen"');
    expect(own).toContain('567 kbit/s');
    expect(own).toContain('Linear Algebra I');
  });

  test('are linked from the first page and from the notice', async () => {
    expect(await (await pages.ask('exam', '/')).text()).toContain('href="/check"');
    const { page } = await pages.visit(pages.enter('Bea').token);
    expect(await (await page('/attempt')).text()).toContain('href="/attempt/check"');
  });
});

describe('what is sent to be measured', () => {
  let appliance: Appliance;
  let cookie: string;
  const put = (number: number | string, body: Buffer, headers: Record<string, string> = {}) =>
    ask(appliance.exam, `/practice/segments/${number}`, {
      method: 'PUT',
      headers: { origin: appliance.exam, 'content-type': 'application/octet-stream', ...headers },
      body,
    });

  beforeAll(async () => {
    appliance = await startAppliance({ testTakers: 6 });
    cookie = cookieOf(await ask(appliance.exam, new URL(appliance.testTakers[0]?.link ?? '').pathname));
  });
  afterAll(() => appliance?.stop());

  test('leaves every file and the database as they were, byte for byte, and no word of it in a log', async () => {
    const before = digestFiles(appliance.data);
    expect(Object.keys(before).length).toBeGreaterThan(10);
    const mark = 'nothing-of-this-may-stay';
    const body = Buffer.concat([Buffer.from(mark), randomBytes(2 ** 18)]);
    const statuses = [];
    for (let number = 0; number < 20; number++) statuses.push((await put(number, body, { cookie })).status);
    for (let number = 0; number < 20; number++) statuses.push((await put(number, body)).status);
    expect(statuses).toEqual(Array.from({ length: 40 }, () => 201));
    expect((await put('x', body, { cookie })).status).toBe(404);
    expect((await put(1, Buffer.alloc(5 * 2 ** 20, mark), { cookie })).status).toBe(413);
    expect((await put(1, body, { cookie, 'content-type': 'text/plain' })).status).toBe(415);
    expect((await put(1, body, { cookie, origin: 'https://elsewhere.example' })).status).toBe(403);
    expect(digestFiles(appliance.data)).toEqual(before);
    const logs = readdirSync(join(appliance.data, 'logs')).map((name) =>
      readFileSync(join(appliance.data, 'logs', name), 'utf8'),
    );
    expect(logs.join('\n')).toContain('/practice/segments/:number');
    for (const secret of [mark, '127.0.0.1', '/practice/segments/1', cookie.split('=')[1] as string])
      expect(logs.join('\n')).not.toContain(secret);
  });

  test('costs web no memory: what comes in is forgotten piece by piece', async () => {
    const held = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${appliance.pids.web}/status`, 'utf8'))?.[1]);
    const body = randomBytes(4 * 2 ** 20);
    const cookies = [];
    for (const { link } of appliance.testTakers)
      cookies.push(cookieOf(await ask(appliance.exam, new URL(link).pathname)));
    const flow = async (of: string) => {
      const statuses = [];
      for (let number = 0; number < 20; number++) statuses.push((await put(number, body, { cookie: of })).status);
      return statuses;
    };
    // 240 MB go through twice: the first time leaves in memory what lies about until it is collected, the second nothing beside it.
    await Promise.all(cookies.slice(0, 3).map(flow));
    const before = held();
    const statuses = (await Promise.all(cookies.slice(3).map(flow))).flat();
    expect(statuses.filter((status) => status === 201).length).toBeGreaterThan(55);
    expect(held() - before).toBeLessThan(32 * 1024);
  });

  test('is refused while the exam runs, of that test taker alone', async () => {
    const running = await beginAttempt(appliance.exam, appliance.testTakers[1]?.link ?? '');
    const refused = await put(0, randomBytes(100), running);
    expect(refused.status).toBe(409);
    expect(JSON.parse(refused.body.toString()).message).toMatch(/Your exam has begun/);
    expect((await put(0, randomBytes(100), { cookie })).status).toBe(201);
  });
});
