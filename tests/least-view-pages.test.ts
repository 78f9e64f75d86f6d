import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import canonicalize from 'canonicalize';
import type { Browser, Page } from 'playwright-core';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assets } from '../app/http/assets.ts';
import { sign } from '../app/browser/recorder/statement.ts';
import type { AttemptStart } from '../app/wire.ts';
import { makeAttemptKey, type Pages, recordAttempt, startPages } from './attempt-pages-setting.ts';
import { launchChromium } from './chromium.ts';
import { carryOut, enrolRepresentative, makeRecipient, releaseOf } from './custody-process.ts';
import { inspectPage } from './page-inspection.ts';

let pages: Pages;
let browser: Browser;
let page: Page;
let server: Server;

beforeAll(async () => {
  let answer: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  server = createServer(getRequestListener((request) => answer(request)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const exam = `http://exam.localhost:${(server.address() as AddressInfo).port}`;
  [pages, browser] = await Promise.all([startPages({ exam, staff: 'https://staff.localhost:8444' }), launchChromium()]);
  answer = pages.examOrigin.route('/', assets(join(import.meta.dirname, '../dist/assets'))).fetch;

  const { custody } = pages;
  const { policy } = await custody.web.exam(pages.exam);
  const change = {
    type: 'change-policy' as const,
    exam: pages.exam,
    policy: { ...policy, leastView: { chaptersAround: 0, drawn: 0 } },
  };
  await carryOut(custody, change, custody.founders.officers);

  const key = await makeAttemptKey();
  const { token } = pages.enter('Chidi Okonkwo');
  const visit = await pages.visit(token);
  const { attempt } = (await (await visit.start(key.publicKey)).json()) as AttemptStart;
  const { recording } = await recordAttempt(
    pages,
    { ...((await (await visit.standing()).json()) as AttemptStart) },
    key,
  );
  const statement = canonicalize({
    ...{ type: 'incident', attempt, recording, chapter: 1 },
    ...{ from: 70, to: 72.5, kind: 'camera-covered' },
  }) as string;
  const dispatcher = new Agent({ connect: { socketPath: join(custody.data, 'sockets/web.sock') } });
  const noted = await undiciFetch(`http://custody/attempts/${attempt}/incidents`, {
    ...{ method: 'POST', body: JSON.stringify(await sign(statement, key)), dispatcher },
    headers: { 'content-type': 'application/json' },
  });
  expect(noted.status).toBe(200);

  const recipient = await makeRecipient((await custody.room.state()).algorithm!);
  const reviewer = await enrolRepresentative(custody, 'Ines Moreau', [pages.exam]);
  await carryOut(custody, releaseOf(attempt, recipient.spki), [reviewer]);
  const justification = 'The hall was evacuated at noon, and everybody’s time has to be made up.';
  const all = { ...releaseOf(attempt, recipient.spki), extent: 'all' as const, justification };
  await carryOut(custody, all, [reviewer]);
  const context = await browser.newContext();
  page = await context.newPage();
  await page.goto(`${exam}/i/${token}`);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  await pages?.stop();
});

test('the test taker reads how much somebody was allowed to watch, why those minutes, and the reason for more', async () => {
  await page.getByRole('heading', { name: 'Who was allowed to watch' }).waitFor();
  const rows = await page.getByRole('table', { name: 'Allowed to watch' }).getByRole('row').allInnerTexts();
  const [, least, all] = rows.map((row) => row.replaceAll(/\s+/g, ' '));
  expect(least).toContain('A part of it: 1 of 2 chapters that were recorded by then');
  expect(least).toContain('Around what your browser noted (camera covered): 1:00 to 2:00');
  expect(all).toContain('All of it: 2 of 2 chapters');
  expect(all).toContain('“The hall was evacuated at noon, and everybody’s time has to be made up.”');
  const noted = await page.getByRole('table', { name: 'Noted while you sat the exam' }).innerText();
  expect(noted).toContain('camera covered');
});

test('the page keeps nobody out, on a desk and on a telephone', async () => {
  await inspectPage(page, 'least-view-accesses', 1280);
  await inspectPage(page, 'least-view-accesses', 380);
});
