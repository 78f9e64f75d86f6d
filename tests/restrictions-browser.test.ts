/** What an exam's page restricts, as a test taker meets it in a browser that knows which of its windows is in front. */
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attemptIdOf } from '../app/attempts/attempt.ts';
import { enterTestTaker } from '../app/attempts/test-taker.ts';
import { DEMONSTRATION } from '../app/cli/demonstration.ts';
import { enterExam } from '../app/exams/exam.ts';
import { Files } from '../app/place/files.ts';
import { insertDocument } from '../db/appliance/documents.ts';
import { openApplianceDatabase } from '../db/appliance/open.ts';
import { type Appliance, startAppliance } from './appliance.ts';
import { enrolRepresentative, makeRecipient, openDesk, openGrant, publishExam } from './custody-process.ts';
import { inspectPage } from './page-inspection.ts';
import { type Chrome, FAKE_DEVICES, finish, launch, openRecorder } from './recorder-browser.ts';

let appliance: Appliance;
let chrome: Chrome;
let desk: Awaited<ReturnType<typeof openDesk>>;
let db: ReturnType<typeof openApplianceDatabase>;

beforeAll(async () => {
  appliance = await startAppliance({ testTakers: 1 });
  const port = Number(new URL(appliance.exam).port);
  chrome = await launch({ origin: appliance.exam, relay: { port } }, FAKE_DEVICES);
  desk = await openDesk(appliance.data, appliance.room);
  db = openApplianceDatabase(join(appliance.data, 'web/appliance.db'));
}, 120_000);

afterAll(async () => {
  db?.$client.close();
  await chrome?.close();
  await appliance?.stop();
});

const WORDS = {
  'full-screen': 'The questions take the whole screen.',
  'left-page': 'No aids are allowed in this exam.',
  clipboard: 'The questions are used again next year.',
};

/** Publishes an exam on a text that web has, and invites somebody. */
async function publish() {
  const { title, policy, setup } = DEMONSTRATION;
  const exam = randomUUID();
  const { camera } = setup.necessity;
  const content = Buffer.from('Write about herons.');
  const digest = createHash('sha256').update(content).digest('base64url');
  const file = { name: 'questions.txt', type: 'text/plain' as const, bytes: content.length, digest };
  const place = { kind: 'document' as const, documents: [file] };
  const told = { ...setup, necessity: { camera }, place, restrictions: WORDS };
  enterExam(db, await publishExam(desk, { exam, title, policy, setup: told }));
  const stored = await new Files(join(appliance.data, 'web/files'), 0).store(
    exam,
    new Blob([content]).stream(),
    content.length,
  );
  const { name, type } = file;
  insertDocument(db, { ...stored, exam, name, type, addedAt: new Date().toISOString() }, 10);
  const { id, token } = enterTestTaker(db, { exam, candidate: randomUUID().slice(0, 8), name: 'Amal Haddad' });
  return { exam, attempt: attemptIdOf(id), link: `${appliance.exam}/i/${token}` };
}

/** Another window comes in front of the exam's for a while. */
async function leave(page: Page, milliseconds: number): Promise<void> {
  const other = await chrome.context.newPage();
  await other.bringToFront();
  await other.waitForTimeout(milliseconds);
  await other.close();
  await page.bringToFront();
}

test('what is restricted is told before the exam, noted while it runs, told at once, signed, and shown to who reviews', async () => {
  const { exam, attempt, link } = await publish();
  const reviewer = await enrolRepresentative(desk, 'Ines Moreau', [exam]);
  const noted = async () => {
    const { accesses } = await desk.room.attempt(reviewer.session, attempt);
    return accesses.filter(({ kind }) => kind === 'incident').map(({ reason }) => reason);
  };
  let page = await chrome.context.newPage();
  await page.goto(link);
  await page.getByRole('heading', { name: 'What is restricted, and why' }).waitFor();
  for (const why of Object.values(WORDS)) await page.getByText(why).waitFor();
  await inspectPage(page, 'notice-restrictions', 380);
  await openRecorder(page, link);
  await page.click('[data-allow]');
  await page.click('[data-start]:enabled');
  await page.getByText('Write about herons.').waitFor();
  expect(await page.getByRole('link', { name: 'Open in a tab of its own' }).count()).toBe(0);

  const asked = page.getByText('This exam is to be shown in full screen');
  await asked.waitFor();
  await page.getByRole('button', { name: 'Show in full screen' }).click();
  await asked.waitFor({ state: 'hidden' });
  expect(await page.evaluate(() => document.fullscreenElement !== null)).toBe(true);

  // Nothing of the text is in the clipboard's event, and nothing is noted of it.
  await page.locator('pre[data-document-sheet]').click({ clickCount: 3 });
  await page.keyboard.press('Control+c');
  await expect.poll(() => page.locator('[data-truth]').textContent()).toContain('Copying and pasting are switched off');

  await leave(page, 2_500);
  const line = page.getByText('This page was not in front from');
  await line.waitFor();
  await expect.poll(noted, { timeout: 20_000 }).toEqual(['left-page']);
  await inspectPage(page, 'recorder-restrictions', 380);

  // What goes on when the page ends is kept, and sent by the page that goes on.
  const other = await chrome.context.newPage();
  await other.bringToFront();
  await expect.poll(() => page.locator('[data-noted-list] li').count(), { timeout: 20_000 }).toBe(2);
  await other.waitForTimeout(4_000);
  await page.close({ runBeforeUnload: false });
  expect(await noted()).toEqual(['left-page']);
  page = other;
  await openRecorder(page, link);
  await page.getByText('Write about herons.').waitFor();
  await expect.poll(noted, { timeout: 20_000 }).toEqual(['left-page', 'left-page']);

  // A minute later it is still not in full screen.
  await page.evaluate(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + 61_000;
  });
  await page.getByRole('listitem').filter({ hasText: 'Not in full screen since' }).waitFor();
  await finish(page);
  expect(await noted()).toEqual(['left-page', 'left-page', 'full-screen']);
  await page.goto(`${appliance.exam}/attempt`);
  await page.getByText('the exam’s page was not in front').first().waitFor();

  const recipient = await makeRecipient((await desk.room.state()).algorithm);
  const grant = await openGrant(desk, reviewer, attempt, recipient, 'all');
  const { incidents } = await desk.room.grant(reviewer.session, grant);
  expect(incidents.map(({ kind }) => kind)).toEqual(['left-page', 'left-page', 'full-screen']);
  const [first] = incidents;
  expect((first?.to ?? 0) - (first?.from ?? 0)).toBeGreaterThan(2);
  expect((first?.to ?? 0) - (first?.from ?? 0)).toBeLessThan(6);
}, 90_000);
